/** What several runs left as pictures or samples of text, to be seen side by side. @module */
import { type Left, leftBy } from "../../contents.ts";
import type { State } from "../../state.ts";
import type { Context } from "../../fresh.ts";

/** Runs that are answered for, at most. */
export const MOST = 12;

/** What runs left, by their ids; runs that are not there are left out. */
export type Pictures = Readonly<Record<string, Left>>;

/** `?run=ID&run=ID…`. */
export function handler(
  { url: { searchParams: query }, state: { store } }: Context<State>,
): Response {
  const runs = query.getAll("run").slice(0, MOST).filter((id) => store.run(id) !== undefined);
  const pictures: Pictures = Object.fromEntries(runs.map((id) => [id, leftBy(store, id)]));
  return Response.json(pictures);
}
