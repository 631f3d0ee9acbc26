/**
 * Sweeps: which values of some fields are best, over several seeds each. A trial is a point of the space
 * with a run a seed, on tuning seeds; the best one is judged on other seeds. All that a sweep is stands
 * in the store: what it tries, and the runs, whose manifests name sweep and trial. So it goes on from
 * wherever it was left, with the same trials.
 *
 * @module
 */
import type { BackendChoice } from "../compute/backend_choice.ts";
import { encodeCanonicalJson } from "../core/canonical_json.ts";
import type { Holdings } from "../core/dataset.ts";
import {
  type DamageError,
  FitError,
  InputError,
  LabError,
  unknownName,
  unlessDamaged,
} from "../core/errors.ts";
import { interquartileMean } from "../core/interquartile_mean.ts";
import { RETURN } from "../core/metrics.ts";
import { isRecord } from "../core/plain.ts";
import { printable } from "../core/printable.ts";
import { streamOf } from "../core/random.ts";
import { shellWord } from "../core/shell.ts";
import type { Json } from "../core/snapshot.ts";
import { importances } from "../search/importance.ts";
import { type Curve, type PrunerName, pruners } from "../search/pruners.ts";
import { gridOf, learns, type SamplerName, samplers } from "../search/samplers.ts";
import {
  checkSpace,
  countOf,
  type Field,
  isTried,
  type Point,
  type Range,
  type Space,
} from "../search/space.ts";
import { lockSweep } from "../store/lock.ts";
import { budgetUnitOf } from "../store/run_budget.ts";
import { prunedBy } from "../store/run_status.ts";
import type { Run, Store, StoreReader } from "../store/store.ts";
import { term } from "./conditions.ts";
import { differingPaths, flatten, JUDGING, newestOfEachSeed } from "./comparison.ts";
import { type Described, Describer } from "./describe.ts";
import {
  isOpen,
  Lanes,
  type LaunchOptions,
  type Plan,
  planOf,
  type Task,
  trainPlan,
} from "./launch.ts";
import { bestByOn } from "./fit.ts";
import { REFUSED } from "./manifest.ts";
import { type Objective, objectiveIn } from "./objective.ts";
import type { Registries } from "./registries.ts";
import { setAt, valueAt } from "./resolve.ts";
import { isOwnFileChanged, resumeIn } from "./resume.ts";
import { stagesOf } from "./stages.ts";
import { figuresOf } from "./score.ts";
import { checkSweep, fieldOf, type SweepDefinition } from "./sweep_definition.ts";
import { trainingOf, type TrainingReturn } from "./verdict.ts";

/** A sweep with everything filled in, as the store has it. */
export interface Sweep {
  readonly experiment: string;
  readonly version: number;
  /** What all trials have in common. */
  readonly configuration: { readonly [key: string]: Json };
  readonly set: readonly (readonly [path: string, value: string])[];
  readonly budget: string | null;
  readonly backend: BackendChoice;
  readonly space: Space;
  readonly sampler: SamplerName;
  readonly pruner: PrunerName;
  readonly trials: number;
  readonly seeds: number;
  readonly seed: number;
  readonly objective: Objective;
  readonly judge: number;
}

/** A trial as far as it came. */
export interface Trial {
  /** From 0. */
  readonly trial: number;
  readonly point: Point;
  /** Runs on the tuning seeds that have begun, by ascending seed. */
  readonly runs: readonly Run[];
  /** The objective of each run that has ended; NaN where it failed, diverged or is not finite. */
  readonly values: readonly number[];
  /** The IQM of all of them, or where it was pruned what it had come to; undefined: not over yet. */
  readonly value: number | undefined;
  readonly pruned: boolean;
  /** What pruners are shown of it, by its first seed; empty without a pruner. */
  readonly curve: Curve;
}

/** How a sweep stands. */
export interface SweepState {
  readonly name: string;
  readonly sweep: Sweep;
  /** Those whose points are known. */
  readonly trials: readonly Trial[];
  /** Runs of these that were trained at points which are drawn no more, as what came before has changed. */
  readonly astray: readonly Run[];
  /** The best of those that are over and were not pruned. */
  readonly best: Trial | undefined;
  /** The best one on judging seeds. */
  readonly judged: {
    readonly runs: readonly Run[];
    readonly values: readonly number[];
    /** See {@linkcode trainingOf}. */
    readonly training: TrainingReturn;
  };
  /** Whether all has been done. */
  readonly over: boolean;
}

const MOST_TUNING_SEEDS = JUDGING - 2;
/** Trials where nothing says how many. */
const TRIALS = 20;

/**
 * Fills in a sweep, and checks that its experiment takes the ends of every range.
 *
 * @param options.examine False: a file's world is not looked at. Default true.
 * @throws {InputError} in a line, before anything is stored.
 */
export async function resolveSweep(
  definition: SweepDefinition,
  registries: Registries,
  options: { readonly examine?: boolean } = {},
): Promise<Sweep> {
  checkSweep(definition);
  const { experiment, budget, seeds = 3, judge = 5, seed = 1, backend = "auto" } = definition;
  const typed = Object.entries(definition.space).map(([path, field]) => fieldOf(path, field));
  checkSpace(typed);
  const set = Object.entries(definition.set ?? {}).map(([path, value]) =>
    [path, textOf(value)] as const
  );
  const both = set.find(([path]) => typed.some((field) => field.path === path));
  if (both !== undefined) {
    throw new InputError(`Cannot sweep over ${both[0]} as it must not be set, too: ${both[1]}`);
  }
  whole("seeds", seeds, 1, MOST_TUNING_SEEDS, "from 101 on they judge");
  whole("judge", judge, 0, 1000);
  whole("seed", seed, 0, Number.MAX_SAFE_INTEGER);
  if (definition.trials !== undefined) whole("trials", definition.trials, 1, 100_000);
  using describer = new Describer(registries, options);
  const overrides = { set, budget };
  const described = await describer.describe(experiment, overrides);
  /** Of each field, by its values' JSON, what the experiment reads in their place. */
  const read = new Map<string, Map<string, Json>>();
  for (const field of typed) {
    const { path } = field;
    const describe = (point: Point) =>
      describer.describe(experiment, { ...overrides, set: [...set, ...settingsOf(point)] });
    const conditions = conditionOf(typed, field);
    const own = new Map<string, Json>();
    for (const value of endsOf(field.range)) {
      const fitting = await requireFit({ ...conditions, [path]: value }, typed, field, describe);
      own.set(JSON.stringify(value), readIn(fitting, path, value));
    }
    read.set(path, own);
    await requireBetween(field, (value) => describe({ ...conditions, [path]: value }));
  }
  const space = typed.map((field) => asRead(field, read));
  checkSpace(space);
  const { sampler, trials } = samplerOf(definition, space);
  const pruner = definition.pruner ?? "none";
  const objective = await objectiveOf(definition.objective, described, registries);
  if (pruner !== "none" && !/^(evaluation|validation)\//.test(objective.metric)) {
    throw new InputError(
      `Cannot prune by ${objective.metric} as a pruner looks at evaluations: take a metric ` +
        "evaluation/… or validation/…",
    );
  }
  const moved = space.find(({ path }) => path === "budget" || path === "evaluation.every");
  if (pruner !== "none" && moved !== undefined) {
    throw new InputError(
      `Cannot prune by ${pruner} as trials must be evaluated at the same places: ${moved.path} is tried`,
    );
  }
  if (pruner !== "none" && rungsOf(described) < 2) {
    const { budget, evaluation } = described.configuration as unknown as Evaluated;
    const often = Math.max(1, Math.ceil(budget / 10));
    throw new InputError(
      `Cannot prune by ${pruner} as runs must be evaluated before their end (--set ` +
        `evaluation.every=${often}): every ${evaluation.every} of a budget of ${budget}`,
    );
  }
  return {
    experiment,
    version: described.version,
    configuration: described.configuration,
    set,
    budget: budget === undefined ? null : String(budget),
    ...{ backend, space, sampler, pruner, trials, seeds, seed, objective, judge },
  };
}

/**
 * What an experiment makes of a value that is text: `1k` of a budget is 1000, `default` what that is. A
 * value that leaves its field out, or is a part of several fields, stays as it is.
 */
function readIn(described: Described | undefined, path: string, value: Json): Json {
  if (described === undefined || typeof value !== "string") return value;
  const read = valueAt(described.configuration, path);
  return read === undefined || isRecord(read) ? value : read;
}

/** A field whose values, and those of its condition, are what the experiment reads. */
function asRead(field: Field, read: ReadonlyMap<string, ReadonlyMap<string, Json>>): Field {
  const { range, when } = field;
  const values = (path: string, typed: readonly Json[]) =>
    typed.map((value) => read.get(path)?.get(JSON.stringify(value)) ?? value);
  return {
    ...field,
    ...(range.kind === "choice"
      ? { range: { ...range, values: values(field.path, range.values) } }
      : {}),
    ...(when === undefined ? {} : { when: { ...when, in: values(when.path, when.in) } }),
  };
}

/** A value as `--set` takes it. */
function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The settings of a point. */
function settingsOf(point: Point): (readonly [path: string, value: string])[] {
  return Object.entries(point).map(([path, value]) => [path, textOf(value)] as const);
}

/** The values that stand for a range when it is checked. */
function endsOf(range: Range): readonly Json[] {
  return range.kind === "choice" ? range.values : [range.low, range.high];
}

/** Points that are looked through for one that fits, at most. */
const MOST_LOOKED_THROUGH = 200;

/**
 * Requires of a value that it fits the experiment, or where it does not as it is, some values of the
 * other fields. Where these are too many to be looked through, that shows when trials have it.
 *
 * @param alone The value and what its field's condition asks for.
 * @returns The experiment with it; undefined where too much would have to be looked through.
 * @throws {InputError} for a value that is none of the field's, or fits nowhere.
 */
async function requireFit(
  alone: Point,
  space: Space,
  field: Field,
  describe: (point: Point) => Promise<Described>,
): Promise<Described | undefined> {
  const fits = (point: Point) =>
    describe(point).catch((error) => {
      if (error instanceof FitError) return error;
      throw error;
    });
  const described = await fits(alone);
  if (!(described instanceof FitError)) return described;
  const value: Range = { kind: "choice", values: [alone[field.path]] };
  const fixed = space.map((each) => each === field ? { ...each, range: value } : each);
  const points = fixed.reduce((product, { range }) => product * countOf(range), 1);
  if (points > MOST_LOOKED_THROUGH) return;
  for (const point of gridOf(fixed)) {
    if (!(field.path in point)) continue;
    const other = await fits(point);
    if (!(other instanceof FitError)) return other;
  }
  throw described;
}

/**
 * Requires of a field whose range has any number between its ends that it takes more than whole ones.
 *
 * @throws {InputError} that shows how whole numbers are written.
 */
async function requireBetween(
  { path, range }: Field,
  describe: (value: Json) => Promise<unknown>,
): Promise<void> {
  if (range.kind !== "uniform" && range.kind !== "log") return;
  const { low, high } = range;
  if (!Number.isInteger(low) || !Number.isInteger(high)) return;
  try {
    await describe(low + (high - low) / Math.PI);
  } catch (error) {
    if (error instanceof FitError) return;
    if (!(error instanceof InputError)) throw error;
    const int = range.kind === "log" ? "log-int" : "int";
    throw new InputError(
      `Cannot sweep over ${path} as it takes whole numbers alone (written ${int}:${low}..${high}): ` +
        shownField({ path, range }),
    );
  }
}

/** Values of other fields with which a field is tried. */
function conditionOf(space: Space, { when }: Field): Point {
  if (when === undefined) return {};
  const other = space.find(({ path }) => path === when.path)!;
  return { ...conditionOf(space, other), [when.path]: when.in[0] };
}

/** @throws {InputError} */
function whole(name: string, value: number, least: number, most: number, why?: string): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new InputError(
    `Cannot sweep as ${name} must be a whole number from ${least} to ${most}` +
      `${why === undefined ? "" : ` (${why})`}: ${JSON.stringify(value)}`,
  );
}

/** How many points a space has; infinity where a range has no end of values, or a grid is too large. */
function pointsOf(space: Space): number {
  try {
    return gridOf(space).length;
  } catch (error) {
    if (error instanceof InputError) return Infinity;
    throw error;
  }
}

function samplerOf(
  { name, sampler, trials, seed }: SweepDefinition,
  space: Space,
): { sampler: SamplerName; trials: number } {
  const chosen = sampler ?? (pointsOf(space) <= (trials ?? TRIALS) ? "grid" : "tpe");
  if (chosen === "grid") {
    if (seed !== undefined) {
      throw new InputError(
        `Cannot sweep as ${name} with a seed as a grid draws nothing, and the seeds of its trials are ` +
          `1, 2, …: ${seed}`,
      );
    }
    const all = gridOf(space).length;
    return { sampler: chosen, trials: Math.min(all, trials ?? all) };
  }
  // What it cannot draw from is refused here, before anything is stored.
  samplers[chosen](space, 0);
  return { sampler: chosen, trials: trials ?? TRIALS };
}

async function objectiveOf(
  text: string | undefined,
  { configuration }: Described,
  registries: Registries,
): Promise<Objective> {
  if (text !== undefined) return objectiveIn(text, { action: "sweep" });
  if ("agent" in configuration) return { metric: RETURN, goal: "maximize" };
  const { name } = configuration.model as { name: string };
  const entry = registries.models.find((each) => each.name === name);
  const bestBy = entry &&
    bestByOn(await entry.load(), configuration.dataset as Pick<Holdings, "unpaired">);
  if (bestBy !== undefined) return bestBy;
  throw new InputError(
    `Cannot sweep over ${name} as it must be said what is best: --objective min:METRIC or max:METRIC`,
  );
}

/**
 * Requires that a sweep is the one that the store has under its name, but for more trials where they
 * are asked for.
 *
 * @throws {InputError} that names the first field that differs.
 */
export function requireSame(
  name: string,
  before: Sweep,
  now: Sweep,
  { extend = false }: { readonly extend?: boolean } = {},
): void {
  const differs = (a: unknown, b: unknown) =>
    encodeCanonicalJson((a ?? null) as Json) !== encodeCanonicalJson((b ?? null) as Json);
  const shown = (value: unknown) => textOf((value ?? null) as Json);
  const changed = (field: string, a: unknown, b: unknown) =>
    new InputError(
      `Cannot go on with the sweep ${name} as ${field} must be what it was, ` +
        `${shown(a)}: ${shown(b)} (another --name begins another sweep)`,
    );
  if (before.experiment !== now.experiment) {
    throw changed("its experiment", before.experiment, now.experiment);
  }
  const paths = new Set([...before.space, ...now.space].map(({ path }) => path));
  for (const path of paths) {
    const [a, b] = [before, now].map(({ space }) => space.find((field) => field.path === path));
    if (differs(a, b)) throw changed(path, shownField(a), shownField(b));
  }
  const settings = [before, now].map(({ configuration }) => flatten(configuration));
  const [path] = differingPaths(settings);
  if (path !== undefined) throw changed(path, settings[0][path], settings[1][path]);
  for (const key of Object.keys(now) as (keyof Sweep)[]) {
    // The configuration, compared above, has what these set, however they are written.
    if (["trials", "set", "budget"].includes(key) || !differs(before[key], now[key])) continue;
    throw changed(`its ${key}`, before[key], now[key]);
  }
  if (now.trials === before.trials || (extend && now.trials > before.trials)) return;
  throw new InputError(
    `Cannot go on with the sweep ${name} as it has ${before.trials} trials, ` +
      `${extend ? "and" : "and without --extend"} must keep them: ${now.trials}`,
  );
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
    if (!await isOwnFileChanged(definition)) continue;
    throw new InputError(
      `Cannot go on with the sweep ${name} as ${definition.module} must be what it was when its runs ` +
        "were trained: it has changed (another --name begins another sweep; delete " +
        `${whereSweep(name)} lets this one begin anew)`,
    );
  }
}

/** `--where` for the runs of a sweep, as it is typed. */
export function whereSweep(name: string): string {
  return `--where ${shellWord(term("sweep", name))}`;
}

/** A field as `--sweep` takes it. */
export function shownField(field: Field | undefined): string {
  if (field === undefined) return "not tried";
  const { range, when } = field;
  const words = { "uniform": "", "log": "log:", "integer": "int:", "log-integer": "log-int:" };
  const text = range.kind === "choice"
    ? range.values.map(textOf).join(",")
    : `${words[range.kind]}${range.low}..${range.high}`;
  return when === undefined
    ? text
    : `${text} where ${when.path} is ${when.in.map(textOf).join(" or ")}`;
}

/**
 * How a stored sweep stands. A run that went on under another budget is none of its runs any more.
 *
 * @param runs Its own, where they are known already.
 */
export function sweepState(
  store: StoreReader,
  name: string,
  runs?: readonly Run[],
): SweepState | undefined {
  const stored = store.sweep(name);
  if (stored === undefined) return undefined;
  return stateOf(store, name, stored.definition as unknown as Sweep, runs, { reads: true });
}

/** How each stored sweep stands, by its name, the newest first; the error of a damaged one. */
export function* sweepStates(store: StoreReader): Generator<[string, SweepState | DamageError]> {
  const runs = Map.groupBy(store.runs(), ({ manifest }) => manifest.sweep?.name);
  for (const name of store.sweepNames()) {
    yield [name, unlessDamaged(() => sweepState(store, name, runs.get(name) ?? [])!)];
  }
}

function runsOf(store: StoreReader, name: string): Run[] {
  return store.runs().filter(({ manifest }) => manifest.sweep?.name === name);
}

/**
 * @param runs Those of the sweep that count.
 * @param options.reads Whether nothing is to be trained: where a trial that later ones followed from lacks
 *   runs, these have their points from their own.
 */
function stateOf(
  store: StoreReader,
  name: string,
  sweep: Sweep,
  runs: readonly Run[] = runsOf(store, name),
  { reads = false }: { readonly reads?: boolean } = {},
): SweepState {
  const byTrial = Map.groupBy(
    runs.filter(({ manifest }) => stagesOf(manifest).length === 1),
    ({ manifest }) => manifest.sweep!.trial,
  );
  const sampling = samplers[sweep.sampler](sweep.space, sweep.seed);
  const trials: Trial[] = [];
  const astray: Run[] = [];
  while (trials.length < sweep.trials) {
    const outcomes = learns(sweep.sampler) ? trials.map((trial) => outcomeOf(trial, sweep)) : [];
    const point = sampling(trials.length, outcomes);
    if (point === undefined) break;
    const all = byTrial.get(trials.length) ?? [];
    const own = runsAt(point, all);
    astray.push(...all.filter((run) => !own.includes(run)));
    const trial = trialOf(store, sweep, { trial: trials.length, point, runs: own }, trials);
    trials.push(trial);
    if (trial.value === undefined && learns(sweep.sampler)) break;
  }
  if (reads && astray.length === 0) {
    const later = [...byTrial].filter(([trial]) => trial >= trials.length).sort(([a], [b]) =>
      a - b
    );
    for (const [trial, all] of later) {
      const point = pointOfRun(sweep.space, all[0]);
      trials.push(trialOf(store, sweep, { trial, point, runs: runsAt(point, all) }, trials));
    }
  }
  // What was drawn after these followed from them.
  if (astray.length > 0) {
    for (const [trial, runs] of byTrial) if (trial >= trials.length) astray.push(...runs);
  }
  const over = trials.filter(({ value, pruned }) => value !== undefined && !pruned);
  const loss = (trial: Trial) => outcomeOf(trial, sweep).loss;
  const [best] = over.filter((trial) => loss(trial) < Infinity).sort((a, b) => loss(a) - loss(b));
  const ofBest = best === undefined ? [] : runsAt(best.point, byTrial.get(best.trial) ?? []);
  const judging = ofSeeds(ofBest, JUDGING, sweep.judge);
  const judged = {
    runs: judging,
    values: valuesOf(store, sweep, judging.filter(hasEnded)),
    training: trainingOf(store, judging.filter(hasEnded)),
  };
  const all = trials.every(({ value }) => value !== undefined);
  return {
    ...{ name, sweep, trials, astray, best, judged },
    over: all && (best === undefined || judged.values.length === sweep.judge),
  };
}

/**
 * Those of a trial's runs that were trained at its point. Where a run that an earlier trial had lost comes to
 * something after all, a sampler that learns draws other points from there on: what was trained at the ones
 * before are no runs of theirs.
 */
function runsAt(point: Point, runs: readonly Run[]): Run[] {
  return runs.filter(({ manifest: { determined: { configuration } } }) =>
    leaves(point, configuration) === undefined
  );
}

/** The first setting of a point at which a configuration does not lie, with what stands there. */
function leaves(
  point: Point,
  configuration: Described["configuration"],
): { path: string; value: string; other: string } | undefined {
  const known = flatten(configuration);
  // A part of several fields stands there field by field.
  const isLeft = ([path, value]: readonly [string, string]) =>
    known[path] !== undefined && known[path] !== printable(value);
  const [path, value] = settingsOf(point).find(isLeft) ?? [];
  return path === undefined ? undefined : { path, value: value!, other: known[path] };
}

/** The point of a space that a run was trained at, by its configuration. */
function pointOfRun(space: Space, { manifest }: Run): Point {
  const known = flatten(manifest.determined.configuration);
  const point: { [path: string]: Json } = {};
  for (const field of space) {
    const { path, range } = field;
    const text = known[path];
    if (text === undefined || !isTried(field, point)) continue;
    const value = range.kind === "choice"
      ? range.values.find((each) => printable(textOf(each)) === text)
      : Number(text);
    if (value !== undefined) point[path] = value;
  }
  return point;
}

/** Trials below which nothing is said of the fields. */
const ENOUGH_TRIALS = 10;

/**
 * The share of each field in what all of them say of the objective, by path; undefined while too few
 * trials are over. Pruned trials are left out: they were not judged at the end.
 */
export function importancesOf({ sweep, trials }: SweepState): Map<string, number> | undefined {
  const over = trials.filter(({ value, pruned }) => value !== undefined && !pruned)
    .map((trial) => outcomeOf(trial, sweep));
  if (over.filter(({ loss }) => loss < Infinity).length < ENOUGH_TRIALS) return undefined;
  return importances(sweep.space, over, streamOf(sweep.seed, "importance"));
}

/** What a trial led to; the worst where its objective is no finite number. */
function outcomeOf({ point, value }: Trial, { objective }: Sweep): { point: Point; loss: number } {
  return { point, loss: lossOf(objective, value!) };
}

/** An objective as a loss, the lower the better: of what is no finite number the worst. */
export function lossOf({ goal }: Pick<Objective, "goal">, value: number): number {
  if (!Number.isFinite(value)) return Infinity;
  return goal === "minimize" ? value : -value;
}

/** The newest run of each of `count` seeds, by ascending seed. */
function ofSeeds(runs: readonly Run[], first: number, count: number): Run[] {
  const seedOf = (run: Run) => Number(run.manifest.determined.seed);
  return newestOfEachSeed(runs)
    .filter((run) => seedOf(run) >= first && seedOf(run) < first + count)
    .sort((a, b) => seedOf(a) - seedOf(b));
}

/** Whether a run is over for its sweep, so that its figure is among its trial's. */
export function hasEnded(run: Run): boolean {
  return run.digest !== null || !isOpen(run) && !run.active || isFailed(run);
}

function isFailed({ status }: Run): boolean {
  return status === "failed";
}

/**
 * The runs in whose place others are trained when a sweep goes on: those that failed. Where trials follow
 * from one another, only the last trials are tried again, from after the last one without a failure; and
 * what a sampler that learns drew after the first of these follows from it, and is trained anew as a whole,
 * as is what was trained at points that are drawn no more.
 */
export function triedAgain({ sweep, trials, astray, judged }: SweepState): Run[] {
  const isBroken = ({ pruned, runs }: Trial) => !pruned && runs.some(isFailed);
  const follow = learns(sweep.sampler) || sweep.pruner !== "none";
  const last = trials.findLastIndex((trial) => trial.runs.length > 0 && !isBroken(trial));
  const [first, ...later] = (follow ? trials.slice(last + 1) : trials).filter(isBroken);
  const anew = learns(sweep.sampler) ? () => true : isFailed;
  return [
    ...first?.runs.filter(isFailed) ?? [],
    ...later.flatMap(({ runs }) => runs.filter(anew)),
    ...astray,
    ...judged.runs.filter(isFailed),
  ];
}

/** The objective of each run; NaN, which is worse than all, where it came to none that is finite. */
function valuesOf(
  store: StoreReader,
  { objective: { metric } }: Sweep,
  runs: readonly Run[],
): number[] {
  return runs.map((run) => {
    const value = run.digest === null ? NaN : figuresOf(store, run)[metric];
    return Number.isFinite(value) ? value : NaN;
  });
}

/** @param known Number, point and all runs at it. */
function trialOf(
  store: StoreReader,
  sweep: Sweep,
  known: Pick<Trial, "trial" | "point" | "runs">,
  before: readonly Trial[],
): Trial {
  const { trial, point, runs: all } = known;
  const runs = ofSeeds(all, 1, sweep.seeds);
  // A pruner looks at the first seed alone, also where it is tried again.
  const [first] = ofSeeds(all, 1, 1);
  const { curve, pruned }: Shown = first === undefined || isTraining(first)
    ? { curve: [], pruned: undefined }
    : shownOf(store, sweep, curvesOf(before), first);
  if (pruned !== undefined) {
    return { trial, point, runs, values: [pruned], value: pruned, pruned: true, curve };
  }
  const values = valuesOf(store, sweep, runs.filter(hasEnded));
  const value = values.length === sweep.seeds ? interquartileMean(values) : undefined;
  return { trial, point, runs, values, value, pruned: false, curve };
}

function isTraining({ status, active }: Run): boolean {
  return status === "running" && active;
}

interface Evaluated {
  readonly budget: number;
  readonly evaluation: { readonly every: number };
}

/** Rungs that pruners compare trials at: the multiples of `evaluation.every` in the budget, and its end. */
function rungsOf({ configuration }: Pick<Sweep, "configuration">): number {
  const { budget, evaluation } = configuration as unknown as Evaluated;
  return Math.max(1, Math.ceil(budget / evaluation.every));
}

/** What pruners are shown of a run, and where they end it. */
interface Shown {
  readonly curve: Curve;
  /** The objective at the rung where they end it; undefined: they let it be. */
  readonly pruned: number | undefined;
}

/**
 * What pruners are shown of a run after the trials before it. Where they end it its curve ends, too: a
 * run may go on a little before it hears of that, which counts for nothing. One that was over before its
 * budget was stands at all later rungs where it ended, as the worst where it failed or diverged.
 */
function shownOf(
  store: StoreReader,
  sweep: Sweep,
  before: readonly Curve[],
  run: Run,
): Shown {
  if (sweep.pruner === "none") return { curve: [], pruned: undefined };
  const rungs = rungsOf(sweep);
  const curve = curveOf(store, sweep, run);
  for (const rung of curve.keys()) {
    const seen = curve.slice(0, rung + 1);
    if (!pruners[sweep.pruner]([...before, seen], before.length, rungs, {})) continue;
    const loss = curve[rung]!;
    return { curve: seen, pruned: sweep.objective.goal === "minimize" ? loss : -loss };
  }
  const left = hasEnded(run) ? rungs - curve.length : 0;
  const held = Array.from({ length: left }, () => run.digest === null ? NaN : curve.at(-1));
  return { curve: [...curve, ...held], pruned: undefined };
}

/**
 * The losses of a run at the rungs that it has come to. At a rung counts the evaluation of the iteration
 * that crossed it, or, as an iteration may cross several, the last one before; at none that a run passed
 * before its first evaluation anything does. One that ended a run between two rungs counts at the next.
 */
function curveOf(
  store: StoreReader,
  { objective, configuration }: Sweep,
  run: Run,
): (number | undefined)[] {
  const rungs = rungsOf({ configuration });
  const { every } = (configuration as unknown as Evaluated).evaluation;
  const series = store.series(run.id, objective.metric);
  const curve: (number | undefined)[] = [];
  series[budgetUnitOf(run.manifest)].forEach((spent, i) => {
    const rung = Math.min(rungs, Math.floor(spent / every)) - 1;
    while (curve.length < rung) curve.push(curve.at(-1));
    const value = series.values[i];
    if (curve.length < rungs) curve.push(objective.goal === "minimize" ? value : -value);
  });
  return curve;
}

/** What pruners know of trials. */
function curvesOf(trials: readonly Trial[]): Curve[] {
  return trials.map(({ curve }) => curve);
}

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
 * name goes on where it stood, and tries again what had failed. How many train at once decides nothing: trials of a sampler that learns,
 * and of a pruner, come one after another, their seeds side by side.
 *
 * A point that is refused is a trial whose runs failed, the worst.
 *
 * @throws {InputError} where the stored sweep is another one, where the first runs that end do not
 *   report the objective, and where every trial was refused.
 * @throws {LabError} where another process trains it in this store.
 */
export async function runSweep(
  name: string,
  sweep: Sweep,
  options: SweepOptions,
): Promise<SweepState> {
  const { store } = options;
  using _lock = options.elsewhere === undefined ? lockSweep(store.location, name) : undefined;
  const stored = store.sweep(name);
  if (stored !== undefined) {
    const before = stored.definition as unknown as Sweep;
    // One that no run reports was a mistake, and may be mended.
    const { objective } = reportedOf(store, name, before) === undefined ? before : sweep;
    requireSame(name, { ...before, objective }, sweep, options);
    await requireSameFile(name, runsOf(store, name));
  }
  const definition = sweep as unknown as Json;
  if (options.elsewhere === undefined) store.putSweep(name, definition);
  else await options.elsewhere.keep(name, definition, stored?.definition);
  const again = new Set(triedAgain(stateOf(store, name, sweep)).map(({ id }) => id));
  options.onBegun?.(again.size);
  using lanes = new Lanes(options.workers, options);
  using describer = new Describer(options.registries, options);
  const order = { name, sweep, options, describer };
  for (;;) {
    const runs = runsOf(store, name).filter(({ id }) => !again.has(id));
    const state = stateOf(store, name, sweep, runs);
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
  const open = trials.filter(({ value }) => value === undefined);
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
