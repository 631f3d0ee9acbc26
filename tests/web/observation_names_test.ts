import { deepStrictEqual, strictEqual } from "node:assert";
import { environments, makeEnv } from "../../envs/mod.ts";
import { Box } from "../../lab/core/space.ts";
import { observationNames } from "../../web/observation_names.ts";

Deno.test("each number that a world shows has a name of its own", () => {
  deepStrictEqual(observationNames("CartPoleNoVel-v1", 2), [
    "cart position, m",
    "pole angle, rad",
  ]);
  deepStrictEqual(observationNames("PendulumNoVel-v1", 2), [
    "cosine of the angle",
    "sine of the angle",
  ]);
  deepStrictEqual(observationNames("Elsewhere-v0", 2), ["number 0", "number 1"]);
  let named = 0;
  for (const { id } of environments) {
    const { observationSpace } = makeEnv(id);
    if (!(observationSpace instanceof Box) || observationSpace.shape.length !== 1) continue;
    const [size] = observationSpace.shape;
    const names = observationNames(id, size);
    strictEqual(new Set(names).size, size, id);
    if (names[0] !== "number 0") named++;
  }
  strictEqual(named, 7);
});
