/** One series of one run, down-sampled for a chart. @module */
import { usualCount } from "../../../lab/store/run_budget.ts";
import type { Series } from "../../../lab/store/store.ts";
import type { State } from "../../state.ts";
import type { Axis } from "../../axes.ts";
import { everything, indicesOf, picksOf } from "../../curves.ts";
import type { Context } from "../../fresh.ts";
import { axisFrom, logFrom, numberFrom, rangeFrom, smoothingFrom } from "../../query.ts";
import { jsonNumber } from "../../summary.ts";
import { curvesOf } from "../../thinned.ts";

/** A series as JSON; values that are not finite as text. */
export interface SeriesAnswer {
  readonly axis: Axis;
  /** Points in the store; of a range those in it. */
  readonly total: number;
  readonly x: number[];
  /** The iteration of each point. */
  readonly iterations: number[];
  readonly y: (number | string)[];
  /** The smoothed values at the same x; null where no smoothing is asked for. */
  readonly smoothed: (number | string)[] | null;
  /** The last value in the store, also where a range ends before it; null without a point. */
  readonly last: number | string | null;
  /** The iteration of the last point in the store, −1 without one, and the attempt it is of. */
  readonly until: number;
  readonly attempt: number;
}

/**
 * `?run=ID&name=SERIES&axis=environmentSteps&smoothing=0.05&points=1000&from=0&to=5000`; `at=SERIES`: at
 * the points of another series, as a band is drawn at those of its mean; `xscale=log`: for a logarithmic x axis.
 */
export function handler({ url: { searchParams: query }, state }: Context<State>): Response {
  const run = state.store.find(query.get("run") ?? "");
  const name = query.get("name") ?? "";
  const at = query.get("at") ?? name;
  const axis = axisFrom(query, usualCount(run));
  const points = numberFrom(query, "points", { low: 2, high: 5000, fallback: 1000 });
  const share = smoothingFrom(query);
  const range = rangeFrom(query);
  const logX = logFrom(query, "x");
  // Smoothed is the whole series: smoothing what is drawn would mislead.
  const whole = share > 0 || range !== undefined || logX;
  const series = state.store.series(run.id, at, whole ? {} : { points });
  const { iterations, [axis]: x } = series;
  const [start, end] = indicesOf(x, range ?? everything);
  const picks = whole
    ? picksOf(series.values, points, [start, end], logX ? x : undefined)
    : [...x.keys()];
  const smoothed = share > 0 ? curvesOf(series, axis, share).shown.y : null;
  const own = at === name ? series : state.store.series(run.id, name);
  const values = at === name ? series.values : valuesAt(own, iterations);
  const answer: SeriesAnswer = {
    axis,
    total: whole ? end - start : series.total,
    x: picks.map((i) => x[i]),
    iterations: picks.map((i) => iterations[i]),
    y: picks.map((i) => jsonNumber(values[i])),
    smoothed: smoothed && picks.map((i) => jsonNumber(smoothed[i])),
    last: own.values.length === 0 ? null : jsonNumber(own.values.at(-1)!),
    until: own.iterations.at(-1) ?? -1,
    attempt: run.attempt,
  };
  return Response.json(answer);
}

/** The values of a series at iterations; NaN where it has none. */
function valuesAt(
  { iterations, values }: Pick<Series, "iterations" | "values">,
  wanted: Float64Array,
): Float64Array {
  const known = new Map(iterations.entries().map(([i, iteration]) => [iteration, values[i]]));
  return wanted.map((iteration) => known.get(iteration) ?? NaN);
}
