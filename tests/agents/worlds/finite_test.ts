import { throws } from "node:assert";
import { requireObservation } from "../../../agents/worlds/finite.ts";
import { Box } from "../../../lab/core/space.ts";

Deno.test("nothing acts on NaN or infinities, which a space without bounds has", () => {
  const space = new Box({ low: -Infinity, high: Infinity, shape: [2] });
  requireObservation(space, Float32Array.of(1, -2));
  for (const value of [Infinity, -Infinity, NaN]) {
    throws(() => requireObservation(space, Float32Array.of(1, value)), {
      name: "InputError",
      message: /^Cannot act as the observation must (be finite|lie in Box\(.*\)): Float32Array/,
    });
  }
});
