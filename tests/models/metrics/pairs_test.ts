/** Sums side by side are those one by one, to the bit. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { defaultRng } from "../../../lab/core/random.ts";
import { kernelDistance } from "../../../models/metrics/kernel_distance.ts";
import { likeness, neighborhoods } from "../../../models/metrics/likeness.ts";
import { rowSums } from "../../../models/metrics/pairs.ts";

Deno.test("sums of sixteen rows abreast have the bits of one row alone, whatever is left over", () => {
  const random = defaultRng(5);
  for (const [rows, size] of [[1, 3], [16, 1], [17, 5], [40, 16]]) {
    const draw = (count: number) => Float32Array.from({ length: count }, () => random.normal());
    const [a, b] = [draw(2 * size), draw(rows * size)];
    const expected = { distances: [] as number[], products: [] as number[] };
    for (let j = 0; j < rows; j++) {
      let [squared, product] = [0, 0];
      for (let d = 0; d < size; d++) {
        const [x, y] = [a[size + d], b[j * size + d]];
        squared += (x - y) * (x - y);
        product += x * y;
      }
      expected.distances.push(Math.sqrt(squared));
      expected.products.push(product);
    }
    for (const kind of ["distances", "products"] as const) {
      deepStrictEqual([...rowSums(kind, a, b, size)(1).subarray(0, rows)], expected[kind]);
    }
  }
});

Deno.test("of a set with itself a row meets those before it", () => {
  const line = Float32Array.from({ length: 35 }, (_, i) => i);
  const distancesOf = rowSums("distances", line, line, 1, { before: true });
  for (const i of [1, 16, 17, 34]) {
    deepStrictEqual([...distancesOf(i).subarray(0, i)], Array.from(line, (j) => i - j).slice(0, i));
  }
});

Deno.test("the rows of a set meet all of another one, which may be the same", () => {
  const line = Float32Array.from({ length: 35 }, (_, i) => i);
  const distancesOf = rowSums("distances", line, line, 1);
  for (const i of [0, 1, 17]) {
    deepStrictEqual([...distancesOf(i).subarray(0, 35)], Array.from(line, (j) => Math.abs(i - j)));
  }
  const set = neighborhoods(line, 1);
  deepStrictEqual(likeness(set, set), likeness(set, neighborhoods(line.slice(), 1)));
  strictEqual(kernelDistance(line, line, 1), kernelDistance(line, line.slice(), 1));
});
