/** Sheets: where pixels land, and that a PNG of one decodes to the same. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { decode } from "fast-png";
import type { Raster } from "../../lab/core/picture.ts";
import { encodePng } from "../../lab/core/png.ts";
import {
  codesSheet,
  imageSheet,
  reachOf,
  reconstructionSheet,
  samplesSheet,
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

/** The places of all pixels of a colour, as "column row". */
function placesOf({ width, pixels }: Raster, red: number, green: number, blue: number): string[] {
  const places: string[] = [];
  for (let i = 0; i < pixels.length; i += 3) {
    const is = pixels[i] === red && pixels[i + 1] === green && pixels[i + 2] === blue;
    if (is) places.push(`${i / 3 % width} ${Math.floor(i / 3 / width)}`);
  }
  return places;
}

/** The four pixels of a point from the upper left one on, row by row. */
const dot = (
  x: number,
  y: number,
) => [`${x} ${y}`, `${x + 1} ${y}`, `${x} ${y + 1}`, `${x + 1} ${y + 1}`];
const [blue, red, green] = [[37, 99, 235], [220, 38, 38], [22, 163, 74]] as const;

Deno.test("a scatter shows the square up to its reach, 2 where none is told, on white", () => {
  const corners = scatterSheet(Float32Array.of(-2, -2, 2, 2, 2.02, 0, 0, -2.02));
  deepStrictEqual([corners.width, corners.height, corners.channels], [384, 384, 3]);
  deepStrictEqual(placesOf(corners, ...blue), ["383 0", "383 1", "0 383", "1 383"]);
  strictEqual(placesOf(corners, 255, 255, 255).length, 384 * 384 - 4);
  // (x / 4 + 1) · 383 / 2: 287.25 of 2, and of −2, which lies below, 95.75 from the left.
  const wide = scatterSheet(Float32Array.of(2, -2), undefined, 4);
  deepStrictEqual(placesOf(wide, ...blue), dot(287, 287));
});

Deno.test("a mixture's centres are red rings of ten pixels' radius, above the points", () => {
  const sheet = scatterSheet(Float32Array.of(2, 1), { centers: Float32Array.of(-2, 1) }, 4);
  const [column, row] = [96, 144]; // 95.75 and 143.625
  const ring: string[] = [];
  for (let y = 0; y < 384; y++) {
    for (let x = 0; x < 384; x++) {
      const squared = (x - column) * (x - column) + (y - row) * (y - row);
      if (squared >= 9.5 * 9.5 && squared < 10.5 * 10.5) ring.push(`${x} ${y}`);
    }
  }
  deepStrictEqual(placesOf(sheet, ...red), ring);
  deepStrictEqual(placesOf(sheet, ...blue), dot(287, 144));
  // A point where the ring runs is hidden by it.
  const under = scatterSheet(Float32Array.of(0, 0), { centers: Float32Array.of(-0.1, 0) });
  ok(placesOf(under, ...blue).length < 4);
});

Deno.test("codes are drawn by the two coordinates that vary most, the more varied one across", () => {
  // Deviations 0, 1 and 10 about 5, 1 and 50: a third of the way at three deviations.
  const codes = Float32Array.of(5, 2, 60, 5, 0, 60, 5, 2, 40, 5, 0, 40);
  const [low, high] = [128, 255]; // (1 ∓ 1/3) · 383 / 2
  const alone = codesSheet(codes, 4);
  const all = [...dot(high, low), ...dot(high, high), ...dot(low, low), ...dot(low, high)];
  deepStrictEqual(placesOf(alone, ...blue).sort(), all.sort());
  // The upper ones are those of the greater second coordinate; the eleventh class is blue again.
  const labelled = codesSheet(codes, 4, [1, 2, 10, 11, 7]);
  deepStrictEqual(placesOf(labelled, ...red).sort(), [...dot(high, low), ...dot(low, high)].sort());
  deepStrictEqual(placesOf(labelled, ...green), dot(high, high));
  deepStrictEqual(placesOf(labelled, ...blue), dot(low, low));
});

Deno.test("the sheet of samples is nearly square where nobody says how wide, and shows all points", () => {
  const images = {
    kind: "images",
    count: 5,
    shape: [1, 2, 1],
    values: new Float32Array(10),
  } as const;
  const sizes = ({ width, height }: Raster) => [width, height];
  deepStrictEqual(sizes(samplesSheet(images)), [2 + 3 * (2 * 2 + 2), 2 + 2 * (2 * 1 + 2)]);
  deepStrictEqual(sizes(samplesSheet(images, 5)), [2 + 5 * 6, 2 + 4]);
  const values = Float32Array.of(10, -10, 0, 0);
  const points = samplesSheet({ kind: "points", count: 2, dimensions: 2, values });
  // Of ±11 points at ±10 are 191.5 ± 174.09.
  deepStrictEqual(placesOf(points, ...blue), [...dot(192, 192), ...dot(366, 366)]);
});

Deno.test("a square about points is a tenth larger than they are, and never below 2", () => {
  ok(Math.abs(reachOf(Float32Array.of(1, -30, 20)) - 33) < 1e-6);
  ok(Math.abs(reachOf(Float32Array.of(1.9)) - 2.09) < 1e-6);
  strictEqual(reachOf(Float32Array.of(1.8, -0.5)), 2);
});

Deno.test("of coloured images grey translations stand below their mean", () => {
  const image = Float32Array.of(10, 20, 60, 30, 30, 90).map((value) => value / 255);
  const { width, channels, pixels } = translationSheet(
    ...[image, [1, 2, 3], Float32Array.of(1, 0), [1, 2, 1]] as const,
  );
  strictEqual(channels, 1);
  const at = (x: number, y: number) => pixels[(2 + y) * width + 2 + x];
  deepStrictEqual([at(0, 0), at(2, 0), at(0, 4), at(2, 4)], [30, 50, 255, 0]);
});
