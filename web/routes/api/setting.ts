/** What a run was trained by, for the page that trains the same. @module */
import { InputError } from "../../../lab/core/errors.ts";
import type { Context } from "../../fresh.ts";
import { moduleRefusal } from "../../own/code.ts";
import type { State } from "../../state.ts";
import { baseOf, refusalOf } from "../../training/base_run.ts";

/** `?run=ID`. */
export async function handler(
  { url: { searchParams: query }, state }: Context<State>,
): Promise<Response> {
  const run = state.store.find(query.get("run") ?? "");
  const reason = refusalOf(run, await moduleRefusal(run, state.own));
  if (reason !== undefined) {
    throw new InputError(`Cannot train run ${run.id} in a page as ${reason}`);
  }
  return Response.json(baseOf(run));
}
