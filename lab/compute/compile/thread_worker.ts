/**
 * What a thread of compiled programs does: wait for the word to go, run its share, wait again. It
 * spins for a moment before it sleeps, as the next run usually follows at once.
 *
 * @module
 */
import type { Assignment } from "./threads.ts";
import { goAddress, leave, programAddress, quit } from "./threads.ts";

/** Looks at the word before the thread sleeps: some tens of microseconds. */
const spins = 20_000;

interface Share {
  readonly run: (base: number) => void;
  /** Arrivals at barriers of all threads in one run, and before the next one. */
  readonly arrivals: number;
  base: number;
}

const shares: Share[] = [];
let control: Int32Array | undefined;
let last = 0;

/** Runs shares until told to leave for the next message. */
function work(control: Int32Array): void {
  for (;;) {
    let go = last;
    for (let i = 0; (go = Atomics.load(control, goAddress / 4)) === last; i++) {
      if (i < spins) continue;
      Atomics.wait(control, goAddress / 4, last);
      i = 0;
    }
    last = go;
    const program = Atomics.load(control, programAddress / 4);
    if (program === quit) return self.close();
    if (program === leave) return;
    const share = shares[program];
    share.run(share.base);
    share.base = (share.base + share.arrivals) | 0;
  }
}

self.onmessage = ({ data }: MessageEvent<Assignment>) => {
  const { memory, module, thread, arrivals } = data;
  control ??= new Int32Array(memory.buffer, 0, 16);
  last = Atomics.load(control, goAddress / 4);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  shares.push({ run: exports[`run${thread}`] as Share["run"], arrivals, base: 0 });
  self.postMessage(shares.length);
  work(control);
};
