/**
 * Q-learning: the value of each action, learned towards the best value of the state that it led to,
 * whatever the agent did there.
 *
 * Watkins, Dayan, "Q-learning" (Machine Learning 8, 1992), equation 1; Sutton, Barto,
 * "Reinforcement Learning: An Introduction" (2018), equation 6.8.
 *
 * Differs from the paper: step size and ε fall linearly; an episode that a time limit cut
 * bootstraps from its final state.
 *
 * @module
 */
import { type DifferenceConfiguration, differenceConfiguration, maximum } from "./tables.ts";
import {
  differenceMethod,
  type Outcome,
  tabularAgent,
  type TabularMethod,
  type TabularSetup,
} from "./tabular_trainer.ts";

/**
 * r + γ(1 − terminated) · max_a Q(s', a). Sutton and Barto (2018), equation 6.8.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * const next = Float64Array.of(0.8, 0.9);
 * strictEqual(qTarget({ reward: 1, nextState: 0, terminated: false }, next, 2, 0.99), 1.891);
 * strictEqual(qTarget({ reward: 1, nextState: 0, terminated: true }, next, 2, 0.99), 1);
 * ```
 *
 * @param transition Truncated ones bootstrap: they are not terminated.
 * @param q Q, [S, A].
 * @param actions A.
 * @param gamma γ in [0, 1].
 */
export function qTarget(
  { reward, nextState, terminated }: Outcome,
  q: Float64Array,
  actions: number,
  gamma: number,
): number {
  return terminated ? reward : reward + gamma * maximum(q, nextState * actions, actions);
}

/** Learns by {@linkcode qTarget}. */
export function qLearningMethod(setup: TabularSetup<DifferenceConfiguration>): TabularMethod {
  return differenceMethod(qTarget, setup);
}

/** Q-learning over a table. */
export const qLearning = tabularAgent({
  name: "q-learning",
  summary: "Q-learning: a table of action values, learned off-policy",
  configuration: differenceConfiguration,
  method: qLearningMethod,
});
