/**
 * What a snapshot keeps of a world, alone or as a row of many.
 *
 * @module
 */
import { InputError } from "./errors.ts";
import { isRecord, show } from "./plain.ts";
import type { Json } from "./snapshot.ts";

/** Where an episode stands. */
export const phases = ["unstarted", "running", "terminated", "truncated"] as const;

/** One of {@linkcode phases}. */
export type Phase = typeof phases[number];

/** A snapshot of a world. */
export interface KeptWorld {
  /** Its id; older snapshots name none. */
  readonly world?: string;
  readonly state: Json;
  readonly random: Json;
  readonly phase: Phase;
  /** Steps of the episode. */
  readonly elapsed: number;
}

/**
 * A snapshot as that of the world `id`.
 *
 * @throws InputError for what is none, and for that of another world.
 */
export function keptWorld(id: string, snapshot: unknown): KeptWorld {
  const kept = isRecord(snapshot) ? snapshot : {};
  if (!Number.isInteger(kept.elapsed) || !(phases as readonly unknown[]).includes(kept.phase)) {
    throw new InputError(
      `Cannot restore ${id} as this is no snapshot of an environment: ${show(snapshot)}`,
    );
  }
  if ((kept.world ?? id) === id) return kept as unknown as KeptWorld;
  throw new InputError(
    `Cannot restore ${id} as this is a snapshot of another world: ${show(kept.world)}`,
  );
}
