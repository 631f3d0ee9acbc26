/**
 * Pictures of what a model makes: its samples, its reconstructions, its codes, and what lies between,
 * along and beyond them.
 *
 * @module
 */
import { classNamesOf, type Dataset } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import type { Artifact, Samples } from "../lab/core/picture.ts";
import type { Generator } from "../lab/core/random.ts";
import { joined, textsOf } from "../lab/core/text.ts";
import { gatherRows } from "../lab/core/rows.ts";
import type { Trainer } from "../lab/core/trainer.ts";
import { classMeans, combined, interpolated, termsIn, traversed } from "./codes.ts";
import {
  codesSheet,
  imageSheet,
  reachOf,
  reconstructionSheet,
  scatterSheet,
  translationSheet,
} from "./sheet.ts";

// Pictures.

/** Side of the grid of samples, and pairs on the sheet of reconstructions. */
const SHEET_SIDE = 10;
/** Test examples whose codes are drawn. */
const DRAWN_CODES = 500;

/**
 * Sheets of what a model has: `samples`, `translations` (of test images, below what they should be, or
 * below themselves where nobody knows),
 * `reconstructions` (of test images, through code and back)
 * and `codes` (of test examples, in the plane of the two that vary most).
 */
export async function picturesOf(
  { encode, decode, translate }: Pick<Trainer, "encode" | "decode" | "translate">,
  { kind, shape, partnerShape, unpaired, test, mixture }: Dataset,
  samples: Samples | undefined,
): Promise<Artifact[]> {
  const artifacts: Artifact[] = [];
  const size = test.values.length / test.count;
  if (samples?.kind === "images") {
    const shown = samples.values.subarray(0, SHEET_SIDE * SHEET_SIDE * size);
    artifacts.push({ name: "samples", raster: imageSheet(shown, samples.shape, SHEET_SIDE) });
  } else if (samples?.kind === "text") {
    artifacts.push({ name: "samples", text: joined(textsOf(samples)) });
  } else if (samples?.dimensions === 2) {
    artifacts.push({
      name: "samples",
      raster: scatterSheet(samples.values, mixture, reachOf(test.values)),
    });
  }
  if (translate !== undefined && kind === "images") {
    const first = (values: Float32Array) =>
      values.subarray(0, SHEET_SIDE * (values.length / test.count));
    const made = await translate(first(test.values), test.labels?.subarray(0, SHEET_SIDE));
    const [own, partners] = [shape, partnerShape] as [number, number, number][];
    const raster = unpaired
      ? translationSheet(first(test.values), own, made, partners)
      : reconstructionSheet(first(test.partners!), made, partners);
    artifacts.push({ name: "translations", raster });
  }
  if (encode === undefined) return artifacts;
  const count = Math.min(test.count, DRAWN_CODES);
  const codes = await encode(
    test.values.subarray(0, count * size),
    test.labels?.subarray(0, count),
  );
  if (kind === "images" && decode !== undefined) {
    const pairs = Math.min(count, SHEET_SIDE);
    const those = codes.subarray(0, pairs * codes.length / count);
    const originals = test.values.subarray(0, pairs * size);
    const made = await decode(those, pairs, test.labels?.subarray(0, pairs));
    const raster = reconstructionSheet(originals, made, shape as [number, number, number]);
    artifacts.push({ name: "reconstructions", raster });
  }
  if (codes.length > count) {
    artifacts.push({ name: "codes", raster: codesSheet(codes, count, test.labels) });
  }
  return artifacts;
}

/** Rows of interpolations, where there are test images enough. */
const DEFAULT_ROWS = 10;

/**
 * Rows of images that lead from one test image's code to another's, each pair drawn anew.
 *
 * @param options.between One pair in place of drawn ones, by their indices: one row.
 * @param options.rows Pairs, ≥ 1; at most half of the test images. Default: as many, 10 at most.
 * @param options.steps Images a row, ≥ 2, both ends included.
 * @returns [rows · steps, H, W, C]; with labels, an image has that of the nearer end.
 * @throws InputError where the model gives no codes of images, or there are too few test images.
 */
export async function interpolations(
  { encode, decode }: Pick<Trainer, "encode" | "decode">,
  { kind, shape, test }: Dataset,
  { steps, path, random, between, ...asked }: {
    readonly rows?: number;
    readonly steps: number;
    readonly path?: "linear" | "spherical";
    readonly random: Generator;
    readonly between?: readonly [from: number, to: number];
  },
): Promise<Samples> {
  if (encode === undefined || decode === undefined || kind !== "images") {
    throw new InputError(
      "Cannot interpolate as the model must make codes of images, and images of codes",
    );
  }
  const wrong = between?.find((index) => !(index < test.count));
  if (wrong !== undefined) {
    throw new InputError(
      `Cannot interpolate as test images have the numbers 0 … ${test.count - 1}: ${wrong}`,
    );
  }
  const most = Math.floor(test.count / 2);
  const rows = between ? 1 : asked.rows ?? Math.max(1, Math.min(DEFAULT_ROWS, most));
  if (2 * rows > test.count) {
    throw new InputError(
      `Cannot interpolate as ${rows} ${rows === 1 ? "row needs" : "rows need"} ${2 * rows} test ` +
        `images (--rows ${most} at most): ${test.count}`,
    );
  }
  const ends = between ?? random.permutation(test.count).subarray(0, 2 * rows);
  const size = test.values.length / test.count;
  const images = new Float32Array(ends.length * size);
  gatherRows(test.values, ends, size, images);
  const labels = test.labels && Array.from(ends, (end: number) => test.labels![end]);
  const codes = await encode(images, labels);
  const width = codes.length / ends.length;
  const line = new Float32Array(rows * steps * width);
  const codeOf = (end: number) => codes.subarray(end * width, (end + 1) * width);
  for (let row = 0; row < rows; row++) {
    const part = interpolated(codeOf(2 * row), codeOf(2 * row + 1), steps, path);
    line.set(part, row * steps * width);
  }
  const nearer = labels && Array.from({ length: rows * steps }, (_, i) => {
    const [row, step] = [Math.floor(i / steps), i % steps];
    return labels[2 * row + (2 * step < steps ? 0 : 1)];
  });
  return {
    kind: "images",
    count: rows * steps,
    shape: shape as [number, number, number],
    values: await decode(line, rows * steps, nearer),
  };
}

/**
 * Rows of images, a row for each latent coordinate in turn, which goes from −3 to 3 standard deviations
 * of the test images' codes about their mean while the others stay as the code of one image has them.
 *
 * @param options.of The test image, by its index.
 * @param options.steps Images a row, ≥ 2.
 * @returns [Z · steps, H, W, C]
 * @throws InputError where the model gives no codes of images, or there is no such image.
 */
export async function traversals(
  { encode, decode }: Pick<Trainer, "encode" | "decode">,
  { kind, shape, test }: Dataset,
  { of, steps }: { readonly of: number; readonly steps: number },
): Promise<Samples> {
  if (encode === undefined || decode === undefined || kind !== "images") {
    throw new InputError(
      "Cannot traverse latents as the model must make codes of images, and images of codes",
    );
  }
  if (!(of < test.count)) {
    throw new InputError(
      `Cannot traverse latents as test images have the numbers 0 … ${test.count - 1}: ${of}`,
    );
  }
  const codes = await encode(test.values, test.labels);
  const lines = traversed(codes, test.count, of, steps);
  const count = lines.length * test.count / codes.length;
  const labels = test.labels && new Uint8Array(count).fill(test.labels[of]);
  return {
    kind: "images",
    count,
    shape: shape as [number, number, number],
    values: await decode(lines, count, labels),
  };
}

/**
 * A row of images: the mean code of each term's class, decoded, and last that of the sum of them.
 *
 * @throws InputError where the model gives no codes of images, or images have no classes.
 */
export async function arithmetic(
  { encode, decode }: Pick<Trainer, "encode" | "decode">,
  dataset: Dataset,
  text: string,
): Promise<Samples> {
  const { kind, shape, classes, test } = dataset;
  if (encode === undefined || decode === undefined || kind !== "images") {
    throw new InputError(
      "Cannot reckon with codes as the model must make codes of images, and images of codes",
    );
  }
  if (classes === undefined || test.labels === undefined) {
    throw new InputError(
      "Cannot reckon with codes as its images must have classes: they have none",
    );
  }
  const names = classNamesOf(dataset);
  const terms = termsIn(text, names);
  const means = classMeans(await encode(test.values, test.labels), test.labels, classes);
  const codes = combined(means, terms, names);
  const count = terms.length + 1;
  const labels = Uint8Array.from([...terms, terms[0]], ({ label }) => label);
  return {
    kind: "images",
    count,
    shape: shape as [number, number, number],
    values: await decode(codes, count, labels),
  };
}
