/**
 * Locks of runs, sweeps and batches: files locked by the operating system, which lets go of them with the process.
 *
 * @module
 */
import { LabError } from "../core/errors.ts";
import { checksum } from "./checksum.ts";

/** Tries and pause of {@linkcode takeLock}: a process that only looks holds the lock for an instant. */
const TRIES = 10;
const PAUSE_MILLISECONDS = 5;

/**
 * Takes the lock of a file, which is made where it is missing.
 *
 * @param what What it stands for, in messages: `the run 1rsv7v`.
 * @throws {LabError} where another holder has it.
 */
export function takeLock(path: string, what: string): Disposable {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true, write: true, create: true });
  } catch (error) {
    const reason = error instanceof Deno.errors.IsADirectory
      ? "is a folder"
      : `cannot be opened (${error instanceof Error ? error.message : error})`;
    throw new LabError(`Cannot train ${what} as its lock ${reason}: ${path}`);
  }
  for (let i = 0; !file.tryLockSync(true); i++) {
    if (i === TRIES) {
      file.close();
      throw new LabError(
        `Cannot train ${what} as it is being trained by another process: ` +
          "wait for that one or stop it",
      );
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MILLISECONDS);
  }
  let held = true;
  return {
    [Symbol.dispose]() {
      if (held) file.close();
      held = false;
    },
  };
}

/** What the names of sweeps' locks begin with, among those of runs. */
const SWEEP = "sweep-";
/** What stands in such a name, and in none that is whole, where a longer one was cut: its checksum follows. */
const CUT = "+";
/** Bytes of such a name at most, below the 255 that file systems take. */
const MOST_BYTES = 200;

/**
 * Takes the lock of a sweep in the store of a folder.
 *
 * @throws {LabError} where another holder has it.
 */
export function lockSweep(location: string, name: string): Disposable {
  return takeLock(sweepPath(location, name), `the sweep ${name}`);
}

/** Whether somebody, this process included, trains a sweep. */
export function isSweepLocked(location: string, name: string): boolean {
  return isLocked(sweepPath(location, name));
}

function sweepPath(location: string, name: string): string {
  return `${location}/locks/${SWEEP}${inFileName(name)}`;
}

/** What the names of batches' locks begin with. */
const BATCH = "batch-";

/**
 * Takes the lock of a batch in the store of a folder, which whoever begins its runs holds: before the first
 * one, and between two of them, no lock of a run says so.
 *
 * @throws {LabError} where another holder has it.
 */
export function lockBatch(location: string, batch: number): Disposable {
  return takeLock(`${location}/locks/${BATCH}${batch}`, `the batch of request ${batch}`);
}

/** What the lock of imports is called. */
const IMPORT = "import";

/**
 * Waits for the lock of a store's imports: two at once would see neither each other's runs, which are not
 * added twice, nor their seeds.
 */
export function lockImports(location: string): Promise<Disposable> {
  return waitForLock(`${location}/locks/${IMPORT}`);
}

/** Waits for the lock of a file, which is made where it is missing. */
export async function waitForLock(path: string): Promise<Disposable> {
  const file = await Deno.open(path, { read: true, write: true, create: true });
  await file.lock(true);
  return { [Symbol.dispose]: () => file.close() };
}

/** Whether somebody, this process included, begins the runs of a batch. */
export function isBatchLocked(location: string, batch: number): boolean {
  return isLocked(`${location}/locks/${BATCH}${batch}`);
}

/** A name as a part of a file's, in which most letters beyond ASCII take six to twelve bytes. */
function inFileName(name: string): string {
  const letters = [...name.toWellFormed()].map(encodeURIComponent);
  let bytes = 0;
  const fitting = letters.findIndex((each) => (bytes += each.length) > MOST_BYTES);
  if (fitting < 0) return letters.join("");
  return `${letters.slice(0, fitting).join("")}${CUT}${checksum(name).toString(16)}`;
}

/** What the lock of this file name stands for, in messages: `run 1rsv7v`, `sweep rates`. */
export function nameOfLock(file: string): string {
  if (file === IMPORT) return "an import";
  if (file.startsWith(BATCH)) return `the batch of request ${file.slice(BATCH.length)}`;
  if (!file.startsWith(SWEEP)) return `run ${file}`;
  const [name, cut] = file.slice(SWEEP.length).split(CUT);
  return `sweep ${decodeURIComponent(name)}${cut === undefined ? "" : "…"}`;
}

/** Whether somebody, this process included, holds the lock of a file. Makes nothing. */
export function isLocked(path: string): boolean {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  try {
    return !file.tryLockSync(false);
  } finally {
    file.close();
  }
}
