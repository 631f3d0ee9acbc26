/**
 * Worlds so small that the right answer is known in closed form: what fast learning tests run on.
 * Each probe fails where one part of an agent is wrong.
 *
 * @module
 */
import { defineEnvironment } from "../../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../../lab/core/environment.ts";
import type { Generator } from "../../lab/core/random.ts";
import { Box, Discrete } from "../../lab/core/space.ts";

const oneNumber = new Box({ low: -1, high: 1, shape: [1] });

/**
 * Identity-v0: shows one of `actions` symbols, drawn anew at every step, and rewards the action
 * equal to it with 1. Episodes are cut off after `timeLimit` steps: the best return is `timeLimit`,
 * the return of a uniform policy `timeLimit / actions` on average.
 */
export function identity(
  { actions = 4, timeLimit = 20 }: { actions?: number; timeLimit?: number } = {},
): EnvironmentDefinition<number, number, number> {
  return defineEnvironment({
    id: "Identity-v0",
    observationSpace: new Discrete(actions),
    actionSpace: new Discrete(actions),
    timeLimit,
    reset: (random) => random.integers(actions),
    step: (symbol: number, action: number, random: Generator) => ({
      state: random.integers(actions),
      reward: action === symbol ? 1 : 0,
      terminated: false,
    }),
    observe: (symbol) => symbol,
  });
}

/** One step, one observation, reward 1 whatever the action. V = Q = 1: the value loss learns. */
export function valueProbe(): EnvironmentDefinition<number, Float32Array, number> {
  return defineEnvironment({
    id: "ValueProbe-v0",
    observationSpace: oneNumber,
    actionSpace: new Discrete(2),
    reset: () => 0,
    step: (state: number) => ({ state, reward: 1, terminated: true }),
    observe: () => new Float32Array(1),
  });
}

/**
 * One step; the observation is −1 or 1 and the action that matches it (0 for −1, 1 for 1) has
 * reward 1, the other −1. Best return 1: the policy looks at the observation.
 */
export function policyProbe(): EnvironmentDefinition<number, Float32Array, number> {
  return defineEnvironment({
    id: "PolicyProbe-v0",
    observationSpace: oneNumber,
    actionSpace: new Discrete(2),
    reset: (random) => random.integers(2) * 2 - 1,
    step: (state: number, action: number) => ({
      state,
      reward: action * 2 - 1 === state ? 1 : -1,
      terminated: true,
    }),
    observe: (state) => Float32Array.of(state),
  });
}

/**
 * Two steps, observation 0 then 1, reward 1 at the end whatever the actions. V(1) = 1, V(0) = γ:
 * the discount is in its place and a terminal state is not bootstrapped from.
 */
export function discountProbe(): EnvironmentDefinition<number, Float32Array, number> {
  return defineEnvironment({
    id: "DiscountProbe-v0",
    observationSpace: oneNumber,
    actionSpace: new Discrete(2),
    reset: () => 0,
    step: (state: number) => ({ state: 1, reward: state, terminated: state === 1 }),
    observe: (state) => Float32Array.of(state),
  });
}

/**
 * Reward 1 at every step, for ever, cut off after 5 steps. V = 1 / (1 − γ) where truncation
 * bootstraps; an agent that treats it as the end finds less (at most 5).
 */
export function truncationProbe(): EnvironmentDefinition<number, Float32Array, number> {
  return defineEnvironment({
    id: "TruncationProbe-v0",
    observationSpace: oneNumber,
    actionSpace: new Discrete(2),
    timeLimit: 5,
    reset: () => 0,
    step: (state: number) => ({ state, reward: 1, terminated: false }),
    observe: () => Float32Array.of(1),
  });
}

/**
 * Three steps; only the first action counts, and its reward (1 for action 1, −1 for action 0)
 * comes at the end. Observations: 0, then ±0.5, then ±1. Best return 1: credit goes back in time.
 */
export function creditProbe(): EnvironmentDefinition<[number, number], Float32Array, number> {
  return defineEnvironment({
    id: "CreditProbe-v0",
    observationSpace: oneNumber,
    actionSpace: new Discrete(2),
    reset: (): [number, number] => [0, 0],
    step([elapsed, choice]: [number, number], action: number) {
      const kept = elapsed === 0 ? action * 2 - 1 : choice;
      const terminated = elapsed === 2;
      return {
        state: [elapsed + 1, kept] as [number, number],
        reward: terminated ? kept : 0,
        terminated,
      };
    },
    observe: ([elapsed, choice]) => Float32Array.of(Math.min(elapsed, 2) * 0.5 * choice),
  });
}
