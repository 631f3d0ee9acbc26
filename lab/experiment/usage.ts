/**
 * What a run takes of the machine. The process tells it without a permission; in a page nothing does.
 *
 * @module
 */
import type { Metrics } from "../core/metrics.ts";

/** Milliseconds between two looks, each of which takes about a tenth of one. */
const EVERY = 1000;
const MB = 1e6;

/** A process as Deno, Node and Bun tell of it. */
export interface UsedProcess {
  /** In bytes: of the whole process, and of this thread's heap and what hangs on it. */
  memoryUsage(): { readonly rss: number; readonly heapUsed: number; readonly external: number };
  /** Microseconds on processors, of all threads together. */
  cpuUsage(): { readonly user: number; readonly system: number };
}

/**
 * Memory and processors as `timing/…` series, each second at most; nothing between two looks.
 *
 * @param used None: there is nothing to tell.
 * @param now Milliseconds.
 */
export function usageMeter(
  used: UsedProcess | undefined = (globalThis as { process?: UsedProcess }).process,
  now: () => number = () => performance.now(),
): () => Metrics {
  if (used?.memoryUsage === undefined || used.cpuUsage === undefined) return () => ({});
  const spent = () => {
    const { user, system } = used.cpuUsage();
    return (user + system) / 1000;
  };
  let [since, before, first] = [now(), spent(), true];
  return () => {
    const time = now();
    const isDue = time - since >= EVERY;
    if (!isDue && !first) return {};
    first = false;
    const { rss, heapUsed, external } = used.memoryUsage();
    const metrics: Metrics = {
      "timing/process_memory_mb": rss / MB,
      "timing/heap_mb": (heapUsed + external) / MB,
    };
    if (!isDue) return metrics;
    const after = spent();
    metrics["timing/processor_cores"] = (after - before) / (time - since);
    [since, before] = [time, after];
    return metrics;
  };
}
