/**
 * Errors as one line.
 *
 * @module
 */
import { InputError, LabError } from "../core/errors.ts";
import { withoutColours, withPlace } from "../core/stack.ts";

/** The first line of an error's message, without colours. */
export function firstLine(error: unknown): string {
  return messageOf(error).split("\n")[0].trim();
}

function messageOf(error: unknown): string {
  return withoutColours(error instanceof Error ? error.message || error.name : String(error));
}

/**
 * What a file imports that the lab does not have, where its import failed by that. A package that the
 * frozen lock file lacks is known by the line that Deno would add to it.
 */
export function lackedImport(error: unknown): string | undefined {
  const message = messageOf(error);
  const [, bare] = /^Import "([^"]+)" not a dependency/.exec(message) ?? [];
  if (bare !== undefined || !message.startsWith("The lockfile is out of date")) return bare;
  return /\+\s+"((?:npm|jsr):[^"]+?)(?:@\*)?"/.exec(message)?.[1] ?? "another package";
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

/**
 * The first line, with the error's class in front where it is none of the lab's own, and behind it the
 * place in a user's file that it comes from: `Error: no luck (corridor.ts:13:27)`.
 */
export function lineOf(error: unknown): string {
  const line = firstLine(error);
  const own = error instanceof InputError || error instanceof LabError;
  // What does not parse is a TypeError that says SyntaxError.
  const says = own || !(error instanceof Error) || line.startsWith("SyntaxError: ");
  return withPlace(says ? line : `${error.name}: ${line}`, error);
}
