/**
 * What a thread of compiled programs does: join a call, run its share, wait for the next one. It
 * waits awake for a moment, as the next run usually follows at once, then asleep.
 *
 * @module
 */
import { boundCalls, type MathLibrary, openSource } from "./library.ts";
import * as word from "./thread_words.ts";
import type { Assignment } from "./threads.ts";

/** The thread's function of a program. */
interface Share {
  readonly run: (base: number) => void;
  /** All threads, the caller included. */
  readonly threads: number;
  /** Arrivals at barriers of all threads in one run, and before the next one. */
  readonly arrivals: number;
  base: number;
}

const shares: Share[] = [];

/**
 * Joins a call.
 *
 * @returns Whether all threads have, so that it takes place.
 */
function join(words: Int32Array, number: number, threads: number): boolean {
  const open = (call: number) => call >> 8 === number && (call & 255) !== word.withdrawn;
  let call = Atomics.load(words, word.call);
  for (; open(call); call = Atomics.load(words, word.call)) {
    if (Atomics.compareExchange(words, word.call, call, call + 1) === call) break;
  }
  if (!open(call)) return false;
  Atomics.notify(words, word.call);
  for (call += 1; open(call); call = word.changed(words, word.call, call, Infinity)) {
    if ((call & 255) === threads - 1) return true;
  }
  return false;
}

/** Runs shares until it is to leave for the next message, or to end. */
function work(words: Int32Array, last: number): void {
  for (;;) {
    let call = Atomics.load(words, word.call);
    while (call >> 8 === last) call = word.changed(words, word.call, call, Infinity);
    last = call >> 8;
    const program = Atomics.load(words, word.program);
    if (program === word.leave || program === word.quit) return;
    const share = shares[program];
    if (!join(words, last, share.threads)) continue;
    share.run(share.base);
    share.base = (share.base + share.arrivals) | 0;
  }
}

function ended(words: Int32Array): boolean {
  return Atomics.load(words, word.program) === word.quit;
}

let library: Promise<MathLibrary> | undefined;

async function take({ data }: MessageEvent<Assignment>): Promise<void> {
  const { memory, module, thread, threads, arrivals, libraryCalls } = data;
  const words = new Int32Array(memory.buffer, 0, 16);
  const opened = data.library && await (library ??= openSource(data.library));
  const env = { memory, library: boundCalls(libraryCalls, opened, memory) };
  const { exports } = new WebAssembly.Instance(module, { env });
  shares.push({ run: exports[`run${thread}`] as Share["run"], threads, arrivals, base: 0 });
  const last = Atomics.load(words, word.call) >> 8;
  Atomics.add(words, word.listening, 1);
  Atomics.add(words, word.taken, 1);
  // More are on their way otherwise.
  try {
    const more = Atomics.load(words, word.handed) > shares.length;
    if (!more && !ended(words)) work(words, last);
  } finally {
    Atomics.sub(words, word.listening, 1);
    Atomics.notify(words, word.listening);
  }
  if (ended(words)) self.close();
}

let taken: Promise<void> = Promise.resolve();
self.onmessage = (message: MessageEvent<Assignment>) => {
  taken = taken.then(() => take(message));
};
