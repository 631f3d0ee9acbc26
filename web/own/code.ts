/**
 * Which runs are of a user's module, and where a page gets it.
 *
 * @module
 */
import { environments } from "../../envs/mod.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { needsModule } from "../../lab/experiment/own.ts";
import type { Run } from "../../lab/store/store.ts";

/** Where a page gets a run's module. */
export interface OwnCode {
  /** Of the script. */
  readonly address: string;
  /** The file that it was made of. */
  readonly module: string;
  /** The definition's name. */
  readonly experiment: string;
}

/** Whether a run is of a world or of parts that its module alone has. */
export function isOfOwnModule({ manifest: { determined } }: Pick<Run, "manifest">): boolean {
  const { configuration } = determined;
  const { id } = (configuration.environment ?? {}) as { readonly id?: Json };
  const isKnown = id === undefined || environments.some((each) => each.id === id);
  return needsModule(configuration) || !isKnown;
}

/** Where a page gets a run's module; undefined: the run needs none. */
export function ownCodeOf(run: Pick<Run, "id" | "manifest">): OwnCode | undefined {
  if (!isOfOwnModule(run)) return undefined;
  const { definition: { module }, determined: { experiment } } = run.manifest;
  return { address: `/api/own?run=${run.id}`, module, experiment };
}
