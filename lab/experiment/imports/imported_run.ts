/**
 * A run as another program logged it, and how it becomes one of the store.
 *
 * @module
 */
import type { Metrics } from "../../core/metrics.ts";
import type { Json } from "../../core/snapshot.ts";
import type { Store } from "../../store/store.ts";
import { beginLogged } from "../logged_run.ts";
import type { StepAxis } from "./step_axes.ts";

/** What was logged at a step. */
export interface ImportedPoint {
  /** As its program counts. */
  readonly step: number;
  /** Since the run began. */
  readonly seconds?: number;
  readonly metrics: Metrics;
}

/** A run of another program. */
export interface ImportedRun {
  readonly name: string;
  readonly configuration?: { readonly [key: string]: Json };
  readonly points: readonly ImportedPoint[];
}

/**
 * Adds a run; points of one step are one entry, in the order of their steps.
 *
 * @param options.axis What its steps count.
 * @returns The run's id.
 */
export async function addImported(
  store: Store,
  { points, ...run }: ImportedRun,
  options: { readonly axis: StepAxis; readonly note: string; readonly tags: readonly string[] },
): Promise<string> {
  const { axis, note, tags } = options;
  const entries = new Map<number, ImportedPoint>();
  for (const point of points) {
    const known = entries.get(point.step);
    entries.set(point.step, {
      ...known,
      ...point,
      metrics: { ...known?.metrics, ...point.metrics },
    });
  }
  const inOrder = [...entries.values()].sort((a, b) => a.step - b.step);
  using logged = await beginLogged(store, { ...run, note, tags }, axis);
  let wallSeconds = 0;
  for (const { step, seconds = wallSeconds, metrics } of inOrder) {
    wallSeconds = seconds;
    logged.log(metrics, { [axis]: step, wallSeconds });
  }
  logged.finish();
  return logged.id;
}
