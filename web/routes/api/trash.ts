/** What lies in the trash. @module */
import type { State } from "../../state.ts";
import type { Context } from "../../fresh.ts";

/** A row each, as the page lists them. */
export function handler({ state: { feed } }: Context<State>): Response {
  return Response.json(feed.trashed);
}
