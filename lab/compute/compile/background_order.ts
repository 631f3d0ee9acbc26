/**
 * What the calling thread and the one beside it say to each other: see `background.ts`.
 *
 * @module
 */
import type { LibraryCall, LibrarySource } from "./library.ts";

/** A program as another thread makes an instance of it. */
export interface DeferredProgram {
  readonly module: WebAssembly.Module;
  readonly libraryCalls: readonly LibraryCall[];
}

/** A run of a program, by its index; its inputs lie at `from` and belong at `address`. */
export interface DeferredRun {
  readonly program: number;
  readonly from: number;
  readonly to: number;
  readonly address: number;
}

/** What the thread is told. */
export interface Order {
  readonly memory: WebAssembly.Memory;
  /** See {@linkcode ready}, {@linkcode ended} and {@linkcode failed}. */
  readonly words: Int32Array;
  /** Where the thread says why it has failed: the text's bytes, in shared memory. */
  readonly reason: Uint8Array;
  readonly library?: LibrarySource;
  /** Those that it has not had yet. */
  readonly programs: readonly DeferredProgram[];
  readonly runs: readonly DeferredRun[];
  /** What the runs' inputs hold, in shared memory. */
  readonly inputs: Uint8Array;
}

/** Index of the word that is 1 as soon as the thread takes orders. */
export const ready = 0;
/** Index of the word that counts the runs that it has ended, of all orders. */
export const ended = 1;
/** Index of the word that is 1 as soon as the thread has failed; {@linkcode ended} changes, too. */
export const failed = 2;
