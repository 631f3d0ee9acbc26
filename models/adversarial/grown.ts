/**
 * A generator and a discriminator that grow through three sizes of image, put together of their parts
 * (`growing.ts`): Karras et al. (2018, arXiv 1710.10196), section 2 and figure 2.
 *
 * Images are rows of full size in [0, 1], whatever size is reached: doubled up to it, and halved again.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../../lab/core/errors.ts";
import { sizeOf } from "../../lab/core/tensor_data.ts";
import type { Applied, Networks } from "../networks.ts";
import { unsigned } from "./bodies.ts";
import {
  discriminatorPart,
  doubled,
  faded,
  firstGenerator,
  type Grown,
  halved,
  nextGenerator,
} from "./growing.ts";

/** Sizes of images, the smallest first: a quarter of the sides, half, all. */
export const SIZES = [0, 1, 2] as const;
/** The generator's parts by size. */
export const generators = SIZES.map((size) => `generator${size}`);
/** The discriminator's parts by size. */
export const discriminators = SIZES.map((size) => `discriminator${size}`);

/**
 * [h, w, C] of a size.
 *
 * @param shape Of the largest.
 * @throws InputError where the sides cannot be halved so often.
 */
function sidesOf([height, width, channels]: readonly number[], size: number): number[] {
  const factor = 2 ** (SIZES.length - 1 - size);
  if (height % factor === 0 && width % factor === 0) {
    return [height / factor, width / factor, channels];
  }
  throw new InputError(
    `Cannot grow images from a quarter of their sides as these must be divisible by ${factor}: ` +
      `[${height}, ${width}, ${channels}]`,
  );
}

/**
 * The parts of both networks by name.
 *
 * @param filters Of each size, the largest first.
 * @throws InputError where the sides cannot be halved twice.
 */
export function growingNetworks(
  shape: readonly number[],
  latentSize: number,
  filters: readonly number[],
): Networks {
  const widths = filters.toReversed();
  const sides = SIZES.map((size) => sidesOf(shape, size));
  return Object.fromEntries<Networks[string]>([
    [generators[0], firstGenerator(latentSize, sides[0], widths[0])],
    ...SIZES.slice(1).map((k) =>
      [generators[k], nextGenerator(widths[k - 1], widths[k], shape[2])] as const
    ),
    ...SIZES.map((k) =>
      [discriminators[k], discriminatorPart(sides[k], widths[k], widths[k - 1])] as const
    ),
  ]);
}

/** When a size begins to be faded in, as a share of the budget. */
export function beginOf(size: number, growing: number): number {
  return size === 0 ? 0 : growing * (2 * size - 1) / 4;
}

/** α of each size after the smallest and up to `size`: 0 before it begins, 1 a part later. */
export function sharesAt(spent: tf.Tensor, size: number, growing: number): tf.Tensor[] {
  return SIZES.slice(1, size + 1).map((k) =>
    tf.clipByValue(tf.mul(tf.sub(spent, beginOf(k, growing)), 4 / growing), 0, 1)
  );
}

/** Images [B, D] of full size, of codes. */
export function generated(
  networks: Applied<Networks>,
  codes: tf.Tensor,
  shape: readonly number[],
  shares: readonly tf.Tensor[],
): tf.Tensor {
  const grown: Grown = shares.reduce(
    (before, share, k) => networks[generators[k + 1]](before, share),
    networks[generators[0]](codes),
  );
  return rowsOf(unsigned(grown.image), shape);
}

/** Scores [B, 1] of images [B, D]. */
export function scored(
  networks: Applied<Networks>,
  x: tf.Tensor,
  shape: readonly number[],
  shares: readonly tf.Tensor[],
): tf.Tensor {
  const images = sizesOf(x, shape);
  return discriminators.slice(0, shares.length + 1).reduceRight(
    (above: tf.Tensor | undefined, part, k) => networks[part](images[k], above, shares[k]),
    undefined,
  )!;
}

/** An image of any size as rows of the full one. */
function rowsOf(image: tf.Tensor, shape: readonly number[]): tf.Tensor {
  while (image.shape[1]! < shape[0]) image = doubled(image);
  return tf.reshape(image, [-1, sizeOf(shape)]);
}

/** Rows as images of each size, the smallest first. */
function sizesOf(x: tf.Tensor, shape: readonly number[]): tf.Tensor[] {
  const images = [tf.reshape(x, [-1, ...shape])];
  while (images.length < SIZES.length) images.unshift(halved(images[0]));
  return images;
}

/** Real rows as a generator's are while it grows: images of a size faded in by each of `shares`. */
export function grownReal(
  x: tf.Tensor,
  shape: readonly number[],
  shares: readonly tf.Tensor[],
): tf.Tensor {
  const images = sizesOf(x, shape);
  let shown = images[0];
  for (const [k, share] of shares.entries()) shown = faded(doubled(shown), images[k + 1], share);
  return rowsOf(shown, shape);
}
