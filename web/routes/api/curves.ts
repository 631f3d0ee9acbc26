/**
 * One metric of many runs, grouped over seeds: each seed's line, their mean and a 95 % interval.
 *
 * @module
 */
import { streamOf } from "../../../lab/core/random.ts";
import { groupRuns, type RunGroup } from "../../../lab/experiment/comparison.ts";
import { bootstrapInterval, mean } from "../../../lab/statistics/mod.ts";
import type { Series, Store } from "../../../lab/store/store.ts";
import type { State } from "../../app.ts";
import type { Context } from "../../fresh.ts";
import { jsonNumber } from "../../summary.ts";
import type { Axis } from "./series.ts";

/** Grid points of a group's mean. */
const gridPoints = 60;
/** Bootstrap repeats a grid point. */
const repeats = 500;

/** A group's lines on one x axis. */
export interface GroupCurves {
  readonly label: string;
  readonly seeds: readonly { run: string; seed: string; x: number[]; y: (number | string)[] }[];
  /** Mean over seeds; a run that has ended keeps its last value. Only where all have begun. */
  readonly mean: { x: number[]; y: number[]; low: number[]; high: number[] };
}

/** `?metric=SERIES&axis=environmentSteps&run=ID&run=ID…`. */
export function handler({ url, state: { store } }: Context<State>): Response {
  const metric = url.searchParams.get("metric") ?? "";
  const axis = (url.searchParams.get("axis") ?? "environmentSteps") as Axis;
  const runs = url.searchParams.getAll("run").map((id) => store.find(id));
  const groups = groupRuns(runs).map((group) => curvesOf(store, group, metric, axis));
  return Response.json(groups.filter((group) => group.seeds.length > 0));
}

function curvesOf(store: Store, group: RunGroup, metric: string, axis: Axis): GroupCurves {
  const lines = group.runs
    .map((run) => ({ run, series: store.series(run.id, metric, { points: 400 }) }))
    .filter(({ series }) => series.values.length > 0);
  return {
    label: group.label,
    seeds: lines.map(({ run, series }) => ({
      run: run.id,
      seed: run.manifest.determined.seed,
      x: [...series[axis]],
      y: [...series.values].map(jsonNumber),
    })),
    mean: meanOf(lines.map(({ series }) => series), axis),
  };
}

/** The mean on a grid from where every seed has begun to where the last one ends. */
function meanOf(lines: readonly Series[], axis: Axis): GroupCurves["mean"] {
  const curve: GroupCurves["mean"] = { x: [], y: [], low: [], high: [] };
  if (lines.length === 0) return curve;
  const from = Math.max(...lines.map((series) => series[axis][0]));
  const to = Math.max(...lines.map((series) => series[axis].at(-1)!));
  const random = streamOf(0, "bootstrap");
  for (let i = 0; i < gridPoints; i++) {
    const x = from + (to - from) * i / (gridPoints - 1);
    const values = lines.map((series) => valueAt(series[axis], series.values, x));
    const interval = bootstrapInterval([values], mean, { random, repeats });
    curve.x.push(x);
    curve.y.push(mean(values));
    curve.low.push(interval.low);
    curve.high.push(interval.high);
    if (to === from) break;
  }
  return curve;
}

/** The last value at or before `x`. */
function valueAt(xs: Float64Array, values: Float64Array, x: number): number {
  let index = 0;
  while (index + 1 < xs.length && xs[index + 1] <= x) index++;
  return values[index];
}
