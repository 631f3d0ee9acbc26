/**
 * Runs with a store: several at once, each in a worker, with the main thread as the only writer.
 *
 * @module
 */
import type { BackendChoice } from "../compute/backend_choice.ts";
import type { Seed } from "../core/random.ts";
import type { BudgetUnit } from "../core/trainer.ts";
import type { Run } from "../store/store.ts";
import { type Described, Describer } from "./describe.ts";
import { manifestOf, type RunFacts } from "./manifest.ts";
import type { Opened } from "./protocol.ts";
import {
  irreproducibleLine,
  type LaunchOptions,
  NOT_RESUMABLE,
  sourceOf,
  threadsOf,
  type Trainee,
  trainRecorded,
} from "./recorded_run.ts";
import { StoreRecorder } from "./recorder.ts";
import { parseSeed } from "./session.ts";
import { TrainingWorker, type TrainOrder } from "./training_worker.ts";

export type { LaunchOptions } from "./recorded_run.ts";
export type { RunProgress } from "./recorder.ts";
export { reproduce, type Reproduction } from "./reproduce.ts";
export { resume } from "./resume.ts";

/** A run that is asked for. */
export interface RunRequest {
  /** An experiment's name or a module that exports a definition. */
  readonly reference: string;
  /** What stands there with these overrides, where that is known already. */
  readonly described?: Described;
  /** Overrides by path. */
  readonly set?: readonly (readonly [path: string, value: string])[];
  /** Total budget: in the trainer's unit, or as text with its own (`100k-steps`). */
  readonly budget?: number | string;
  readonly seed: Seed;
  readonly backend: BackendChoice;
  /** Threads that its steps may use; left out: those of {@linkcode LaunchOptions}. */
  readonly threads?: number;
  /** A stored run whose weights this one starts from. */
  readonly from?: string;
  /** Default: the experiment's name. */
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly note?: string;
}

/** A request with everything found and checked. */
export interface Plan {
  readonly request: Omit<RunRequest, "reference">;
  readonly unit: BudgetUnit;
  /** See `secondsOf`. */
  readonly expectedSeconds?: number;
  readonly order: TrainOrder;
  readonly facts: Omit<RunFacts, keyof Opened>;
  readonly notes: readonly string[];
}

/**
 * Trains the requested runs, `workers` at a time, and returns those that were started, in the order
 * of the requests. The numbers do not depend on how many train at once.
 *
 * All requests are checked before the first run starts: an `InputError` leaves the store as it was;
 * `onPlanned` is called in between.
 * A run that fails is marked `failed` and ends alone. Where a run cannot even start, no further one
 * is started and the error is thrown when those under way have ended.
 */
export async function launch(
  requests: readonly RunRequest[],
  options: LaunchOptions & { readonly onPlanned?: (plans: readonly Plan[]) => void },
): Promise<Run[]> {
  const plans = await plansOf(requests, options);
  options.onPlanned?.(plans);
  const runs: (Run | undefined)[] = plans.map(() => undefined);
  let next = 0;
  let refused: unknown;
  const lanes = Math.max(1, Math.min(options.workers, plans.length));
  const lane = async () => {
    using worker = new TrainingWorker(threadsOf(options, lanes), options);
    while (next < plans.length && refused === undefined && !options.signal?.aborted) {
      const index = next++;
      try {
        const id = await trainPlan(worker, plans[index], options);
        runs[index] = options.store.run(id);
      } catch (error) {
        refused ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (refused !== undefined) throw refused;
  return runs.filter((run) => run !== undefined);
}

async function plansOf(
  requests: readonly RunRequest[],
  options: Pick<LaunchOptions, "store" | "registries">,
): Promise<Plan[]> {
  using describer = new Describer(options.registries);
  const plans: Plan[] = [];
  for (const request of requests) {
    const { reference, described = await describer.describe(reference, request) } = request;
    plans.push(await planOf(described, request, options));
  }
  return plans;
}

/**
 * Finds and checks what a request for a described definition asks for.
 *
 * @throws InputError for a seed or a stored run that cannot be used.
 */
export async function planOf(
  { name: experiment, version, module, hash, configuration, unit, expectedSeconds, notes }:
    Described,
  request: Omit<RunRequest, "reference">,
  { store, registries }: Pick<LaunchOptions, "store" | "registries">,
): Promise<Plan> {
  const seed = String(parseSeed(String(request.seed)));
  const source = request.from === undefined ? undefined : await sourceOf(store, request.from);
  return {
    request,
    unit,
    expectedSeconds,
    order: {
      job: { experiment, module, configuration, seed, backend: request.backend },
      registries: registries.module,
      ...(request.threads === undefined ? {} : { threads: request.threads }),
      ...(source === undefined ? {} : { source: source.snapshot }),
    },
    facts: {
      experiment,
      version,
      configuration,
      seed,
      budgetUnit: unit,
      module,
      hash,
      ...(source === undefined ? {} : { from: source.from }),
    },
    notes,
  };
}

/**
 * Trains a plan under the eyes of the store and returns the run's id, its lock released.
 *
 * @throws what comes before the run is stored; a later failure marks the run as failed.
 */
export async function trainPlan(
  trainee: Trainee,
  plan: Plan,
  options: Omit<LaunchOptions, "workers">,
): Promise<string> {
  const { store, onProgress } = options;
  const { request, facts, order, unit } = plan;
  using resources = new DisposableStack();
  let recorder: StoreRecorder | undefined;
  const opened = async (opened: Opened) => {
    const run = store.createRun({
      name: request.name ?? facts.experiment,
      manifest: await manifestOf({ ...facts, ...opened }),
      tags: [...request.tags ?? [], ...(opened.resumable ? [] : [NOT_RESUMABLE])],
      note: request.note ?? "",
    });
    resources.use(store.lock(run.id));
    recorder = new StoreRecorder(store, store.run(run.id) ?? run, unit, onProgress);
    recorder.started();
    for (const note of plan.notes) recorder.event("info", note);
    const { irreproducible } = opened;
    if (irreproducible !== null) recorder.event("info", irreproducibleLine(irreproducible));
  };
  await trainRecorded(trainee, order, opened, () => recorder, options);
  return recorder!.run.id;
}
