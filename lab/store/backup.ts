/**
 * Backups: a copy of a store that is a store itself, as of one moment, also while runs train.
 *
 * @module
 */
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "../core/errors.ts";
import { BatchJournal } from "./batch_journal.ts";
import { Database } from "./database.ts";
import {
  copySynced,
  isAsNamed,
  isFolder,
  namesIn,
  putBelow,
  removeFile,
  sizeOfFile,
  syncFolder,
} from "./files.ts";
import { Journals } from "./journal.ts";
import { makeFolder, makeFolders } from "./location.ts";
import { CHECKPOINTS, filesNamedBy, STORE_FOLDERS } from "./paths.ts";
import type { Backup } from "./store.ts";
import { Sweeps } from "./sweeps.ts";

/** Snapshots that are taken at most. */
const SNAPSHOTS = 20;

/** The database of a backup that is not whole yet. */
const PART = "lab.db.part";

/** Where a folder's rows and files are from that follows another store. */
export interface Followed {
  /** Brings in rows as they are now. */
  refresh(): Promise<void>;
  /** Brings in files that are not there yet. */
  fetch(paths: readonly string[]): Promise<void>;
}

/**
 * Copies the store of `database`, which lies in `folder`, to the folder `target`: the database as of
 * one moment, the files that it names, and journals of their own. Where that fails nothing of it is left.
 *
 * @param followed Of a folder that follows another store: what is not there yet comes from that one.
 * @throws {InputError} where `target` is there and not empty, or lies in the store.
 * @throws {LabError} on a full disk and other failures of it.
 */
export async function backUp(
  database: Database,
  folder: string,
  target: string,
  followed?: Followed,
): Promise<Backup> {
  const names = namesIn(target);
  if (names.length > 0 || (sizeOfFile(target) !== undefined && !isFolder(target))) {
    const begun = names.includes(PART)
      ? " (delete what is left there of a backup that broke off)"
      : "";
    throw new InputError(
      `Cannot back up to ${target} as it must be a new or an empty folder${begun}`,
    );
  }
  if (`${truePath(target)}/`.startsWith(`${truePath(folder)}/`)) {
    throw new InputError(`Cannot back up to ${target} as it must lie outside the store: ${folder}`);
  }
  makeFolders(target);
  try {
    return await copyStore(database, folder, target, followed);
  } catch (error) {
    clear(target);
    throw error;
  }
}

/** What a store's folder holds. */
const ofStore = /^(artifacts|checkpoints|locks|lab\.db.*|\w+\.jsonl)$/;

/** Removes what a store that is not whole left in a folder, as far as that can be. */
function clear(folder: string): void {
  for (const name of namesIn(folder).filter((each) => ofStore.test(each))) {
    try {
      Deno.removeSync(`${folder}/${name}`, { recursive: true });
    } catch {
      // A disk that failed: why is told already.
    }
  }
}

/** Copies a store to an empty folder. */
async function copyStore(
  database: Database,
  folder: string,
  target: string,
  followed: Followed | undefined,
): Promise<Backup> {
  for (const name of STORE_FOLDERS) makeFolder(`${target}/${name}`);
  const [copied, damaged] = [new Set<string>(), new Set<string>()];
  const part = `${target}/${PART}`;
  for (let left = SNAPSHOTS;; left--) {
    removeFile(part);
    await database.copyTo(part);
    using snapshot = new Database(part, { readOnly: false });
    // One file, without a log beside it.
    snapshot.execute("PRAGMA journal_mode = DELETE");
    await followed?.fetch(filesNamedBy(snapshot));
    const missing = await copyFiles(snapshot, folder, target, { copied, damaged });
    // A run that trains replaces checkpoints: then its next snapshot, of which less is to be copied.
    if (missing.length > 0) await followed?.refresh();
    if (missing.length > 0 && left > 1 && missing.some((path) => !isNamed(database, path))) {
      continue;
    }
    const runs = snapshot.all("SELECT id FROM run").map(({ id }) => String(id));
    const journals = new Journals(snapshot, `${target}/${CHECKPOINTS}`);
    snapshot.transaction(() => {
      for (const id of runs) journals.rewrite(id);
      new BatchJournal(snapshot, target).rewrite();
      new Sweeps(snapshot, target).rewrite();
    });
    await Deno.rename(part, `${target}/lab.db`);
    await syncFolder(target);
    const files = [...copied].map((path) => sizeOfFile(`${target}/${path}`) ?? 0);
    const bytes = files.reduce((sum, size) => sum + size, sizeOfFile(`${target}/lab.db`) ?? 0);
    return { runs: runs.length, bytes, missing, damaged: [...damaged] };
  }
}

/** Whether a database still names a file. */
function isNamed(database: Database, path: string): boolean {
  return filesNamedBy(database).includes(path);
}

/**
 * Makes the files of `target` those that a snapshot names, the damaged ones as they are.
 *
 * @param there What is there already, and what of it is damaged.
 * @returns The files that are missing.
 */
async function copyFiles(
  snapshot: Database,
  folder: string,
  target: string,
  { copied, damaged }: { readonly copied: Set<string>; readonly damaged: Set<string> },
): Promise<string[]> {
  const named = new Set(filesNamedBy(snapshot));
  for (const path of copied) {
    if (named.has(path)) continue;
    removeFile(`${target}/${path}`);
    copied.delete(path);
    damaged.delete(path);
  }
  return await putBelow(target, async (place) => {
    const missing: string[] = [];
    for (const path of named) {
      if (copied.has(path)) continue;
      const look = async (copy: string) => {
        if (!await isAsNamed(copy, path)) damaged.add(path);
      };
      if (await copySynced(`${folder}/${path}`, await place(path), look)) copied.add(path);
      else missing.push(path);
    }
    return missing;
  });
}

/** Where a path leads, past links; of what is not there yet, by the folder above it. */
function truePath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    const above = dirname(resolve(path));
    return above === resolve(path) ? above : join(truePath(above), basename(path));
  }
}
