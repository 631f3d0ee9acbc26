/**
 * What a run's budget counts, and how much of it is used.
 *
 * @module
 */
import type { BudgetUnit } from "../core/trainer.ts";
import type { Manifest, Run } from "./store.ts";

/** How far a run came, of how much. */
export interface RunBudget {
  readonly unit: BudgetUnit;
  readonly total: number;
  readonly spent: number;
}

/** What a run's progress may be told in, the most telling first. */
export const counts = ["environmentSteps", "examples", "gradientSteps", "iterations"] as const;

/** The unit of a manifest's budget; of an early manifest, which does not say it, the usual one. */
export function budgetUnitOf({ budgetUnit, determined: { configuration } }: Manifest): BudgetUnit {
  return budgetUnit ?? ("agent" in configuration ? "environmentSteps" : "examples");
}

/** The budget of a run. */
export function budgetOf(run: Run): RunBudget {
  const unit = budgetUnitOf(run.manifest);
  const total = Number(run.manifest.determined.configuration.budget ?? 0);
  return { unit, total, spent: run[unit] };
}

/**
 * What a run's progress is told in unless a reader chooses otherwise: what its budget counts. A loop of
 * a user's own has no budget, and may not count what its manifest names, which would be 0 throughout.
 */
export function usualCount(run: Run): typeof counts[number] {
  const { unit, total, spent } = budgetOf(run);
  if (total > 0 || spent > 0) return unit;
  return counts.find((count) => run[count] > 0) ?? unit;
}
