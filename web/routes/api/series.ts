/** One series of one run, down-sampled for a chart. @module */
import { budgetUnitOf } from "../../../lab/store/run_budget.ts";
import type { Series } from "../../../lab/store/store.ts";
import type { State } from "../../state.ts";
import type { Axis } from "../../axes.ts";
import type { Context } from "../../fresh.ts";
import { axisFrom, numberFrom, smoothingFrom } from "../../query.ts";
import { smooth } from "../../smooth.ts";
import { jsonNumber } from "../../summary.ts";

/** A series as JSON; values that are not finite as text. */
export interface SeriesAnswer {
  readonly axis: Axis;
  /** Points in the store. */
  readonly total: number;
  readonly x: number[];
  readonly y: (number | string)[];
  /** The smoothed values at the same x; null where no smoothing is asked for. */
  readonly smoothed: (number | string)[] | null;
}

/** `?run=ID&name=SERIES&axis=environmentSteps&smoothing=0.05&points=1000`. */
export function handler({ url: { searchParams: query }, state }: Context<State>): Response {
  const run = state.store.find(query.get("run") ?? "");
  const name = query.get("name") ?? "";
  const axis = axisFrom(query, budgetUnitOf(run.manifest));
  const points = numberFrom(query, "points", { low: 2, high: 5000, fallback: 1000 });
  const share = smoothingFrom(query);
  const series = state.store.series(run.id, name, { points });
  const whole = () =>
    series.total > series.values.length ? state.store.series(run.id, name) : series;
  const drawn: SeriesAnswer = {
    axis,
    total: series.total,
    x: [...series[axis]],
    y: Array.from(series.values, jsonNumber),
    smoothed: share > 0 ? smoothedAt(whole(), series.iterations, axis, share) : null,
  };
  return Response.json(drawn);
}

/** The whole series smoothed, at some of its iterations: smoothing what is left would mislead. */
function smoothedAt(
  series: Series,
  iterations: Float64Array,
  axis: Axis,
  share: number,
): (number | string)[] {
  const smoothed = smooth(series[axis], series.values, share);
  let i = 0;
  return Array.from(iterations, (iteration) => {
    while (series.iterations[i] < iteration) i++;
    return jsonNumber(smoothed[i]);
  });
}
