/** All sweeps as they stand. @module */
import type { State } from "../../state.ts";
import type { Context } from "../../fresh.ts";

/** A row each, the newest first. */
export async function handler({ state }: Context<State>): Promise<Response> {
  return Response.json(await state.sweeps.rows());
}
