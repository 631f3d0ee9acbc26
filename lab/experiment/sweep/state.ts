/**
 * How a sweep stands, read from the store alone: which trials there are, what came of each, what pruners
 * are shown, and which is the best. So a sweep goes on from wherever it was left, with the same trials.
 *
 * @module
 */
import { encodeCanonicalJson } from "../../core/canonical_json.ts";
import { type DamageError, unlessDamaged } from "../../core/errors.ts";
import { interquartileMean } from "../../core/interquartile_mean.ts";
import { printable } from "../../core/printable.ts";
import { streamOf } from "../../core/random.ts";
import { settingText } from "../../core/shell.ts";
import type { Json } from "../../core/snapshot.ts";
import { importances } from "../../search/importance.ts";
import { type Curve, pruners } from "../../search/pruners.ts";
import { learns, samplers } from "../../search/samplers.ts";
import { isTried, type Point, type Space } from "../../search/space.ts";
import type { Outcome } from "../../search/tpe.ts";
import { budgetUnitOf } from "../../store/run_budget.ts";
import type { Run, StoreReader } from "../../store/store.ts";
import { flatten, newestOfEachSeed } from "../comparison.ts";
import type { Described } from "../describe.ts";
import { JUDGING } from "../judging.ts";
import { isOpen } from "../launch.ts";
import type { Objective } from "../objective.ts";
import { stagesOf } from "../stages.ts";
import { figuresOf } from "../score.ts";
import { trainingOf, type TrainingReturn } from "../verdict.ts";
import { type Evaluated, rungsOf, settingsOf, type Sweep } from "./sweep.ts";

/** A trial as far as it came. */
export interface Trial {
  /** From 0. */
  readonly trial: number;
  readonly point: Point;
  /** Runs on the tuning seeds that have begun, by ascending seed; none where it repeats another. */
  readonly runs: readonly Run[];
  /** The objective of each run that has ended; NaN where it failed, diverged or is not finite. */
  readonly values: readonly number[];
  /** The IQM of all of them, or where it was pruned what it had come to; undefined: not over yet. */
  readonly value: number | undefined;
  readonly pruned: boolean;
  /** What pruners are shown of it, by its first seed; empty without a pruner. */
  readonly curve: Curve;
  /** The trial before at the same point, whose runs would be its own to the bit: what came of these it has. */
  readonly repeats?: number;
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
    /** See {@linkcode judgedBy}. */
    readonly metric: string;
    readonly runs: readonly Run[];
    readonly values: readonly number[];
    /** See {@linkcode trainingOf}. */
    readonly training: TrainingReturn;
  };
  /** Whether all has been done. */
  readonly over: boolean;
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

/**
 * How each stored sweep stands, by its name, the newest first; the error of a damaged one.
 *
 * @param read How one stands, by its runs.
 */
export function* sweepStates(
  store: StoreReader,
  read = (name: string, runs: readonly Run[]) => sweepState(store, name, runs),
): Generator<[string, SweepState | DamageError]> {
  const runs = Map.groupBy(store.runs(), ({ manifest }) => manifest.sweep?.name);
  for (const name of store.sweepNames()) {
    yield [name, unlessDamaged(() => read(name, runs.get(name) ?? [])!)];
  }
}

export function runsOf(store: StoreReader, name: string): Run[] {
  return store.runs().filter(({ manifest }) => manifest.sweep?.name === name);
}

/**
 * @param runs Those of the sweep that count.
 * @param options.reads Whether nothing is to be trained: where a trial that later ones followed from lacks
 *   runs, these have their points from their own.
 * @param options.before How the sweep stood: as far as its trials came to the same, those after them have
 *   the points that were drawn then.
 */
export function stateOf(
  store: StoreReader,
  name: string,
  sweep: Sweep,
  runs: readonly Run[] = runsOf(store, name),
  { reads = false, before }: { readonly reads?: boolean; readonly before?: SweepState } = {},
): SweepState {
  const byTrial = Map.groupBy(
    runs.filter(({ manifest }) => stagesOf(manifest).length === 1),
    ({ manifest }) => manifest.sweep!.trial,
  );
  const sampling = samplers[sweep.sampler](sweep.space, sweep.seed);
  const drawn = before === undefined || !drawsAlike(before.sweep, sweep) ? [] : before.trials;
  let isAsDrawn = true;
  const trials: Trial[] = [];
  const outcomes: Outcome[] = [];
  const firstAt = new Map<string, Trial>();
  const astray: Run[] = [];
  while (trials.length < sweep.trials) {
    const known: Trial | undefined = isAsDrawn ? drawn[trials.length] : undefined;
    const point = known === undefined ? sampling(trials.length, outcomes) : known.point;
    if (point === undefined) break;
    const all = byTrial.get(trials.length) ?? [];
    const own = runsAt(point, all);
    astray.push(...all.filter((run) => !own.includes(run)));
    const key = encodeCanonicalJson(point);
    const first = own.length === 0 ? firstAt.get(key) : undefined;
    const trial = first === undefined
      ? trialOf(store, sweep, { trial: trials.length, point, runs: own }, trials)
      : { ...first, trial: trials.length, runs: [], repeats: first.trial };
    if (!firstAt.has(key)) firstAt.set(key, trial);
    trials.push(trial);
    outcomes.push(outcomeOf(trial, sweep));
    // What comes after one that is not over was not drawn.
    isAsDrawn &&= known?.value !== undefined &&
      isSameOutcome(outcomeOf(known, sweep), outcomes.at(-1)!);
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
  const ended = judging.filter(hasEnded);
  const metric = judgedBy(store, sweep, ended);
  const judged = {
    ...{ metric, runs: judging },
    values: valuesOf(store, metric, ended),
    training: trainingOf(store, ended),
  };
  const all = trials.every(({ value }) => value !== undefined);
  return {
    ...{ name, sweep, trials, astray, best, judged },
    over: all && (best === undefined || judged.values.length === sweep.judge),
  };
}

/** Whether two sweeps draw the same points as long as their trials come to the same. */
function drawsAlike(a: Sweep, b: Sweep): boolean {
  const drawnBy = ({ sampler, space, seed }: Sweep) =>
    encodeCanonicalJson([sampler, space, seed] as unknown as Json);
  return drawnBy(a) === drawnBy(b);
}

/** Of trials at the same point. */
function isSameOutcome(a: Outcome, b: Outcome): boolean {
  return Object.is(a.loss, b.loss) && a.prunedAt === b.prunedAt;
}

/**
 * What a sweep's best trial is judged by: where validation examples chose it, as they choose a model's, the
 * same figure of the test examples; else the objective.
 */
function judgedBy(
  store: StoreReader,
  { objective: { metric } }: Sweep,
  runs: readonly Run[],
): string {
  const twin = metric.replace(/^validation\//, "evaluation/");
  const told = runs.filter(({ digest }) => digest !== null);
  return told.every((run) => twin in figuresOf(store, run)) ? twin : metric;
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
export function leaves(
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
      ? range.values.find((each) => printable(settingText(each)) === text)
      : Number(text);
    if (value !== undefined) point[path] = value;
  }
  return point;
}

/** Trials below which nothing is said of the fields. */
const ENOUGH_TRIALS = 10;

/**
 * The share of each field in what all of them say of the objective, by path; undefined while too few
 * trials are over. Pruned trials are left out, as they were not judged at the end, and those that repeat
 * others, as they say nothing new.
 */
export function importancesOf({ sweep, trials }: SweepState): Map<string, number> | undefined {
  const over = trials
    .filter(({ value, pruned, repeats }) => value !== undefined && !pruned && repeats === undefined)
    .map((trial) => outcomeOf(trial, sweep));
  if (over.filter(({ loss }) => loss < Infinity).length < ENOUGH_TRIALS) return undefined;
  return importances(sweep.space, over, streamOf(sweep.seed, "importance"));
}

/** What a trial led to; the worst where its objective is no finite number. */
function outcomeOf(
  { point, value, pruned, curve }: Trial,
  { objective, prunedLast }: Sweep,
): Outcome {
  const loss = lossOf(objective, value!);
  return pruned && prunedLast ? { point, loss, prunedAt: curve.length } : { point, loss };
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

/** A figure of each run; NaN, which is worse than all, where it came to none that is finite. */
function valuesOf(store: StoreReader, metric: string, runs: readonly Run[]): number[] {
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
  const values = valuesOf(store, sweep.objective.metric, runs.filter(hasEnded));
  const value = values.length === sweep.seeds ? interquartileMean(values) : undefined;
  return { trial, point, runs, values, value, pruned: false, curve };
}

function isTraining({ status, active }: Run): boolean {
  return status === "running" && active;
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
export function shownOf(
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
export function curvesOf(trials: readonly Trial[]): Curve[] {
  return trials.map(({ curve }) => curve);
}
