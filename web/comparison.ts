/**
 * One metric of many runs, grouped over seeds: each seed's line, their mean with a 95 % interval,
 * and the statistics of the last values.
 *
 * @module
 */
import { streamOf } from "../lab/core/random.ts";
import {
  flatten,
  groupRuns,
  headlineMetric,
  newestOfEachSeed,
  type RunGroup,
} from "../lab/experiment/comparison.ts";
import { bootstrapInterval, iqm, mean, median } from "../lab/statistics/mod.ts";
import type { Run, Series, Store } from "../lab/store/store.ts";
import type { Axis } from "./axes.ts";
import { inOrder } from "./contents.ts";
import { smooth } from "./smooth.ts";
import { statusOf } from "../lab/store/run_status.ts";
import { budgetAxis, jsonNumber } from "./summary.ts";

/** Points of a mean at most. */
const MEAN_POINTS = 120;
/** Bootstrap repeats a point of a mean, at most; fewer for many seeds, which need fewer. */
const CURVE_REPEATS = 500;
/** Points of all single lines together. */
const LINE_POINTS = 40_000;

/** A value as JSON: text where it is not finite. */
type Value = number | string;

/** A group's runs, lines and statistics. */
export interface ComparedGroup {
  readonly label: string;
  readonly seeds: readonly ComparedSeed[];
  /** Mean over the seeds that count, from where all have begun to where the first still runs. */
  readonly mean: { x: number[]; y: Value[]; low: Value[]; high: Value[] };
  /** Of the last values of the seeds that count. The interval is the IQM's; null for one seed. */
  readonly statistics: {
    readonly iqm: Value;
    readonly interval: readonly [number, number] | null;
    readonly mean: Value;
    readonly median: Value;
  };
  readonly settings: Record<string, string>;
}

/** One run of a group. */
export interface ComparedSeed {
  readonly run: string;
  readonly seed: string;
  readonly status: string;
  /** Whether mean and statistics take it in. */
  readonly counts: boolean;
  readonly x: number[];
  readonly y: Value[];
}

/** What the compare page shows. */
export interface Comparison {
  readonly metric: string;
  readonly axis: Axis;
  /** Metrics that may be chosen. */
  readonly names: readonly string[];
  /** Groups that have the metric. */
  readonly groups: readonly ComparedGroup[];
}

/** What is asked for; what is missing is chosen by what most of the runs have. */
interface ComparisonRequest {
  readonly metric?: string;
  readonly axis?: Axis;
  /** Share of the x range, 0 … 1. */
  readonly smoothing: number;
}

/** Compares runs by one metric. */
export function compare(
  store: Store,
  runs: readonly Run[],
  { metric: asked, axis: askedAxis, smoothing }: ComparisonRequest,
): Comparison {
  const series = new Map(runs.map((run) => [run, store.seriesNames(run.id)]));
  const names = inOrder(new Set([...series.values()].flat()));
  const metric = asked ?? headlineMetric(names) ?? names[0] ?? "";
  const having = runs.filter((run) => series.get(run)!.includes(metric));
  const axis = askedAxis ?? commonAxis(having);
  const points = Math.max(40, Math.min(400, Math.floor(LINE_POINTS / Math.max(1, having.length))));
  return {
    metric,
    axis,
    names,
    groups: groupRuns(having)
      .map((group) => compared(store, group, { metric, axis, smoothing, points }))
      .sort((a, b) => a.label < b.label ? -1 : 1),
  };
}

function commonAxis(runs: readonly Run[]): Axis {
  const own = new Set(runs.map((run) => budgetAxis(run.manifest.determined.configuration)));
  return own.size === 1 ? [...own][0] : own.size === 0 ? "environmentSteps" : "wallSeconds";
}

/**
 * The runs of a group that count: those that finished; while none has, those that go on; else all.
 * Of several with one seed the newest.
 */
function counting(runs: readonly Run[]): Run[] {
  const finished = runs.filter(({ status }) => status === "completed" || status === "stopped");
  const running = runs.filter((run) => run.status === "running" && run.active);
  return newestOfEachSeed([finished, running, runs].find((some) => some.length > 0)!);
}

function compared(
  store: Store,
  group: RunGroup,
  { metric, axis, smoothing, points }: Required<ComparisonRequest> & { points: number },
): ComparedGroup {
  const counted = new Set(counting(group.runs));
  const lines = group.runs.map((run) => {
    const series = store.series(run.id, metric, smoothing > 0 ? {} : { points });
    return { run, ...thinned(series, axis, smoothing, points) };
  });
  const means = lines.filter(({ run }) => counted.has(run));
  return {
    label: group.label,
    seeds: lines.map(({ run, x, y }) => ({
      run: run.id,
      seed: run.manifest.determined.seed,
      status: statusOf(run),
      counts: counted.has(run),
      x,
      y: y.map(jsonNumber),
    })),
    mean: meanOf(means),
    statistics: statisticsOf(
      [...counted].map((run) => store.lastMetrics(run.id)[metric]),
    ),
    settings: flatten(group.configuration),
  };
}

/** A line on one axis, smoothed before points are left out. */
function thinned(
  series: Series,
  axis: Axis,
  smoothing: number,
  points: number,
): { x: number[]; y: number[] } {
  const x = series[axis];
  if (smoothing === 0) return { x: [...x], y: [...series.values] };
  const y = smooth(x, series.values, smoothing);
  const every = Math.ceil(y.length / points);
  const kept = Array.from(y.keys()).filter((i) => i % every === 0 || i === y.length - 1);
  return { x: kept.map((i) => x[i]), y: kept.map((i) => y[i]) };
}

/** A line of a run that counts. */
interface MeanLine {
  readonly run: Run;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** The mean where every seed has begun; a run that finished keeps its last value. */
function meanOf(lines: readonly MeanLine[]): ComparedGroup["mean"] {
  const curve: ComparedGroup["mean"] = { x: [], y: [], low: [], high: [] };
  if (lines.length === 0) return curve;
  const from = Math.max(...lines.map(({ x }) => x[0]));
  const ends = lines.filter(({ run }) => run.status === "running").map(({ x }) => x.at(-1)!);
  const to = ends.length > 0 ? Math.min(...ends) : Math.max(...lines.map(({ x }) => x.at(-1)!));
  const random = streamOf(0, "bootstrap");
  const repeats = Math.min(CURVE_REPEATS, Math.max(100, Math.ceil(15_000 / lines.length)));
  for (const x of grid(lines, from, to)) {
    const values = lines.map((line) => valueAt(line.x, line.y, x));
    const interval = lines.length > 1 && values.every(Number.isFinite)
      ? bootstrapInterval([values], mean, { random, repeats })
      : { low: NaN, high: NaN };
    curve.x.push(x);
    curve.y.push(jsonNumber(mean(values)));
    curve.low.push(jsonNumber(interval.low));
    curve.high.push(jsonNumber(interval.high));
  }
  return curve;
}

/** The lines' own coordinates where they are few, as those of evaluations; else even ones. */
function grid(lines: readonly MeanLine[], from: number, to: number): number[] {
  const own = [...new Set(lines.flatMap((line) => line.x.filter((x) => x >= from && x <= to)))];
  if (own.length <= MEAN_POINTS) return own.sort((a, b) => a - b);
  return Array.from(
    { length: MEAN_POINTS },
    (_, i) => from + (to - from) * i / (MEAN_POINTS - 1),
  );
}

/** A line's value at `x`, linear between its points, the last one after its end. */
function valueAt(xs: readonly number[], ys: readonly number[], x: number): number {
  let low = 0;
  let high = xs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (xs[middle] <= x) low = middle;
    else high = middle - 1;
  }
  if (low === xs.length - 1 || xs[low] >= x) return ys[low];
  const share = (x - xs[low]) / (xs[low + 1] - xs[low]);
  return ys[low] + share * (ys[low + 1] - ys[low]);
}

/** Intervals by their values: pages ask for the same ones again and again. */
const intervals = new Map<string, readonly [number, number]>();
/** Intervals that are kept. */
const KEPT_INTERVALS = 500;

/** The interval that the command line's `compare` prints, too. */
function iqmInterval(values: readonly number[]): readonly [number, number] {
  const key = values.join();
  let interval = intervals.get(key);
  if (interval === undefined) {
    const { low, high } = bootstrapInterval(
      [values],
      iqm,
      values.length > 50 ? { repeats: 5000 } : {},
    );
    interval = [low, high];
    if (intervals.size >= KEPT_INTERVALS) intervals.clear();
    intervals.set(key, interval);
  }
  return interval;
}

function statisticsOf(values: readonly number[]): ComparedGroup["statistics"] {
  return {
    iqm: jsonNumber(iqm(values)),
    interval: values.length > 1 && values.every(Number.isFinite) ? iqmInterval(values) : null,
    mean: jsonNumber(mean(values)),
    median: jsonNumber(median(values)),
  };
}
