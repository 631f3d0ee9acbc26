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
import { blockMeans } from "./datasets/blocks.ts";
import { kMeans } from "./metrics/clusters.ts";

/** Passes of k-means, which need not settle. */
const PASSES = 12;
/** Pixels each way that are seen as one: the first that divides the sides and leaves enough of them. */
const BLOCKS = [4, 2, 1];
/** Fewest blocks each way. */
const LEAST = 4;

/** Pixels each way of images [H, W, C] that are seen as one: what lies a pixel beside is still alike. */
export function blockOf([height, width]: readonly number[]): number {
  const fits = (side: number, block: number) => side % block === 0 && side / block >= LEAST;
  return BLOCKS.find((block) => fits(height, block) && fits(width, block)) ?? 1;
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
        "(add examples, or take fewer kinds by --set model.kinds=N, none by --set model.kinds=default)",
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
  const seen = shape.length === 3 ? blockMeans(values, shape, blockOf(shape)) : values;
  return Uint8Array.from(
    kMeans(seen, count, kinds, random, { even: true, passes: PASSES }).clusters,
  );
}
