/**
 * Stored runs whose configuration a page can train.
 *
 * @module
 */
import type { Run } from "../../lab/store/store.ts";
import { isOfOwnModule, ownCodeOf } from "../own/code.ts";
import type { State } from "../state.ts";
import type { BaseRun } from "./protocol.ts";

/** Why a page cannot train a run's configuration, as a clause; undefined where it can. */
export async function refusalOf(
  run: Pick<Run, "manifest">,
  own: State["own"],
): Promise<string | undefined> {
  const { from } = run.manifest.determined;
  if (from !== undefined) return `it began with the weights of run ${from.run}`;
  return isOfOwnModule(run) ? await own.refusalOf(run) : undefined;
}

/** What a page needs of it. */
export function baseOf(run: Run): BaseRun {
  const { manifest: { determined }, digest } = run;
  const { experiment, version, configuration, seed, backend } = determined;
  const own = ownCodeOf(run);
  return { experiment, version, configuration, seed, backend, digest, ...own && { own } };
}
