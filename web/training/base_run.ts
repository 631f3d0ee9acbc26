/**
 * Stored runs whose configuration a page can train.
 *
 * @module
 */
import { needsModule } from "../../lab/experiment/own.ts";
import type { Run } from "../../lab/store/store.ts";
import type { BaseRun } from "./protocol.ts";

/** Why a page cannot train a run's configuration, as a clause; undefined where it can. */
export function refusalOf({ manifest: { determined } }: Pick<Run, "manifest">): string | undefined {
  if (needsModule(determined.configuration)) {
    return "it has parts of its own, whose code the page has not";
  }
  if (determined.from !== undefined) {
    return `it began with the weights of run ${determined.from.run}`;
  }
  return undefined;
}

/** What a page needs of it. */
export function baseOf({ manifest: { determined }, digest }: Run): BaseRun {
  const { experiment, version, configuration, seed, backend } = determined;
  return { experiment, version, configuration, seed, backend, digest };
}
