/**
 * Where a run really stands.
 *
 * @module
 */
import { type Run, runStatuses } from "./store.ts";

/** The run's status; `killed` where it says running but no process holds its lock. */
export function statusOf(run: Run): string {
  return run.status === "running" && !run.active ? "killed" : run.status;
}

/** What {@linkcode statusOf} may be. */
export const statuses: readonly string[] = [...runStatuses, "killed"];
