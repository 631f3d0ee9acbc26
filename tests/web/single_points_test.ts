import { deepStrictEqual } from "node:assert";
import { placesOf } from "../../web/components/single_points.ts";
import { indexAt, type Line } from "../../web/lines.ts";

const line = (color: number, ...x: number[]): Line => ({
  label: `line ${color}`,
  color,
  x,
  y: x.map(() => 1),
});
const toPixel = (x: number) => 10 * x;
const placed = (...lines: readonly Line[]) => [...placesOf(lines, toPixel, [0, 1000], 1)];

Deno.test("single points of one place stand side by side about it, others at their own", () => {
  // Nothing else is there: wide apart.
  deepStrictEqual(placed(line(4, 50), line(1, 50), line(2, 50)), [[4, 390], [1, 500], [2, 610]]);
  // Beside a curve, or where they differ in their place, each has its own.
  deepStrictEqual(placed(line(0, 0, 100), line(3, 100), line(5, 100)), [[3, 1000], [5, 1000]]);
  deepStrictEqual(placed(line(4, 50), line(1, 50.5)), [[4, 500], [1, 505]]);
  // Seeds take no place, nor what the zoom leaves out.
  deepStrictEqual(placed({ ...line(1, 30), faint: true }, line(1, 30), line(2, 300)), [[1, 300]]);
  deepStrictEqual(placed({ ...line(1, 50), faint: true }, line(1, 50)), [[1, 500]]);
  // Of many each has its share of the width.
  const many = placed(...Array.from({ length: 19 }, (_, i) => line(i, 50)));
  deepStrictEqual([many[0], many[9], many[18]], [[0, 50], [9, 500], [18, 950]]);
});

Deno.test("a single point is read off near it, a curve between its points", () => {
  deepStrictEqual([indexAt(line(0, 5), 5.5, 1), indexAt(line(0, 5), 6.5, 1)], [0, -1]);
  deepStrictEqual([indexAt(line(0, 0, 9), 8, 1), indexAt(line(0, 0, 9), 9.5, 1)], [1, -1]);
});
