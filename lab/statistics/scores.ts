/**
 * Figures of a method over seeds and tasks, as defined by Agarwal et al. (2021), "Deep Reinforcement
 * Learning at the Edge of the Statistical Precipice" (arXiv 2108.13264), and computed by rliable.
 * A score is one run's figure: the seed is the unit, never the episode.
 *
 * NaN among the scores makes a figure NaN, it is never dropped; without scores a figure is NaN.
 *
 * @module
 */
import { interquartileMean, sort } from "../core/interquartile_mean.ts";

/** Scores [M tasks][N runs]; the tasks may have different numbers of runs. */
export type Scores = readonly ArrayLike<number>[];

/** Scores of one task, or of several. */
export type AnyScores = ArrayLike<number> | Scores;

/** Arithmetic mean of all scores. */
export function mean(scores: AnyScores): number {
  const values = flatten(scores);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Median; of several tasks, the median over tasks of the tasks' means. */
export function median(scores: AnyScores): number {
  const sorted = sort(isNested(scores) ? scores.map(mean) : scores);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle];
  return (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Interquartile mean: the mean of all scores without the floor(n / 4) lowest and as many highest.
 *
 * @example
 * ```ts
 * import { iqm } from "./scores.ts";
 * import { strictEqual } from "node:assert";
 * strictEqual(iqm([9, 1, 3, 2, 100]), (2 + 3 + 9) / 3);
 * ```
 */
export function iqm(scores: AnyScores): number {
  return interquartileMean(flatten(scores));
}

/** γ − mean(min(score, γ)): how far the scores stay below the target γ. */
export function optimalityGap(scores: AnyScores, gamma = 1): number {
  return gamma - mean(Float64Array.from(flatten(scores), (score) => Math.min(score, gamma)));
}

/** Standard deviation with divisor n − ddof: 0 of a population, 1 of a sample. */
export function standardDeviation(values: ArrayLike<number>, ddof: 0 | 1): number {
  const center = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - center) * (values[i] - center);
  return Math.sqrt(sum / (values.length - ddof));
}

/** Share of all scores strictly above each threshold τ. */
export function performanceProfile(scores: AnyScores, thresholds: ArrayLike<number>): Float64Array {
  const values = flatten(scores);
  return Float64Array.from(thresholds, (threshold) => {
    let above = 0;
    for (let i = 0; i < values.length; i++) if (values[i] > threshold) above++;
    return above / values.length;
  });
}

/**
 * Quantile 0 … 1 of sorted values, interpolated linearly between neighbours (NumPy's default
 * method).
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  if (position === below || sorted[below] === sorted[above]) return sorted[below];
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

function isNested(scores: AnyScores): scores is Scores {
  return scores.length > 0 && typeof scores[0] !== "number";
}

function flatten(scores: AnyScores): ArrayLike<number> {
  if (!isNested(scores)) return scores as ArrayLike<number>;
  if (scores.length === 1) return scores[0];
  const flat = new Float64Array(scores.reduce((count, task) => count + task.length, 0));
  let offset = 0;
  for (const task of scores) {
    flat.set(task, offset);
    offset += task.length;
  }
  return flat;
}
