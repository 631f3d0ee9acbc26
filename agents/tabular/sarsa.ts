/**
 * Sarsa: the value of each action, learned towards the value of the action that the ε-greedy agent
 * takes next. What exploring costs is part of what it learns.
 *
 * Rummery, Niranjan, "On-line Q-learning using connectionist systems" (1994); Sutton, Barto,
 * "Reinforcement Learning: An Introduction" (2018), equation 6.7.
 *
 * Differs from the book: step size and ε fall linearly; an episode that a time limit cut bootstraps
 * from its final state.
 *
 * @module
 */
import { type DifferenceConfiguration, differenceConfiguration } from "./tables.ts";
import {
  differenceMethod,
  type Outcome,
  tabularAgent,
  type TabularMethod,
  type TabularSetup,
  type TabularTransition,
} from "./tabular_trainer.ts";

/**
 * r + γ(1 − terminated) · Q(s', a'). Sutton and Barto (2018), equation 6.7.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * const next = Float64Array.of(0.8, 0.9);
 * const transition = { reward: 1, nextState: 0, nextAction: 0, terminated: false };
 * strictEqual(sarsaTarget(transition, next, 2, 0.99), 1.792);
 * ```
 *
 * @param transition Its `nextAction` is not looked at where it terminated.
 * @param q Q, [S, A].
 * @param actions A.
 * @param gamma γ in [0, 1].
 */
export function sarsaTarget(
  { reward, nextState, nextAction, terminated }: Outcome & Pick<TabularTransition, "nextAction">,
  q: Float64Array,
  actions: number,
  gamma: number,
): number {
  return terminated ? reward : reward + gamma * q[nextState * actions + nextAction];
}

/** Learns by {@linkcode sarsaTarget}. */
export function sarsaMethod(setup: TabularSetup<DifferenceConfiguration>): TabularMethod {
  return { ...differenceMethod(sarsaTarget, setup), choosesFirst: true };
}

/** Sarsa over a table. */
export const sarsa = tabularAgent({
  name: "sarsa",
  summary: "Sarsa: a table of action values, learned on-policy",
  configuration: differenceConfiguration,
  method: sarsaMethod,
});
