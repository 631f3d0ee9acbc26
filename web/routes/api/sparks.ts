/** All series of one run, each as the few points of a sparkline. @module */
import { DamageError, unlessDamaged } from "../../../lab/core/errors.ts";
import type { State } from "../../state.ts";
import type { Context } from "../../fresh.ts";
import { jsonNumber } from "../../summary.ts";

/** Points of a sparkline, about. */
const POINTS = 40;

/** By the series' names. */
export type Sparks = Readonly<Record<string, SparkOf>>;

/** One series. */
interface SparkOf {
  /** Null where one is not finite. */
  readonly values: readonly (number | null)[];
  /** The last value, as {@linkcode jsonNumber} writes it; null: there is none. */
  readonly last: number | string | null;
}

/** `?run=ID`. */
export function handler({ url: { searchParams: query }, state }: Context<State>): Response {
  const { store } = state;
  const run = store.find(query.get("run") ?? "");
  const sparks: Record<string, SparkOf> = {};
  for (const name of store.seriesNames(run.id)) {
    const read = unlessDamaged(() => store.series(run.id, name, { points: POINTS }));
    if (read instanceof DamageError) continue;
    const last = read.values.at(-1);
    sparks[name] = {
      values: Array.from(read.values, (value) => Number.isFinite(value) ? value : null),
      last: last === undefined ? null : jsonNumber(last),
    };
  }
  return Response.json(sparks);
}
