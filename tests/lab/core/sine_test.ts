import { ok, strictEqual } from "node:assert";
import * as fc from "fast-check";
import { cosine, sine } from "../../../lab/core/sine.ts";
import golden from "../../golden/sine.json" with { type: "json" };

Deno.test("sine and cosine have NumPy's bits", () => {
  // Golden: numpy 1.24.2 on a machine with AVX-512; the recipe is in the file.
  golden.x.forEach((x, i) => {
    strictEqual(sine(x), golden.sin[i], `sine(${x})`);
    strictEqual(cosine(x), golden.cos[i], `cosine(${x})`);
  });
});

Deno.test("sine and cosine lie within 4e-16 of the engine's", () => {
  fc.assert(
    fc.property(fc.double({ min: -1000, max: 1000, noNaN: true }), (x) => {
      ok(Math.abs(sine(x) - Math.sin(x)) < 4e-16);
      ok(Math.abs(cosine(x) - Math.cos(x)) < 4e-16);
    }),
    { seed: 1, numRuns: 2000 },
  );
});
