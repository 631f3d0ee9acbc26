/** Rows of flat columns: which land where, for narrow and wide rows alike. */
import { deepStrictEqual } from "node:assert";
import { gatherColumns, gatherRows, rowRanges } from "../../../lab/core/rows.ts";

for (const width of [1, 3, 40]) {
  Deno.test(`chosen rows of width ${width} stand in the order chosen, the rest stays`, () => {
    const from = Float64Array.from({ length: 5 * width }, (_, i) => i + 0.1);
    const to = new Float32Array(4 * width).fill(-1);
    gatherRows(from, Int32Array.of(4, 0, 4), width, to);
    const row = (i: number) =>
      Array.from({ length: width }, (_, j) => Math.fround(i * width + j + 0.1));
    deepStrictEqual([...to], [...row(4), ...row(0), ...row(4), ...Array(width).fill(-1)]);
  });
}

Deno.test("ranges hold every row once, in order, the last one shorter", () => {
  deepStrictEqual([...rowRanges(5, 2)], [
    { first: 0, length: 2 },
    { first: 2, length: 2 },
    { first: 4, length: 1 },
  ]);
  deepStrictEqual([...rowRanges(0, 2)], []);
});

Deno.test("columns of several widths are gathered by name, others are passed over", () => {
  const to = { pairs: new Float32Array(4), ones: new Float32Array(2) };
  const from = { pairs: Uint8Array.of(1, 2, 3, 4, 5, 6), ones: Float64Array.of(7, 8, 9) };
  const others: undefined = undefined;
  gatherColumns({ ...from, ...{ others } }, [2, 0], to);
  deepStrictEqual([[...to.pairs], [...to.ones]], [[5, 6, 1, 2], [9, 7]]);
});
