/**
 * Attempts of a run: which iterations of each are visible.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import type { Database } from "./database.ts";

/** The last visible iteration of an attempt. */
export type Visibility = (attempt: number) => number;

/**
 * What of each attempt is visible: attempt a up to the least iteration from which a later attempt
 * went on.
 */
export function visibilityOf(database: Database, run: string): Visibility {
  const rows = database.all(
    "SELECT attempt, from_iteration FROM attempt WHERE run = ? ORDER BY attempt",
    run,
  );
  return (attempt) =>
    rows.reduce(
      (limit, row) =>
        Number(row.attempt) > attempt ? Math.min(limit, Number(row.from_iteration)) : limit,
      Infinity,
    );
}

/**
 * The attempt that a run is in.
 *
 * @throws {InputError} where there is no such run.
 */
export function attemptOf(database: Database, run: string): number {
  const row = database.get("SELECT attempt FROM run WHERE id = ?", run);
  if (row === undefined) {
    throw new InputError(`Cannot use the run as the store has none of this id: "${run}"`);
  }
  return Number(row.attempt);
}
