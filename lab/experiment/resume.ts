/**
 * Resume: a run goes on from its last checkpoint, to the same bits as if it had never stopped.
 *
 * @module
 */
import { choiceOf } from "../compute/backend_choice.ts";
import { amountOf } from "../core/budget.ts";
import { InputError } from "../core/errors.ts";
import type { Json } from "../core/snapshot.ts";
import type { BudgetUnit } from "../core/trainer.ts";
import type { Manifest, Run } from "../store/store.ts";
import { type Budgeted, totalOf } from "./budget.ts";
import type { ExperimentDefinition } from "./definition.ts";
import { Describer } from "./describe.ts";
import {
  type LaunchOptions,
  NOT_RESUMABLE,
  requireLibrary,
  threadsOf,
  type Trainee,
  trainRecorded,
  weightsAgain,
} from "./recorded_run.ts";
import { hashOfModule, modulePath } from "./load.ts";
import { isOwn } from "./own.ts";
import { provenance } from "./manifest.ts";
import { earlierBudgets, type StoredRunner, StoreRecorder } from "./recorder.ts";
import type { Registries } from "./registries.ts";
import { trainerDefinition } from "./session.ts";
import { TrainingWorker, type TrainOrder } from "./training_worker.ts";

/**
 * Goes on with a run that was interrupted, killed or failed, from its last checkpoint (from the
 * beginning where there is none, or where the world cannot be restored), and ends in the same digest
 * as if it had never stopped.
 *
 * A finished run needs a larger `budget`, which extends it: learning-rate and exploration schedules
 * that depend on the budget then follow the new one, so that an extended run differs from one that
 * had the larger budget all along. The manifest keeps the earlier budgets as `extendedFrom`.
 *
 * @throws InputError for a finished run without a larger budget, a diverged run, and one whose
 *   module is gone or whose products another library computed; LabError where another process trains the run.
 */
export async function resume(reference: string, options: ResumeOptions): Promise<Run> {
  const { id } = options.store.find(reference);
  {
    using _lock = options.store.lock(id);
    using worker = new TrainingWorker(threadsOf(options, 1), options);
    await goOn(id, options.trainee ?? worker, options);
  }
  return options.store.run(id)!;
}

/** How a run goes on. */
export interface ResumeOptions
  extends Omit<LaunchOptions, "workers">, Partial<Pick<LaunchOptions, "workers">> {
  /** A larger total budget, which extends a finished run: in the trainer's unit, or as text with its
   * own (`100k-steps`). */
  readonly budget?: number | string;
  /** What trains; default: a worker. */
  readonly trainee?: Trainee;
  /** The run's definition, where it is at hand. */
  readonly definition?: ExperimentDefinition;
}

async function goOn(id: string, trainee: Trainee, options: ResumeOptions): Promise<void> {
  const { store, registries, onProgress } = options;
  const run = store.run(id)!;
  const trainer = await trainerOf(run.manifest, registries, options.definition);
  const unit = trainer.budgetUnit;
  const budget = options.budget === undefined
    ? undefined
    : totalOf(String(options.budget), trainer, run.manifest.determined.configuration).total;
  const manifest = continued(run, unit, budget);
  const extends_ = manifest !== run.manifest;
  const checkpoint = run.tags.includes(NOT_RESUMABLE)
    ? undefined
    : store.checkpoints(id).filter(({ kind }) => kind !== "diverged").at(-1);
  const order = orderOf(manifest, registries);
  const { from } = manifest.determined;
  let start: TrainOrder["start"];
  let counters = noCounters;
  if (checkpoint !== undefined) {
    const { snapshot, runner } = await store.loadCheckpoint(id, checkpoint);
    const { state, progress } = runner as unknown as StoredRunner;
    start = { snapshot, runner: state };
    counters = { ...progress, wallSeconds: state.wallSeconds };
  } else if (from !== undefined) order.weights = await weightsAgain(store, from);

  let recorder: StoreRecorder | undefined;
  await trainRecorded(
    trainee,
    { ...order, ...(start && { start }) },
    async (opened) => {
      requireLibrary(run, opened, "resume");
      store.beginAttempt(id, checkpoint?.iteration ?? -1);
      store.update(id, {
        status: "running",
        message: null,
        endedAt: null,
        digest: null,
        ...counters,
        ...(extends_ ? { manifest } : {}),
      });
      recorder = new StoreRecorder(store, store.run(id)!, unit, onProgress);
      recorder.started();
      const at = checkpoint === undefined ? "the beginning" : `iteration ${checkpoint.iteration}`;
      recorder.event("info", `resumed from ${at}`);
      for (const line of await changesSince(manifest)) recorder.event("warning", line);
    },
    () => recorder,
    options,
  );
}

const noCounters = {
  iterations: 0,
  environmentSteps: 0,
  gradientSteps: 0,
  examples: 0,
  wallSeconds: 0,
};

/** What a manifest orders a worker to do. */
export function orderOf(
  { determined, definition }: Manifest,
  registries: Registries,
): { -readonly [K in keyof TrainOrder]: TrainOrder[K] } {
  const { experiment, configuration, seed, backend } = determined;
  const job = {
    experiment,
    module: definition.module,
    configuration,
    seed,
    backend: choiceOf(backend),
  };
  return { job, registries: registries.module };
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

/** The manifest that the run goes on under. */
function continued(run: Run, unit: BudgetUnit, budget: number | undefined): Manifest {
  const { determined } = run.manifest;
  const total = determined.configuration.budget as number;
  if (run.status === "diverged") {
    throw new InputError(
      `Cannot resume run ${run.id} as it would diverge again (${run.message}): ` +
        "start a new one with other settings",
    );
  }
  if (run.status !== "completed" && run.status !== "stopped") {
    if (budget === undefined || budget === total) return run.manifest;
    throw new InputError(
      `Cannot extend run ${run.id} as it must finish its ${amountOf(total, unit)} first: ` +
        `resume it without a budget`,
    );
  }
  if (budget === undefined || budget <= total) {
    throw new InputError(
      `Cannot resume run ${run.id} as it is ${run.status}: a budget above ` +
        `${amountOf(total, unit)} extends it${budget === undefined ? "" : `, given ${budget}`}`,
    );
  }
  if (run.tags.includes(NOT_RESUMABLE)) {
    throw new InputError(
      `Cannot extend run ${run.id} as its environment cannot be restored: train a new one`,
    );
  }
  const configuration: { [key: string]: Json } = {
    ...determined.configuration,
    budget,
    extendedFrom: [...earlierBudgets(determined.configuration), total],
  };
  return { ...run.manifest, determined: { ...determined, configuration } };
}

/** Lines on what is no longer as the manifest says: results may then differ. */
export async function changesSince(manifest: Manifest): Promise<string[]> {
  const { code, versions } = await provenance();
  const lines: string[] = [];
  const { module, hash } = manifest.definition;
  if (module !== "" && await hashOfModule(modulePath(module)) !== hash) {
    lines.push(`the definition file ${module} has changed since the run began`);
  }
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

/** A revision for people: twelve digits, and whether files had changed. */
function shownCode({ revision, dirty }: Manifest["code"]): string {
  if (revision === null) return "unknown revision";
  return `revision ${revision.slice(0, 12)}${dirty ? " with changes" : ""}`;
}

/** Every budget that a run was trained under, in order. */
export function stagesOf(manifest: Manifest): number[] {
  const { configuration } = manifest.determined;
  return [...earlierBudgets(configuration), configuration.budget as number];
}
