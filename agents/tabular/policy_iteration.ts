/**
 * Policy iteration: values a policy, makes it greedy towards these values, and so on until no
 * action changes.
 *
 * Howard, "Dynamic Programming and Markov Processes" (1960); Sutton, Barto, "Reinforcement
 * Learning: An Introduction" (2018), section 4.3.
 *
 * Differs from the book: a policy is valued by sweeps until no value can be further from its right
 * one than a tenth of `tolerance`, and where no action is then better by more than twice that, but the
 * best policy's values may be further away than `tolerance`, than (1 − γ)/4 of it. γ must be below 1: a
 * policy that never ends has no value else.
 *
 * @module
 */
import { requireFit } from "../define_agent.ts";
import { backup, bestBackup, planningAgent, remainingError } from "./planning.ts";

/** Policy iteration on a transition table. */
export const policyIteration = planningAgent({
  name: "policy-iteration",
  summary: "Policy iteration: plans on a world's transition table, policy by policy",
  requires: ({ name, configuration: { gamma } }) =>
    requireFit(name, gamma < 1, "gamma must be below 1", gamma),
  planner(table, possible, { gamma, tolerance }) {
    const values = new Float64Array(table.length);
    const policy = Int32Array.from(possible, ([first = 0]) => first);
    /** Gauss-Seidel sweep of equation 4.5. */
    const sweep = () => {
      let change = 0;
      for (let state = 0; state < table.length; state++) {
        const value = backup(table, state, policy[state], values, gamma);
        change = Math.max(change, Math.abs(value - values[state]));
        values[state] = value;
      }
      return change;
    };
    /** Takes another action only where it is better by more than `margin`. */
    const improve = (margin: number) => {
      let stable = true;
      for (let state = 0; state < table.length; state++) {
        let best = backup(table, state, policy[state], values, gamma) + margin;
        for (const action of possible[state]) {
          const value = backup(table, state, action, values, gamma);
          if (value <= best) continue;
          best = value;
          policy[state] = action;
          stable = false;
        }
      }
      return stable;
    };
    /** Whether no value is further from the right one than `tolerance` after a sweep of value iteration. */
    const isRight = () => {
      const change = values.reduce((most, value, state) => {
        const best = bestBackup(table, possible, state, values, gamma);
        return Math.max(most, Math.abs(best - value));
      }, 0);
      return remainingError(change, gamma) <= tolerance;
    };
    return {
      values,
      plan(most) {
        let change = Infinity, sweeps = 0, valued = tolerance / 10;
        while (sweeps < most) {
          change = sweep();
          sweeps += 1;
          if (remainingError(change, gamma) > valued) continue;
          const converged = improve(2 * valued);
          if (!converged || isRight()) return { sweeps, change, converged };
          valued = tolerance * (1 - gamma) / 4;
        }
        return { sweeps, change, converged: false };
      },
      snapshot: () => [...policy],
      restore: (snapshot) => policy.set(snapshot as number[]),
    };
  },
});
