/** Metrics of a group of runs over training, each as the few points of a sparkline. @module */
import type { State } from "../../state.ts";
import type { Context } from "../../fresh.ts";
import { MOST_RUNS, type Trends } from "../../components/trends.tsx";
import { trendOf } from "../../trends.ts";

/** `?metric=SERIES&metric=SERIES…&run=ID&run=ID…`. */
export function handler({ url: { searchParams: query }, state: { store } }: Context<State>) {
  const runs = query.getAll("run").slice(0, MOST_RUNS).map((id) => store.find(id));
  const trends: Trends = Object.fromEntries(
    query.getAll("metric").map((metric) => [metric, trendOf(store, runs, metric)]),
  );
  return Response.json(trends);
}
