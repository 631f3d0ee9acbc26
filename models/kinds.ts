/**
 * Kinds: examples sorted without labels, so that a network can be told a kind in the place of a class.
 *
 * Hu, Zhang, Asano, Burghouts, Snoek, "Self-Guided Diffusion Models" (2023, arXiv 2210.06462): guidance by
 * the clusters of k-means.
 *
 * Differs from the paper: clusters are of the examples themselves, images as means of a few pixels, not of
 * features that another network has learned; they are of one size, so that samples take
 * each as often as any other.
 *
 * @module
 */
import type { Split } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import type { Generator } from "../lab/core/random.ts";
import { kMeans } from "./metrics/clusters.ts";

/** Passes of k-means, which need not settle. */
const PASSES = 12;
/** Pixels each way that are seen as one: the first that divides the sides and leaves enough of them. */
const BLOCKS = [4, 2, 1];
/** Fewest blocks each way. */
const LEAST = 4;

/**
 * Images as the means of blocks of pixels, [count, H/b · W/b · C]: what lies a pixel beside is still alike.
 *
 * @param values [count, H·W·C]
 */
export function blockMeans(
  values: Float32Array,
  count: number,
  [height, width, channels]: readonly number[],
): Float32Array {
  const fits = (side: number, block: number) => side % block === 0 && side / block >= LEAST;
  const block = BLOCKS.find((block) => fits(height, block) && fits(width, block)) ?? 1;
  const size = height * width * channels;
  const means = new Float32Array(count * size / (block * block));
  const across = width / block;
  for (let i = 0; i < count * size; i++) {
    const channel = i % channels;
    const x = Math.floor(i / channels) % width;
    // Rows of all images, one below the other: no block reaches into the next image.
    const y = Math.floor(i / (channels * width));
    const to = (Math.floor(y / block) * across + Math.floor(x / block)) * channels + channel;
    means[to] += values[i] / (block * block);
  }
  return means;
}

/** @throws InputError where there are fewer training examples than kinds, or memory does not hold them. */
export function requireSortable({ count, reader }: Split, kinds: number): void {
  if (reader !== undefined) {
    throw new InputError(
      "Cannot sort examples into model.kinds as memory must hold them all: they are read as they are needed",
    );
  }
  if (count < kinds) {
    throw new InputError(
      `Cannot sort examples into model.kinds as there must be one for each at least, ${kinds}: ${count} ` +
        `(--set model.kinds=N for fewer)`,
    );
  }
}

/**
 * The kind of each training example, [count].
 *
 * @param shape Of one example.
 * @param kinds 2 … 256, of examples that are sortable.
 */
export function kindsOf(
  { values, count }: Split,
  shape: readonly number[],
  kinds: number,
  random: Generator,
): Uint8Array {
  const seen = shape.length === 3 ? blockMeans(values, count, shape) : values;
  return Uint8Array.from(
    kMeans(seen, count, kinds, random, { even: true, passes: PASSES }).clusters,
  );
}
