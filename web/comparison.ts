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
import type { Run, Store } from "../lab/store/store.ts";
import type { Axis } from "./axes.ts";
import { inOrder } from "./contents.ts";
import { binned, drawn, type SeedCurve } from "./curves.ts";
import { smooth } from "./smooth.ts";
import { statusOf } from "../lab/store/run_status.ts";
import { budgetAxis, jsonNumber } from "./summary.ts";

/** Bootstrap repeats a point of a mean, at most; fewer for many seeds, which need fewer. */
const CURVE_REPEATS = 500;
/** Points of a single line, about. */
const LINE_POINTS = 160;

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
  return {
    metric,
    axis,
    names,
    groups: groupRuns(having)
      .map((group) => compared(store, group, { metric, axis, smoothing }))
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
  { metric, axis, smoothing }: Required<ComparisonRequest>,
): ComparedGroup {
  const counted = new Set(counting(group.runs));
  const lines = group.runs.map((run) => {
    const series = store.series(run.id, metric);
    const x = series[axis];
    return { run, raw: series.values, curve: { x, y: smooth(x, series.values, smoothing) } };
  });
  const means = lines.filter(({ run, raw }) => counted.has(run) && raw.length > 0);
  return {
    label: group.label,
    seeds: lines.map(({ run, curve }) => {
      const { x, y } = drawn(curve, LINE_POINTS);
      return {
        run: run.id,
        seed: run.manifest.determined.seed,
        status: statusOf(run),
        counts: counted.has(run),
        x,
        y: y.map(jsonNumber),
      };
    }),
    mean: meanOf(
      means.map(({ run, curve }) => ({ ...curve, goesOn: run.status === "running" })),
    ),
    statistics: statisticsOf(means.map(({ raw }) => raw[raw.length - 1])),
    settings: flatten(group.configuration),
  };
}

/** The mean over seeds with its interval, bin by bin. */
function meanOf(curves: readonly SeedCurve[]): ComparedGroup["mean"] {
  const curve: ComparedGroup["mean"] = { x: [], y: [], low: [], high: [] };
  if (curves.length === 0) return curve;
  const random = streamOf(0, "bootstrap");
  const repeats = Math.min(CURVE_REPEATS, Math.max(100, Math.ceil(15_000 / curves.length)));
  const { x, seeds } = binned(curves);
  x.forEach((place, bin) => {
    const values = seeds.map((means) => means[bin]);
    const interval = values.length > 1 && values.every(Number.isFinite)
      ? bootstrapInterval([values], mean, { random, repeats })
      : { low: NaN, high: NaN };
    curve.x.push(place);
    curve.y.push(jsonNumber(mean(values)));
    curve.low.push(jsonNumber(interval.low));
    curve.high.push(jsonNumber(interval.high));
  });
  return curve;
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
