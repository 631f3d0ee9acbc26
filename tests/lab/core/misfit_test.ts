/** Which part of a world does not fit its spaces, and what is said of it. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { InputError } from "../../../lab/core/errors.ts";
import { explainMiss, isOfKind, MisfitError } from "../../../lab/core/misfit.ts";
import { Box, Discrete, MultiDiscrete, Tuple } from "../../../lab/core/space.ts";

const box = new Box({ low: [0, -1], high: [1, 5] });

Deno.test("a value is of a Box's kind by its type and length, whatever its numbers", () => {
  ok(isOfKind(box, Float32Array.of(7, NaN)));
  for (const value of [Float32Array.of(1), [0, 0], Float64Array.of(0, 0), 1, null]) {
    ok(!isOfKind(box, value));
  }
  ok(isOfKind(new Discrete(3), 2) && !isOfKind(new Discrete(3), 3));
  const both = new Tuple([box, new Discrete(3)]);
  ok(isOfKind(both, [Float32Array.of(9, 9), 0]));
  for (
    const value of [
      [Float32Array.of(9, 9)],
      [Float32Array.of(9, 9), 3],
      [Float32Array.of(9), 0],
      [Float32Array.of(9, 9), 0, 0],
      0,
    ]
  ) ok(!isOfKind(both, value));
});

Deno.test("why a value does not lie in its space is said with how to mend it", () => {
  const misses: [Parameters<typeof explainMiss>[0], unknown, string, RegExp][] = [
    [new Discrete(3, 2), 5, "is 5, which is not in Discrete(3, start=2)", /number from 2 to 4, or/],
    [
      new MultiDiscrete([2, 3]),
      "a",
      'is "a", which is not in',
      /return what the observation space/,
    ],
    [box, [0, 0], "is no Float32Array but an Array", /Float32Array\.of/],
    [box, new Float64Array(2), "is no Float32Array but a Float64Array", /Float32Array\.of/],
    [box, 1, "is no Float32Array but a number", /Float32Array\.of/],
    [box, { x: 1 }, "is no Float32Array but an object", /Float32Array\.of/],
    [box, Float32Array.of(1), "has 1 numbers, but ", /one number for each element/],
    [box, Float32Array.of(1, 5.5), "has 5.5 at index 1, outside of [-1, 5]", /widen the bounds/],
    [box, Float32Array.of(-0.5, 9), "has -0.5 at index 0, outside of [0, 1]", /widen the bounds/],
    [box, Float32Array.of(1, NaN), "has NaN at index 1, outside of [-1, 5]", /division by 0/],
  ];
  for (const [space, value, begins, mends] of misses) {
    const { message, mend } = explainMiss(space, value);
    strictEqual(message.slice(0, begins.length), begins);
    ok(mends.test(mend), mend);
  }
  strictEqual(explainMiss(box, new Float32Array(3)).message, `has 3 numbers, but ${box} needs 2`);
});

Deno.test("a misfit's message is one line of what cannot be done, what was found and how to mend it", () => {
  const error = new MisfitError("step Corridor-v0", "step", "its reward is NaN", "return a number");
  ok(error instanceof InputError);
  strictEqual(error.message, "Cannot step Corridor-v0 as its reward is NaN: return a number");
  deepStrictEqual(
    [error.part, error.found, error.mend],
    ["step", "its reward is NaN", "return a number"],
  );
});
