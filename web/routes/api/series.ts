/** One series of one run, down-sampled for a chart. @module */
import { usualCount } from "../../../lab/store/run_budget.ts";
import type { State } from "../../state.ts";
import type { Axis } from "../../axes.ts";
import { everything, indicesOf, picksOf } from "../../curves.ts";
import type { Context } from "../../fresh.ts";
import { axisFrom, numberFrom, rangeFrom, smoothingFrom } from "../../query.ts";
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

/** `?run=ID&name=SERIES&axis=environmentSteps&smoothing=0.05&points=1000&from=0&to=5000`. */
export function handler({ url: { searchParams: query }, state }: Context<State>): Response {
  const run = state.store.find(query.get("run") ?? "");
  const name = query.get("name") ?? "";
  const axis = axisFrom(query, usualCount(run));
  const points = numberFrom(query, "points", { low: 2, high: 5000, fallback: 1000 });
  const share = smoothingFrom(query);
  const range = rangeFrom(query);
  // Smoothed is the whole series: smoothing what is drawn would mislead.
  const whole = share > 0 || range !== undefined;
  const series = state.store.series(run.id, name, whole ? {} : { points });
  const { values, iterations, [axis]: x } = series;
  const [start, end] = indicesOf(x, range ?? everything);
  const picks = whole ? picksOf(values, points, [start, end]) : [...values.keys()];
  const smoothed = share > 0 ? curvesOf(series, axis, share).shown.y : null;
  const answer: SeriesAnswer = {
    axis,
    total: whole ? end - start : series.total,
    x: picks.map((i) => x[i]),
    iterations: picks.map((i) => iterations[i]),
    y: picks.map((i) => jsonNumber(values[i])),
    smoothed: smoothed && picks.map((i) => jsonNumber(smoothed[i])),
    last: values.length === 0 ? null : jsonNumber(values[values.length - 1]),
    until: iterations.at(-1) ?? -1,
    attempt: run.attempt,
  };
  return Response.json(answer);
}
