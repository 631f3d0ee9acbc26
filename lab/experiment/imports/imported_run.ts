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

/** How a run is added whose file does not say it. */
export interface ImportOptions {
  /** What its steps count. */
  readonly axis: StepAxis;
  readonly tags: readonly string[];
  /** Left out: what the file is called, or says. */
  readonly name?: string;
  /** Left out: the first one that no run of its name and configuration has. */
  readonly seed?: number;
}

/**
 * Adds a run; points of one step are one entry, in the order of their steps.
 *
 * @returns The run's id.
 */
export async function addImported(
  store: Store,
  { points, configuration = {}, ...run }: ImportedRun,
  { axis, note, tags, ...options }: ImportOptions & { readonly note: string },
): Promise<string> {
  const name = options.name ?? run.name;
  const seed = options.seed ?? freeSeed(store, name, configuration);
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
  using logged = await beginLogged(store, { name, configuration, seed, note, tags }, axis);
  let wallSeconds = 0;
  for (const { step, seconds = wallSeconds, metrics } of inOrder) {
    wallSeconds = seconds;
    logged.log(metrics, { [axis]: step, wallSeconds });
  }
  logged.finish();
  return logged.id;
}

/** One more than the highest seed of the runs of a name and configuration; 1 of none. */
function freeSeed(store: Store, name: string, configuration: ImportedRun["configuration"]): number {
  const own = JSON.stringify(configuration);
  const seeds = store.runs().flatMap((run) => {
    const { experiment, configuration, seed } = run.manifest.determined;
    const isSame = experiment === name && JSON.stringify(configuration) === own;
    return isSame ? Number(seed) : [];
  });
  return 1 + Math.max(0, ...seeds);
}
