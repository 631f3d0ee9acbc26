/**
 * What a run is judged by: its last evaluation, unless that one ended it. What a rule has waited for
 * is high by choice; such a run is scored by one more evaluation, which no decision saw, as
 * `score/…`. A run that uses its whole budget ends there whatever its last evaluation says.
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

/**
 * The figures that a run is judged by, from the last value of each of its series: of what is
 * evaluated the score, where there is one.
 *
 * @example
 * ```ts
 * import { judgedBy } from "./score.ts";
 * import { strictEqual } from "node:assert";
 * const judged = judgedBy({ "evaluation/return_mean": 500, "score/return_mean": 470 });
 * strictEqual(judged["evaluation/return_mean"], 470);
 * ```
 */
export function judgedBy(last: Metrics): Metrics {
  return Object.fromEntries(
    Object.entries(last).map(([name, value]) => [name, last[scoreName(name)] ?? value]),
  );
}

/** The figures that a stored run is judged by; throws as `Store.lastMetrics`. */
export function figuresOf(
  store: Pick<Store, "lastMetrics">,
  run: Pick<Run, "id" | "digest">,
): Metrics {
  const last = store.lastMetrics(run.id);
  return isScored(run) ? judgedBy(last) : last;
}

/** Reads one of these figures off any run of the store, which is asked once; undefined: none has it. */
export function figureReader(
  store: Pick<Store, "lastValues">,
  metric: string,
): ((run: Pick<Run, "id" | "digest">) => number | undefined) | undefined {
  const last = store.lastValues(metric);
  if (last.size === 0) return undefined;
  const score = scoreName(metric);
  const scores = score === metric ? last : store.lastValues(score);
  return (run) => (isScored(run) ? scores.get(run.id) : undefined) ?? last.get(run.id);
}

/** Only a run that has ended; where one goes on, its score is of an earlier end. */
function isScored({ digest }: Pick<Run, "digest">): boolean {
  return digest !== null;
}
