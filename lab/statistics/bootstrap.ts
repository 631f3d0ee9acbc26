/**
 * Stratified bootstrap intervals (Agarwal et al. 2021, section 4.1): every repeat draws, task by
 * task and independently, as many runs as there are, with replacement; percentile method.
 *
 * @module
 */
import { defaultRng } from "../core/random.ts";
import { sort } from "../core/interquartile_mean.ts";
import { defaultDraws, type Draws } from "./draws.ts";
import { performanceProfile, quantile, type Scores } from "./scores.ts";

/** An interval of confidence. */
export interface Interval {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/** How a bootstrap is made. */
export interface BootstrapOptions {
  /** Draws the resamples. Default: `defaultRng(0)`, so that a table shows the same figures again. */
  readonly random?: Draws;
  /** Resamples. Default 50,000 (2,000 for profiles). */
  readonly repeats?: number;
  /** Confidence 0 … 1. Default 0.95. */
  readonly confidence?: number;
}

/**
 * Interval of `statistic`, which sees resampled scores in arrays that the next repeat overwrites.
 *
 * @param scores [M tasks][N runs].
 *
 * @example
 * ```ts
 * import { bootstrapInterval, iqm } from "./mod.ts";
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual(bootstrapInterval([[7, 7, 7]], iqm), { low: 7, high: 7 });
 * ```
 */
export function bootstrapInterval(
  scores: Scores,
  statistic: (resampled: readonly Float64Array[]) => number,
  options: BootstrapOptions = {},
): Interval {
  const resampler = new Resampler(scores);
  const counts = scores.map(({ length }) => length);
  return percentileInterval(options, counts, (random) => statistic(resampler.draw(random)));
}

/**
 * {@linkcode bootstrapInterval} of the interquartile mean of one task's scores, to the bit, without
 * sorting any resample: how often each score was drawn is counted along their order. NaN where a
 * score is.
 *
 * @example
 * ```ts
 * import { bootstrapInterval, iqm, iqmInterval } from "./mod.ts";
 * import { deepStrictEqual } from "node:assert";
 * const scores = [9, 1, 3, 2, 100];
 * deepStrictEqual(iqmInterval(scores), bootstrapInterval([scores], iqm));
 * ```
 */
export function iqmInterval(scores: ArrayLike<number>, options: BootstrapOptions = {}): Interval {
  const count = scores.length;
  const values = Array.from(scores);
  if (values.some(Number.isNaN)) return { low: NaN, high: NaN };
  const order = values.map((_, i) => i).sort((a, b) => values[a] < values[b] ? -1 : 1);
  const ordered = Float64Array.from(order, (i) => values[i]);
  const ranks = new Uint32Array(count);
  order.forEach((i, rank) => ranks[i] = rank);
  const drawn = new Uint32Array(count);
  const cut = count >> 2;
  return percentileInterval(options, [count], (random) => {
    drawn.fill(0);
    for (let i = 0; i < count; i++) drawn[ranks[random.integers(count)]]++;
    // The resample in ascending order, without its first and last quarter.
    let [sum, place] = [0, 0];
    for (let rank = 0; rank < count && place < count - cut; rank++) {
      const end = Math.min(place + drawn[rank], count - cut);
      for (let i = Math.max(place, cut); i < end; i++) sum += ordered[rank];
      place += drawn[rank];
    }
    return sum / (count - 2 * cut);
  });
}

/** Pointwise intervals of the performance profile at each threshold. */
export function performanceProfileIntervals(
  scores: Scores,
  thresholds: ArrayLike<number>,
  { random = defaultRng(0), repeats = 2_000, confidence = 0.95 }: BootstrapOptions = {},
): Interval[] {
  const resampler = new Resampler(scores);
  const profiles = Array.from(
    { length: repeats },
    () => performanceProfile(resampler.draw(random), thresholds),
  );
  return Array.from(
    thresholds,
    (_, t) => intervalOf(Float64Array.from(profiles, (profile) => profile[t]), confidence),
  );
}

/**
 * Interval of a figure that is drawn anew in each repeat.
 *
 * @param counts Runs of each task that is drawn from.
 */
export function percentileInterval(
  { random, repeats = 50_000, confidence = 0.95 }: BootstrapOptions,
  counts: readonly number[],
  draw: (random: Draws) => number,
): Interval {
  const draws = random ?? defaultDraws(counts);
  const figures = new Float64Array(repeats);
  for (let i = 0; i < repeats; i++) figures[i] = draw(draws);
  return intervalOf(figures, confidence);
}

function intervalOf(figures: Float64Array, confidence: number): Interval {
  const sorted = sort(figures);
  const tail = (1 - confidence) / 2;
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}

/** Draws runs with replacement, each task for itself, into arrays that it uses again. */
export class Resampler {
  readonly #scores: readonly Float64Array[];
  readonly #resampled: readonly Float64Array[];

  /** Copies the scores. */
  constructor(scores: Scores) {
    this.#scores = scores.map((task) => Float64Array.from(task));
    this.#resampled = scores.map((task) => new Float64Array(task.length));
  }

  /** The next resample, valid until the one after. */
  draw(random: Draws): readonly Float64Array[] {
    for (let t = 0; t < this.#scores.length; t++) {
      const task = this.#scores[t];
      const resampled = this.#resampled[t];
      for (let i = 0; i < task.length; i++) resampled[i] = task[random.integers(task.length)];
    }
    return this.#resampled;
  }
}
