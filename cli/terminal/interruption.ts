/**
 * Ctrl-C: the first one lets the iteration finish and checkpoints, a second one stops at once; where other
 * machines train it ends the waiting alone.
 *
 * @module
 */
import type { Io } from "./io.ts";

/** Signals nearer than this to the first count as the same: npx relays each one twice. */
const SAME_SIGNAL_MILLISECONDS = 1000;

const STOPPING = "Stopping after this iteration, with a checkpoint (Ctrl-C again: at once) …";

/** What a line says that only waits for other machines. */
const NO_LONGER_WAITING = "Waiting no longer …";

/**
 * Aborts its signal on the first interrupt and says so through `report`; exits with 130 on one that
 * comes more than a second later. Dispose to give the signals back.
 *
 * @param options.elsewhere Whether other machines train.
 */
export function interruption(
  io: Io,
  report: (line: string) => void,
  { elsewhere = false }: { readonly elsewhere?: boolean } = {},
): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  let first: number | undefined;
  const listening = io.onInterrupt(() => {
    if (first === undefined) {
      first = io.now();
      report(elsewhere ? NO_LONGER_WAITING : STOPPING);
      controller.abort();
    } else if (io.now() - first >= SAME_SIGNAL_MILLISECONDS) {
      if (!elsewhere) report("Stopped at once. The last checkpoint is kept.");
      io.exit(130);
    }
  });
  return { signal: controller.signal, [Symbol.dispose]: () => listening[Symbol.dispose]() };
}
