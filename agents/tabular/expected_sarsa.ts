/**
 * Expected Sarsa: the value of each action, learned towards what the ε-greedy agent expects of its
 * next action instead of the one that it happens to take. With ε = 0 it is Q-learning.
 *
 * Van Seijen, van Hasselt, Whiteson, Wiering, "A theoretical and empirical analysis of Expected
 * Sarsa" (2009); Sutton, Barto, "Reinforcement Learning: An Introduction" (2018), equation 6.9.
 *
 * Differs from the paper: step size and ε fall linearly; an episode that a time limit cut
 * bootstraps from its final state.
 *
 * @module
 */
import { type DifferenceConfiguration, differenceConfiguration, expectedValue } from "./tables.ts";
import {
  differenceMethod,
  tabularAgent,
  type TabularMethod,
  type TabularSetup,
} from "./tabular_trainer.ts";

/** Learns by r + γ(1 − terminated) · Σ_a π(a|s') Q(s', a), equation 6.9. */
export function expectedSarsaMethod(setup: TabularSetup<DifferenceConfiguration>): TabularMethod {
  return differenceMethod(({ reward, nextState, terminated }, q, actions, gamma, epsilon) => {
    const next = terminated ? 0 : expectedValue(q, nextState * actions, actions, epsilon);
    return reward + gamma * next;
  }, setup);
}

/** Expected Sarsa over a table. */
export const expectedSarsa = tabularAgent({
  name: "expected-sarsa",
  summary: "Expected Sarsa: a table of action values, towards the policy's expectation",
  configuration: differenceConfiguration,
  method: expectedSarsaMethod,
});
