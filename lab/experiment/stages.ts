/**
 * The budgets that a run was trained under, as its configuration keeps them.
 *
 * @module
 */
import type { Json } from "../core/snapshot.ts";
import type { Manifest } from "../store/store.ts";

/** A budget that a run was trained under, up to an iteration. */
type Stage = { readonly budget: number; readonly iterations: number };

/** Those before the last one, each with where it was left. */
export function earlierStages(
  configuration: { readonly [key: string]: Json },
): readonly Stage[] {
  return (configuration.earlierBudgets ?? []) as Stage[];
}

/**
 * Every budget that a run was trained under, in order; one that was used up, and the last one, have
 * no iteration at which they were left.
 */
export function stagesOf(
  { determined: { configuration } }: Manifest,
): (Pick<Stage, "budget"> & Partial<Stage>)[] {
  // Before `earlierBudgets` there were extensions of finished runs alone, by their budgets.
  const extendedFrom = (configuration.extendedFrom ?? []) as readonly number[];
  return [
    ...extendedFrom.map((budget) => ({ budget })),
    ...earlierStages(configuration),
    { budget: configuration.budget as number },
  ];
}
