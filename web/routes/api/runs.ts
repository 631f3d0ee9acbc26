/** A part of the table of runs. @module */
import { InputError } from "../../../lab/core/errors.ts";
import type { State } from "../../state.ts";
import type { Context } from "../../fresh.ts";
import { tableRequestOf } from "../../runs_query.ts";
import { tableOf } from "../../runs_table.ts";

/**
 * `?filter=agent.gamma<0.99&columns=seed,evaluation/return_mean&sort=-started&group=agent`. What is
 * half typed is no error: its answer is `{ problem }`.
 */
export function handler({ url, state: { feed } }: Context<State>): Response {
  try {
    const table = tableOf(feed, feed.records(), tableRequestOf(url.searchParams));
    return Response.json({ ...table, trashed: feed.trashed.length });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return Response.json({ problem: error.message });
  }
}
