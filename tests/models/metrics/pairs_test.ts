/** Sums side by side are those one by one, to the bit. */
import { deepStrictEqual } from "node:assert";
import { defaultRng } from "../../../lab/core/random.ts";
import { innerProducts, squaredDistances } from "../../../models/metrics/pairs.ts";

Deno.test("sums of four rows abreast have the bits of one row alone, whatever is left over", () => {
  const random = defaultRng(5);
  for (const [rows, size] of [[1, 3], [4, 1], [7, 5], [12, 16]]) {
    const draw = (count: number) => Float64Array.from({ length: count }, () => random.normal());
    const [a, b] = [draw(2 * size), draw(rows * size)];
    const squared = new Float64Array(rows + 1).fill(-1);
    const products = squared.slice();
    squaredDistances(a, 1, b, rows, size, squared);
    innerProducts(a, 1, b, rows, size, products);
    const expected = { squared: [] as number[], products: [] as number[] };
    for (let j = 0; j < rows; j++) {
      let [distance, product] = [0, 0];
      for (let d = 0; d < size; d++) {
        const [x, y] = [a[size + d], b[j * size + d]];
        distance += (x - y) * (x - y);
        product += x * y;
      }
      expected.squared.push(distance);
      expected.products.push(product);
    }
    deepStrictEqual([...squared], [...expected.squared, -1]);
    deepStrictEqual([...products], [...expected.products, -1]);
  }
});
