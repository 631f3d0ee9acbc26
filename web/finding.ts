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
import { directionOf } from "./metric_direction.ts";

/** Groups that are compared to the best one. */
export interface Contender {
  readonly label: string;
  /** A figure a seed. */
  readonly figures: readonly number[];
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
  /** Whether the interval leaves no doubt. */
  readonly told: boolean;
}

/** Groups that the best one is held against with an interval, which takes a while. */
const JUDGED = 10;

/**
 * The group with the best IQM against each other one, the next best first; empty where no way of the
 * metric is known to be better, or the groups are of several tasks.
 */
export function findingsOf(metric: string, contenders: readonly Contender[]): Finding[] {
  const direction = directionOf(metric);
  const sound = contenders.filter(({ figures }) =>
    figures.length > 0 && figures.every(Number.isFinite)
  );
  if (direction === null || new Set(sound.map(({ task }) => task)).size !== 1) return [];
  const sign = direction === "up" ? 1 : -1;
  const values = sound.map(({ label, figures }) => ({
    label,
    figures: figures.map((figure) => sign * figure),
  }));
  const [best, ...others] = values.sort((a, b) => iqm(b.figures) - iqm(a.figures));
  return others.map(({ label, figures }, i) => {
    const { probability, spread } = i < JUDGED
      ? improvementOf(best.figures, figures)
      : { probability: probabilityOfImprovement([best.figures], [figures]), spread: null };
    return {
      ...{ best: best.label, other: label, probability, spread },
      seeds: [best.figures.length, figures.length],
      told: spread !== null && spread.low > 0.5,
    };
  });
}
