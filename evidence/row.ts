/**
 * A row of evidence: an experiment, the seeds it is measured on, and the bar that it must hold.
 *
 * @module
 */
import type { NamedTensors } from "../lab/core/tensor_data.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import { bootstrapInterval, type Interval, iqm } from "../lab/statistics/mod.ts";

/** What scores must reach; at least one of the two bounds. */
export interface Bar {
  /** Least IQM over seeds, and least score of each of `seeds`. */
  readonly atLeast?: number;
  /** Greatest IQM over seeds, and greatest score of each of `seeds`. */
  readonly atMost?: number;
  /** How many seeds must reach the bounds for themselves. Default 0: the IQM alone. */
  readonly seeds?: number;
}

/** A row of a page's table. */
export interface EvidenceRow {
  /** A named experiment. */
  readonly experiment: string;
  /** The page with the table, from the lab's root: `docs/agents/dqn.md`. */
  readonly page: string;
  /** Seeds 1 … n, none skipped. */
  readonly seeds: number;
  /** Series whose last value is a seed's score. Default `evaluation/return_mean`. */
  readonly metric?: string;
  /** In place of a series: the score of the final parameters. */
  readonly score?: Score;
  readonly bar: Bar;
  /** What others obtained, and where that is written; empty where nobody measured it. */
  readonly reference: string;
}

/** A score that no series holds. */
export interface Score {
  /** Stands in the results file in the place of a series' name. */
  readonly name: string;
  of(definition: ExperimentDefinition, parameters: NamedTensors): Promise<number>;
}

/** The name of what a row's scores measure. */
export function metricOf(row: EvidenceRow): string {
  return row.score?.name ?? row.metric ?? "evaluation/return_mean";
}

/** Whether a single score lies within the bounds of a bar; NaN never does. */
export function within({ atLeast = -Infinity, atMost = Infinity }: Bar, score: number): boolean {
  // A mean of 100 exact returns may be a rounding away from the return itself.
  const rounding = 1e-9 * Math.max(1, Math.abs(score));
  return score >= atLeast - rounding && score <= atMost + rounding;
}

/** What the scores of a row's seeds say. */
export interface Verdict {
  readonly iqm: number;
  /** 95 % stratified bootstrap interval of the IQM. */
  readonly interval: Interval;
  /** Seeds that lie within the bar's bounds. */
  readonly reaching: number;
  /** Every seed is there and the bar holds. */
  readonly reached: boolean;
}

/** Holds scores, one a seed, against a row's bar. */
export function verdictOf(row: EvidenceRow, scores: readonly number[]): Verdict {
  const middle = iqm(scores);
  const reaching = scores.filter((score) => within(row.bar, score)).length;
  return {
    iqm: middle,
    interval: bootstrapInterval([scores], (resampled) => iqm(resampled)),
    reaching,
    reached: scores.length === row.seeds && within(row.bar, middle) &&
      reaching >= (row.bar.seeds ?? 0),
  };
}
