/**
 * Files that commands write where a person asks for them: whole or not at all, and never over
 * something that is there, unless that is asked for.
 *
 * @module
 */
import { dirname } from "node:path";
import { InputError, LabError } from "../lab/core/errors.ts";
import { isFolder } from "../lab/store/files.ts";
import { callersPath, type Io } from "./terminal/io.ts";

/** Bytes of {@linkcode inFileName}: two of them, a seed, an id and an end are within the 255 of a file's name. */
const MOST_BYTES = 96;

/** A text as part of a file's name, with nothing in it that a path could misread; of a long one the beginning. */
export function inFileName(text: string): string {
  const name = text.replaceAll(/[^\p{L}\p{N}._-]+/gu, "_").replace(/^\.+/, "");
  const { read } = new TextEncoder().encodeInto(name, new Uint8Array(MOST_BYTES));
  return name.slice(0, read);
}

/** A file to write. */
export interface Out {
  readonly path: string;
  /** Whether it takes the place of one that is there. */
  readonly force: boolean;
}

/** What `--out` names, refused where it ends otherwise (in lower or upper case) or is there already. */
export async function fileToWrite(
  io: Io,
  out: string,
  endings: readonly string[],
  force: boolean,
): Promise<Out> {
  if (!endings.some((ending) => out.toLowerCase().endsWith(ending))) {
    const allowed = new Intl.ListFormat("en-GB", { type: "disjunction" }).format(endings);
    throw new InputError(`Cannot write it as --out must end in ${allowed}: ${out}`);
  }
  const path = callersPath(io, out);
  await refuseExisting([path], force);
  return { path, force };
}

/** Refuses paths that exist already, unless forced, and those where no file can be. */
export async function refuseExisting(paths: readonly string[], force: boolean): Promise<void> {
  for (const path of paths) {
    await requirePlace(path);
    if (!force && await exists(path)) {
      throw new InputError(
        `Cannot write ${path} as there is such a file already: choose another, or give --force`,
      );
    }
  }
}

/** Whether there is something at `path`. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    const { NotFound, NotADirectory } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return false;
    throw error;
  }
}

/** Refuses a path below a file, and that of a folder. */
async function requirePlace(path: string): Promise<void> {
  let above = dirname(path);
  while (!await exists(above)) above = dirname(above);
  if (!isFolder(above)) {
    throw new InputError(`Cannot write ${path} as a file is in the place of its folder: ${above}`);
  }
  if (isFolder(path)) {
    throw new InputError(`Cannot write ${path} as there is a folder of that name`);
  }
}

/** The temporary name of a file that is being written, of this process alone. */
export function partPath(path: string): string {
  return `${path}.${Deno.pid}.part`;
}

/** The paths that writing a file or folder needs: it, its temporary name, folders that are missing. */
export async function pathsToWrite(path: string): Promise<string[]> {
  let missing: string | undefined;
  for (let folder = dirname(path); !await exists(folder); folder = dirname(folder)) {
    missing = folder;
  }
  return [path, partPath(path), ...missing === undefined ? [] : [missing]];
}

/**
 * Writes a file, given whole or in parts, under a temporary name and renames it; makes its folder
 * where it is missing.
 *
 * @throws {InputError} where one is there that it must not take the place of, as it appeared while there was
 *   work on the new one: that stays under its temporary name.
 */
export async function writeWhole(
  { path, force }: Out,
  content: Uint8Array | Iterable<Uint8Array | string>,
): Promise<void> {
  const temporary = partPath(path);
  const parts = content instanceof Uint8Array ? [content] : content;
  const encoder = new TextEncoder();
  try {
    if (!await exists(dirname(path))) await Deno.mkdir(dirname(path), { recursive: true });
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      for (const part of parts) {
        const bytes = typeof part === "string" ? encoder.encode(part) : part;
        for (let written = 0; written < bytes.length;) {
          written += await file.write(bytes.subarray(written));
        }
      }
    }
    if (force) await Deno.rename(temporary, path);
    else await renameNew(temporary, path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || error instanceof InputError) throw error;
    await Deno.remove(temporary).catch(() => {});
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError(`Cannot write ${path} as ${reason}`);
  }
}

/** Gives a file its name, unless there is one of that name. */
async function renameNew(temporary: string, path: string): Promise<void> {
  // At once, as between a look and a renaming one could appear.
  const linked = await Deno.link(temporary, path).then(
    () => "linked",
    (error) => error instanceof Deno.errors.AlreadyExists ? "taken" : "cannot",
  );
  // Not every file system has links.
  if (linked === "cannot" && !await exists(path)) return await Deno.rename(temporary, path);
  if (linked !== "linked") {
    throw new InputError(
      `Cannot write ${path} as such a file has appeared meanwhile: the new one is ${temporary}`,
    );
  }
  await Deno.remove(temporary);
}
