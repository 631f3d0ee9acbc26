/**
 * What figures of time are measured on, and whether anything else computed there.
 *
 * @module
 */
import { cpus, loadavg } from "node:os";

/** `2 × AMD EPYC`: cores and processor. */
export function machineName(): string {
  return `${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`;
}

/**
 * Whether more than the `threads` that are measured wanted a core, on average over the last minute: then
 * cores and caches are shared, and nobody knows what the work costs alone.
 */
export function isShared(threads = 1, load = loadavg()[0]): boolean {
  return load > threads + 0.5;
}
