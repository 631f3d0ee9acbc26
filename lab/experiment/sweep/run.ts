/**
 * Runs sweeps: which values of some fields are best, over several seeds each. A trial is a point of the
 * space with a run a seed, on tuning seeds; the best one is judged on other seeds. Reads from the store
 * what a sweep lacks, trains that, and looks again.
 *
 * @module
 */
import { InputError, LabError, unknownName } from "../../core/errors.ts";
import type { Json } from "../../core/snapshot.ts";
import type { Curve } from "../../search/pruners.ts";
import type { Point } from "../../search/space.ts";
import { lockSweep } from "../../store/lock.ts";
import { prunedBy } from "../../store/run_status.ts";
import type { Run, Store, StoreReader } from "../../store/store.ts";
import { JUDGING } from "../judging.ts";
import { type Described, Describer } from "../describe.ts";
import { Lanes, type LaunchOptions, type Plan, planOf, type Task, trainPlan } from "../launch.ts";
import { REFUSED } from "../untrained.ts";
import { setAt } from "../resolve.ts";
import { ownFileChange, resumeIn } from "../resume.ts";
import { figuresOf } from "../score.ts";
import { requireSame, settingsOf, type Sweep, whereSweep } from "./sweep.ts";
import {
  curvesOf,
  hasEnded,
  leaves,
  runsOf,
  shownOf,
  stateOf,
  type SweepState,
  type Trial,
  triedAgain,
} from "./state.ts";

/** What {@linkcode runSweep} takes beside the store and who watches. */
export interface SweepOptions extends LaunchOptions {
  /** More trials than the stored sweep of this name has. */
  readonly extend?: boolean;
  readonly tags?: readonly string[];
  readonly note?: string;
  /** See {@linkcode resolveSweep}. */
  readonly examine?: boolean;
  /** Called when the sweep is in the store, before anything is trained, with how many runs are tried again. */
  readonly onBegun?: (again: number) => void;
  /** Given: other machines train, and the store is what this one reads of theirs. */
  readonly elsewhere?: Elsewhere;
}

/** Machines that train, and write the store. */
export interface Elsewhere {
  /** Keeps what a sweep tries, where it is still `before` or new; the store has it then. */
  keep(name: string, definition: Json, before: Json | undefined): Promise<void>;
  /** Asks for plans and waits for their runs and for others; the store has them then. */
  train(plans: readonly Plan[], others: readonly string[], more: {
    /** Why a run is to end early, by what the store has of it; undefined: it is not. */
    readonly endsEarly?: (run: Run) => string | undefined;
    readonly signal?: AbortSignal;
  }): Promise<void>;
}

/**
 * Trains what a sweep lacks: its trials, then the best one on judging seeds. A stored sweep of the
 * name goes on where it stood, and tries again what had failed. How many train at once decides nothing:
 * trials of a sampler that learns, and of a pruner, come one after another, their seeds side by side.
 *
 * A point that is refused is a trial whose runs failed, the worst.
 *
 * @throws {InputError} where the stored sweep is another one, where the first runs that end do not
 *   report the objective, and where every trial was refused.
 * @throws {LabError} where another process trains it in this store.
 */
export async function runSweep(
  name: string,
  resolved: Sweep,
  options: SweepOptions,
): Promise<SweepState> {
  const { store } = options;
  using _lock = options.elsewhere === undefined ? lockSweep(store.location, name) : undefined;
  const stored = store.sweep(name);
  const before = stored?.definition as unknown as Sweep | undefined;
  const sweep = before === undefined ? resolved : rankedAs(before, resolved);
  if (before !== undefined) {
    // One that no run reports was a mistake, and may be mended.
    const { objective } = reportedOf(store, name, before) === undefined ? before : sweep;
    requireSame(name, { ...before, objective }, sweep, options);
    await requireSameFile(name, runsOf(store, name));
  }
  const definition = sweep as unknown as Json;
  if (options.elsewhere === undefined) store.putSweep(name, definition);
  else await options.elsewhere.keep(name, definition, stored?.definition);
  let state = stateOf(store, name, sweep);
  const again = new Set(triedAgain(state).map(({ id }) => id));
  options.onBegun?.(again.size);
  using lanes = new Lanes(options.workers, options);
  using describer = new Describer(options.registries, options);
  const order = { name, sweep, options, describer };
  for (;;) {
    const runs = runsOf(store, name).filter(({ id }) => !again.has(id));
    state = stateOf(store, name, sweep, runs, { before: state });
    if (state.over) requireTaken(state);
    if (state.over || options.signal?.aborted) return state;
    const wanted = wantedOf(state);
    if (options.elsewhere !== undefined) {
      await trainedElsewhere(order, wanted, options.elsewhere);
      if (!options.signal?.aborted) requireObjective(store, name, sweep);
    } else {
      const tasks = wanted.map((each): Task => (worker) => trained(order, each, worker));
      const { refused: [refusal] } = await lanes.train(tasks, { stopAtRefusal: true });
      if (refusal !== undefined) throw refusal;
    }
  }
}

/** A sweep that ranks pruned trials as a stored one does, whose points would move otherwise. */
function rankedAs({ prunedLast }: Sweep, { prunedLast: _, ...sweep }: Sweep): Sweep {
  return prunedLast ? { ...sweep, prunedLast } : sweep;
}

/**
 * Requires that the user's files that finished runs of a sweep are defined in are what they were.
 *
 * @throws {InputError} that names one that has changed.
 */
async function requireSameFile(name: string, runs: readonly Run[]): Promise<void> {
  const finished = runs.filter(({ digest }) => digest !== null);
  const files = new Map(
    finished.map(({ manifest: { definition } }) => [JSON.stringify(definition), definition]),
  );
  for (const definition of files.values()) {
    const change = await ownFileChange(definition);
    if (change === undefined) continue;
    throw new InputError(
      `Cannot go on with the sweep ${name} as ${definition.module} must be what it was when its runs ` +
        `were trained: it ${change} (another --name begins another sweep; delete ` +
        `${whereSweep(name)} lets this one begin anew)`,
    );
  }
}

interface Order {
  readonly name: string;
  readonly sweep: Sweep;
  readonly options: SweepOptions;
  readonly describer: Describer;
}

/** A run that a sweep lacks. */
interface Wanted {
  readonly trial: Trial;
  readonly seed: number;
  /** As far as it came. */
  readonly run: Run | undefined;
  /** What pruners know of the trials before, where it may be pruned. */
  readonly before: readonly Curve[] | undefined;
}

/** What can be trained next side by side, at least one. */
function wantedOf({ trials, best, judged, sweep }: SweepState): Wanted[] {
  const open = trials.filter(({ value, repeats }) => value === undefined && repeats === undefined);
  if (open.length === 0) return seedsOf(best!, judged.runs, JUDGING, sweep.judge);
  if (sweep.pruner === "none") {
    return open.flatMap((trial) => seedsOf(trial, trial.runs, 1, sweep.seeds));
  }
  // The first seed decides whether the others are worth it.
  const [trial] = open;
  const before = curvesOf(trials.slice(0, trial.trial));
  const first = seedsOf(trial, trial.runs.slice(0, 1), 1, 1, before);
  return first.length > 0 ? first : seedsOf(trial, trial.runs, 1, sweep.seeds);
}

/** What is to be trained of the `count` seeds of a trial; given the trials before, it may be pruned. */
function seedsOf(
  trial: Trial,
  runs: readonly Run[],
  from: number,
  count: number,
  before?: readonly Curve[],
): Wanted[] {
  return Array.from({ length: count }, (_, i) => from + i).flatMap((seed) => {
    const run = runs.find(({ manifest }) => Number(manifest.determined.seed) === seed);
    return run !== undefined && hasEnded(run) ? [] : [{ trial, seed, run, before }];
  });
}

async function trainedElsewhere(
  order: Order,
  wanted: readonly Wanted[],
  elsewhere: Elsewhere,
): Promise<void> {
  const plans: Plan[] = [];
  for (const each of wanted) if (each.run === undefined) plans.push(await planned(order, each));
  const others = wanted.flatMap(({ run }) => run?.id ?? []);
  const { sweep, options: { store, signal } } = order;
  // What may be pruned is the first run of one trial.
  const [first] = wanted;
  const endsEarly = (run: Run) =>
    isPruned(store, sweep, first, run) ? prunedBy(sweep.pruner) : undefined;
  await elsewhere.train(plans, others, { endsEarly, signal });
}

/** Whether a run of what was wanted is to end early. */
function isPruned(store: StoreReader, sweep: Sweep, { before }: Wanted, run: Run): boolean {
  return before !== undefined && shownOf(store, sweep, before, run).pruned !== undefined;
}

/** The plan of a run that has not begun. */
async function planned(
  order: Order,
  { trial: { point, trial }, seed }: Wanted,
): Promise<Plan> {
  const { name, sweep: { backend }, options } = order;
  const { described, refusal } = await pointOf(order, point);
  const left = leaves(point, described.configuration);
  if (left !== undefined) {
    // Its runs would never be found again.
    throw new LabError(
      `Cannot try trial ${trial} of the sweep ${name} as its ${left.path} must be ${left.value}: it is ` +
        left.other,
    );
  }
  const request = {
    ...{ seed, backend, tags: options.tags, note: options.note, sweep: { name, trial } },
    name: described.name,
  };
  return { ...await planOf(described, request, options), refusal };
}

/**
 * What a point asks for; where the experiment does not take it, why, and the configuration as it would
 * be.
 */
async function pointOf(
  { sweep, describer }: Order,
  point: Point,
): Promise<{ described: Described; refusal?: string }> {
  const { experiment, budget } = sweep;
  const describe = (set: Sweep["set"]) =>
    describer.describe(experiment, { set, budget: budget ?? undefined });
  try {
    const set = [...sweep.set, ...settingsOf(point)];
    return { described: await describe(set) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const described = structuredClone(await describe(sweep.set));
    for (const [path, value] of Object.entries(point)) {
      setAt(described.configuration, path.split("."), value);
    }
    return { described, refusal: error.message };
  }
}

async function trained(
  order: Order,
  wanted: Wanted,
  worker: Parameters<Task>[0],
): Promise<string> {
  const { sweep, options } = order;
  const { run } = wanted;
  const { store, signal, onProgress } = options;
  const pruning = new AbortController();
  const watching: SweepOptions = {
    ...options,
    signal: signal === undefined ? pruning.signal : AbortSignal.any([signal, pruning.signal]),
    onProgress: (progress) => {
      onProgress?.(progress);
      if (progress.kind !== "evaluation") return;
      if (isPruned(store, sweep, wanted, progress.run)) pruning.abort();
    },
  };
  let id = run?.id;
  if (id !== undefined) await resumeIn(worker, id, watching);
  else id = await trainPlan(worker, await planned(order, wanted), watching);
  const ended = store.run(id)!;
  if (ended.status === "interrupted" && isPruned(store, sweep, wanted, ended)) {
    store.update(id, { status: "stopped", message: prunedBy(sweep.pruner) });
  }
  requireObjective(store, order.name, sweep);
  return id;
}

/**
 * Requires of a sweep that is over that one of its trials was not refused.
 *
 * @throws {InputError} that says why they were.
 */
function requireTaken({ name, trials }: SweepState): void {
  const runs = trials.flatMap(({ runs }) => runs);
  if (runs.some(({ manifest }) => manifest.determined.backend !== REFUSED)) return;
  throw new InputError(
    `Cannot train the sweep ${name} as one of its trials must be taken, and all ${trials.length} ` +
      `were refused: ${runs[0].message}`,
  );
}

/**
 * Requires that one of the runs that have ended says what they are judged by.
 *
 * @throws {InputError}
 */
function requireObjective(store: Store, name: string, sweep: Sweep): void {
  const reported = reportedOf(store, name, sweep);
  if (reported === undefined) return;
  throw unknownName("sweep", "objective", sweep.objective.metric, reported, "runs --json");
}

/** What runs that have ended report in the place of a sweep's objective; undefined where one has it. */
function reportedOf(
  store: Store,
  name: string,
  { objective: { metric } }: Sweep,
): readonly string[] | undefined {
  const ended = store.runs().filter(({ manifest, digest, status }) =>
    manifest.sweep?.name === name && digest !== null && status !== "diverged"
  );
  if (ended.length === 0 || ended.some((run) => metric in figuresOf(store, run))) return undefined;
  return Object.keys(figuresOf(store, ended[0]));
}
