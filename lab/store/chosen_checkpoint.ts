/**
 * Which of a run's checkpoints is meant.
 *
 * @module
 */
import { statusOf } from "./run_status.ts";
import type { Run, StoredCheckpoint } from "./store.ts";

/** What may be asked for: where a run ended, or stands; on the way; its best. */
export type CheckpointChoice = Exclude<StoredCheckpoint["kind"], "diverged">;

/**
 * The checkpoint that is meant. `final` is the newest one: that of its end, unless the run went on from
 * there and has not ended again. `last` is the newest on the way, else the newest.
 *
 * @param kept Those of a run, oldest first.
 * @returns undefined where there is none.
 *
 * @example
 * ```ts
 * import { chosenCheckpoint } from "./chosen_checkpoint.ts";
 * import { strictEqual } from "node:assert";
 * const kept = [{ kind: "final", iteration: 20 }, { kind: "last", iteration: 24 }] as const;
 * strictEqual(chosenCheckpoint(kept, "final")?.iteration, 24);
 * ```
 */
export function chosenCheckpoint<Kept extends Pick<StoredCheckpoint, "kind">>(
  kept: readonly Kept[],
  choice: CheckpointChoice,
): Kept | undefined {
  const newest = kept.at(-1);
  if (choice === "final") return newest;
  return kept.findLast(({ kind }) => kind === choice) ?? (choice === "best" ? undefined : newest);
}

/** How a run stands, and the checkpoints that it has, for who misses one: `killed, with none`. */
export function standingWith(run: Run, kept: readonly Pick<StoredCheckpoint, "kind">[]): string {
  const none = run.active ? "none yet" : "none";
  const kinds = kept.length === 0 ? none : kept.map(({ kind }) => kind).join(", ");
  return `${statusOf(run)}, with ${kinds}`;
}
