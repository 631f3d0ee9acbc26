/** What the command palette finds. @module */
import type { Context } from "../../fresh.ts";
import { lookedUp } from "../../lookup.ts";
import type { State } from "../../state.ts";

/** `?text=ppo`: words and conditions, as in a filter of runs. */
export function handler({ url, state: { feed } }: Context<State>): Response {
  const text = url.searchParams.get("text") ?? "";
  return Response.json(lookedUp(feed, feed.records(), text));
}
