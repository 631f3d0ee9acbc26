/** A run among those that differ from it in their seed alone, as they stand. @module */
import type { State } from "../../state.ts";
import { familyOf } from "../../family.ts";
import type { Context } from "../../fresh.ts";
import type { FamilyAnswer } from "../../islands/run_family.tsx";

/** `?run=ID`. */
export function handler({ url, state: { feed } }: Context<State>): Response {
  const family = familyOf(feed.records(), url.searchParams.get("run") ?? "") ?? null;
  return Response.json({ family } satisfies FamilyAnswer);
}
