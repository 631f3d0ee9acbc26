import { deepStrictEqual } from "node:assert";
import { weightsOf } from "../../web/weights.ts";

Deno.test("weights are counted in even parts from the lowest to the highest, what is not finite aside", () => {
  const values = Float32Array.of(-1, -1, 0, 1, NaN, Infinity);
  const [{ counts, ...facts }] = weightsOf({
    "a/kernel": { shape: [2, 3], dtype: "float32", values },
  });
  deepStrictEqual(facts, {
    ...{ name: "a/kernel", shape: [2, 3], low: -1, high: 1, mean: -0.25 },
    ...{ deviation: Math.sqrt((2 * 0.75 ** 2 + 0.25 ** 2 + 1.25 ** 2) / 4), broken: 2 },
  });
  deepStrictEqual(counts.flatMap((count, i) => count > 0 ? [[i, count]] : []), [
    ...[[0, 2], [20, 1], [39, 1]],
  ]);
});

Deno.test("equal weights are one bar, and those that are all not finite none", () => {
  const of = (...values: number[]) =>
    weightsOf({ a: { shape: [], dtype: "float32", values: Float32Array.from(values) } })[0];
  deepStrictEqual([of(0.5, 0.5).counts, of(0.5, 0.5).deviation], [[2], 0]);
  deepStrictEqual([of(NaN).counts, of(NaN).broken], [[], 1]);
});
