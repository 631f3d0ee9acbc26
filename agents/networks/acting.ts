/**
 * Which parameters choose the actions that an off-policy agent explores by.
 *
 * @module
 */
import { PARAMETERS } from "../../lab/core/base_trainer.ts";

/** The group that holds the parameters as they were before the training that is under way. */
export const ACTING = "acting";

/** The group that exploring programs read: the learned parameters, or with `overlap` their copy. */
export function actingGroup({ overlap }: { readonly overlap?: boolean }): string {
  return overlap ? ACTING : PARAMETERS;
}
