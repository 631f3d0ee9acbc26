/**
 * What the figures that runs are judged by are called where there is little room.
 *
 * @module
 */
import { RETURN, TRAINING_RETURN } from "../core/metrics.ts";
import { printable } from "../core/printable.ts";

/** The key of what a run is judged by, whichever metric that is. */
export const FIGURE = "figure";

/** Words for series whose own name reads poorly. */
const labels: ReadonlyMap<string, string> = new Map([
  [RETURN, "return"],
  ["evaluation/negative_elbo", "−ELBO"],
  ["evaluation/negative_log_likelihood", "−log p(x)"],
  [TRAINING_RETURN, "rollout"],
  ["losses/elbo", "ELBO"],
]);

/**
 * The word for a metric.
 *
 * @example
 * ```ts
 * import { metricLabel } from "./metric_label.ts";
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual(
 *   ["evaluation/return_mean", "evaluation/energy_distance"].map(metricLabel),
 *   ["return", "energy distance"],
 * );
 * ```
 */
export function metricLabel(metric: string): string {
  return labels.get(metric) ??
    printable(metric.slice(metric.indexOf("/") + 1).replaceAll("_", " "));
}
