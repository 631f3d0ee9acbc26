/**
 * What a run is judged by: its last evaluation, unless that one ended it. What a rule has waited for
 * is high by choice; such a run is scored by one more evaluation, which no decision saw, as
 * `score/…`. A run that uses its whole budget ends there whatever its last evaluation says, also where
 * it went on from an end that was scored.
 *
 * @module
 */
import type { Metrics } from "../core/metrics.ts";
import type { Run, Store } from "../store/store.ts";

const EVALUATED = "evaluation/";
const SCORED = "score/";

/** An evaluation's figures under the names of scores: `score/return_mean`; others are left out. */
export function scoresOf(metrics: Metrics): Metrics {
  return Object.fromEntries(
    Object.entries(metrics).filter(([name]) => name.startsWith(EVALUATED))
      .map(([name, value]) => [scoreName(name), value]),
  );
}

/** `score/return_mean` of `evaluation/return_mean`, and a name of another kind as it is. */
function scoreName(metric: string): string {
  return metric.startsWith(EVALUATED) ? SCORED + metric.slice(EVALUATED.length) : metric;
}

/** What of a run says whether its score is of its end. */
type Ended = Pick<Run, "status" | "digest">;

/**
 * The figures that a run is judged by, from the last value of each of its series: of what is
 * evaluated the score, where it was stopped.
 *
 * @example
 * ```ts
 * import { judgedBy } from "./score.ts";
 * import { strictEqual } from "node:assert";
 * const last = { "evaluation/return_mean": 500, "score/return_mean": 470 };
 * const stopped = judgedBy({ status: "stopped", digest: "…" }, last);
 * strictEqual(stopped["evaluation/return_mean"], 470);
 * // It went on from there, and used its budget.
 * const completed = judgedBy({ status: "completed", digest: "…" }, last);
 * strictEqual(completed["evaluation/return_mean"], 500);
 * ```
 */
export function judgedBy(run: Ended, last: Metrics): Metrics {
  if (!isScored(run)) return last;
  return Object.fromEntries(
    Object.keys(last).map((name) => [name, last[judgedSeries(run, last, name)]]),
  );
}

/** The series that a figure of a run is the last value of: `score/…`, where it is the score. */
export function judgedSeries(run: Ended, last: Metrics, metric: string): string {
  const score = scoreName(metric);
  return isScored(run) && score in last ? score : metric;
}

/** The figures that a stored run is judged by; throws as `Store.lastMetrics`. */
export function figuresOf(
  store: Pick<Store, "lastMetrics">,
  run: Ended & Pick<Run, "id">,
): Metrics {
  return judgedBy(run, store.lastMetrics(run.id));
}

/** Reads one of these figures off any run of the store, which is asked once; undefined: none has it. */
export function figureReader(
  store: Pick<Store, "lastValues">,
  metric: string,
): ((run: Ended & Pick<Run, "id">) => number | undefined) | undefined {
  const last = store.lastValues(metric);
  if (last.size === 0) return undefined;
  const score = scoreName(metric);
  const scores = score === metric ? last : store.lastValues(score);
  return (run) => (isScored(run) ? scores.get(run.id) : undefined) ?? last.get(run.id);
}

/** Only a run that a rule or a callback ended; of any other a score is of an earlier end. */
function isScored({ status, digest }: Ended): boolean {
  return status === "stopped" && digest !== null;
}
