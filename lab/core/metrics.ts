/**
 * Metric records: what a trainer reports and a store keeps.
 *
 * @module
 */
import { checkNames, InputError } from "./errors.ts";
import { isPlain, kindOf, show } from "./plain.ts";

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

/** Every count of a trainer. */
const counts: Readonly<Record<keyof Progress, true>> = {
  iterations: true,
  environmentSteps: true,
  gradientSteps: true,
  examples: true,
};

/**
 * Refuses counts that there are none of, and what is no whole number ≥ 0.
 *
 * @param action What cannot be done then, as in "Cannot <action> as …".
 * @param given Counts by name, of which some may be left out.
 * @param others Names that may stand among them, whose values are not looked at.
 */
export function checkCounts(action: string, given: unknown, others: readonly string[] = []): void {
  if (!isPlain(given)) {
    throw new InputError(
      `Cannot ${action} as counts must be whole numbers by name, like { iterations: 10 }: ` +
        show(given),
    );
  }
  checkNames(action, "count", given, [...Object.keys(counts), ...others]);
  for (const [name, count] of Object.entries(given)) {
    if ((Number.isInteger(count) && count as number >= 0) || others.includes(name)) continue;
    throw new InputError(
      `Cannot ${action} as ${name} must be a whole number ≥ 0: ${show(count)}`,
    );
  }
}

/**
 * Refuses metrics that are no numbers, and names that are none.
 *
 * @param from What they come from: `iterate`.
 */
export function checkMetrics(from: string, given: unknown): asserts given is Metrics {
  if (!isPlain(given)) {
    throw new InputError(
      `Cannot go on as the metrics of ${from} must be numbers by name: ${show(given)}`,
    );
  }
  for (const name in given) {
    if (typeof given[name] !== "number") {
      throw new InputError(
        `Cannot log ${name} as a metric must be a number: ${kindOf(given[name])}`,
      );
    }
    checkMetricName(name);
  }
}

/** Refuses a name that is none, and what no store keeps apart from another: one with a NUL. */
export function checkMetricName(name: string): void {
  if (name.trim() !== "" && !name.includes("\0")) return;
  const wanted = name.trim() === "" ? "have a name" : "have no NUL in its name";
  throw new InputError(`Cannot log a metric as it must ${wanted}: ${show(name)}`);
}

/** One value of one series, with every x axis that a reader may choose. */
export interface MetricPoint extends Progress {
  readonly name: string;
  readonly value: number;
  /** Seconds of training up to this point, over all attempts. */
  readonly wallSeconds: number;
}

/** The series that agents are judged by, and that thresholds are about. */
export const RETURN = "evaluation/return_mean";

/** The mean return of the last episodes of training. */
export const TRAINING_RETURN = "rollout/episode_return_mean";

/** Series whose name starts so hold wall-clock figures and stay outside the digest. */
export const TIMING_PREFIX = "timing/";

/** What runs measure themselves under {@linkcode TIMING_PREFIX}. */
export const ownTimings: ReadonlySet<string> = new Set(
  [
    ...["iteration_seconds", "evaluation_seconds", "environment_steps_per_second"],
    ...["gradient_steps_per_second", "examples_per_second"],
    ...["process_memory_mb", "heap_mb", "processor_cores"],
  ].map((name) => `${TIMING_PREFIX}${name}`),
);

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
