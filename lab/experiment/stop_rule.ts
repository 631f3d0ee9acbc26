/**
 * When a run ends before its budget is spent.
 *
 * @module
 */

/** A metric of the evaluations, and the value that it is to rise to, or to fall to: one of the two. */
export interface StopRule {
  /** A series of the evaluations, as `evaluation/return_mean`. */
  readonly metric: string;
  /** What one that rises as a run learns is to come to. */
  readonly atLeast?: number;
  /** What one that falls is to come to. */
  readonly atMost?: number;
}

/** Whether a value of the metric is as good as the rule asks; one that is missing or NaN is not. */
export function isReached({ atLeast, atMost }: StopRule, value: number): boolean {
  return atMost === undefined ? value >= atLeast! : value <= atMost;
}

/** What a rule asks, as `evaluation/return_mean ≥ 475`. */
export function boundText({ metric, atLeast, atMost }: StopRule): string {
  return atMost === undefined ? `${metric} ≥ ${atLeast}` : `${metric} ≤ ${atMost}`;
}
