/**
 * What the thread beside the calling one does: run programs in the order in which they come.
 *
 * @module
 */
import { ended, failed, type Order, ready } from "./background_order.ts";
import { boundCalls, type MathLibrary, openSource } from "./library.ts";

let library: Promise<MathLibrary> | undefined;
const programs: ((base: number) => void)[] = [];

async function take({ memory, words, inputs, runs, ...order }: Order): Promise<void> {
  const opened = order.library && await (library ??= openSource(order.library));
  for (const { module, libraryCalls } of order.programs) {
    const env = { memory, library: boundCalls(libraryCalls, opened, memory) };
    const { exports } = new WebAssembly.Instance(module, { env });
    programs.push(exports.run0 as (base: number) => void);
  }
  for (const { program, from, to, address } of runs) {
    new Uint8Array(memory.buffer, address, to - from).set(inputs.subarray(from, to));
    programs[program](0);
    Atomics.add(words, ended, 1);
    Atomics.notify(words, ended);
  }
  Atomics.store(words, ready, 1);
}

let taken: Promise<void> = Promise.resolve();
self.onmessage = ({ data }: MessageEvent<Order>) => {
  taken = taken.then(() => take(data)).catch((error) => {
    // The caller waits for a word: no event would reach it.
    const { words, reason } = data;
    reason.set(new TextEncoder().encode(String(error)).subarray(0, reason.length));
    Atomics.store(words, failed, 1);
    // Never what it waits for.
    Atomics.sub(words, ended, 1);
    Atomics.notify(words, ended);
  });
};
