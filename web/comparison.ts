/**
 * One metric of many runs, grouped over seeds: each seed's line, their mean with its spread, and the
 * statistics of their figures.
 *
 * @module
 */
import { encodeCanonicalJson } from "../lab/core/canonical_json.ts";
import { DamageError, InputError, unlessDamaged } from "../lab/core/errors.ts";
import { streamOf } from "../lab/core/random.ts";
import { RecentlyUsed } from "../lab/core/recently_used.ts";
import {
  choiceNote,
  endNote,
  flatten,
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
  numbered,
  prunedNote,
  raggedNote,
  type RunGroup,
  sameButSeed,
  type TrainedGroup,
} from "../lab/experiment/comparison.ts";
import { ownCodeOf } from "../lab/experiment/deciding.ts";
import { environments } from "../envs/mod.ts";
import { returnScales, taskOf } from "../lab/experiment/return_scale.ts";
import { figuresOf } from "../lab/experiment/score.ts";
import { type SuiteComparison, suiteOf } from "../lab/experiment/suite.ts";
import {
  figureSpread,
  iqm,
  KeptDraws,
  mean,
  median,
  type Spread,
  spreadOf,
} from "../lab/statistics/mod.ts";
import { isPruned, statusOf } from "../lab/store/run_status.ts";
import type { Run, StoreReader } from "../lab/store/store.ts";
import type { Axis } from "./axes.ts";
import { MOST_GROUPS, USUAL_GROUPS } from "./comparison_size.ts";
import { inOrder } from "./contents.ts";
import { binned, drawn, type Range, type SeedCurve } from "./curves.ts";
import { term } from "../lab/experiment/conditions.ts";
import { DAMAGED } from "../lab/experiment/run_fields.ts";
import { filtered, type Listed, unlessArchived } from "./filter.ts";
import { type Contender, type Finding, findingsOf } from "./finding.ts";
import { judge, type Verdict } from "./judge.ts";
import { usualCount } from "../lab/store/run_budget.ts";
import { labelsOf, marksOf } from "./marks.ts";
import { factsOf, jsonNumber, summaryOfDamaged } from "./summary.ts";
import { ARCHIVED, STARRED } from "./tags.ts";
import { curvesOf } from "./thinned.ts";

/** Runs whose single lines are drawn, at most: a browser draws no thousands of them. */
const MOST_LINES = 200;
/** Points of a single line, about. */
const LINE_POINTS = 160;
/** Bootstrap repeats a point of a mean, at most; fewer for many seeds, which need fewer. */
const CURVE_REPEATS = 500;
/** Groups that are kept for the next comparison. */
const KEPT_GROUPS = 2 * MOST_GROUPS;
/** What comparisons said that is kept for the next one. */
const KEPT_CONCLUSIONS = 20;

/** A value as JSON: text where it is not finite. */
type Value = number | string;

/** A group's runs, lines and statistics. */
export interface ComparedGroup {
  readonly label: string;
  /** Of its lines: see `marksOf`. */
  readonly color: number;
  readonly seeds: readonly ComparedSeed[];
  /**
   * Mean over the seeds that count, from where all have begun to where the first still runs, diverged or
   * failed.
   */
  readonly mean: {
    x: number[];
    y: Value[];
    low: Value[];
    high: Value[];
    /** The first value of its seeds that is not finite, where it is stored. */
    broken?: { readonly x: number; readonly value: string };
  };
  /**
   * Of the figures of the seeds that count; none where one has no figure. The spread is the IQM's; null for
   * one seed.
   */
  readonly statistics: {
    readonly iqm: Value;
    readonly spread: Spread | null;
    readonly mean: Value;
    readonly median: Value;
  };
  /** The return at which the world counts as solved, where that is what is compared; else null. */
  readonly mark: number | null;
  /** On the IQM, or that a seed diverged; null where nothing can be said. */
  readonly verdict: Verdict | null;
  /** Why it is no good one, as a clause. */
  readonly reason?: string;
  readonly settings: Record<string, string>;
}

/** A group before it stands beside others. */
type Unmarked = Omit<ComparedGroup, "label" | "color">;

/** A group as it is held against others. */
type Contending = Contender & Pick<RunGroup, "configuration" | "code"> & {
  /** Whether no seed that counts lacks the metric: nothing is known of one that does. */
  readonly isWhole: boolean;
};

/** What the groups of a comparison say together. */
type Conclusions = Pick<Comparison, "findings" | "suite">;

/** One run of a group. */
export interface ComparedSeed {
  readonly run: string;
  readonly seed: string;
  readonly status: string;
  /** Whether mean and statistics take it in. */
  readonly counts: boolean;
  /** Whether it counts, and came to its end without the metric. */
  readonly lacks: boolean;
  /** What it is judged by, NaN where it diverged, failed or lacks it; null where it does not count. */
  readonly figure: Value | null;
  /** Its line; without points where the comparison draws no single lines. */
  readonly x: number[];
  readonly y: Value[];
}

/** What the compare page shows. */
export interface Comparison {
  readonly metric: string;
  readonly axis: Axis;
  /** The filter that found the runs; empty where they were named. */
  readonly filter: string;
  /** Metrics that may be chosen. */
  readonly names: readonly string[];
  /**
   * Groups that have the metric. Beside them, where it is an evaluation's, those of the same world or data
   * whose runs all diverged or failed before they came to one.
   */
  readonly groups: readonly ComparedGroup[];
  /** The best of them against each other one, the next best first. */
  readonly findings: readonly Finding[];
  /** Agents over all worlds; null where there are not several with agents in each. */
  readonly suite: SuiteComparison | null;
  /** Groups that the runs make, and how many of them, as the older ones, are left out. */
  readonly found: number;
  readonly left: number;
  /** What else is left out, in sentences. */
  readonly notes: readonly string[];
}

/** What is asked for. */
export interface ComparisonRequest {
  /** Ids of runs; where there is none, those that the filter finds. */
  readonly runs: readonly string[];
  /** As of {@linkcode matches}; where it is blank, tag or experiment of the newest run with figures. */
  readonly filter: string;
  /** Where they are missing, what most of the runs have. */
  readonly metric?: string;
  readonly axis?: Axis;
  /** Share of the x range, 0 … 1. */
  readonly smoothing: number;
  /** Groups at most, the newest ones; left out: {@linkcode USUAL_GROUPS}. */
  readonly most?: number;
  /** The stretch of the x axis that is shown; left out: all of it. */
  readonly range?: Range;
  /** The x axis is logarithmic: what is drawn is even there. */
  readonly logX?: boolean;
  /** Whether tests compare equal seeds with one another. */
  readonly paired?: boolean;
}

/** Compares runs of a store and keeps the groups that it computed until they change. */
export class Comparer {
  readonly #store: StoreReader;
  readonly #kept = new RecentlyUsed<Unmarked>(KEPT_GROUPS);
  readonly #statistics = new RecentlyUsed<ComparedGroup["statistics"]>(KEPT_GROUPS);
  readonly #concluded = new RecentlyUsed<Conclusions>(KEPT_CONCLUSIONS);

  /** Reads from `store`. */
  constructor(store: StoreReader) {
    this.#store = store;
  }

  /**
   * Compares runs by one metric.
   *
   * @param turn Awaited between runs: lets others work, and throws where nobody waits any more.
   * @throws InputError for a run that is not there.
   */
  async compare(
    request: ComparisonRequest,
    turn: () => Promise<void> = () => Promise.resolve(),
  ): Promise<Comparison> {
    const { groups: found, filter, left, missing, pruned, damaged } = chosen(this.#store, request);
    await turn();
    const members = found.flatMap(({ runs }) => runs);
    const judged = judgedByEnd(this.#store, members);
    const ended = new Map(members.map((run, i) => [run, judged.runs[i]]));
    const asked = found.map((group) => ({
      ...group,
      runs: group.runs.map((run) => ended.get(run)!),
    }));
    const series = new Map<Run, readonly string[]>();
    for (const run of asked.flatMap((group) => group.runs)) {
      series.set(run, this.#store.seriesNames(run.id));
      await turn();
    }
    const names = inOrder(new Set([...series.values()].flat()));
    const metric = request.metric ?? headlineMetric(names) ?? names[0] ?? "";
    const having = [...series.keys()].filter((run) => series.get(run)!.includes(metric));
    const axis = request.axis ?? commonAxis(having);
    const single = having.length <= MOST_LINES;
    const lacking = series.size - having.length;
    const has = (run: Run) => having.includes(run);
    const groups: ComparedGroup[] = [];
    const choices: string[] = [];
    const contenders: Contending[] = [];
    const trained: TrainedGroup[] = [];
    const isLostBefore = lostBefore(metric, () => having);
    // Marks and labels are those of all groups: another metric, which some lack, changes none.
    for (const { group, label, color } of marked(asked)) {
      const { runs, ...rest } = group;
      if (!runs.some(has) && !isLostBefore(runs)) continue;
      const own = askedFor(runs, has);
      const { smoothing, range, logX } = request;
      const wanted = { metric, axis, smoothing, range, logX, single };
      const compared = await this.#compared({ ...rest, runs: own }, wanted, turn);
      const shown = { label, color, ...compared };
      groups.push(shown);
      choices.push(...choiceNote(label, own));
      choices.push(...endNote(this.#store, label, metric, own));
      const contending = contender(shown, rest);
      contenders.push(contending);
      trained.push({ label, runs: counting(own), task: contending.task });
    }
    const notes = [
      ...(missing.length > 0
        ? [
          `${missing.length} of ${request.runs.length} chosen runs ${
            missing.length === 1 ? "is" : "are"
          } left out. ${missing[0].message}.`,
        ]
        : []),
      ...(having.length > 0 && lacking > groups.flatMap(lackingSeeds).length
        ? [
          `${lacking} of ${series.size} runs ${
            lacking === 1 ? "has" : "have"
          } nothing of this metric.`,
        ]
        : []),
      ...[
        ...(pruned > 0 ? [prunedNote(pruned)] : []),
        ...damagedNote([...damaged, ...groups.flatMap(damagedSeeds)]),
        ...groups.flatMap((group) => noteOf(group, metric)),
        ...judged.notes,
        ...choices,
        ...trained.flatMap(({ label, runs }) => raggedNote(label, runs)),
        ...lengthsNote(trained),
        ...namesakesOf(contenders, { environments }).map(namesakesNote),
      ].map((note) => `${note}.`),
      ...(single ? [] : [`Single seeds are drawn for at most ${MOST_LINES} runs.`]),
    ];
    return {
      metric,
      axis,
      filter,
      names,
      groups,
      ...this.#conclusions(metric, contenders, having, request.paired ?? false),
      found: asked.length + left,
      left,
      notes,
    };
  }

  /** Kept, as intervals take longer than all else. */
  #conclusions(
    metric: string,
    contenders: readonly Contending[],
    runs: readonly Run[],
    paired: boolean,
  ): Conclusions {
    const key = JSON.stringify([metric, contenders, paired]);
    const known = this.#concluded.get(key);
    if (known !== undefined) return known;
    const scored = contenders.map(({ configuration, figures }) => ({
      configuration,
      metric,
      values: figures,
    }));
    const concluded = {
      findings: findingsOf(metric, contenders.filter(({ isWhole }) => isWhole), { paired }),
      suite: suiteOf(scored, returnScales(runs, { environments })) ?? null,
    };
    this.#concluded.set(key, concluded);
    return concluded;
  }

  async #compared(
    { runs, configuration }: RunGroup,
    asked: Pick<ComparisonRequest, "smoothing" | "range" | "logX"> & {
      readonly metric: string;
      readonly axis: Axis;
      readonly single: boolean;
    },
    turn: () => Promise<void>,
  ): Promise<Unmarked> {
    const { metric, axis, smoothing, range, logX, single } = asked;
    const counted = new Set(counting(runs));
    const seeds = runs.map((run) => ({
      run: run.id,
      seed: run.manifest.determined.seed,
      status: statusOf(run),
      counts: counted.has(run),
    }));
    const marks = runs.map((run) => this.#store.seriesMark(run.id, metric));
    const key = JSON.stringify([asked, seeds, marks]);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const lines: Partial<ComparedSeed>[] = [];
    const curves: SeedCurve[] = [];
    const figures: number[] = [];
    const judged: Run[] = [];
    // Whether of one that counts nothing is known at any place: it failed before it had any point.
    let unknown = false;
    for (const run of runs) {
      const read = unlessDamaged(() => this.#store.series(run.id, metric));
      if (read instanceof DamageError) {
        lines.push({ status: DAMAGED, counts: false });
        continue;
      }
      const last = isLost(run) ? NaN : figuresOf(this.#store, run)[metric];
      const [figure, lacks] = [last ?? NaN, last === undefined];
      if (counted.has(run)) {
        figures.push(figure);
        judged.push(run);
      }
      const told = counted.has(run) ? { figure: jsonNumber(figure), lacks } : {};
      if (read.values.length === 0) {
        lines.push(told);
        unknown ||= counted.has(run) && isLost(run);
        continue;
      }
      const { shown, whole } = curvesOf(read, axis, smoothing);
      const line = drawn(shown, LINE_POINTS, range, logX);
      const drawnLine = single ? { x: line.x, y: line.y.map(jsonNumber) } : {};
      lines.push({ ...drawnLine, ...told });
      if (counted.has(run)) {
        curves.push({ ...whole, goesOn: !isFinished(run) });
      }
      await turn();
    }
    const isWhole = !judged.some(isLost) && !lines.some(({ lacks }) => lacks);
    const worth = figures.length > 0
      ? judge.group(this.#store, judged, metric, isWhole ? iqm(figures) : undefined)
      : undefined;
    const common = unknown ? [] : curves;
    const group = {
      mark: judge.mark(configuration, metric) ?? null,
      verdict: worth?.verdict ?? null,
      ...worth?.reason !== undefined && { reason: worth.reason },
      seeds: seeds.map((seed, i) => ({
        ...{ ...seed, lacks: false, figure: null, x: [], y: [] },
        ...lines[i],
      })),
      mean: meanOf(common, range, logX),
      statistics: this.#statisticsOf(figures),
      settings: flatten(configuration),
    };
    await turn();
    this.#kept.set(key, group);
    return group;
  }

  /** Kept, as they stay where curves are smoothed or cut otherwise. */
  #statisticsOf(figures: readonly number[]): ComparedGroup["statistics"] {
    const key = figures.join();
    const statistics = this.#statistics.get(key) ?? statisticsOf(figures);
    this.#statistics.set(key, statistics);
    return statistics;
  }
}

/** A label for each group, which says in what it differs from the others; no two have the same. */
export function labelsApart(groups: readonly RunGroup[]): string[] {
  const bySettings = labelsOf(
    groups.map((group) => ({ ...group, settings: flatten(group.configuration) })),
  );
  const counts = Map.groupBy(bySettings, (label) => label);
  // What no setting tells apart its own label does: a version, what a run began from, a file's code.
  return numbered(
    groups.map(({ label }, i) => counts.get(bySettings[i])!.length > 1 ? label : bySettings[i]),
  );
}

/** Groups with their labels and colours, by label. */
function marked(groups: readonly RunGroup[]): { group: RunGroup; label: string; color: number }[] {
  const labels = labelsApart(groups);
  const oldest = ({ runs }: RunGroup) => Math.min(...runs.map(({ createdAt }) => createdAt));
  const byAge = groups.toSorted((a, b) => oldest(a) - oldest(b));
  const marks = marksOf(byAge.map(keyOf));
  return groups.map((group, i) => ({
    ...{ group, label: labels[i], color: marks[byAge.indexOf(group)] },
  })).sort((a, b) => a.label < b.label ? -1 : 1);
}

/** The seeds of a group that count and lack the metric. */
function lackingSeeds({ seeds }: ComparedGroup): string[] {
  return seeds.filter(({ lacks }) => lacks).map(({ seed }) => seed);
}

function noteOf(group: ComparedGroup, metric: string): string[] {
  const counted = group.seeds.filter(({ counts }) => counts);
  return lackingNote(group.label, metric, counted.length, lackingSeeds(group));
}

/** Runs of a group whose series of the metric is damaged. */
function damagedSeeds({ seeds }: ComparedGroup): string[] {
  return seeds.filter(({ status }) => status === DAMAGED).map(({ run }) => run);
}

function damagedNote(ids: readonly string[]): string[] {
  return ids.length === 0 ? [] : [`Left out, as damaged: ${ids.join(", ")}`];
}

/** A group as it is held against others. */
function contender(
  group: ComparedGroup,
  own: Pick<RunGroup, "configuration" | "code">,
): Contending {
  const { label, seeds } = group;
  const counted = seeds.filter(({ figure }) => figure !== null);
  return {
    label,
    figures: counted.map(({ figure }) => Number(figure)),
    seeds: counted.map(({ seed }) => seed),
    task: taskOf(own, { environments }),
    configuration: own.configuration,
    code: own.code,
    isWhole: lackingSeeds(group).length === 0,
  };
}

/** What a group's colour goes with. */
function keyOf({ experiment, configuration, backend }: RunGroup): string {
  return encodeCanonicalJson({ experiment, configuration, backend });
}

/** Why a run is not compared. */
type Missing = InputError | DamageError;

/**
 * The runs that are named by the beginnings of their ids, and for each that cannot be
 * read the reason, as of one that went to the trash while a page showed it, or whose record is damaged.
 */
export function namedRuns(
  store: StoreReader,
  ids: readonly string[],
): { runs: Run[]; missing: Missing[] } {
  const found = ids.map((id) => {
    try {
      return store.find(id);
    } catch (error) {
      if (error instanceof InputError || error instanceof DamageError) return error;
      throw error;
    }
  });
  return {
    runs: found.flatMap((each) => each instanceof Error ? [] : [each]),
    missing: found.filter((each) => each instanceof Error),
  };
}

/** The runs that a comparison reads, by what is known of all without reading them. */
export function comparedRuns(store: StoreReader, request: ComparisonRequest): Run[] {
  return chosen(store, request).groups.flatMap(({ runs }) => runs);
}

/**
 * The groups to compare: the newest ones, how many are left out, named runs that are not there, and found
 * ones whose record is damaged.
 */
function chosen(
  store: StoreReader,
  { runs: ids, filter: asked, most = USUAL_GROUPS }: ComparisonRequest,
): { filter: string; missing: Missing[]; damaged: string[] } & Newest {
  if (ids.length > 0) {
    const { runs, missing } = namedRuns(store, ids);
    return { ...newest(runs, most), filter: "", missing, damaged: [] };
  }
  const all = store.runs();
  // A run that has only begun takes no page from those that have something to show.
  const first = () => {
    const own = all.filter(({ tags }) => !tags.includes(ARCHIVED));
    return own.find(({ id }) => store.seriesNames(id).length > 0) ?? own[0];
  };
  const filter = asked.trim() === "" ? filterOf(first()) : asked;
  const listed: Listed[] = [
    ...all.map((run) => ({ run, row: factsOf(run) })),
    ...store.damagedRuns().map((run) => ({ run: undefined, row: summaryOfDamaged(run, 0) })),
  ];
  const found = unlessArchived(filtered(store, listed, filter), filter);
  const runs = found.flatMap(({ run }) => run ?? []);
  const damaged = found.filter(({ run }) => run === undefined).map(({ row }) => row.id);
  return { ...newest(runs, most), filter, missing: [], damaged };
}

/** What finds a run and those that belong to it: by its first tag beside `starred`, else by its experiment. */
function filterOf(run: Run | undefined): string {
  if (run === undefined) return "";
  const tag = run.tags.find((each) => each !== STARRED);
  return tag === undefined
    ? term("experiment", run.manifest.determined.experiment)
    : term("tag", tag);
}

/** Groups of runs, how many groups are left out, and how many runs as they were pruned. */
interface Newest {
  readonly groups: RunGroup[];
  readonly left: number;
  readonly pruned: number;
}

/** The groups with the newest runs, so many at most, of runs that were not pruned. */
function newest(runs: readonly Run[], most: number): Newest {
  const newestRun = ({ runs }: RunGroup) => Math.max(...runs.map(({ createdAt }) => createdAt));
  const compared = runs.filter((run) => !isPruned(run));
  const all = groupRuns(compared);
  const groups = all.length <= most
    ? all
    : all.toSorted((a, b) => newestRun(b) - newestRun(a)).slice(0, most);
  return {
    groups,
    left: all.length - groups.length,
    pruned: runs.length - compared.length,
  };
}

/** What most axes of such runs count: their common unit, else seconds. */
export function commonAxis(runs: readonly Run[]): Axis {
  const own = new Set<Axis>(runs.map(usualCount));
  return own.size === 1 ? [...own][0] : own.size === 0 ? "environmentSteps" : "wallSeconds";
}

/**
 * The runs of a group that count: those that finished; while none has, those that go on; else all. Beside
 * them those that diverged or failed. Of several with one seed the newest.
 */
export function counting(runs: readonly Run[]): Run[] {
  const isRunning = ({ status, active }: Run) => status === "running" && active;
  const counts = [isFinished, isRunning].find((counts) => runs.some(counts)) ?? (() => true);
  return newestOfEachSeed(runs.filter((run) => counts(run) || isLost(run)));
}

/** The runs of a group that a metric is asked of: those that have it, and those that came to their end. */
function askedFor(runs: readonly Run[], has: (run: Run) => boolean): Run[] {
  return runs.filter((run) => has(run) || isFinished(run) || isLost(run));
}

/**
 * Tells of the runs of a configuration whether all that count diverged or failed before they came to an
 * evaluation that others in their world, or on their data, came to: no figure of these is without them.
 *
 * @param having The runs that have the metric.
 */
export function lostBefore(
  metric: string,
  having: () => readonly Run[],
): (runs: readonly Run[]) => boolean {
  let tasks: Set<string> | undefined;
  return (runs) => {
    if (!metric.startsWith("evaluation/") || !counting(runs).every(isLost)) return false;
    const own = ({ manifest }: Run) => {
      const { configuration } = manifest.determined;
      return taskOf({ configuration, code: ownCodeOf(manifest) }, { environments });
    };
    tasks ??= new Set(having().map(own));
    return tasks.has(own(runs[0]));
  };
}

/**
 * The runs that count, each configuration for itself, of those of which some run has a metric, or which
 * were {@linkcode lostBefore}.
 */
export function countingOf(
  runs: readonly Run[],
  has: (run: Run) => boolean,
  isLostBefore: (runs: readonly Run[]) => boolean,
): Run[] {
  return sameButSeed(runs).filter((own) => own.some(has) || isLostBefore(own)).flatMap((own) =>
    counting(askedFor(own, has))
  );
}

/** The mean over seeds with its spread, bin by bin. */
function meanOf(
  curves: readonly SeedCurve[],
  range?: Range,
  logX?: boolean,
): ComparedGroup["mean"] {
  const curve: ComparedGroup["mean"] = { x: [], y: [], low: [], high: [] };
  if (curves.length === 0) return curve;
  const repeats = Math.min(CURVE_REPEATS, Math.max(100, Math.ceil(15_000 / curves.length)));
  const { x, seeds, broken } = binned(curves, range, logX);
  if (broken !== undefined) curve.broken = { x: broken.x, value: String(broken.value) };
  // The same draws in every bin: a band's edge does not jump where its lines do not.
  const draws = new KeptDraws(streamOf(0, "bootstrap"), curves.length);
  x.forEach((place, bin) => {
    const values = seeds.map((means) => means[bin]);
    const spread = values.every(Number.isFinite)
      ? spreadOf(values, mean, { random: draws, repeats })
      : null;
    curve.x.push(place);
    curve.y.push(jsonNumber(mean(values)));
    curve.low.push(jsonNumber(spread?.low ?? NaN));
    curve.high.push(jsonNumber(spread?.high ?? NaN));
  });
  return curve;
}

function statisticsOf(values: readonly number[]): ComparedGroup["statistics"] {
  return {
    iqm: jsonNumber(iqm(values)),
    spread: figureSpread(values),
    mean: jsonNumber(mean(values)),
    median: jsonNumber(median(values)),
  };
}
