/**
 * What lies in the trash of a store, as pages list it.
 *
 * @module
 */
import { printable } from "../lab/core/printable.ts";
import type { StoreReader } from "../lab/store/store.ts";

/** A run in the trash. */
export interface TrashedRun {
  readonly id: string;
  readonly name: string;
  /** Undefined where its record is damaged. */
  readonly seed?: string;
  /** When it was moved there, in milliseconds since 1970; undefined where its record is damaged. */
  readonly at?: number;
}

/** Runs in the trash: those that were moved there last first, those with a damaged record at the end. */
export function trashedIn(store: Pick<StoreReader, "runs" | "damagedRuns">): TrashedRun[] {
  const sound = store.runs({ trashed: true }).map(({ id, name, manifest, trashedAt }) => ({
    ...{ id, name: printable(name), seed: manifest.determined.seed },
    at: trashedAt!,
  }));
  const damaged = store.damagedRuns({ trashed: true }).map(({ id, name }) => ({
    ...{ id, name: printable(name) },
  }));
  return [...sound.sort((a, b) => b.at - a.at), ...damaged];
}
