/** All sweeps as they stand. @module */
import type { State } from "../../state.ts";
import type { Context } from "../../fresh.ts";
import { sweepRows } from "../../sweeps.ts";

/** A row each, the newest first. */
export async function handler({ state: { store } }: Context<State>): Promise<Response> {
  return Response.json(await sweepRows(store));
}
