/**
 * Value iteration: each state's value becomes that of its best action, over and over, until nothing
 * changes.
 *
 * Bellman, "Dynamic Programming" (1957); Sutton, Barto, "Reinforcement Learning: An Introduction"
 * (2018), section 4.4, equation 4.10.
 *
 * Differs from the book: ends where no value can be further from the right one than `tolerance`.
 *
 * @module
 */
import { bestBackup, planningAgent, remainingError } from "./planning.ts";

/** Sweeps of one iteration. */
const ITERATION = 100;

/** Value iteration on a transition table. */
export const valueIteration = planningAgent({
  name: "value-iteration",
  summary: "Value iteration: plans on a world's transition table, sweep by sweep",
  planner(table, possible, { gamma, tolerance }) {
    const values = new Float64Array(table.length);
    const sweep = () => {
      let change = 0;
      for (let state = 0; state < table.length; state++) {
        const best = bestBackup(table, possible, state, values, gamma);
        change = Math.max(change, Math.abs(best - values[state]));
        values[state] = best;
      }
      return change;
    };
    return {
      values,
      plan(most) {
        let change = Infinity, sweeps = 0;
        while (sweeps < Math.min(most, ITERATION)) {
          change = sweep();
          sweeps += 1;
          if (remainingError(change, gamma) <= tolerance) {
            return { sweeps, change, converged: true };
          }
        }
        return { sweeps, change, converged: false };
      },
    };
  },
});
