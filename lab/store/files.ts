/**
 * Files that are whole or absent: written under a temporary name, synced, renamed, and the folder
 * synced.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { DamageError, LabError } from "../core/errors.ts";

/** Writes the parts of a file that does not exist yet and waits for the disk. */
export type WriteSynced = (path: string, parts: readonly Uint8Array[]) => Promise<void>;

/** The {@linkcode WriteSynced} of the operating system. */
export async function writeSynced(path: string, parts: readonly Uint8Array[]): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  for (const part of parts) {
    for (let written = 0; written < part.length;) {
      written += await file.write(part.subarray(written, written + LARGEST_WRITE));
    }
  }
  await file.sync();
}

/** Bytes of one write: the system call's own copy stays small. */
export const LARGEST_WRITE = 1 << 20;

/** How the names of files end that are being written. */
export const PARTIAL = ".part";

/** A name that no other writer has, on whichever machine. */
function temporaryFor(path: string): string {
  return `${path}.${crypto.randomUUID()}${PARTIAL}`;
}

/**
 * Puts files below a folder, and waits until their names are on the disk as they are: each folder that
 * has one, and those above it, are synced once, when all have been put.
 *
 * @param root The folder, made where it is missing.
 * @param put Puts the files, each whole, at the paths that `place` gives for those below the folder;
 *   it makes the folders on the way.
 * @returns What `put` does.
 * @throws {LabError} on a full disk and other failures of it.
 */
export async function putBelow<T>(
  root: string,
  put: (place: (below: string) => Promise<string>) => Promise<T>,
): Promise<T> {
  const folders = new Set<string>();
  const result = await put(async (below) => {
    const parents = below.split("/").slice(0, -1);
    const folder = [root, ...parents].join("/");
    if (!folders.has(folder)) await ensureFolder(folder);
    for (let i = 0; i <= parents.length; i++) {
      folders.add([root, ...parents.slice(0, i)].join("/"));
    }
    return `${root}/${below}`;
  });
  for (const folder of folders) await syncFolder(folder);
  return result;
}

/**
 * Puts one file below a folder, as {@linkcode putBelow} does.
 *
 * @throws {LabError} on a full disk and other failures of it.
 */
export async function putFileBelow(root: string, below: string, bytes: Uint8Array): Promise<void> {
  await putBelow(root, async (place) => await putFile(await place(below), [bytes]));
}

/**
 * Puts `parts` one after the other at `path`, whole and on the disk, or leaves what was there.
 *
 * @throws {LabError} on a full disk and other failures of it.
 */
export async function putFile(
  path: string,
  parts: readonly Uint8Array[],
  write: WriteSynced = writeSynced,
): Promise<void> {
  const temporary = temporaryFor(path);
  try {
    await write(temporary, parts);
    await Deno.rename(temporary, path);
  } catch (error) {
    removeFile(temporary);
    throw writeFailure(path, error);
  }
}

/**
 * Copies a file, whole and on the disk.
 *
 * @param check Looks at the copy before it has its name; what it throws leaves nothing there.
 * @returns Whether it was there.
 * @throws {LabError} on a full disk and other failures of it.
 */
export async function copySynced(
  from: string,
  to: string,
  check: (copy: string) => Promise<void> = () => Promise.resolve(),
): Promise<boolean> {
  const temporary = temporaryFor(to);
  try {
    await Deno.copyFile(from, temporary);
    using file = await Deno.open(temporary, { write: true });
    await file.sync();
    await check(temporary);
    await Deno.rename(temporary, to);
    return true;
  } catch (error) {
    removeFile(temporary);
    if (error instanceof Deno.errors.NotFound) return false;
    if (error instanceof DamageError) throw error;
    throw writeFailure(to, error);
  }
}

/**
 * Copies a file that is named by its content, unless a whole one of that name is there.
 *
 * @returns Whether it was there, on either side.
 * @throws {DamageError} where it is not what its name says; the target stays as it was.
 * @throws {LabError} on a full disk and other failures of it.
 */
export async function copyNamed(from: string, to: string): Promise<boolean> {
  if (await isAsNamed(to)) return true;
  return await copySynced(from, to, async (copy) => {
    if (!await isAsNamed(copy, to)) {
      throw new DamageError(`Cannot copy ${from} as its content must hash to its name`);
    }
  });
}

/** Whether there is a file whose content is what a name says, its own where none is given. */
export async function isAsNamed(path: string, name = path): Promise<boolean> {
  try {
    return isNamedBy(name, await hashOfFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** SHA-256 of a file of any size, in hexadecimal. */
async function hashOfFile(path: string): Promise<string> {
  using file = await Deno.open(path);
  const hash = createHash("sha256");
  const bytes = new Uint8Array(LARGEST_WRITE);
  for (let read = 0; (read = await file.read(bytes) ?? 0) > 0;) {
    hash.update(bytes.subarray(0, read));
  }
  return hash.digest("hex");
}

/** The hash, or its beginning, that ends the name of a file of a run; undefined where none does. */
export function hashInName(path: string): string | undefined {
  return /([0-9a-f]{16,64})(\.\w+)?$/.exec(path)?.[1];
}

/** Whether the name of a file says that its content has this hash. */
export function isNamedBy(path: string, hash: string): boolean {
  const digits = hashInName(path);
  return digits !== undefined && hash.startsWith(digits);
}

/** Whether there is a folder of that name. */
export function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    const { NotADirectory, NotFound } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return false;
    throw error;
  }
}

/**
 * Makes a folder and those above it where they are missing; nobody waits for the disk.
 *
 * @throws {LabError} on a full disk and other failures of it.
 */
async function ensureFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    throw writeFailure(folder, error);
  }
}

/**
 * Waits until the names in a folder are on the disk, where the platform can.
 *
 * @throws {LabError} where the disk fails.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  try {
    using file = await Deno.open(folder, { read: true });
    await file.sync();
  } catch (error) {
    throw writeFailure(folder, error);
  }
}

/** As {@linkcode syncFolder}, at once; what Deno throws comes as it is. */
export function syncFolderNow(folder: string): void {
  if (Deno.build.os === "windows") return;
  using file = Deno.openSync(folder, { read: true });
  file.syncSync();
}

/**
 * Removes a file or an empty folder.
 *
 * @returns Its bytes, 0 where it was not there.
 */
export function removeFile(path: string): number {
  const bytes = sizeOfFile(path);
  if (bytes === undefined) return 0;
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return bytes;
}

/** Bytes of a file; undefined where there is none. */
export function sizeOfFile(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    const { NotADirectory, NotFound } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return undefined;
    throw error;
  }
}

/** The lines of a file one after the other, however large it is; none where there is none. */
export function* linesOf(path: string): Generator<string> {
  using file = openedFile(path);
  if (file === undefined) return;
  const bytes = new Uint8Array(LARGEST_WRITE);
  const decoder = new TextDecoder();
  let begun = "";
  for (let read: number | null; (read = file.readSync(bytes)) !== null;) {
    const lines = decoder.decode(bytes.subarray(0, read), { stream: true }).split("\n");
    lines[0] = begun + lines[0];
    begun = lines.pop()!;
    yield* lines;
  }
  yield begun + decoder.decode();
}

/** A file, for reading; undefined where there is none. */
export function openedFile(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Names in a folder; none where there is no folder. */
export function namesIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), (entry) => entry.name);
  } catch (error) {
    const { NotADirectory, NotFound } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return [];
    throw error;
  }
}

/** SHA-256 of the parts one after the other, in hexadecimal. */
export function sha256(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/**
 * Reads a file whose content hash is known.
 *
 * @throws {DamageError} that names the file where it is missing or its bytes differ.
 */
export async function readVerified(path: string, hash: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new DamageError(`Cannot read ${path} as the file is missing`);
  }
  const found = sha256(bytes);
  if (found !== hash) {
    throw new DamageError(
      `Cannot read ${path} as its content must hash to ${hash.slice(0, 12)}…: ` +
        `${found.slice(0, 12)}… (the file was altered or cut off)`,
    );
  }
  return bytes;
}

/** What to do on a full disk, whatever could not be written. */
export const ONCE_FREE = "free some space, then do it again (a run goes on by `resume`)";

/** A {@linkcode LabError} that says why a file could not be written. */
export function writeFailure(path: string, error: unknown): LabError {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const reason = code === "ENOSPC" || code === "EDQUOT" ? `the disk is full: ${ONCE_FREE}` : text;
  return new LabError(`Cannot write ${path} as ${reason}`, { cause: error });
}
