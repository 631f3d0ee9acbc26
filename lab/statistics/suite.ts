/**
 * Figures over a suite of tasks (Agarwal et al. 2021): scores that are normalised task by task, their IQM
 * and optimality gap, with stratified bootstrap intervals.
 *
 * @module
 */
import { bootstrapInterval } from "./bootstrap.ts";
import type { Scores } from "./scores.ts";
import { type Spread, spreadKind } from "./spread.ts";
import { iqm, optimalityGap } from "./tasks.ts";

/** What is 0 and what is 1 on the scale of a task. */
export interface TaskScale {
  readonly zero: number;
  readonly one: number;
}

/** A figure with its bounds; null where a task has fewer than five seeds, or there is no figure. */
export interface Bounded {
  readonly value: number;
  readonly spread: Spread | null;
}

/** What normalised scores come to over all tasks. */
export interface SuiteFigures {
  /** Seeds of a task, at least. */
  readonly seeds: number;
  readonly iqm: Bounded;
  /** What the scores lack to 1, on average. */
  readonly gap: Bounded;
}

/** A score on the scale of its task. */
export function normalized(value: number, { zero, one }: TaskScale): number {
  return (value - zero) / (one - zero);
}

/**
 * IQM and optimality gap of normalised scores; NaN where a score is.
 *
 * @param scores [tasks][seeds].
 */
export function suiteFigures(scores: Scores): SuiteFigures {
  const seeds = Math.min(...scores.map(({ length }) => length));
  const kind = spreadKind(seeds);
  const bounded = (statistic: (scores: Scores) => number): Bounded => {
    const value = statistic(scores);
    const isKnown = kind !== "lowest and highest" && !Number.isNaN(value);
    return { value, spread: isKnown ? { kind, ...bootstrapInterval(scores, statistic) } : null };
  };
  return { seeds, iqm: bounded(iqm), gap: bounded((each) => optimalityGap(each)) };
}
