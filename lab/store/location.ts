/**
 * Where a store lies: from what a user types to a folder.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError, LabError } from "../core/errors.ts";
import { show } from "../core/plain.ts";
import { isFolder, syncFolderNow } from "./files.ts";
import { schemeOf } from "./scheme.ts";

/** Whether a store in a folder is meant. */
const isFolders = (scheme: string | undefined) =>
  scheme === undefined || scheme === "sqlite" || scheme === "file";

/**
 * The folder of `location`: a plain path, `sqlite:PATH` or a `file:` URL.
 *
 * @throws {InputError} for an empty location or another scheme. The rest of a URL is not repeated,
 * as it may hold a password.
 */
export function folderOf(location: string): string {
  if (typeof location !== "string") {
    throw new InputError(
      `Cannot open the store as it must be a folder, sqlite:FOLDER or a file: URL: ${
        show(location)
      }`,
    );
  }
  const scheme = schemeOf(location);
  if (!isFolders(scheme)) {
    throw new InputError(
      `Cannot open the store as it must be a folder, sqlite:FOLDER or a file: URL: ${scheme}:…`,
    );
  }
  const folder = pathIn(location);
  if (folder === "") throw new InputError(`Cannot open the store as it names no folder: ""`);
  return folder.replace(/(?<=.)\/+$/, "");
}

/** The path in a location of {@linkcode folderOf}, as it was given. */
function pathIn(location: string): string {
  const scheme = schemeOf(location);
  if (scheme === undefined) return location;
  if (!/^file:\/\//i.test(location)) return location.slice(scheme.length + 1).replace(/^\/\//, "");
  try {
    return fileURLToPath(location);
  } catch {
    throw new InputError(`Cannot open the store as its URL must name a local file: ${location}`);
  }
}

/**
 * A location as a caller in `folder` means it: what is relative starts there, also behind a scheme.
 * One that is no folder stays as it is.
 *
 * @throws {InputError} for an empty one, which a shell makes of a variable that is not set.
 */
export function locationIn(folder: string, given: string): string {
  const scheme = schemeOf(given);
  if (!isFolders(scheme)) return given;
  const path = pathIn(given);
  if (path.trim() === "") throw new InputError("Cannot take a path as it is empty");
  return `${scheme === undefined ? "" : "sqlite:"}${resolve(folder, path)}`;
}

/**
 * Makes the folder of a store where it is missing; its parent must be there.
 *
 * @throws {InputError} where that is not possible; {@linkcode LabError} where the disk is full.
 */
export function makeFolder(folder: string): void {
  try {
    Deno.mkdirSync(folder);
    syncParent(folder);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists && isFolder(folder)) return;
    const Kind = isFull(error) ? LabError : InputError;
    throw new Kind(`Cannot make the store's folder ${folder} as ${reasonOf(error)}`);
  }
}

/** As {@linkcode makeFolder}, with the folders above it. */
export function makeFolders(folder: string): void {
  if (isFolder(folder)) return;
  makeFolders(dirname(folder));
  makeFolder(folder);
}

/** Whether the disk has no room, which is no fault of who named the folder. */
function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    ["ENOSPC", "EDQUOT"].includes(`${error.code}`);
}

/** Waits until a folder's name is on the disk, where Deno may look. */
function syncParent(folder: string): void {
  try {
    syncFolderNow(dirname(folder));
  } catch (error) {
    const { NotCapable, PermissionDenied } = Deno.errors;
    if (!(error instanceof NotCapable || error instanceof PermissionDenied)) throw error;
  }
}

/** Why a folder cannot be made or used, in words. */
function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return "this task may not write there (Deno's --allow-write)";
  }
  if (error instanceof Deno.errors.NotFound) return "its parent folder does not exist";
  if (error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory) {
    return "there is a file of that name, or a link that leads nowhere";
  }
  if (error instanceof Deno.errors.PermissionDenied) return "you may not write there";
  return error instanceof Error ? error.message : String(error);
}
