/**
 * Where the files of a fleet's runs lie: checkpoints and pictures, by the paths that they have below a
 * store's folder.
 *
 * @module
 */

import { isNamedBy, sha256 } from "../../files.ts";

/** Keeps files. What stands under a name, and is what that says, stays as it is until it is deleted. */
export interface FleetFiles {
  /** For people: the database's tables, `file:/srv/lab` or `s3://bucket/prefix`. */
  readonly name: string;
  /**
   * Makes the place ready for a store that is made.
   *
   * @throws {InputError} where it cannot be used.
   */
  begin(): Promise<void>;
  /**
   * Looks whether it is the place that {@linkcode begin} made ready.
   *
   * @throws {LabError} where it is not, {@linkcode InputError} where it cannot be used.
   */
  check(): Promise<void>;
  /** Keeps a file, whole, unless there is one that {@linkcode isSound}. */
  put(path: string, bytes: Uint8Array): Promise<void>;
  /** A file's bytes as they come; undefined where there is none. */
  get(path: string): Promise<Uint8Array | undefined>;
  /** Forgets files, where they are there. */
  delete(paths: readonly string[]): Promise<void>;
  /** Lets go of connections. */
  close(): void;
}

/** Whether a file is there and is what its name says. */
export function isSound(path: string, bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && isNamedBy(path, sha256(bytes));
}

/** Stands where a store's files lie, so that a folder which is not mounted is not taken for it. */
export const MARK = ".reverie";
