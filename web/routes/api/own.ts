/** The user's module that a run was trained with, as a script. @module */
import type { Context } from "../../fresh.ts";
import type { State } from "../../state.ts";

/** `?run=ID`: nothing else names what is read. */
export async function handler(
  { url: { searchParams: query }, state: { store, own } }: Context<State>,
): Promise<Response> {
  const script = await own.script(store.find(query.get("run") ?? ""));
  return new Response(script, { headers: { "content-type": "text/javascript; charset=utf-8" } });
}
