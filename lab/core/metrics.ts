/**
 * Metric records: what a trainer reports and a store keeps.
 *
 * @module
 */

/** Values by metric name (`losses/policy`, `rollout/episode_return_mean`, …). NaN is a value. */
export type Metrics = Record<string, number>;

/** Something worth reporting that is not a number: an alarm, a remedy, a milestone. */
export interface LabEvent {
  /** How much it matters. */
  readonly level: "info" | "warning" | "error";
  /** One line. */
  readonly message: string;
}

/** Where a trainer stands. Counts never fall. */
export interface Progress {
  /** Calls of `iterate`. */
  iterations: number;
  /** Environment steps taken in training (evaluation not counted). */
  environmentSteps: number;
  /** Parameter updates. */
  gradientSteps: number;
  /** Training examples seen, with repetition. */
  examples: number;
}

/** One value of one series, with every x axis that a reader may choose. */
export interface MetricPoint extends Progress {
  readonly name: string;
  readonly value: number;
  /** Seconds of training up to this point, over all attempts. */
  readonly wallSeconds: number;
}

/** Series whose name starts so hold wall-clock figures and stay outside the digest. */
export const TIMING_PREFIX = "timing/";

/** A share of a variance, which is NaN where there is none: no sign of trouble. */
const EXPLAINED_VARIANCE = "losses/explained_variance";

/** The first loss that is no finite number: `losses/policy is NaN`. */
export function badLoss(metrics: Metrics): string | undefined {
  for (const [name, value] of Object.entries(metrics)) {
    if (!name.startsWith("losses/") || name === EXPLAINED_VARIANCE) continue;
    if (!Number.isFinite(value)) return `${name} is ${value}`;
  }
  return undefined;
}
