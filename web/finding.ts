/**
 * What a comparison says in a sentence: which group is the best, and of which others that is known.
 *
 * @module
 */
import {
  improvementOf,
  iqm,
  mean,
  probabilityOfImprovement,
  type Spread,
} from "../lab/statistics/mod.ts";
import { type Pair, testPairs } from "../lab/statistics/pairs.ts";
import { directionOf } from "../lab/experiment/metric_direction.ts";

/** Groups that are compared to the best one. */
export interface Contender {
  readonly label: string;
  /** A figure a seed. */
  readonly figures: readonly number[];
  readonly seeds: readonly string[];
  /** What was learned there: figures of different tasks have nothing to do with each other. */
  readonly task: string;
}

/** How probable it is that a run of the best group is better than one of another. */
export interface Finding {
  readonly best: string;
  readonly other: string;
  readonly probability: number;
  /** Null where one of the two has fewer than five seeds, and of those far behind. */
  readonly spread: Spread | null;
  /** Nothing makes the one better than the other: neither IQM, nor mean, nor the probability. */
  readonly equal: boolean;
  /** Seeds of the best one and of the other. */
  readonly seeds: readonly [number, number];
  /** Whether neither the interval nor the test leaves a doubt: never without either. */
  readonly told: boolean;
  /**
   * Of a permutation test of the means, corrected for all pairs of groups, as their figures say which is
   * the best: of more than {@linkcode TESTED} groups it is too high rather than too low; null where there is
   * none.
   */
  readonly p: number | null;
  /** The test is of ranks, as a seed of one of the two was lost; absent elsewhere. */
  readonly ofRanks?: true;
  /**
   * So many seeds do not tell a smaller difference of means apart; null where there is no test of means, and
   * where they tell none apart.
   */
  readonly detectable: number | null;
  /** Seeds that both have, where a test of equal seeds leaves others out. */
  readonly common?: number;
}

/** Groups that the best one is held against with an interval and a test, which take a while. */
const JUDGED = 10;
/** Groups of which each pair is tested, for the correction of those that are shown: 435 pairs take seconds. */
const TESTED = 30;
/** Digits in which figures may differ: what follows is how their sums were rounded. */
const DIGITS = 12;

/**
 * The best group against each other one, the next best first, as {@linkcode inRank} has them; empty where no way of the
 * metric is known to be better, the groups are of several tasks, or none has an IQM. A seed without a
 * figure, as it diverged or failed, is worse than any figure, so that an IQM holds where such seeds are
 * fewer than those that it leaves out.
 *
 * @param options.paired Tests equal seeds against one another, those that both groups have.
 */
export function findingsOf(
  metric: string,
  contenders: readonly Contender[],
  options: { readonly paired?: boolean } = {},
): Finding[] {
  const direction = directionOf(metric);
  const known = contenders.filter(({ figures }) => figures.length > 0);
  if (direction === null || new Set(known.map(({ task }) => task)).size !== 1) return [];
  const sign = direction === "up" ? 1 : -1;
  const values = known.map(({ label, figures, seeds }) => {
    const ordered = figures.map((figure) => Number.isNaN(figure) ? -Infinity : sign * figure);
    return { label, seeds, figures: ordered };
  });
  const [best, ...others] = inRank(values);
  if (iqm(best.figures) === -Infinity) return [];
  const seeded = [best, ...others].map(({ seeds, figures: values }) => ({ seeds, values }));
  const ofBest = seeded.slice(1).map((other): Pair => [seeded[0], other]);
  const ofOthers = seeded.slice(1).flatMap((first, i) =>
    seeded.slice(i + 2).map((second): Pair => [first, second])
  );
  const tests = testPairs(ofBest.slice(0, JUDGED), {
    ...options,
    ...seeded.length > TESTED
      ? { of: ofBest.length + ofOthers.length }
      : { beside: [...ofBest.slice(JUDGED), ...ofOthers] },
  });
  const orNull = (value = NaN) => Number.isNaN(value) ? null : value;
  return others.map((other, i) => {
    const { label, figures } = other;
    const { probability, spread } = i < JUDGED
      ? improvementOf(best.figures, figures)
      : { probability: probabilityOfImprovement([best.figures], [figures]), spread: null };
    return {
      ...{ best: best.label, other: label, probability, spread },
      equal: best.ranks.every((rank, k) => rank === other.ranks[k]),
      seeds: [best.figures.length, figures.length],
      told: spread !== null && spread.low > 0.5 && tests[i].p < 0.05,
      p: orNull(tests[i]?.p),
      detectable: orNull(tests[i]?.detectable),
      ...tests[i]?.ofRanks && { ofRanks: true as const },
      ...tests[i]?.common !== undefined && { common: tests[i].common },
    };
  });
}

/**
 * Groups from the best on, more being better: by IQM, those of one IQM by mean, and those of one mean, too,
 * by how often a seed of theirs is better than one of all of these.
 */
function inRank<Group extends { readonly figures: readonly number[] }>(
  groups: readonly Group[],
): (Group & { readonly ranks: readonly number[] })[] {
  const ranked = groups.map((group) => ({
    ...group,
    ranks: [iqm, mean].map((of) => Number(of(group.figures).toPrecision(DIGITS))),
  }));
  const ties = Map.groupBy(ranked, ({ ranks }) => ranks.join());
  return ranked.map((group) => {
    const alike = ties.get(group.ranks.join())!.flatMap(({ figures }) => figures);
    const probability = probabilityOfImprovement([group.figures], [alike]);
    return { ...group, ranks: [...group.ranks, probability] };
  }).sort((a, b) => {
    const k = a.ranks.findIndex((rank, i) => rank !== b.ranks[i]);
    return k < 0 ? 0 : a.ranks[k] > b.ranks[k] ? -1 : 1;
  });
}
