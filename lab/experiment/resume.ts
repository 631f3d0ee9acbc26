/**
 * Resume: a run goes on from its last checkpoint, to the same bits as if it had never stopped.
 *
 * @module
 */
import { basename, dirname, isAbsolute, join } from "node:path";
import { choiceOf } from "../compute/backend_choice.ts";
import { amountOf } from "../core/budget.ts";
import { DamageError, InputError, unlessDamaged } from "../core/errors.ts";
import type { Progress } from "../core/metrics.ts";
import { isRecord } from "../core/plain.ts";
import type { Json, Snapshot } from "../core/snapshot.ts";
import type { BudgetUnit } from "../core/trainer.ts";
import type { Manifest, Run, Store } from "../store/store.ts";
import { type Budgeted, totalOf } from "./budget.ts";
import { goneOn } from "./deciding.ts";
import type { ExperimentDefinition } from "./definition.ts";
import { Describer } from "./describe.ts";
import {
  type Crash,
  type LaunchOptions,
  NOT_RESUMABLE,
  requireLibrary,
  requireTrained,
  sourceAgain,
  threadsOf,
  type Trainee,
  trainRecorded,
} from "./recorded_run.ts";
import { lineOf } from "./error_lines.ts";
import { hashOfModule, modulePath } from "./load.ts";
import { isOwn, needsModule } from "./own.ts";
import { isGone, isOwnFileGone, provenance } from "./manifest.ts";
import { type StoredRunner, StoreRecorder } from "./recorder.ts";
import type { Registries } from "./registries.ts";
import { trainerDefinition } from "./session.ts";
import { earlierStages } from "./stages.ts";
import { TrainingWorker, type TrainOrder } from "./training_worker.ts";

/**
 * Goes on with a run that was interrupted, killed or failed, from its last checkpoint (from the
 * beginning where there is none, or where the world cannot be restored), and ends in the same digest
 * as if it had never stopped. Where that checkpoint is damaged it goes on from the newest whole one
 * before it, where points are damaged from the beginning, with a warning.
 *
 * Another `budget` extends a run, or ends one that has not finished earlier. What depends on the share
 * of the budget that is spent (learning rates, exploration) follows the new one from there, so that
 * the run differs from one that had it all along; evaluations stay as far apart as they were. The
 * configuration keeps the earlier budgets as `earlierBudgets`, with the iteration at which each was
 * left, by which such a run is reproduced.
 *
 * @throws InputError for a finished run without a larger budget, a budget that is spent already, a
 *   diverged run, and one whose module is gone or whose products another library computed; LabError
 *   where another process trains the run.
 */
export async function resume(reference: string, options: ResumeOptions): Promise<Run> {
  const { id } = options.store.find(reference);
  using worker = new TrainingWorker(threadsOf(options, 1), options);
  await resumeIn(options.trainee ?? worker, id, options);
  return options.store.run(id)!;
}

/** Goes on with a run, by its id, in what trains, as {@linkcode resume} does; its lock is released. */
export async function resumeIn(
  trainee: Trainee,
  id: string,
  options: Omit<ResumeOptions, "trainee">,
): Promise<void> {
  using _lock = options.store.lock(id);
  await goOnAfter(await goOn(id, trainee, options), id, trainee, options);
}

/**
 * Goes on with a run, whose lock is held, after a crash and those that follow it.
 *
 * @param crash undefined: it has ended.
 */
export async function goOnAfter(
  crash: Crash | undefined,
  id: string,
  trainee: Trainee,
  options: Omit<ResumeOptions, "trainee" | "budget">,
): Promise<void> {
  const { store, onProgress } = options;
  const same = { ...options, budget: undefined };
  for (let last = crash; last !== undefined;) {
    const { line, stack } = last;
    store.flush();
    try {
      last = await goOn(id, trainee, same, last);
    } catch (error) {
      // It cannot begin again.
      const run = store.run(id)!;
      const unit = run.manifest.budgetUnit ?? "gradientSteps";
      const recorder = new StoreRecorder(store, run, unit, onProgress);
      recorder.event("warning", lineOf(error));
      return recorder.failed(line, stack);
    }
  }
}

type Configuration = { readonly [key: string]: Json };

/** How a run goes on. */
export interface ResumeOptions
  extends Omit<LaunchOptions, "workers">, Partial<Pick<LaunchOptions, "workers">> {
  /** Another total budget: in the trainer's unit, or as text with its own (`100k-steps`). */
  readonly budget?: number | string;
  /** What trains; default: a worker. */
  readonly trainee?: Trainee;
  /** The run's definition, where it is at hand. */
  readonly definition?: ExperimentDefinition;
  /** Where the folder or file of its data lies now. Default: where it lay. */
  readonly data?: string;
}

async function goOn(
  id: string,
  trainee: Trainee,
  options: Omit<ResumeOptions, "trainee">,
  crash?: Crash,
): Promise<Crash | undefined> {
  const { store, registries, onProgress } = options;
  const run = store.run(id)!;
  requireTrained(run, "resume");
  if (options.definition === undefined) requireOwnFile(run, "go on with");
  const trainer = () => trainerOf(run.manifest, registries, options.definition);
  const unit = run.manifest.budgetUnit ?? (await trainer()).budgetUnit;
  const budget = options.budget === undefined
    ? undefined
    : totalOf(String(options.budget), await trainer(), run.manifest.determined.configuration).total;
  requireOpen(run, unit, budget);
  const { point, warnings } = await startOf(store, run);
  const { state, progress = noProgress } = point?.runner ?? {} as Partial<StoredRunner>;
  const manifest = await byFileNow(
    continued(run, { unit, progress, budget }),
    point?.iteration ?? 0,
  );
  const order = { ...orderOf(manifest, registries, options.data), data: manifest.data };
  const { from } = manifest.determined;
  if (point !== undefined) order.start = { snapshot: point.snapshot, runner: state! };
  else if (from !== undefined) order.source = await sourceAgain(store, from);

  let recorder: StoreRecorder | undefined;
  return await trainRecorded(
    trainee,
    order,
    async (opened) => {
      requireLibrary(run, opened, "resume");
      store.beginAttempt(id, point?.iteration ?? -1);
      store.update(id, {
        status: "running",
        message: null,
        endedAt: null,
        digest: null,
        ...progress,
        wallSeconds: state?.wallSeconds ?? 0,
        manifest,
      });
      recorder = new StoreRecorder(store, store.run(id)!, unit, onProgress);
      recorder.started();
      for (const line of warnings) recorder.event("warning", line);
      const at = point === undefined ? "the beginning" : `iteration ${point.iteration}`;
      recorder.event("info", `resumed from ${at}`);
      for (const line of await changesSince(manifest)) recorder.event("warning", line);
    },
    () => recorder,
    options,
    crash,
  );
}

const noProgress: Progress = { iterations: 0, environmentSteps: 0, gradientSteps: 0, examples: 0 };

/** Where a run goes on from. */
interface StartPoint {
  readonly iteration: number;
  readonly snapshot: Snapshot;
  readonly runner: StoredRunner;
}

/**
 * The newest whole checkpoint that leads to the same bits, or undefined for the beginning, also where
 * points are damaged, and what was found damaged on the way.
 *
 * @throws DamageError where a run that was given another budget has none: what came before that
 *   followed the earlier one.
 */
async function startOf(
  store: Store,
  run: Run,
): Promise<{ point?: StartPoint; warnings: readonly string[] }> {
  if (run.tags.includes(NOT_RESUMABLE)) return { warnings: [] };
  const since = earlierStages(run.manifest.determined.configuration).at(-1)?.iterations ?? 0;
  const warnings = unreadableSeries(store, run);
  const usable = warnings.length > 0 ? [] : store.checkpoints(run.id)
    .filter(({ kind, iteration }) => kind !== "diverged" && iteration >= since);
  for (const checkpoint of usable.reverse()) {
    try {
      const { snapshot, runner } = await store.loadCheckpoint(run.id, checkpoint);
      const { iteration } = checkpoint;
      return {
        point: { iteration, snapshot, runner: runner as unknown as StoredRunner },
        warnings,
      };
    } catch (error) {
      // A finished run is extended from its end alone.
      if (!(error instanceof DamageError) || run.digest !== null) throw error;
      warnings.push(error.message);
    }
  }
  if (since === 0 && (warnings.length === 0 || run.digest === null)) return { warnings };
  if (warnings.length === 0) {
    throw new InputError(
      `Cannot resume run ${run.id} as it was left before its last budget began, which ` +
        "follows what earlier ones led to: reproduce anew the run that it repeats",
    );
  }
  throw new DamageError(
    `Cannot resume run ${run.id} as nothing that it could go on from is whole: ${warnings[0]}`,
  );
}

/** A line for each series of a run that cannot be read: points before a checkpoint are not computed again. */
function unreadableSeries(store: Store, { id }: Run): string[] {
  return store.seriesNames(id)
    .map((name) => unlessDamaged(() => store.series(id, name)))
    .filter((read) => read instanceof DamageError)
    .map(({ message }) => message);
}

/**
 * What a manifest orders a worker to do.
 *
 * @param data Where the folder or file of its data lies now. Default: where it lay.
 * @throws InputError for `data` of a run that reads neither.
 */
export function orderOf(
  { determined, definition }: Manifest,
  registries: Registries,
  data?: string,
): { -readonly [K in keyof TrainOrder]: TrainOrder[K] } {
  const { experiment, configuration, seed, backend } = determined;
  const job = {
    experiment,
    module: definition.module,
    configuration: data === undefined ? configuration : withData(configuration, data),
    seed,
    backend: choiceOf(backend),
  };
  return { job, registries: registries.module, again: true };
}

/**
 * A configuration with its data elsewhere; labels in a file of their own that is gone lie beside them.
 *
 * @throws InputError where it reads none.
 */
function withData(configuration: Configuration, path: string): Configuration {
  const dataset = isRecord(configuration.dataset) ? configuration.dataset : {};
  const field = ["folder", "file"].find((each) => each in dataset);
  if (field !== undefined) {
    const { labels } = dataset;
    const moved: Configuration =
      typeof labels === "string" && /\.npy$/i.test(labels) && !isThere(labels)
        ? { labels: join(dirname(path), basename(labels)) }
        : {};
    const elsewhere: Configuration = { ...dataset, [field]: path, ...moved };
    return { ...configuration, dataset: elsewhere };
  }
  throw new InputError(
    "Cannot read --data as a run's data must be a folder or a file: " +
      `${dataset.name ?? "it is an agent"}`,
  );
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** What trains a run, as far as its budget is concerned. */
export async function trainerOf(
  manifest: Manifest,
  registries: Registries,
  definition?: ExperimentDefinition,
): Promise<Budgeted> {
  const { job } = orderOf(manifest, registries);
  const own = job.configuration.agent ?? job.configuration.model;
  if (definition === undefined && isOwn(own)) {
    using describer = new Describer(registries);
    const { name } = own as { name: string };
    return { name, budgetUnit: await describer.unitOf(job) };
  }
  return await trainerDefinition(job, registries, definition);
}

/** Whether a run goes on as it is: it has not ended, and nobody trains it. */
export function isOpen({ active, status }: Run): boolean {
  return !active && !["completed", "stopped", "diverged"].includes(status);
}

/**
 * Refuses a run that goes on under no budget, or not under this one, whatever its checkpoint.
 *
 * @throws InputError that says what does.
 */
function requireOpen(run: Run, unit: BudgetUnit, budget: number | undefined): void {
  const { id, status, message, manifest, tags } = run;
  if (status === "diverged") {
    throw new InputError(
      `Cannot resume run ${id} as it would diverge again (${message}): ` +
        "start a new one with other settings",
    );
  }
  if (status !== "completed" && status !== "stopped") return;
  const least = Math.max(manifest.determined.configuration.budget as number, run[unit]);
  if (budget === undefined || budget <= least) {
    throw new InputError(
      `Cannot resume run ${id} as it is ${status}: a budget above ${amountOf(least, unit)} ` +
        `extends it${budget === undefined ? "" : `, given ${amountOf(budget, unit)}`}` +
        (status === "stopped" ? withoutRule(run) : ""),
    );
  }
  if (tags.includes(NOT_RESUMABLE)) {
    throw new InputError(
      `Cannot extend run ${id} as its environment cannot be restored: train a new one`,
    );
  }
}

/** That a stop rule stays a run's, and what trains on from its weights without one. */
function withoutRule({ id, manifest: { definition, determined } }: Run): string {
  if (!isRecord(determined.configuration.stop)) return "";
  const { module } = definition;
  const name = isAbsolute(module) ? module : determined.experiment;
  return `, with its stop rule; run ${name} --from ${id} --set stop=default starts from its weights ` +
    "without one";
}

/**
 * The manifest that a run goes on under from its checkpoint. One that begins under another budget than its
 * sweep gave it is no run of that sweep.
 *
 * @throws InputError where the checkpoint has spent the budget already.
 */
function continued(
  { id, manifest }: Run,
  { unit, progress, budget }: {
    readonly unit: BudgetUnit;
    readonly progress: Progress;
    readonly budget: number | undefined;
  },
): Manifest {
  const { determined } = manifest;
  const { configuration } = determined;
  const total = configuration.budget as number;
  if (budget === undefined || budget === total) return manifest;
  if (budget <= progress[unit]) {
    throw new InputError(
      `Cannot resume run ${id} with this budget as it must be above the ` +
        `${amountOf(progress[unit], unit)} that it took already: ${amountOf(budget, unit)}`,
    );
  }
  const { iterations } = progress;
  const earlier = earlierStages(configuration);
  const isLonger = iterations > (earlier.at(-1)?.iterations ?? 0);
  const earlierBudgets = [...earlier, ...(isLonger ? [{ budget: total, iterations }] : [])];
  const { sweep, ...others } = manifest;
  return {
    ...others,
    ...(earlierBudgets.length > 0 && sweep !== undefined ? { sweep } : {}),
    budgetUnit: unit,
    determined: {
      ...determined,
      configuration: {
        ...configuration,
        budget,
        ...(earlierBudgets.length > 0 ? { earlierBudgets } : {}),
      },
    },
  };
}

/** The manifest of a run that is trained from an iteration on by its definition's file as it is now. */
export async function byFileNow(manifest: Manifest, iteration: number): Promise<Manifest> {
  const { definition, determined } = manifest;
  const { module } = definition;
  if (module === "" || !needsModule(determined.configuration)) return manifest;
  const hash = await hashOfModule(modulePath(module));
  return { ...manifest, definition: goneOn(definition, hash, iteration) };
}

/** Lines on what is no longer as the manifest says: results may then differ. */
export async function changesSince(manifest: Manifest): Promise<string[]> {
  const { code, versions } = await provenance();
  const { definition } = manifest;
  const change = await changeOf(definition);
  const lines = change === undefined
    ? []
    : [`${definitionFile(definition)} ${change} since the run began`];
  if (code.hash !== manifest.code.hash) {
    lines.push(`the lab's code has changed since the run began: ${shownCode(manifest.code)}`);
  }
  const changed = Object.keys(versions).filter((name) =>
    versions[name] !== manifest.versions[name]
  );
  for (const name of changed) {
    lines.push(`${name} is ${versions[name]}, the run began with ${manifest.versions[name]}`);
  }
  return lines;
}

/**
 * @param act What is to be done with the run: `go on with`.
 * @throws InputError where the run has parts of a file that is gone, with what there is without it.
 */
export function requireOwnFile({ id, manifest }: Run, act: string): void {
  if (!isOwnFileGone(manifest)) return;
  throw new InputError(
    `Cannot ${act} run ${id} as the file of its own parts must lie where it was: ` +
      `${manifest.definition.module} is gone (its figures need no file: runs, compare, report, ` +
      "export --format csv)",
  );
}

/** The file of a definition, as lines on it begin. */
export function definitionFile({ module }: Manifest["definition"]): string {
  return `the definition file ${module}`;
}

/** What has become of the file of a definition since a run was asked for with it; undefined: nothing. */
async function changeOf(
  definition: Pick<Manifest["definition"], "module" | "hash">,
): Promise<"has changed" | "is gone" | undefined> {
  const { module, hash } = definition;
  if (module === "" || await hashOfModule(modulePath(module)) === hash) return undefined;
  return isGone(definition) ? "is gone" : "has changed";
}

/** What has become of a definition that is a file of the user's; the lab's own belong to its version. */
export async function ownFileChange(
  definition: Pick<Manifest["definition"], "module" | "hash">,
): ReturnType<typeof changeOf> {
  return isAbsolute(definition.module) ? await changeOf(definition) : undefined;
}

/** A revision for people: twelve digits, and whether files had changed. */
function shownCode({ revision, dirty }: Manifest["code"]): string {
  if (revision === null) return "unknown revision";
  return `revision ${revision.slice(0, 12)}${dirty ? " with changes" : ""}`;
}
