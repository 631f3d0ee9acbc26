/** One series of one run, down-sampled for a chart. @module */
import type { Series } from "../../../lab/store/store.ts";
import type { State } from "../../app.ts";
import type { Context } from "../../fresh.ts";
import { jsonNumber } from "../../summary.ts";

/** Most points that a chart asks for. */
const mostPoints = 5000;

/** A series as JSON: columns; values that are not finite as text. */
export interface SeriesAnswer {
  readonly run: string;
  readonly name: string;
  readonly total: number;
  readonly x: Record<Axis, number[]>;
  readonly values: (number | string)[];
}

/** The x axes that a reader may choose. */
export type Axis = "environmentSteps" | "gradientSteps" | "examples" | "wallSeconds" | "iterations";

/** Columns of a stored series. */
export function seriesAnswer(run: string, series: Series): SeriesAnswer {
  return {
    run,
    name: series.name,
    total: series.total,
    x: {
      environmentSteps: [...series.environmentSteps],
      gradientSteps: [...series.gradientSteps],
      examples: [...series.examples],
      wallSeconds: [...series.wallSeconds],
      iterations: [...series.iterations],
    },
    values: [...series.values].map(jsonNumber),
  };
}

/** `?run=ID&name=SERIES&points=600`. */
export function handler({ url, state: { store } }: Context<State>): Response {
  const run = store.find(url.searchParams.get("run") ?? "");
  const name = url.searchParams.get("name") ?? "";
  const points = Math.min(mostPoints, Number(url.searchParams.get("points") ?? 600) || 600);
  return Response.json(seriesAnswer(run.id, store.series(run.id, name, { points })));
}
