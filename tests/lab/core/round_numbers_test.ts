import { deepStrictEqual, ok } from "node:assert";
import { roundNumbers } from "../../../lab/core/round_numbers.ts";

Deno.test("an axis is marked at round numbers, as many as fit", () => {
  deepStrictEqual(roundNumbers(0, 1, 7), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  deepStrictEqual(roundNumbers(-13, 475, 7), [0, 100, 200, 300, 400]);
  deepStrictEqual(roundNumbers(3.1, 3.2, 7), [3.1, 3.12, 3.14, 3.16, 3.18, 3.2]);
  deepStrictEqual(roundNumbers(0, 12, 6), [0, 5, 10]);
  deepStrictEqual(roundNumbers(-2e-7, 9e-7, 6), [-2e-7, 0, 2e-7, 4e-7, 6e-7, 8e-7]);
  deepStrictEqual(roundNumbers(1e6, 4e6, 4), [1e6, 2e6, 3e6, 4e6]);
});

Deno.test("from one number to another there are marks, and never too many", () => {
  for (let i = 1; i <= 400; i++) {
    const [low, high] = [-7.3 + i / 10, -7.3 + i / 10 + i * i / 37];
    for (const most of [2, 4, 6, 7]) {
      const marks = roundNumbers(low, high, most);
      ok(
        marks.length <= most && (most < 4 || marks.length >= 1),
        `${low} ${high} ${most}: ${marks}`,
      );
      ok(marks.every((mark) => low - 1e-8 <= mark && mark <= high + 1e-8), `${marks}`);
    }
  }
});
