/** What the series of a method mean, for the page that trains it. @module */
import type { Context } from "../../fresh.ts";
import type { State } from "../../state.ts";

/** `?method=NAME`. */
export async function handler(
  { url: { searchParams: query }, state }: Context<State>,
): Promise<Response> {
  return Response.json(await state.guides.of(query.get("method") ?? ""));
}
