import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as fc from "fast-check";
import { defaultRng } from "../../../lab/core/random.ts";
import { Box, Discrete, MultiDiscrete, type Space, Tuple } from "../../../lab/core/space.ts";

const spaces: fc.Arbitrary<Space> = fc.letrec<{ space: Space }>((tie) => ({
  space: fc.oneof(
    { maxDepth: 2 },
    fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -5, max: 5 }))
      .map(([n, start]) => new Discrete(n, start)),
    fc.array(fc.tuple(fc.float({ noNaN: true }), fc.float({ noNaN: true })), { minLength: 1 })
      .map((pairs) =>
        new Box({
          low: pairs.map(([a, b]) => Math.min(a, b, 1e30)),
          high: pairs.map(([a, b]) => Math.max(a, b, -1e30)),
        })
      ),
    fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
      .map((nvec) => new MultiDiscrete(nvec)),
    fc.array(tie("space"), { minLength: 1, maxLength: 3 }).map((parts) => new Tuple(parts)),
  ),
})).space;

Deno.test("what a space draws lies in it and fills exactly its flat form", () => {
  fc.assert(
    fc.property(spaces, fc.nat(), (space, seed) => {
      const value = space.sample(defaultRng(seed));
      ok(space.contains(value), `${space}`);
      const out = new Float32Array(space.flatSize + 2).fill(7);
      space.flatten(value, out, 1);
      strictEqual(out[0], 7);
      strictEqual(out[space.flatSize + 1], 7);
      ok(!out.subarray(1, -1).includes(NaN));
    }),
  );
});

Deno.test("values of another kind, shape or range lie outside", () => {
  const box = new Box({ low: -1, high: 1, shape: [2] });
  const outside: [Space, unknown[]][] = [
    [new Discrete(3), [3, -1, 0.5, NaN, "1", null, undefined, [0]]],
    [new Discrete(3, 1), [0, 4]],
    [box, [Float32Array.of(0), Float32Array.of(0, 2), Float32Array.of(NaN, 0), [0, 0], 0]],
    [new MultiDiscrete([2, 3]), [Int32Array.of(2, 0), Int32Array.of(0), [0, 0]]],
    [new Tuple([new Discrete(2), box]), [[0], [0, 0], [2, Float32Array.of(0, 0)], 0]],
  ];
  for (const [space, values] of outside) {
    for (const value of values) ok(!space.contains(value), `${space}: ${value}`);
  }
});

Deno.test("flat forms are one-hot for choices and the values for boxes", () => {
  const space = new Tuple([
    new Discrete(3, 1),
    new Box({ low: [0, -1], high: [1, Infinity] }),
    new MultiDiscrete([2, 2]),
  ]);
  const out = new Float32Array(space.flatSize);
  space.flatten([2, Float32Array.of(0.5, 9), Int32Array.of(1, 0)], out);
  deepStrictEqual([...out], [0, 1, 0, 0.5, 9, 0, 1, 1, 0]);
});

Deno.test("spaces show themselves in one line", () => {
  strictEqual(`${new Discrete(2)}`, "Discrete(2)");
  strictEqual(`${new Discrete(2, 1)}`, "Discrete(2, start=1)");
  strictEqual(
    `${new Box({ low: [-4.8, 0], high: [4.8, Infinity] })}`,
    "Box([-4.8, 0], [4.8, Infinity])",
  );
  strictEqual(`${new Box({ low: 0, high: 1, shape: [8, 8] })}`, "Box(0, 1, [8, 8])");
  strictEqual(`${new Tuple([new Discrete(2)])}`, "Tuple(Discrete(2))");
});

Deno.test("impossible spaces are refused with the value", () => {
  throws(() => new Discrete(0), /whole number ≥ 1: 0$/);
  throws(() => new MultiDiscrete([2, 1.5]), /1\.5$/);
  throws(() => new Box({ low: [0, 0], high: [1] }), /2 values: 2 and 1$/);
  throws(() => new Box({ low: [0, 2], high: [1, 1] }), /2 and 1 at 1$/);
  throws(() => new Box({ low: NaN, high: 1 }), /NaN and 1 at 0$/);
});
