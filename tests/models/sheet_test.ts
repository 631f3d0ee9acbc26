/** Sheets: where pixels land, and that a PNG of one decodes to the same. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { decode } from "fast-png";
import { encodePng } from "../../lab/core/png.ts";
import {
  imageSheet,
  reconstructionSheet,
  scatterSheet,
  translationSheet,
} from "../../models/sheet.ts";

Deno.test("images stand side by side, row by row, with a gap between", () => {
  const values = Float32Array.of(0, 1, 0.5, 2, -1, 0, 1, 1, 0, 0, 0, 1);
  const { width, height, channels, pixels } = imageSheet(values, [2, 2, 1], 2, 1);
  deepStrictEqual([width, height, channels], [2 + 2 * 4, 2 + 2 * 4, 1]);
  const at = (x: number, y: number) => pixels[y * width + x];
  deepStrictEqual([at(2, 2), at(3, 2), at(2, 3), at(3, 3)], [0, 255, 128, 255]);
  deepStrictEqual([at(6, 2), at(6, 3)], [0, 255]);
  strictEqual(at(3, 7), 255);
  strictEqual(at(0, 0), at(7, 7));
});

Deno.test("of four channels the three of colour are drawn", () => {
  const { channels, pixels } = imageSheet(Float32Array.of(0, 1, 0.5, 1), [1, 1, 4], 1, 1, 0);
  deepStrictEqual([channels, ...pixels], [3, 0, 255, 128]);
});

Deno.test("reconstructions stand below their originals", () => {
  const { width, height } = reconstructionSheet(
    new Float32Array(12),
    new Float32Array(12),
    [2, 2, 1],
  );
  deepStrictEqual([width, height], [2 + 3 * 6, 2 + 2 * 6]);
});

Deno.test("more than sixteen go on in further rows, each above what was made of it", () => {
  const numbered = (count: number, from: number) =>
    Float32Array.from({ length: count }, (_, i) => (from + i) / 255);
  const { width, height, pixels } = reconstructionSheet(
    ...[numbered(18, 1), numbered(18, 101), [1, 1, 1]] as const,
  );
  deepStrictEqual([width, height], [2 + 16 * 4, 2 + 4 * 4]);
  const at = (column: number, row: number) => pixels[(2 + 4 * row) * width + 2 + 4 * column];
  deepStrictEqual([at(0, 0), at(15, 0), at(0, 1), at(15, 1)], [1, 16, 101, 116]);
  deepStrictEqual([at(0, 2), at(1, 2), at(0, 3), at(1, 3), at(2, 2)], [17, 18, 117, 118, 72]);
});

Deno.test("images stand above translations of another size and depth, pixel by nearest pixel", () => {
  const images = Float32Array.of(10, 20, 30, 40).map((value) => value / 255);
  const sheet = (made: number, shape: [number, number, number]) =>
    translationSheet(images, [2, 2, 1], new Float32Array(made), shape);
  const doubled = sheet(16, [4, 4, 1]);
  const first = (y: number) =>
    [0, 1, 2, 3].map((x) => doubled.pixels[(2 + 2 * y) * doubled.width + 2 + 2 * x]);
  deepStrictEqual([0, 1, 2, 3].map(first), [
    ...[[10, 10, 20, 20], [10, 10, 20, 20]],
    ...[[30, 30, 40, 40], [30, 30, 40, 40]],
  ]);
  const colored = sheet(12, [2, 2, 3]);
  const pixel = (2 * colored.width + 2) * 3;
  deepStrictEqual([...colored.pixels.subarray(pixel, pixel + 3)], [10, 10, 10]);
});

Deno.test("points land where they are, the second coordinate upwards", () => {
  const { width, height, pixels } = scatterSheet(Float32Array.of(0, 1, 9, 9));
  const blue: number[][] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[(y * width + x) * 3] === 37) blue.push([x, y]);
    }
  }
  strictEqual(blue.length, 4);
  ok(blue.every(([x, y]) => Math.abs(x - width / 2) <= 2 && Math.abs(y - height / 4) <= 2));
});

Deno.test("a PNG holds the raster", () => {
  for (const channels of [1, 3, 4] as const) {
    const pixels = Uint8Array.from({ length: 6 * channels }, (_, i) => i * 9);
    const decoded = decode(encodePng({ width: 3, height: 2, channels, pixels }));
    deepStrictEqual([decoded.width, decoded.height, decoded.channels], [3, 2, channels]);
    deepStrictEqual([...decoded.data], [...pixels]);
  }
});
