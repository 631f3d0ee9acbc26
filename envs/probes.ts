/**
 * Five worlds so small that the right answer is known in closed form. Each fails where one part of
 * an agent is wrong, so that a broken agent shows which.
 *
 * ## Description
 * | id | isolates | episode | right answer |
 * |---|---|---|---|
 * | `ValueProbe-v0` | the value loss | one step, reward 1 whatever the action | V = Q = 1 |
 * | `PolicyProbe-v0` | that the policy sees | one step, −1 or 1 is shown, the matching action (0 or 1) has reward 1, the other −1 | return 1 |
 * | `DiscountProbe-v0` | discount and terminal states | 0, then 1 is shown, reward 1 at the end | V(1) = 1, V(0) = γ |
 * | `TruncationProbe-v0` | the bootstrap of truncated episodes | reward 1 a step for ever, cut off after 5 | V = 1 ÷ (1 − γ) |
 * | `CreditProbe-v0` | credit back in time | three steps, the first action decides on the reward 1 or −1 of the last | return 1 |
 *
 * ## Action space
 * `Discrete(2)`.
 *
 * ## Observation space
 * `Box(-1, 1, [1])`. Credit: 0, then ±0.5, then ±1 by the first action's sign.
 *
 * ## Rewards
 * As in the table.
 *
 * ## Starting state
 * Always the same, but for the symbol of `PolicyProbe-v0`.
 *
 * ## End of episode
 * Terminated as in the table, `TruncationProbe-v0` truncated after 5 steps.
 *
 * ## Arguments
 * None.
 *
 * ## Version history
 * - v0: first version.
 *
 * @module
 */
import * as z from "zod";
import { defineEnvironment } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import type { Scene } from "../lab/core/scene.ts";
import { Box, Discrete } from "../lab/core/space.ts";
import { drawGrid } from "./grid_scene.ts";

/** The probes have no options. */
export const probeConfiguration: z.ZodType<Record<string, never>> = z.strictObject({});

const common = {
  observationSpace: new Box({ low: -1, high: 1, shape: [1] }),
  actionSpace: new Discrete(2),
};

/** The number shown, from −1 on the left to 1 on the right. */
function draw(shown: number): Scene {
  return drawGrid(1, 5, () => undefined, Math.round(2 * (shown + 1)));
}

/** One step, one observation, reward 1 whatever the action. V = Q = 1: the value loss learns. */
export function valueProbe(): EnvironmentDefinition<number, Float32Array, number> {
  return defineEnvironment({
    ...common,
    id: "ValueProbe-v0",
    summary: "Learn the value of a constant reward",
    reset: () => 0,
    step: (state: number) => ({ state, reward: 1, terminated: true }),
    observe: () => new Float32Array(1),
    scene: () => draw(0),
  });
}

/**
 * One step; the observation is −1 or 1 and the action that matches it (0 for −1, 1 for 1) has
 * reward 1, the other −1. Best return 1: the policy looks at the observation.
 */
export function policyProbe(): EnvironmentDefinition<number, Float32Array, number> {
  return defineEnvironment({
    ...common,
    id: "PolicyProbe-v0",
    summary: "Choose by what is shown",
    reset: (random) => random.integers(2) * 2 - 1,
    step: (state: number, action: number) => ({
      state,
      reward: action * 2 - 1 === state ? 1 : -1,
      terminated: true,
    }),
    observe: (state) => Float32Array.of(state),
    scene: draw,
  });
}

/**
 * Two steps, observation 0 then 1, reward 1 at the end whatever the actions. V(1) = 1, V(0) = γ:
 * the discount is in its place and a terminal state is not bootstrapped from.
 */
export function discountProbe(): EnvironmentDefinition<number, Float32Array, number> {
  return defineEnvironment({
    ...common,
    id: "DiscountProbe-v0",
    summary: "Discount a reward that comes one step later",
    reset: () => 0,
    step: (state: number) => ({ state: 1, reward: state, terminated: state === 1 }),
    observe: (state) => Float32Array.of(state),
    scene: draw,
  });
}

/**
 * Reward 1 at every step, for ever, cut off after 5 steps. V = 1 / (1 − γ) where truncation
 * bootstraps; an agent that treats it as the end finds less (at most 5).
 */
export function truncationProbe(): EnvironmentDefinition<number, Float32Array, number> {
  return defineEnvironment({
    ...common,
    id: "TruncationProbe-v0",
    summary: "Bootstrap from the last observation of an episode that is cut off",
    timeLimit: 5,
    reset: () => 0,
    step: (state: number) => ({ state, reward: 1, terminated: false }),
    observe: () => Float32Array.of(1),
    scene: () => draw(1),
  });
}

/**
 * Three steps; only the first action counts, and its reward (1 for action 1, −1 for action 0)
 * comes at the end. Observations: 0, then ±0.5, then ±1. Best return 1: credit goes back in time.
 */
export function creditProbe(): EnvironmentDefinition<
  readonly [elapsed: number, choice: number],
  Float32Array,
  number
> {
  const shown = (elapsed: number, choice: number) => Math.min(elapsed, 2) * 0.5 * choice;
  return defineEnvironment({
    ...common,
    id: "CreditProbe-v0",
    summary: "Give the first action credit for the last reward",
    reset: () => [0, 0] as const,
    step([elapsed, choice]: readonly [number, number], action: number) {
      const kept = elapsed === 0 ? action * 2 - 1 : choice;
      const terminated = elapsed === 2;
      return { state: [elapsed + 1, kept] as const, reward: terminated ? kept : 0, terminated };
    },
    observe: ([elapsed, choice]) => Float32Array.of(shown(elapsed, choice)),
    scene: ([elapsed, choice]) => draw(shown(elapsed, choice)),
  });
}
