/**
 * What a comparison says in a sentence: which group is the best, and of which others that is known.
 *
 * @module
 */
import {
  improvementOf,
  iqm,
  probabilityOfImprovement,
  type Spread,
} from "../lab/statistics/mod.ts";
import { testPairs } from "../lab/statistics/pairs.ts";
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
  /** Seeds of the best one and of the other. */
  readonly seeds: readonly [number, number];
  /** Whether the interval leaves no doubt, and the test none either, where there is one. */
  readonly told: boolean;
  /**
   * Of a permutation test of the means, corrected for all pairs of groups, as their figures say which is
   * the best; null where there is none.
   */
  readonly p: number | null;
  /**
   * So many seeds do not tell a smaller difference of means apart; null where there is no test, and where
   * they tell none apart.
   */
  readonly detectable: number | null;
  /** As of a pair's test: seeds that both have, where one of them has others, too. */
  readonly common?: number;
}

/** Groups that the best one is held against with an interval and a test, which take a while. */
const JUDGED = 10;

/**
 * The group with the best IQM against each other one, the next best first; empty where no way of the
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
    const ordered = figures.map((figure) => Number.isFinite(figure) ? sign * figure : -Infinity);
    return { label, seeds, figures: ordered, iqm: Math.max(iqm(ordered), -Number.MAX_VALUE) };
  });
  const [best, ...others] = values.sort((a, b) => b.iqm - a.iqm);
  if (best.iqm === -Number.MAX_VALUE) return [];
  const seeded = ({ seeds, figures: values }: typeof best) => ({ seeds, values });
  const tested = values.filter(({ figures }) =>
    figures.length > 1 && figures.every(Number.isFinite)
  );
  const tests = testPairs(
    others.slice(0, JUDGED).map((other) => [seeded(best), seeded(other)]),
    { ...options, of: tested.length * (tested.length - 1) / 2 },
  );
  const orNull = (value = NaN) => Number.isNaN(value) ? null : value;
  return others.map(({ label, figures }, i) => {
    const { probability, spread } = i < JUDGED
      ? improvementOf(best.figures, figures)
      : { probability: probabilityOfImprovement([best.figures], [figures]), spread: null };
    return {
      ...{ best: best.label, other: label, probability, spread },
      seeds: [best.figures.length, figures.length],
      told: spread !== null && spread.low > 0.5 && !(tests[i].p >= 0.05),
      p: orNull(tests[i]?.p),
      detectable: orNull(tests[i]?.detectable),
      ...tests[i]?.common !== undefined && { common: tests[i].common },
    };
  });
}
