/**
 * SwitchedCorridor-v0: walk along a corridor whose cells look alike, and one of which is switched.
 *
 * ## Description
 * Three cells and a goal in a row. In the middle one of the three cells the two actions are
 * switched, and no cell can be told from another (R. S. Sutton and A. G. Barto, 2018,
 * "Reinforcement learning", example 13.1). Who always walks one way never arrives.
 *
 * ## Action space
 * `Discrete(2)`: 0 left, 1 right. In the first cell left runs into the wall; in the second left walks
 * to the right, and right to the left.
 *
 * ## Observation space
 * `Discrete(1)`: 0 in every cell.
 *
 * ## Rewards
 * −1 for each step. A policy without memory that walks right with probability p has a mean return of
 * −2 (2 − p) ÷ (p (1 − p)): at most −6 − 4 √2 = −11.66, at p = 2 − √2 = 0.586. The best of its
 * actions alone, always drawn, has −200.
 *
 * ## Starting state
 * The first cell.
 *
 * ## End of episode
 * Terminated at the goal. Truncated after 200 steps. Solved at −11.85: the optimum less two standard
 * errors of a mean of 10,000 episodes.
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
import { Discrete } from "../lab/core/space.ts";
import { colors } from "./colors.ts";
import { drawGrid } from "./grid_scene.ts";

/** SwitchedCorridor-v0 has no options. */
export const switchedCorridorConfiguration: z.ZodType<Record<string, never>> = z.strictObject({});

const [SWITCHED, GOAL] = [1, 3];

/** SwitchedCorridor-v0. Its state is the agent's cell. */
export function switchedCorridor(): EnvironmentDefinition<number, number, number> {
  return defineEnvironment({
    id: "SwitchedCorridor-v0",
    summary: "Walk along cells that look alike, one of which is switched",
    observationSpace: new Discrete(1),
    actionSpace: new Discrete(2),
    timeLimit: 200,
    rewardThreshold: -11.85,
    goal: "terminated",
    reset: () => 0,
    step(cell: number, action: number) {
      const isRight = (action === 1) !== (cell === SWITCHED);
      const next = Math.max(cell + (isRight ? 1 : -1), 0);
      return { state: next, reward: -1, terminated: next === GOAL };
    },
    observe: () => 0,
    scene: (cell) =>
      drawGrid(1, GOAL + 1, (each) => {
        if (each === SWITCHED) return { fill: colors.start, text: "⇄", color: colors.body };
        if (each === GOAL) return { fill: colors.goal, text: "G" };
      }, cell),
  });
}
