/**
 * The statistics of runs over seeds: what `compare`, the quick start and a run of several seeds
 * show. The seed is the unit: of several runs with one seed the newest counts.
 *
 * @module
 */
import { DamageError, unknownName, unlessDamaged } from "../lab/core/errors.ts";
import { RETURN } from "../lab/core/metrics.ts";
import { printable } from "../lab/core/printable.ts";
import type { Json } from "../lab/core/snapshot.ts";
import {
  choiceNote,
  endNote,
  figuresOfGroup,
  firstAtLeast,
  groupRuns,
  headlineMetric,
  isFinished,
  isLost,
  judgedByEnd,
  lackingNote,
  lengthsNote,
  namesakesNote,
  namesakesOf,
  newestOfEachSeed,
  prunedNote,
  raggedNote,
  type RunGroup,
} from "../lab/experiment/comparison.ts";
import type { Registries } from "../lab/experiment/registries.ts";
import {
  isSolved,
  type ReturnScale,
  returnScale,
  returnScales,
  taskOf,
} from "../lab/experiment/return_scale.ts";
import { Judge, type Verdict } from "../lab/experiment/verdict.ts";
import {
  figureSpread,
  type Improvement,
  improvementOf,
  iqm,
  mean,
  median,
  type Spread,
} from "../lab/statistics/mod.ts";
import { type PairTest, type SeededValues, testPairs } from "../lab/statistics/pairs.ts";
import { type SuiteComparison, suiteOf } from "../lab/experiment/suite.ts";
import { usualCount } from "../lab/store/run_budget.ts";
import { isPruned } from "../lab/store/run_status.ts";
import type { Run, Store } from "../lab/store/store.ts";
import { worstOf } from "../lab/experiment/metric_direction.ts";
import { count } from "./terminal/format.ts";

/** When the runs of a group first reached a value of `evaluation/return_mean`. */
export interface Threshold {
  readonly value: number;
  /** Seeds whose runs are judged to be there in the end; null where no run has returns of evaluations. */
  readonly reached: number | null;
  /**
   * Median over seeds, never counted as infinitely late; null where that is infinite, and where a run that
   * got there did not count them.
   */
  readonly environmentSteps: number | null;
  readonly wallSeconds: number | null;
}

/** A group of runs that differ in their seed alone, and its statistics. */
export interface Group {
  readonly label: string;
  readonly experiment: string;
  readonly configuration: { readonly [key: string]: Json };
  /** Of its own code; undefined where its configuration says all. */
  readonly code: string | undefined;
  readonly runs: readonly Run[];
  /** The compared series; undefined where the runs have none. */
  readonly metric: string | undefined;
  /**
   * Its figure, seed by seed; NaN of one that diverged, failed or lacks it, as are IQM, mean and median
   * then.
   */
  readonly values: readonly number[];
  /** Those of the runs that came to their end without the figure. */
  readonly lacking: readonly Run[];
  readonly iqm: number;
  /** Of the IQM; null for a single seed, and where a seed has no figure. */
  readonly spread: Spread | null;
  readonly mean: number;
  readonly median: number;
  readonly threshold: Threshold | null;
  /** On the IQM, or that a seed diverged; undefined where nothing can be said, as where one has no figure. */
  readonly verdict: Verdict | undefined;
  /**
   * Environment steps (agents), examples (models) or what a program of the user's counted, a second of
   * training, median over seeds; NaN where none is known.
   */
  readonly speed: number;
}

/** How probable it is that a run of one group gets a higher value than one of another. */
export interface Pair extends Improvement, PairTest {
  readonly first: Group;
  readonly second: Group;
}

/** Groups, pairs, and which runs were left out and why. */
export interface Comparison {
  readonly groups: readonly Group[];
  readonly pairs: readonly Pair[];
  /** What returns are worth in the worlds of the groups. */
  readonly scales: readonly ReturnScale[];
  /** Agents over all worlds; undefined where there are not several with agents in each. */
  readonly suite: SuiteComparison | undefined;
  readonly notes: readonly string[];
}

/** What may be asked for. */
export interface ComparisonOptions {
  /** The series to compare. Default: the headline figure of each group. */
  readonly metric?: string;
  /** The return to reach. Default: what the environment's registry entry says. */
  readonly threshold?: number;
  /** Tests compare equal seeds with one another, those that both groups have. */
  readonly paired?: boolean;
  /** Label of the one group that every other is compared with. Default: each pair of groups. */
  readonly against?: string;
}

/**
 * Compares runs that have ended, grouped by equal configuration but for the seed. One that diverged or
 * failed stays in its group: that has no IQM, mean and median then, and no verdict but `diverged`, and in
 * the probability that one group beats another, and in its test, such a run is worse than any figure. Of one
 * that finished without the figure nothing is known: its group has neither.
 *
 * @throws {InputError} where no group has the label `options.against`.
 */
export function compareRuns(
  store: Store,
  runs: readonly Run[],
  registries: Registries,
  options: ComparisonOptions = {},
): Comparison {
  const notes: string[] = [];
  const ended = runs.filter((run) => isFinished(run) || isLost(run));
  const pruned = runs.filter(isPruned);
  if (pruned.length > 0) notes.push(prunedNote(pruned.length));
  const left = runs.filter((run) => !ended.includes(run) && !isPruned(run));
  if (left.length > 0) {
    notes.push(`left out, as not finished: ${left.map((run) => run.id).join(", ")}`);
  }
  const sound = ended.filter((run) =>
    !(unlessDamaged(() => readAll(store, run)) instanceof DamageError)
  );
  if (sound.length < ended.length) {
    const left = ended.filter((run) => !sound.includes(run));
    notes.push(`left out, as damaged: ${left.map((run) => run.id).join(", ")}`);
  }
  const judged = judgedByEnd(store, sound);
  notes.push(...judged.notes);
  const sorted = groupRuns(judged.runs).sort((a, b) => a.label.localeCompare(b.label));
  const metrics = metricsOf(store, sorted, registries);
  const groups = sorted.map((group, i) => {
    const newest = newestOfEachSeed(group.runs);
    const repeated = group.runs.length - newest.length;
    if (repeated > 0) {
      notes.push(`${group.label}: ${repeated} older of runs with equal seeds left out`);
    }
    const metric = options.metric ?? metrics[i];
    return summary(store, { ...group, runs: newest }, registries, { ...options, metric });
  });
  if (groups.some(({ runs }) => runs.some(isLost))) {
    notes.push(
      "a group with a seed that diverged or failed has no IQM, mean and median; in P(a > b), and in p, " +
        "which is of ranks then, such a seed is worse than any figure",
    );
  }
  notes.push(...groups.flatMap((group) => missingNote(store, group)));
  notes.push(...groups.flatMap(({ label, runs }) => choiceNote(label, runs)));
  notes.push(
    ...groups.flatMap(({ label, metric = "", runs }) => endNote(store, label, metric, runs)),
  );
  notes.push(...drawsNote(store, groups));
  notes.push(...groups.flatMap(({ label, runs }) => raggedNote(label, runs)));
  const alike = pairsOf(groups, options.against).filter(([first, second]) =>
    first.metric !== undefined && first.metric === second.metric
  );
  const tasks = new Map(groups.map((group) => [group, taskOf(group, registries)]));
  const pairs = alike.filter(([first, second]) => tasks.get(first) === tasks.get(second));
  const held = [...new Set(pairs.flat())].map((group) => ({ ...group, task: tasks.get(group)! }));
  notes.push(...lengthsNote(held));
  const namesakes = namesakesOf(groups, registries);
  notes.push(...namesakes.map(namesakesNote));
  const apart = new Set(alike.flat())
    .difference(new Set([...pairs.flat(), ...namesakes.flat()]));
  if (apart.size > 0) {
    notes.push(
      "in no pair, as no other group with that figure is known to be of the same world or data: " +
        [...apart].map(({ label }) => label).join(", "),
    );
  }
  const scales = returnScales(sound, registries);
  const tests = testPairs(pairs.map(([a, b]) => [seeded(a), seeded(b)]), options);
  return {
    groups,
    pairs: pairs.map(([first, second], i) => ({
      first,
      second,
      ...improvementOf(inOrder(first), inOrder(second)),
      ...tests[i],
    })),
    scales,
    suite: suiteOf(groups, scales),
    notes,
  };
}

/** Every pair of groups, or every other group with the one of the label `against`. */
function pairsOf(groups: readonly Group[], against: string | undefined): [Group, Group][] {
  if (against === undefined) {
    return groups.flatMap((first, i) =>
      groups.slice(i + 1).map((second): [Group, Group] => [first, second])
    );
  }
  const one = groups.find(({ label }) => label === against);
  if (one === undefined) {
    const labels = groups.map(({ label }) => label);
    throw unknownName("compare", "group", against, labels, "compare");
  }
  return groups.filter((group) => group !== one).map((group) => [group, one]);
}

/** Series that a note names; of more it says how many there are. */
const NAMED = 10;

/** What a group lacks to be compared; nothing where it has it all. */
function missingNote(store: Store, { label, metric, runs, lacking }: Group): string[] {
  if (metric === undefined) {
    const names = [...new Set(runs.flatMap(({ id }) => store.seriesNames(id)))].sort();
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
    return [
      `${label} has no headline figure` +
      (names.length === 0
        ? ", as it has no series"
        : `: compare by --metric NAME; it has: ${
          names.slice(0, NAMED).map(printable).join(", ")
        }${more}`),
    ];
  }
  const seeds = lacking.map(({ manifest: { determined } }) => determined.seed);
  return lackingNote(label, metric, runs.length, seeds);
}

/**
 * That bounds of a likelihood are of several numbers of draws, where they are: a run that ended before its
 * budget was spent draws fewer.
 */
function drawsNote(store: Store, groups: readonly Group[]): string[] {
  const bounds = groups.filter(({ metric }) => metric === "evaluation/negative_log_likelihood");
  const draws = new Set(
    bounds.flatMap(({ runs }) =>
      runs.flatMap(({ id }) => store.lastMetrics(id)["evaluation/likelihood_draws"] ?? [])
    ),
  );
  if (draws.size < 2) return [];
  const each = [...draws].sort((a, b) => a - b).map(count);
  return [
    `the likelihoods are bounds of ${
      each.join(" and of ")
    } draws: of fewer they are further away ` +
    "(likelihood RUN --draws N takes as many of each)",
  ];
}

/** Reads what a comparison may need of a run. */
function readAll(store: Store, { id }: Run): void {
  store.lastMetrics(id);
  store.series(id, RETURN);
}

/**
 * What each group is judged by. One of which no run came to its end may have come to no evaluation: it is
 * judged by what others in its world, or on its data, are.
 */
function metricsOf(
  store: Store,
  groups: readonly RunGroup[],
  registries: Registries,
): (string | undefined)[] {
  const tasks = groups.map((group) => taskOf(group, registries));
  const own = groups.map(({ runs }) => {
    const finished = runs.filter(isFinished);
    const shown = finished.length > 0 ? finished : runs.slice(0, 1);
    const names = new Set(shown.flatMap(({ id }) => store.seriesNames(id)));
    return { isWhole: finished.length > 0, metric: headlineMetric(names) };
  });
  return groups.map((_, i) => {
    if (own[i].isWhole) return own[i].metric;
    const beside = groups.findIndex((_, k) => own[k].isWhole && tasks[k] === tasks[i]);
    return (own[beside] ?? own[i]).metric;
  });
}

function summary(
  store: Store,
  group: RunGroup,
  registries: Registries,
  options: ComparisonOptions,
): Group {
  const { metric } = options;
  const figures = metric === undefined ? [] : figuresOfGroup(store, group, metric);
  const values = figures.map((figure) => figure ?? NaN);
  const lacking = group.runs.filter((_, i) => i in figures && figures[i] === undefined);
  const known = values.length > 0;
  const isWhole = lacking.length === 0 && !group.runs.some(isLost);
  const figure = known ? iqm(values) : NaN;
  return {
    label: group.label,
    experiment: group.experiment,
    configuration: group.configuration,
    code: group.code,
    runs: group.runs,
    metric,
    values,
    lacking,
    iqm: figure,
    spread: figureSpread(values),
    mean: known ? mean(values) : NaN,
    median: known ? median(values) : NaN,
    threshold: thresholdOf(
      store,
      group,
      options.threshold ?? returnScale(group.configuration, registries)?.threshold,
    ),
    verdict: new Judge(registries)
      .group(store, group.runs, metric, isWhole ? figure : undefined)?.verdict,
    speed: median(group.runs.map(speedOf).filter((speed) => !Number.isNaN(speed))),
  };
}

/**
 * What a run did a second: environment steps of an agent, examples of a model, else what its program counted;
 * NaN where it counted none, as planners take no steps, and where it logged no time.
 */
function speedOf(run: Run): number {
  const { configuration } = run.manifest.determined;
  const unit = "model" in configuration
    ? "examples"
    : "agent" in configuration
    ? "environmentSteps"
    : usualCount(run);
  return run[unit] > 0 && run.wallSeconds > 0 ? run[unit] / run.wallSeconds : NaN;
}

function thresholdOf(store: Store, group: RunGroup, value: number | undefined): Threshold | null {
  if (value === undefined) return null;
  const figures = figuresOfGroup(store, group, RETURN);
  const medianOf = (count: "environmentSteps" | "wallSeconds") => {
    const spent = group.runs.map((run) => {
      const first = firstAtLeast(store.series(run.id, RETURN), value);
      // A run that another program logged may have no clock, and a planner takes no steps.
      return first === undefined ? Infinity : run[count] > 0 ? first[count] : NaN;
    });
    const middle = spent.some(Number.isNaN) ? NaN : median(spent);
    return Number.isFinite(middle) ? middle : null;
  };
  return {
    value,
    reached: figures.every((figure) => figure === undefined)
      ? null
      : figures.filter((figure) => figure !== undefined && isSolved(figure, value)).length,
    environmentSteps: medianOf("environmentSteps"),
    wallSeconds: medianOf("wallSeconds"),
  };
}

/** A group's figures for what looks at their order alone. */
function inOrder({ runs, values, metric }: Group): number[] {
  return values.map((value, i) => isLost(runs[i]) ? worstOf(metric!) : value);
}

/** A group's figures with their seeds. */
function seeded(group: Group): SeededValues {
  const { runs } = group;
  return {
    values: inOrder(group),
    seeds: runs.map(({ manifest: { determined } }) => determined.seed),
  };
}
