/**
 * The interquartile mean, which neither a few lucky nor a few unlucky values move.
 *
 * @module
 */

/**
 * The mean of all values without the floor(n / 4) lowest and as many highest. NaN where a value is,
 * and of no values.
 *
 * @example
 * ```ts
 * import { interquartileMean } from "./interquartile_mean.ts";
 * import { strictEqual } from "node:assert";
 * strictEqual(interquartileMean([9, 1, 3, 2, 100]), (2 + 3 + 9) / 3);
 * ```
 */
export function interquartileMean(values: ArrayLike<number>): number {
  const ordered = sort(values);
  const cut = ordered.length >> 2;
  let sum = 0;
  for (let i = cut; i < ordered.length - cut; i++) sum += ordered[i];
  return sum / (ordered.length - 2 * cut);
}

/** A sorted copy; all NaN where one is NaN, so that no trimming hides it. */
export function sort(values: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(values).sort();
  return Number.isNaN(sorted[sorted.length - 1]) ? sorted.fill(NaN) : sorted;
}
