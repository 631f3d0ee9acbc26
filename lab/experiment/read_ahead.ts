/**
 * Files that a thread beside the training one reads and decodes before they are asked for. What comes of
 * them is the same, whoever read them.
 *
 * @module
 */
import type { DatasetContext, ReadAhead } from "../core/registry.ts";
import type { Json } from "../core/snapshot.ts";

/** What the thread does; the word in memory that both share. */
export const phase = { waits: 0, reads: 1, failed: 2, left: 3 } as const;

/** What the thread is to read. */
export interface Reading {
  readonly paths: readonly string[];
  /** [≥ paths.length, size], shared. */
  readonly values: Float32Array;
  readonly size: number;
  /** One of {@linkcode phase}, shared. */
  readonly word: Int32Array;
  /** See {@linkcode readAhead}. */
  readonly decoder: string;
  readonly options: Json;
}

/** The function `decoderOf` of a module: makes what makes an example of a file's bytes. */
export type MakeDecoder = (
  options: Json,
  files: Pick<DatasetContext<unknown>, "webpBinary">,
) => Promise<(bytes: Uint8Array) => Float32Array>;

/** How long an example may take to come, in milliseconds, before it is read by who needs it. */
const PATIENCE = 30_000;

/**
 * Reads files ahead, in a thread that begins with the first files and ends by itself when there are no
 * more for a while.
 *
 * @param decoder A module that exports a {@linkcode MakeDecoder} of these `options`.
 * @param size Numbers that it makes of a file.
 */
export function readAhead(decoder: URL, options: Json, size: number): ReadAhead {
  const word = new Int32Array(new SharedArrayBuffer(4)).fill(phase.left);
  let values = new Float32Array(new SharedArrayBuffer(0));
  let thread: Worker | undefined;
  let asked: readonly string[] = [];
  const begin = () => {
    thread = new Worker(new URL("./reading_thread.ts", import.meta.url), { type: "module" });
    thread.onerror = (event) => {
      event.preventDefault();
      Atomics.store(word, 0, phase.failed);
    };
  };
  return {
    ask(paths) {
      const before = Atomics.compareExchange(word, 0, phase.waits, phase.reads);
      if (before === phase.reads || before === phase.failed) return;
      if (before === phase.left) {
        Atomics.store(word, 0, phase.reads);
        begin();
      }
      if (values.length < paths.length * size) {
        values = new Float32Array(new SharedArrayBuffer(4 * paths.length * size));
      }
      asked = paths;
      const reading: Reading = { paths, values, size, word, decoder: decoder.href, options };
      thread!.postMessage(reading);
    },
    take(paths, to) {
      if (asked.length < paths.length || paths.some((path, i) => path !== asked[i])) return false;
      asked = [];
      if (Atomics.wait(word, 0, phase.reads, PATIENCE) === "timed-out") {
        thread!.terminate();
        Atomics.store(word, 0, phase.failed);
      }
      if (Atomics.load(word, 0) === phase.failed) return false;
      to.set(values.subarray(0, paths.length * size));
      return true;
    },
  };
}
