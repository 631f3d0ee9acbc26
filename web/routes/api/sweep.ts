/** A sweep as it stands. @module */
import type { State } from "../../state.ts";
import type { Context } from "../../fresh.ts";

/** `?name=SWEEP`. */
export async function handler({ url, state }: Context<State>): Promise<Response> {
  return Response.json(await state.sweeps.named(url.searchParams.get("name") ?? ""));
}
