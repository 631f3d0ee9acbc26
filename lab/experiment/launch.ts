/**
 * Runs with a store: several at once, each in a worker, with the main thread as the only writer.
 *
 * @module
 */
import type { BackendChoice } from "../compute/backend_choice.ts";
import { InputError } from "../core/errors.ts";
import type { Seed } from "../core/random.ts";
import type { Json, Snapshot } from "../core/snapshot.ts";
import type { BudgetUnit } from "../core/trainer.ts";
import { lockBatch } from "../store/lock.ts";
import type { Manifest, Run, Store } from "../store/store.ts";
import { type Described, Describer } from "./describe.ts";
import { manifestOf, provenance, type RunFacts } from "./manifest.ts";
import { REFUSED } from "./untrained.ts";
import type { Opened } from "./protocol.ts";
import {
  irreproducibleLine,
  type LaunchOptions,
  NOT_RESUMABLE,
  sourceAgain,
  sourceOf,
  sourceRun,
  threadsOf,
  type Trainee,
  trainRecorded,
} from "./recorded_run.ts";
import { StoreRecorder } from "./recorder.ts";
import type { Registries } from "./registries.ts";
import { goOnAfter, ownFileChange, resumeIn, type ResumeOptions } from "./resume.ts";
import { parseSeed } from "./session.ts";
import { refusedSource, sourceEvent } from "./source_run.ts";
import { settleLibrary, TrainingWorker, type TrainOrder } from "./training_worker.ts";

export type { LaunchOptions } from "./recorded_run.ts";
export type { RunProgress } from "./recorder.ts";
export { reproduce, type Reproduction } from "./reproduce.ts";
export { isOpen, resume } from "./resume.ts";

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
  /** The sweep that asks for it, and its trial there. */
  readonly sweep?: Manifest["sweep"];
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
  /** Why a point of a sweep cannot be trained. */
  readonly refusal?: string;
  /** The stored request of a batch whose run this is. */
  readonly waiting?: number;
}

/** What a batch keeps of a plan until its run begins: all that decides the run, as plain data. */
type StoredPlan =
  & Pick<Plan, "unit" | "facts" | "notes" | "refusal">
  & Pick<RunRequest, "backend" | "threads" | "name" | "tags" | "note">;

/**
 * Trains the requested runs, `workers` at a time, and returns those that were started, in the order
 * of the requests. The numbers do not depend on how many train at once. Several are a batch, whose
 * requests the store keeps until each begins.
 *
 * All requests are checked before the first run starts, as far as that needs no trainer: an
 * `InputError` leaves the store as it was; `onPlanned` is called in between.
 * A run that fails is marked `failed` and ends alone. A request that its trainer refuses is given up,
 * and the others go on; where a run cannot start for another reason, no further one is started.
 *
 * @param options.onRefused Hears of what was refused, once those that train have ended.
 * @throws InputError where no run could start, or nobody listens for what was refused; the error of a
 *   run that could not start for another reason. Those under way have ended.
 */
export async function launch(
  requests: readonly RunRequest[],
  options: LaunchOptions & {
    readonly onPlanned?: (plans: readonly Plan[]) => void;
    readonly onRefused?: (refusals: readonly InputError[]) => void;
  },
): Promise<Run[]> {
  const { store, onRefused } = options;
  const plans = await plansOf(requests, options);
  // Said before anything else is, where there is none.
  await settleLibrary(plans.map(({ order }) => order), options.isolated);
  options.onPlanned?.(plans);
  const batch = plans.length > 1 ? store.addBatch(plans.map(storedPlan)) : undefined;
  using _lock = batch && lockBatch(store.location, batch.id);
  const refusals: InputError[] = [];
  const { runs, refused: [obstacle] } = await inLanes(
    plans.map((plan, i) => async (worker) => {
      const waiting = batch?.waiting[i];
      try {
        return await trainPlan(worker, { ...plan, waiting }, options);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        if (waiting !== undefined) store.dropRequest(waiting);
        refusals.push(error);
      }
    }),
    options,
    { stopAtRefusal: true },
  );
  if (batch !== undefined && runs.length === 0 && obstacle !== undefined) store.dropBatch(batch.id);
  const [refusal] = refusals;
  if (refusal !== undefined && (runs.length === 0 || onRefused === undefined)) throw refusal;
  if (refusal !== undefined) onRefused?.(refusals);
  if (obstacle !== undefined) throw obstacle;
  return runs;
}

/**
 * Goes on with several runs as {@linkcode resume} does, and begins the runs of requests that a batch
 * left waiting, `workers` at a time, each to the bits that it would have had.
 *
 * @returns The runs that went on or began, and what was thrown by those that could not, as where another
 *   process begins those of their batch; the others do not wait for it.
 */
export async function resumeAll(
  ids: readonly string[],
  waiting: readonly number[],
  options: Omit<ResumeOptions, "workers" | "trainee"> & Pick<LaunchOptions, "workers">,
): Promise<Trained> {
  using locks = new DisposableStack();
  const taken = takenElsewhere(waiting, options.store, locks);
  return await inLanes([
    ...ids.map((id) => async (worker: TrainingWorker) => {
      await resumeIn(worker, id, options);
      return id;
    }),
    ...waiting.map((request) => async (worker: TrainingWorker) => {
      if (taken.has(request)) throw taken.get(request);
      return await trainPlan(worker, await waitingPlan(request, options), options);
    }),
  ], options);
}

/** Takes the locks of the batches of requests; of those whose batch another process holds, the error. */
function takenElsewhere(
  waiting: readonly number[],
  store: Store,
  locks: DisposableStack,
): ReadonlyMap<number, unknown> {
  const taken = new Map<number, unknown>();
  for (const batch of waiting.length === 0 ? [] : store.batches()) {
    const own = batch.waiting.filter((request) => waiting.includes(request));
    if (own.length === 0) continue;
    try {
      locks.use(lockBatch(store.location, batch.id));
    } catch (error) {
      for (const request of own) taken.set(request, error);
    }
  }
  return taken;
}

/** What became of several runs. */
interface Trained {
  /** Those that were trained, in order. */
  readonly runs: Run[];
  /** What was thrown by those that could not start. */
  readonly refused: readonly unknown[];
}

/**
 * Trains a run in a worker that is its own for so long, and returns the run's id; undefined where it was
 * given up.
 */
export type Task = (worker: TrainingWorker) => Promise<string | undefined>;

/** Does tasks, each in a lane of its own, until the signal is aborted, or where asked one is refused. */
async function inLanes(
  tasks: readonly Task[],
  options: LaunchOptions,
  settings: { readonly stopAtRefusal?: boolean } = {},
): Promise<Trained> {
  using lanes = new Lanes(Math.min(options.workers, tasks.length), options);
  return await lanes.train(tasks, settings);
}

/** Workers that train side by side, and stay for what comes after. Dispose to end them. */
export class Lanes implements Disposable {
  readonly #workers: readonly TrainingWorker[];

  /** @param count Of the workers, at least one. */
  constructor(count: number, private readonly options: LaunchOptions) {
    const lanes = Math.max(1, count);
    const threads = threadsOf(options, lanes);
    this.#workers = Array.from({ length: lanes }, () => new TrainingWorker(threads, options));
  }

  /** Does tasks until the signal is aborted, or where asked one is refused. */
  async train(tasks: readonly Task[], { stopAtRefusal = false } = {}): Promise<Trained> {
    const { signal, store } = this.options;
    const ids: (string | undefined)[] = tasks.map(() => undefined);
    const refused: unknown[] = [];
    let next = 0;
    const goesOn = () =>
      next < tasks.length && !signal?.aborted && !(stopAtRefusal && refused.length > 0);
    const lane = async (worker: TrainingWorker) => {
      while (goesOn()) {
        const index = next++;
        try {
          ids[index] = await tasks[index](worker);
        } catch (error) {
          refused.push(error);
        }
      }
    };
    await Promise.all(this.#workers.map(lane));
    // One may have been deleted for good while others trained.
    const runs = ids.flatMap((id) => id === undefined ? [] : store.run(id) ?? []);
    return { runs, refused };
  }

  [Symbol.dispose](): void {
    for (const worker of this.#workers) worker[Symbol.dispose]();
  }
}

/** What a batch, or a hub, keeps of a plan. */
export function storedPlan({ request, unit, facts, notes, refusal }: Plan): Json {
  const { backend, threads, name, tags, note } = request;
  const stored: StoredPlan = { unit, facts, notes, refusal, backend, threads, name, tags, note };
  return stored as unknown as Json;
}

/**
 * The plan of a request that waits.
 *
 * @throws InputError where the weights that it starts from, or the file that defines it, are no longer the
 *   same; LabError where it has begun.
 */
export async function waitingPlan(
  waiting: number,
  { store, registries }: Pick<LaunchOptions, "store" | "registries">,
): Promise<Plan> {
  const { unit, facts, notes, refusal, ...asked } = store.request(
    waiting,
  ) as unknown as StoredPlan;
  const source = facts.from === undefined ? undefined : await sourceAgain(store, facts.from);
  const { experiment, module, seed } = facts;
  const change = await ownFileChange(facts);
  if (change !== undefined) {
    throw new InputError(
      `Cannot begin ${experiment} seed ${seed} as ${module} must be what it was when the run was asked ` +
        `for: it ${change}`,
    );
  }
  const request = { ...asked, seed: BigInt(seed) };
  const order = orderFor(facts, request, registries, source);
  return { request, unit, order, facts, refusal, notes, waiting };
}

/** What a worker is to do for a run. */
function orderFor(
  { experiment, module, configuration, seed }: Plan["facts"],
  { backend, threads }: Pick<RunRequest, "backend" | "threads">,
  registries: Registries,
  source: Snapshot | undefined,
): TrainOrder {
  return {
    job: { experiment, module, configuration, seed, backend },
    registries: registries.module,
    ...(threads === undefined ? {} : { threads }),
    ...(source === undefined ? {} : { source }),
  };
}

/**
 * Finds and checks what requests ask for.
 *
 * @throws InputError for one that cannot be trained.
 */
export async function plansOf(
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
  const facts = {
    experiment,
    version,
    configuration,
    seed,
    budgetUnit: unit,
    module,
    hash,
    ...(source === undefined ? {} : { from: source.from }),
    ...(request.sweep === undefined ? {} : { sweep: request.sweep }),
  };
  const order = orderFor(facts, request, registries, source?.snapshot);
  return { request, unit, expectedSeconds, order, facts, notes };
}

/**
 * Trains a plan under the eyes of the store and returns the run's id, its lock released. A point of a
 * sweep that is refused is one of its trials all the same: its run is stored as one that failed.
 *
 * @throws what comes before the run is stored; a later failure marks the run as failed.
 */
export async function trainPlan(
  trainee: Trainee,
  plan: Plan,
  options: Omit<LaunchOptions, "workers">,
): Promise<string> {
  if (plan.refusal !== undefined) return await keepRefused(plan, plan.refusal, options);
  using resources = new DisposableStack();
  let recorder: StoreRecorder | undefined;
  const { from, configuration } = plan.facts;
  const source = from && sourceRun(options.store, from);
  const opened = async (opened: Opened) => {
    recorder = await begun(plan, opened, options, resources);
    for (const note of plan.notes) recorder.event("info", note);
    const start = source && sourceEvent(source, configuration);
    if (start !== undefined) recorder.event(start.level, start.message);
    const { warning } = await provenance();
    if (warning !== undefined) recorder.event("warning", warning);
    const { irreproducible } = opened;
    if (irreproducible !== null) recorder.event("info", irreproducibleLine(irreproducible));
  };
  try {
    const crash = await trainRecorded(trainee, plan.order, opened, () => recorder, options);
    const { id } = recorder!.run;
    await goOnAfter(crash, id, trainee, options);
    return id;
  } catch (error) {
    const refusal = source ? refusedSource(error, source, configuration) : error;
    const isPoint = plan.facts.sweep !== undefined && recorder === undefined;
    if (!isPoint || !(refusal instanceof InputError)) throw refusal;
    return await keepRefused(plan, refusal.message, options);
  }
}

/** Stores the run of a plan, which is locked until `resources` are disposed of. */
async function begun(
  { request, facts, unit, waiting }: Plan,
  opened: Opened,
  { store, onProgress }: Omit<LaunchOptions, "workers">,
  resources: DisposableStack,
): Promise<StoreRecorder> {
  const run = store.createRun({
    name: request.name ?? facts.experiment,
    manifest: await manifestOf({ ...facts, ...opened }),
    tags: [...request.tags ?? [], ...(opened.resumable ? [] : [NOT_RESUMABLE])],
    note: request.note ?? "",
    request: waiting,
  });
  resources.use(store.lock(run.id));
  const recorder = new StoreRecorder(store, store.run(run.id) ?? run, unit, onProgress);
  recorder.started();
  return recorder;
}

/** What computed a run that was refused. */
const nothing: Opened = {
  ...{
    backend: REFUSED,
    backendReason: "it was refused",
    adapter: null,
    library: null,
    data: null,
  },
  ...{ threads: 0, resumable: true, irreproducible: null },
};

/** Stores the run of a plan that was refused, and returns its id. */
async function keepRefused(
  plan: Plan,
  message: string,
  options: Omit<LaunchOptions, "workers">,
): Promise<string> {
  using resources = new DisposableStack();
  const recorder = await begun(plan, nothing, options, resources);
  recorder.failed(message);
  return recorder.run.id;
}
