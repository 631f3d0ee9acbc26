/**
 * Pictures of what a model makes: its samples, its reconstructions, its codes, and what lies between
 * two codes.
 *
 * @module
 */
import type { Dataset } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import type { Artifact, Samples } from "../lab/core/picture.ts";
import type { Generator } from "../lab/core/random.ts";
import { gatherRows } from "../lab/core/rows.ts";
import type { Trainer } from "../lab/core/trainer.ts";
import { angleOf } from "../lab/core/elementary.ts";
import { sine } from "../lab/core/sine.ts";
import { codesSheet, imageSheet, reachOf, reconstructionSheet, scatterSheet } from "./sheet.ts";

// Pictures.

/** Side of the grid of samples, and pairs on the sheet of reconstructions. */
const SHEET_SIDE = 10;
/** Test examples whose codes are drawn. */
const DRAWN_CODES = 500;

/**
 * Sheets of what a model has: `samples`, `reconstructions` (of test images, through code and back)
 * and `codes` (of test examples, in the plane of the two that vary most).
 */
export async function picturesOf(
  { encode, decode }: Pick<Trainer, "encode" | "decode">,
  { kind, shape, test, mixture }: Dataset,
  samples: Samples | undefined,
): Promise<Artifact[]> {
  const artifacts: Artifact[] = [];
  const size = test.values.length / test.count;
  if (samples?.kind === "images") {
    const shown = samples.values.subarray(0, SHEET_SIDE * SHEET_SIDE * size);
    artifacts.push({ name: "samples", raster: imageSheet(shown, samples.shape, SHEET_SIDE) });
  } else if (samples?.dimensions === 2) {
    artifacts.push({
      name: "samples",
      raster: scatterSheet(samples.values, mixture, reachOf(test.values)),
    });
  }
  if (encode === undefined) return artifacts;
  const count = Math.min(test.count, DRAWN_CODES);
  const codes = await encode(test.values.subarray(0, count * size), test.labels);
  if (kind === "images" && decode !== undefined) {
    const pairs = Math.min(count, SHEET_SIDE);
    const those = codes.subarray(0, pairs * codes.length / count);
    const originals = test.values.subarray(0, pairs * size);
    const made = await decode(those, pairs, test.labels);
    const raster = reconstructionSheet(originals, made, shape as [number, number, number]);
    artifacts.push({ name: "reconstructions", raster });
  }
  if (codes.length > count) {
    artifacts.push({ name: "codes", raster: codesSheet(codes, count, test.labels) });
  }
  return artifacts;
}

/**
 * Codes on the line from one to another, both included: straight, or on the great circle of spherical
 * interpolation (Shoemake 1985), which keeps the length that N(0, I) gives its draws.
 *
 * @param from [Z]
 * @param to [Z]
 * @param count Codes, ≥ 2.
 * @returns [count, Z]
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * const codes = interpolated(Float32Array.of(0, 0), Float32Array.of(2, 4), 3);
 * deepStrictEqual([...codes], [0, 0, 1, 2, 2, 4]);
 * ```
 */
export function interpolated(
  from: Float32Array,
  to: Float32Array,
  count: number,
  path: "linear" | "spherical" = "linear",
): Float32Array {
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const cosine = dot(from, to) / Math.sqrt(dot(from, from) * dot(to, to));
  const angle = path === "linear"
    ? 0
    : angleOf(cosine, Math.sqrt(Math.max(0, 1 - cosine * cosine)));
  const codes = new Float32Array(count * from.length);
  for (let i = 0; i < count; i++) {
    const t = i / (count - 1);
    const [a, b] = angle === 0
      ? [1 - t, t]
      : [sine((1 - t) * angle) / sine(angle), sine(t * angle) / sine(angle)];
    for (let z = 0; z < from.length; z++) codes[i * from.length + z] = a * from[z] + b * to[z];
  }
  return codes;
}

/**
 * Rows of images that lead from one test image's code to another's, each pair drawn anew.
 *
 * @param options.rows Pairs, ≥ 1; at most half of the test images.
 * @param options.steps Images a row, ≥ 2, both ends included.
 * @returns [rows · steps, H, W, C]; with labels, an image has that of the nearer end.
 * @throws InputError where the model gives no codes of images, or there are too few test images.
 */
export async function interpolations(
  { encode, decode }: Pick<Trainer, "encode" | "decode">,
  { kind, shape, test }: Dataset,
  { rows, steps, path, random }: {
    readonly rows: number;
    readonly steps: number;
    readonly path?: "linear" | "spherical";
    readonly random: Generator;
  },
): Promise<Samples> {
  if (encode === undefined || decode === undefined || kind !== "images") {
    throw new InputError(
      "Cannot interpolate as the model must make codes of images, and images of codes",
    );
  }
  if (2 * rows > test.count) {
    throw new InputError(
      `Cannot interpolate as ${rows} rows need ${2 * rows} test images: ${test.count}`,
    );
  }
  const ends = random.permutation(test.count).subarray(0, 2 * rows);
  const size = test.values.length / test.count;
  const images = new Float32Array(ends.length * size);
  gatherRows(test.values, ends, size, images);
  const labels = test.labels && Array.from(ends, (end) => test.labels![end]);
  const codes = await encode(images, labels);
  const width = codes.length / ends.length;
  const between = new Float32Array(rows * steps * width);
  const codeOf = (end: number) => codes.subarray(end * width, (end + 1) * width);
  for (let row = 0; row < rows; row++) {
    const line = interpolated(codeOf(2 * row), codeOf(2 * row + 1), steps, path);
    between.set(line, row * steps * width);
  }
  const nearer = labels && Array.from({ length: rows * steps }, (_, i) => {
    const [row, step] = [Math.floor(i / steps), i % steps];
    return labels[2 * row + (2 * step < steps ? 0 : 1)];
  });
  return {
    kind: "images",
    count: rows * steps,
    shape: shape as [number, number, number],
    values: await decode(between, rows * steps, nearer),
  };
}
