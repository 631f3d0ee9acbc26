/**
 * Where a run really stands.
 *
 * @module
 */
import { type Run, runStatuses } from "./store.ts";

/** The run's status; `killed` where it says running but no process holds its lock; `pruned`. */
export function statusOf(run: Run): string {
  if (isPruned(run)) return "pruned";
  return run.status === "running" && !run.active ? "killed" : run.status;
}

/** What {@linkcode statusOf} may be. */
export const statuses: readonly string[] = [...runStatuses, "killed", "pruned"];

/** What the message of a run that was pruned begins with. */
const PRUNED = "pruned by ";

/** The message of a run that a sweep's pruner ended. */
export function prunedBy(pruner: string): string {
  return `${PRUNED}${pruner}`;
}

/**
 * Whether a sweep's pruner ended a run before its budget was spent, as others did better. Where it was when
 * the word came hangs on timing: its trial's figure is that of the rung, and the run's own compares with none.
 */
export function isPruned(
  { status, message }: { readonly status: string; readonly message?: string | null },
): boolean {
  return status === "stopped" && message?.startsWith(PRUNED) === true;
}
