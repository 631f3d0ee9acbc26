/**
 * Probability of improvement (Agarwal et al. 2021, section 4.3): how likely a run of one method
 * scores higher than a run of another on the same task.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import {
  type BootstrapOptions,
  type Interval,
  percentileInterval,
  Resampler,
} from "./bootstrap.ts";
import type { Scores } from "./scores.ts";
import { type Spread, spreadKind } from "./spread.ts";

/**
 * P(X > Y) = mean over tasks of (#{x > y} + ½ #{x = y}) / (N_x N_y): the Mann-Whitney U statistic,
 * normalised. NaN where a score is NaN.
 *
 * @param x [M tasks][N_x runs].
 * @param y [M tasks][N_y runs]; another number of tasks throws an `InputError`.
 */
export function probabilityOfImprovement(x: Scores, y: Scores): number {
  checkTasks(x, y);
  return probability(x, y);
}

/** Stratified bootstrap interval of P(X > Y): both methods' runs are drawn anew. */
export function probabilityOfImprovementInterval(
  x: Scores,
  y: Scores,
  options: BootstrapOptions = {},
): Interval {
  checkTasks(x, y);
  const first = new Resampler(x);
  const second = new Resampler(y);
  return percentileInterval(
    options,
    [...x, ...y].map(({ length }) => length),
    (random) => probability(first.draw(random), second.draw(random)),
  );
}

/** P(X > Y) of two methods on one task. */
export interface Improvement {
  readonly probability: number;
  /** Null where one of the two has fewer than five runs. */
  readonly spread: Spread | null;
}

/** How probable it is that a run with one of the scores `x` is better than one with one of `y`. */
export function improvementOf(x: readonly number[], y: readonly number[]): Improvement {
  const kind = spreadKind(Math.min(x.length, y.length));
  return {
    probability: probabilityOfImprovement([x], [y]),
    spread: kind === "lowest and highest"
      ? null
      : { kind, ...probabilityOfImprovementInterval([x], [y]) },
  };
}

function probability(x: Scores, y: Scores): number {
  let sum = 0;
  for (let t = 0; t < x.length; t++) {
    let wins = 0;
    for (let i = 0; i < x[t].length; i++) {
      for (let j = 0; j < y[t].length; j++) {
        const difference = x[t][i] - y[t][j];
        wins += x[t][i] === y[t][j] ? 0.5 : difference > 0 ? 1 : difference < 0 ? 0 : NaN;
      }
    }
    sum += wins / (x[t].length * y[t].length);
  }
  return sum / x.length;
}

function checkTasks(x: Scores, y: Scores): void {
  if (x.length === y.length) return;
  throw new InputError(
    `Cannot compare scores as both must cover the same tasks: ${x.length} and ${y.length}`,
  );
}
