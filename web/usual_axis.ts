/** What a run's figures stand over unless a reader chooses otherwise. @module */
import { budgetOf } from "../lab/store/run_budget.ts";
import type { Run } from "../lab/store/store.ts";
import type { Axis } from "./axes.ts";

/** What loops that are not the lab's count, the most telling first. */
const counted = ["environmentSteps", "examples", "gradientSteps", "iterations"] as const;

/**
 * What the run's budget counts. A loop of a user's own has none, and may not count what its manifest
 * names, so that all of its points would stand at 0.
 */
export function usualAxis(run: Run): Axis {
  const { unit, total, spent } = budgetOf(run);
  if (total > 0 || spent > 0) return unit;
  return counted.find((axis) => run[axis] > 0) ?? unit;
}
