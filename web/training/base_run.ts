/**
 * Stored runs whose configuration a page can train.
 *
 * @module
 */
import type { Run } from "../../lab/store/store.ts";
import { ownCodeOf } from "../own/code.ts";
import type { BaseRun } from "./protocol.ts";

/**
 * Why a page cannot train a run's configuration, as a clause; undefined where it can.
 *
 * @param module Why it cannot have the run's module.
 */
export function refusalOf(
  { manifest: { determined: { from } } }: Pick<Run, "manifest">,
  module: string | undefined,
): string | undefined {
  return from === undefined ? module : `it began with the weights of run ${from.run}`;
}

/** What a page needs of it. */
export function baseOf(run: Run): BaseRun {
  const { manifest: { determined }, digest } = run;
  const { experiment, version, configuration, seed, backend } = determined;
  const own = ownCodeOf(run);
  return { experiment, version, configuration, seed, backend, digest, ...own && { own } };
}
