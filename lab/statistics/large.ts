/**
 * Scores near the largest number that there is: their sums and squares are computed in a larger unit.
 *
 * @module
 */

/** Of so many numbers up to it neither sums nor squares are beyond the largest one. A power of two: no digit is lost. */
const LARGE = 2 ** 400;

/** By what finite scores are divided so that none is larger than that: 1 of nearly all. */
export function unitOf(scores: readonly number[]): number {
  const largest = scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
  if (!Number.isFinite(largest)) return 1;
  return largest <= LARGE ? 1 : largest / LARGE <= LARGE ? LARGE : LARGE * LARGE;
}
