/**
 * Acting while the gradient steps are taken: by which parameters, and beside what.
 *
 * @module
 */
import { PARAMETERS } from "../../lab/core/base_trainer.ts";
import type { Workspace } from "../../lab/compute/workspace.ts";

/** The group that holds the parameters as they were before the training that is under way. */
export const ACTING = "acting";

/** The group that acting programs read: the learned parameters, or with `overlap` their copy. */
export function actingGroup({ overlap }: { readonly overlap?: boolean }): string {
  return overlap ? ACTING : PARAMETERS;
}

/**
 * Begins a training beside which the caller acts: in another thread where there is one that is
 * faster, else here and now.
 *
 * @param train Runs the programs; reads nothing of what they compute.
 * @returns What waits for its end.
 */
export function trainMeanwhile(workspace: Workspace, train: () => void): () => void {
  if (workspace.meanwhile !== undefined) return workspace.meanwhile(train);
  train();
  return () => {};
}
