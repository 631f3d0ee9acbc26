/**
 * A run as another program logged it, and how it becomes one of the store.
 *
 * @module
 */
import { basename } from "node:path/posix";
import type { MetricPoint, Metrics } from "../../core/metrics.ts";
import { printable } from "../../core/printable.ts";
import type { Seed } from "../../core/random.ts";
import type { Json } from "../../core/snapshot.ts";
import type { BudgetUnit } from "../../core/trainer.ts";
import { counts } from "../../store/run_budget.ts";
import type { ImportSource, Run, Store } from "../../store/store.ts";
import { beginLogged, LEFT, type LoggedRun, type LoggedRunOptions } from "../logged_run.ts";
import { isBeside, type Named } from "./file_names.ts";
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

/** A run of the lab, as its export has it. */
export interface LabRun {
  /** In the store that it was exported from. */
  readonly id: string;
  readonly name: string;
  readonly seed: Seed;
  /** By ascending iteration, at least one. */
  readonly points: readonly MetricPoint[];
}

/** How a run is added whose file does not say it. */
export interface ImportOptions {
  /** What its steps count. Left out: environment steps. */
  readonly axis?: StepAxis;
  readonly tags: readonly string[];
  /** Left out: what the file is called, or says. */
  readonly name?: string;
  /** Left out: the first one that no run of its name and configuration has. */
  readonly seed?: Seed;
  /** Among these its own run may be already. Default: all of the store's. */
  readonly before?: readonly Run[];
  /** Where its file lies, whose folder may name it. Left out: the file's name says it. */
  readonly path?: string;
}

/** What steps count where nothing says it. */
const USUAL_AXIS: StepAxis = "environmentSteps";

/** Where a run is from. */
interface Origin {
  readonly note: string;
  readonly source: ImportSource;
}

/**
 * Adds a run that is imported: all that `add` logs of it, or nothing, as one whose import breaks off goes to
 * the trash; one that a killed import left does so as soon as the same is imported again.
 *
 * @returns The run's id.
 */
export async function addWhole(
  store: Store,
  options: LoggedRunOptions,
  unit: BudgetUnit | undefined,
  source: ImportSource | undefined,
  add: (run: LoggedRun) => void | Promise<void>,
): Promise<string> {
  for (const run of store.runs()) {
    if (isBrokenOff(run) && isSame(run.manifest.source!, source)) store.trash(run.id);
  }
  using logged = await beginLogged(store, options, unit, source);
  try {
    await add(logged);
    logged.finish();
  } catch (error) {
    try {
      logged[Symbol.dispose]();
      store.trash(logged.id);
    } catch {
      // On a disk that failed: why is told already.
    }
    throw error;
  }
  return logged.id;
}

/**
 * Adds a run; points of one step are one entry, in the order of their steps.
 *
 * @returns The run's id.
 */
export async function addImported(
  store: Store,
  { points, configuration = {}, ...run }: ImportedRun,
  { axis = USUAL_AXIS, note, source, tags, ...options }: ImportOptions & Origin,
): Promise<string> {
  const name = options.name ?? run.name;
  const seed = options.seed ?? freeSeed(seedsOf(store, name, configuration));
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
  return await addWhole(store, { name, configuration, seed, note, tags }, axis, source, (run) => {
    let wallSeconds = 0;
    for (const { step, seconds = wallSeconds, metrics } of inOrder) {
      wallSeconds = seconds;
      run.add(metrics, { [axis]: step, wallSeconds });
    }
  });
}

/**
 * Adds a run of the lab, each point at the counts that it had.
 *
 * @returns The run's id.
 */
export async function addLabRun(
  store: Store,
  { name, seed, points }: LabRun,
  { note, source, tags }: Pick<ImportOptions, "tags"> & Origin,
): Promise<string> {
  const { name: _, value: __, ...last } = points.at(-1)!;
  const unit = unitOf((count) => last[count] > 0);
  return await addWhole(store, { name, seed, note, tags }, unit, source, (run) => {
    store.append(run.id, points);
    if (last.iterations > 0) run.add({}, last);
  });
}

/** What the length of a run is told in: the most telling of what it counts. */
export function unitOf(isCounted: (count: BudgetUnit) => boolean): BudgetUnit | undefined {
  return counts.filter((count) => count !== "iterations").find(isCounted);
}

/** The run that a file has become before; one whose import broke off is none. */
export function knownRun(before: readonly Run[], source: ImportSource): string | undefined {
  return before.find((run) => {
    const { source: own } = run.manifest;
    return own !== undefined && isSame(own, source) && isWhole(run);
  })?.id;
}

function isSame(own: ImportSource, other: ImportSource | undefined): boolean {
  return own.hash === other?.hash && own.place === other.place;
}

/** Whether the import of a run did not break off. */
function isWhole({ endedAt, message }: Run): boolean {
  return endedAt !== null && message !== LEFT;
}

/** Whether a run is what an import left that nobody goes on with. */
function isBrokenOff(run: Run): boolean {
  return run.manifest.source !== undefined && !isWhole(run) && !run.active;
}

/**
 * The run that the same program's log has become when it held less: all of its points are at the beginning
 * of this one.
 */
export function beginningOf(
  store: Store,
  before: readonly Run[],
  { name, points }: Pick<ImportedRun, "name" | "points">,
  axis: StepAxis = USUAL_AXIS,
): string | undefined {
  const inOrder = points.toSorted((a, b) => a.step - b.step);
  const end = inOrder.at(-1)!.step;
  const isBeginning = (id: string, metric: string) => {
    const series = store.series(id, metric);
    const own = inOrder.filter(({ metrics }) => metric in metrics);
    return series.values.every((value, i) =>
      own[i]?.step === series[axis][i] && Object.is(own[i].metrics[metric], value)
    );
  };
  return before.find(({ id, manifest, ...run }) => {
    const isShorter = manifest.source !== undefined && manifest.determined.experiment === name &&
      run.endedAt !== null && run[axis] < end;
    const metrics = isShorter ? store.seriesNames(id) : [];
    return metrics.length > 0 && metrics.every((metric) => isBeginning(id, metric));
  })?.id;
}

const NOTE = "imported from ";

/** The note of a run that says its file. */
export function noteOf(file: string): string {
  return NOTE + printable(file);
}

/**
 * The runs that count as seeds beside one, though their files lie in the folder of its own and may log
 * the same training.
 *
 * @param own The run's file.
 */
export function filesBeside(
  store: Store,
  own: Named,
  { name, configuration }: Pick<ImportedRun, "name" | "configuration">,
): { readonly id: string; readonly file: string }[] {
  return store.runs().filter(isAlike(name, configuration)).flatMap((run) => {
    const [line] = run.note.split("\n", 1);
    const file = line.slice(NOTE.length);
    const isOther = run.manifest.source !== undefined && line.startsWith(NOTE) && isWhole(run) &&
      isBeside(own, file, name);
    return isOther ? { id: run.id, file: basename(file) } : [];
  });
}

/** Tells whether runs have a name and a configuration, so that they differ in their seeds alone. */
function isAlike(
  name: string,
  configuration: ImportedRun["configuration"] = {},
): (run: Run) => boolean {
  const own = JSON.stringify(configuration);
  return ({ manifest: { determined } }) =>
    determined.experiment === name && JSON.stringify(determined.configuration) === own;
}

/** The seeds that runs of a name and configuration have, those in the trash, too; none of what broke off. */
export function seedsOf(
  store: Store,
  name: string,
  configuration?: ImportedRun["configuration"],
): ReadonlySet<string> {
  const all = [...store.runs(), ...store.runs({ trashed: true })];
  const alike = all.filter(isAlike(name, configuration)).filter((run) => !isBrokenOff(run));
  return new Set(alike.map(({ manifest }) => manifest.determined.seed));
}

/** The least seed, from 1 on, that is not taken. */
function freeSeed(taken: ReadonlySet<string>): number {
  let seed = 1;
  while (taken.has(String(seed))) seed++;
  return seed;
}
