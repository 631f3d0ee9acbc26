/**
 * Errors as one line.
 *
 * @module
 */
import { InputError, LabError } from "../core/errors.ts";

/** The first line of an error's message, without colours. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/\x1b\[[0-9;]*m/g, "").split("\n")[0].trim();
}

/** The first line, with the error's class in front where it is none of the lab's own. */
export function lineOf(error: unknown): string {
  const own = error instanceof InputError || error instanceof LabError;
  return own || !(error instanceof Error) ? firstLine(error) : `${error.name}: ${firstLine(error)}`;
}
