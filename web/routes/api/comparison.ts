/** One metric of many runs, grouped over seeds. @module */
import type { Run, Store } from "../../../lab/store/store.ts";
import type { State } from "../../state.ts";
import { compare, type Comparison } from "../../comparison.ts";
import type { Context } from "../../fresh.ts";
import { axisFrom, smoothingFrom } from "../../query.ts";

/** The runs of `run=ID&run=ID…`; without any, all. */
function runsOf(store: Store, query: URLSearchParams): Run[] {
  const asked = query.getAll("run");
  return asked.length > 0 ? asked.map((id) => store.find(id)) : store.runs();
}

/** The comparison that a URL asks for. */
export function comparisonOf(store: Store, query: URLSearchParams): Comparison {
  return compare(store, runsOf(store, query), {
    metric: query.get("metric") ?? undefined,
    axis: query.has("axis") ? axisFrom(query, "environmentSteps") : undefined,
    smoothing: smoothingFrom(query),
  });
}

/** `?metric=SERIES&axis=environmentSteps&smoothing=0.05&run=ID&run=ID…`. */
export function handler({ url, state: { store } }: Context<State>): Response {
  return Response.json(comparisonOf(store, url.searchParams));
}
