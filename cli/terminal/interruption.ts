/**
 * Ctrl-C: the first one lets the iteration finish and checkpoints, a second one stops at once.
 *
 * @module
 */
import type { Io } from "./io.ts";

/** Signals nearer than this to the first count as the same: npx relays each one twice. */
const SAME_SIGNAL_MILLISECONDS = 1000;

/**
 * Aborts its signal on the first interrupt and says so through `report`; exits with 130 on one that
 * comes more than a second later. Dispose to give the signals back.
 */
export function interruption(
  io: Io,
  report: (line: string) => void,
): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  let first: number | undefined;
  const listening = io.onInterrupt(() => {
    if (first === undefined) {
      first = io.now();
      report("Stopping after this iteration, with a checkpoint (Ctrl-C again: at once) …");
      controller.abort();
    } else if (io.now() - first >= SAME_SIGNAL_MILLISECONDS) {
      report("Stopped at once. The last checkpoint is kept.");
      io.exit(130);
    }
  });
  return { signal: controller.signal, [Symbol.dispose]: () => listening[Symbol.dispose]() };
}
