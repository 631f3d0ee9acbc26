/**
 * A world whose values show which observation an agent bootstraps from at a time limit.
 *
 * @module
 */
import { defineEnvironment } from "../../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../../lab/core/environment.ts";
import { Box, Discrete } from "../../lab/core/space.ts";

/**
 * Two steps, cut off by a time limit in the middle of a longer way: observations 0, 0.5, 1 with
 * reward 1 at each step, and the limit after two. V(1) is never learned, as no episode goes on from
 * there; the first observation's value holds γ²V(1) only where the final observation is what is
 * bootstrapped from, and twice the first one's where the reset's is.
 */
export function resetProbe(): EnvironmentDefinition<number, Float32Array, number> {
  return defineEnvironment({
    id: "ResetProbe-v0",
    observationSpace: new Box({ low: -1, high: 1, shape: [1] }),
    actionSpace: new Discrete(2),
    timeLimit: 2,
    // Half of the episodes start at the far end, where one step terminates with reward 10.
    reset: (random) => random.integers(2) === 0 ? 0 : 2,
    step: (state: number) => ({
      state: state + 1,
      reward: state === 2 ? 10 : 0,
      terminated: state === 2,
    }),
    observe: (state) => Float32Array.of(Math.min(state, 2) - 1),
  });
}
