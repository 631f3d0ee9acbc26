/**
 * Errors of a user's own file.
 *
 * @module
 */
import { InputError, LabError } from "../core/errors.ts";
import { withPlace } from "../core/stack.ts";
import { lineOf } from "./error_lines.ts";

/** Whether an error that is none of the lab's comes from a user's own file, as far as its stack tells. */
export function isOfOwnFile(error: unknown): boolean {
  const isLabs = error instanceof InputError || error instanceof LabError;
  return !isLabs && withPlace("", error) !== "";
}

/**
 * What a user's own file throws before a run of it has begun is wrong input, as what it exports may be.
 *
 * @param action What cannot be done, as in "Cannot <action> as …".
 */
export function refusalOf(action: string, error: unknown): InputError {
  return new InputError(`Cannot ${action} as its file throws ${lineOf(error)}`, { cause: error });
}
