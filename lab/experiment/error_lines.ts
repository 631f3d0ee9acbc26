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

/** Why a file or folder cannot be read, for the one who named it. */
export function whyUnreadable(error: unknown): string {
  const { code, name } = error as { readonly code?: string; readonly name?: string };
  if (name === "NotCapable") {
    return "the lab may read only its own folder, /tmp and the folder that it is called from: call it " +
      "from a folder above";
  }
  return reasons[code ?? ""] ?? firstLine(error);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it is not there",
  ENOTDIR: "it is no folder",
  EISDIR: "it is a folder",
  EACCES: "the user who calls may not read it",
};

/** The first line, with the error's class in front where it is none of the lab's own. */
export function lineOf(error: unknown): string {
  const own = error instanceof InputError || error instanceof LabError;
  return own || !(error instanceof Error) ? firstLine(error) : `${error.name}: ${firstLine(error)}`;
}
