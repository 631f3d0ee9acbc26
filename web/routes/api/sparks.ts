/** All series of one run, each as the few points of a sparkline. @module */
import { DamageError, unlessDamaged } from "../../../lab/core/errors.ts";
import type { State } from "../../state.ts";
import type { Context } from "../../fresh.ts";

/** Points of a sparkline, about. */
const POINTS = 40;

/** Values by the series' names; null where one is not finite. */
export type Sparks = Readonly<Record<string, readonly (number | null)[]>>;

/** `?run=ID`. */
export function handler({ url: { searchParams: query }, state }: Context<State>): Response {
  const { store } = state;
  const run = store.find(query.get("run") ?? "");
  const sparks: Record<string, readonly (number | null)[]> = {};
  for (const name of store.seriesNames(run.id)) {
    const read = unlessDamaged(() => store.series(run.id, name, { points: POINTS }));
    if (read instanceof DamageError) continue;
    sparks[name] = Array.from(read.values, (value) => Number.isFinite(value) ? value : null);
  }
  return Response.json(sparks);
}
