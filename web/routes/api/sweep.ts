/** A sweep as it stands. @module */
import { unknownName } from "../../../lab/core/errors.ts";
import type { State } from "../../state.ts";
import type { Context } from "../../fresh.ts";
import { sweepView } from "../../sweeps.ts";

/** `?name=SWEEP`. */
export async function handler({ url, state: { store } }: Context<State>): Promise<Response> {
  const name = url.searchParams.get("name") ?? "";
  const view = await sweepView(store, name);
  if (view === undefined) throw unknownName("show the sweep", "sweep", name, store.sweepNames());
  return Response.json(view);
}
