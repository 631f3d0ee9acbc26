/**
 * Policy iteration: values a policy, makes it greedy towards these values, and so on until no
 * action changes.
 *
 * Howard, "Dynamic Programming and Markov Processes" (1960); Sutton, Barto, "Reinforcement
 * Learning: An Introduction" (2018), section 4.3.
 *
 * Differs from the book: a policy is valued by sweeps until no value can be further from the right
 * one than a tenth of `tolerance`. γ must be below 1: a policy that never ends has no value
 * else.
 *
 * @module
 */
import { requireFit } from "../define_agent.ts";
import { backup, planningAgent, remainingError } from "./planning.ts";

/** Policy iteration on a transition table. */
export const policyIteration = planningAgent({
  name: "policy-iteration",
  summary: "Policy iteration: plans on a world's transition table, policy by policy",
  requires: ({ name, configuration: { gamma } }) =>
    requireFit(name, gamma < 1, "gamma must be below 1", gamma),
  planner(table, actions, { gamma, tolerance }) {
    const values = new Float64Array(table.length);
    const policy = new Int32Array(table.length);
    const valued = tolerance / 10;
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
    /** Takes another action only where it is better by more than the values are wrong. */
    const improve = () => {
      let stable = true;
      for (let state = 0; state < table.length; state++) {
        let best = backup(table, state, policy[state], values, gamma) + 2 * valued;
        for (let action = 0; action < actions; action++) {
          const value = backup(table, state, action, values, gamma);
          if (value <= best) continue;
          best = value;
          policy[state] = action;
          stable = false;
        }
      }
      return stable;
    };
    return {
      values,
      plan(most) {
        let change = Infinity, sweeps = 0;
        while (sweeps < most) {
          change = sweep();
          sweeps += 1;
          if (remainingError(change, gamma) <= valued) {
            return { sweeps, change, converged: improve() };
          }
        }
        return { sweeps, change, converged: false };
      },
      snapshot: () => [...policy],
      restore: (snapshot) => policy.set(snapshot as number[]),
    };
  },
});
