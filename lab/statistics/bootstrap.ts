/**
 * Stratified bootstrap intervals (Agarwal et al. 2021, section 4.1): every repeat draws, task by
 * task and independently, as many runs as there are, with replacement; percentile method.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import { show } from "../core/plain.ts";
import { defaultRng } from "../core/random.ts";
import { sort } from "../core/interquartile_mean.ts";
import { defaultDraws, type Draws, KeptDraws } from "./draws.ts";
import { unitOf } from "./large.ts";
import { quantile, type Scores } from "./scores.ts";
import { performanceProfile } from "./tasks.ts";

/** An interval of confidence. */
export interface Interval {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/** Resamples unless asked. */
export const REPEATS = 50_000;

/** How a bootstrap is made. */
export interface BootstrapOptions {
  /**
   * Draws the resamples; kept draws from the first one on. Default: `defaultRng(0)`, so that a table
   * shows the same figures again.
   */
  readonly random?: Draws | KeptDraws;
  /** Resamples, ≥ 1. Default 50,000 (2,000 for profiles). */
  readonly repeats?: number;
  /** Confidence above 0, below 1. Default 0.95. */
  readonly confidence?: number;
}

/** @throws InputError where there are no such resamples, or there is no such confidence. */
export function requireBootstrap(
  { repeats = REPEATS, confidence = 0.95 }: Pick<BootstrapOptions, "repeats" | "confidence">,
): void {
  const require = (holds: boolean, what: string, given: unknown) => {
    if (!holds) throw new InputError(`Cannot bootstrap as ${what}: ${show(given)}`);
  };
  const isCount = Number.isSafeInteger(repeats) && repeats >= 1;
  require(isCount, "repeats must be a whole number ≥ 1", repeats);
  require(confidence > 0 && confidence < 1, "confidence must lie between 0 and 1", confidence);
}

/**
 * Interval of `statistic`, which sees resampled scores in arrays that the next repeat overwrites.
 *
 * @param scores [M tasks][N runs].
 * @throws InputError where fewer than one resample or no confidence is asked for.
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

/** A statistic of scores in ascending order, of which `drawn` says how often each was drawn. */
type Counted = (ordered: Float64Array, drawn: ArrayLike<number>) => number;

/**
 * {@linkcode bootstrapInterval} of one task's scores where their order does not matter: how often each
 * was drawn is counted along it, and of few scores each resample that differs is looked at once. NaN
 * where a score is.
 */
function countedInterval(
  scores: ArrayLike<number>,
  options: BootstrapOptions,
  statistic: Counted,
): Interval {
  requireBootstrap(options);
  const count = scores.length;
  const values = Array.from(scores);
  if (values.some(Number.isNaN)) return { low: NaN, high: NaN };
  const unit = unitOf(values);
  const order = values.map((_, i) => i).sort((a, b) => values[a] < values[b] ? -1 : 1);
  const ordered = Float64Array.from(order, (i) => values[i] / unit);
  const inUnit = ({ low, high }: Interval) => ({ low: low * unit, high: high * unit });
  const { random = defaultDraws([count]), repeats = REPEATS, confidence = 0.95 } = options;
  const few = random instanceof KeptDraws ? random.resamples(repeats) : undefined;
  if (few !== undefined) {
    const figures = few.counts.map((counts) => statistic(ordered, order.map((i) => counts[i])));
    return inUnit(intervalOfKinds(figures, few.kinds.slice(0, repeats), confidence));
  }
  const ranks = new Uint32Array(count);
  order.forEach((i, rank) => ranks[i] = rank);
  const counts = new RankCounts(ranks, count);
  return inUnit(percentileInterval({ ...options, random }, [count], (random) => {
    counts.draw(random);
    return statistic(ordered, counts.drawn);
  }));
}

/** How often each rank was drawn in a resample of one task's runs. */
export class RankCounts {
  /** By rank. */
  readonly drawn: Uint32Array;
  readonly #ranks: Uint32Array;

  /** @param ranks Of each run, below `kinds`. */
  constructor(ranks: Uint32Array, kinds: number) {
    this.#ranks = ranks;
    this.drawn = new Uint32Array(kinds);
  }

  /** As many runs as there are, with replacement. */
  draw(random: Draws): void {
    const ranks = this.#ranks;
    this.drawn.fill(0);
    for (let i = 0; i < ranks.length; i++) this.drawn[ranks[random.integers(ranks.length)]]++;
  }
}

/** {@linkcode bootstrapInterval} of the mean of one task's scores, but for the order of the sum. */
export function meanInterval(scores: ArrayLike<number>, options: BootstrapOptions = {}): Interval {
  return countedInterval(scores, options, (ordered, drawn) => {
    let sum = 0;
    for (let i = 0; i < ordered.length; i++) if (drawn[i] > 0) sum += drawn[i] * ordered[i];
    return sum / ordered.length;
  });
}

/**
 * {@linkcode bootstrapInterval} of the interquartile mean of one task's scores, to the bit, without
 * sorting any resample. NaN where a score is.
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
  const cut = count >> 2;
  return countedInterval(scores, options, (ordered, drawn) => {
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
  requireBootstrap({ repeats, confidence });
  const resampler = new Resampler(scores);
  const draws = readerOf(random);
  const profiles = Array.from(
    { length: repeats },
    () => performanceProfile(resampler.draw(draws), thresholds),
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
  { random, repeats = REPEATS, confidence = 0.95 }: BootstrapOptions,
  counts: readonly number[],
  draw: (random: Draws) => number,
): Interval {
  requireBootstrap({ repeats, confidence });
  const draws = readerOf(random ?? defaultDraws(counts));
  const figures = new Float64Array(repeats);
  for (let i = 0; i < repeats; i++) figures[i] = draw(draws);
  return intervalOf(figures, confidence);
}

function readerOf(random: Draws | KeptDraws): Draws {
  return random instanceof KeptDraws ? random.again() : random;
}

function intervalOf(figures: Float64Array, confidence: number): Interval {
  return intervalOfSorted(sort(figures), confidence);
}

/** The interval of figures of which `kinds` names one after another. */
export function intervalOfKinds(
  figures: readonly number[],
  kinds: readonly number[],
  confidence: number,
): Interval {
  const times = new Uint32Array(figures.length);
  for (const kind of kinds) times[kind]++;
  const order = figures.map((_, kind) => kind).sort((a, b) =>
    figures[a] < figures[b] ? -1 : figures[a] > figures[b] ? 1 : 0
  );
  const sorted = new Float64Array(kinds.length);
  let place = 0;
  for (const kind of order) sorted.fill(figures[kind], place, place += times[kind]);
  return intervalOfSorted(sorted, confidence);
}

function intervalOfSorted(sorted: Float64Array, confidence: number): Interval {
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
