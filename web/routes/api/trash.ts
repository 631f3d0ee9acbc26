/** What lies in the trash. @module */
import type { State } from "../../state.ts";
import type { Context } from "../../fresh.ts";
import { trashedIn } from "../../trash.ts";

/** A row each, as the page lists them. */
export function handler({ state: { store } }: Context<State>): Response {
  return Response.json(trashedIn(store));
}
