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
  intervalOfKinds,
  percentileInterval,
  RankCounts,
  REPEATS,
  requireBootstrap,
} from "./bootstrap.ts";
import { defaultDraws, KeptDraws } from "./draws.ts";
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

/**
 * Stratified bootstrap interval of P(X > Y): both methods' runs are drawn anew.
 *
 * Simulated on normal scores of one task, the one of 95 % holds a true P of 0.5, 0.84 and 0.95 in 90, 81 and
 * 50 % of the cases at 5 runs, in 93, 90 and 78 % at 10; of runs that do not overlap it has no width.
 */
export function probabilityOfImprovementInterval(
  x: Scores,
  y: Scores,
  options: BootstrapOptions = {},
): Interval {
  checkTasks(x, y);
  const few = ofFew(x, y, options);
  if (few !== undefined) return few;
  if ([...x, ...y].some((task) => Array.from(task).some(Number.isNaN))) {
    requireBootstrap(options);
    return { low: NaN, high: NaN };
  }
  const tasks = x.map((task, t) => new RankedTask(task, y[t]));
  return percentileInterval(
    options,
    [...x, ...y].map(({ length }) => length),
    (random) => {
      for (const { first } of tasks) first.draw(random);
      for (const { second } of tasks) second.draw(random);
      return tasks.reduce((sum, task) => sum + task.probability(), 0) / tasks.length;
    },
  );
}

/** Resamples of two methods' runs on one task, by their ranks among the scores of both. */
class RankedTask {
  readonly first: RankCounts;
  readonly second: RankCounts;
  readonly #pairs: number;

  constructor(x: ArrayLike<number>, y: ArrayLike<number>) {
    const kinds = [...new Set([...Array.from(x), ...Array.from(y)])].sort((a, b) => a - b);
    const places = new Map(kinds.map((score, rank) => [score, rank]));
    const counts = (scores: ArrayLike<number>) =>
      new RankCounts(Uint32Array.from(scores, (score) => places.get(score)!), kinds.length);
    this.first = counts(x);
    this.second = counts(y);
    this.#pairs = x.length * y.length;
  }

  /** {@linkcode probabilityOfImprovement} of what was drawn last, without looking at each pair. */
  probability(): number {
    const [first, second] = [this.first.drawn, this.second.drawn];
    let [halves, below] = [0, 0];
    for (let rank = 0; rank < first.length; rank++) {
      halves += first[rank] * (2 * below + second[rank]);
      below += second[rank];
    }
    return halves / 2 / this.#pairs;
  }
}

/** The interval of one task with few runs, as many of each: by the wins of each that was drawn. */
function ofFew(
  x: Scores,
  y: Scores,
  { random, repeats = REPEATS, confidence = 0.95 }: BootstrapOptions,
): Interval | undefined {
  requireBootstrap({ repeats, confidence });
  const [[first], [second]] = [x, y];
  if (x.length !== 1 || first.length !== second.length) return undefined;
  const count = first.length;
  const draws = random ?? defaultDraws([count, count]);
  const resamples = draws instanceof KeptDraws ? draws.resamples(2 * repeats) : undefined;
  if (resamples === undefined) return undefined;
  const { counts, kinds } = resamples;
  const pairs = Array.from(first, (a) => Array.from(second, (b) => winsOf(a, b)));
  if (pairs.flat().some(Number.isNaN)) return { low: NaN, high: NaN };
  // By kind of the first one's resample: what it wins against each run of the second, in halves.
  const halves = counts.map((drawn) =>
    Array.from(second, (_, j) => pairs.reduce((sum, row, i) => sum + 2 * drawn[i] * row[j], 0))
  );
  const won = Array.from({ length: repeats }, (_, repeat) => {
    const own = halves[kinds[2 * repeat]];
    const other = counts[kinds[2 * repeat + 1]];
    let sum = 0;
    for (let j = 0; j < count; j++) sum += other[j] * own[j];
    return sum;
  });
  const figures = Array.from(
    { length: 2 * count * count + 1 },
    (_, sum) => sum / 2 / (count * count),
  );
  return intervalOfKinds(figures, won, confidence);
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
        wins += winsOf(x[t][i], y[t][j]);
      }
    }
    sum += wins / (x[t].length * y[t].length);
  }
  return sum / x.length;
}

/** 1 where a is above b, ½ where they are equal; NaN where one is. */
function winsOf(a: number, b: number): number {
  return a === b ? 0.5 : a > b ? 1 : a < b ? 0 : NaN;
}

function checkTasks(x: Scores, y: Scores): void {
  if (x.length === y.length) return;
  throw new InputError(
    `Cannot compare scores as both must cover the same tasks: ${x.length} and ${y.length}`,
  );
}
