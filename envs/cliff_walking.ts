/**
 * CliffWalking-v1 and CliffWalkingSlippery-v1: walk to the goal along a cliff.
 *
 * A port of Gymnasium 1.4's toy text environment, equal to it in every draw. The world is example
 * 6.6 of Sutton and Barto (2018).
 *
 * ## Description
 * A grid of 4 × 12 cells: the start is at the bottom left, the goal at the bottom right, and the
 * cells between them are a cliff. A step off the cliff leads back to the start.
 *
 * ## Action space
 * `Discrete(4)`: 0 up, 1 right, 2 down, 3 left. A move over the border stays where it is.
 *
 * ## Observation space
 * `Discrete(48)`: the agent's cell, row × 12 + column from the top left.
 *
 * ## Rewards
 * −1 for every step, −100 for one over the cliff.
 *
 * ## Starting state
 * Cell 36.
 *
 * ## End of episode
 * Terminated in cell 47. Never truncated.
 *
 * ## Information
 * `prob`: the probability of the transition that was drawn.
 *
 * ## Arguments
 * - `isSlippery` (default false; true for `CliffWalkingSlippery-v1`): a move goes where the action
 *   says, or to one of the two sides, with a probability of 1/3 each.
 *
 * ## Version history
 * - v1: may be slippery.
 * - v0 is not part of this lab.
 *
 * @module
 */
import * as z from "zod";
import { defineEnvironment } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import type { Generator } from "../lab/core/random.ts";
import { Discrete } from "../lab/core/space.ts";
import { colors } from "./colors.ts";
import { drawGrid } from "./grid_scene.ts";
import { drawTransition, tabulate } from "./transitions.ts";

const [rows, columns] = [4, 12];
const start = (rows - 1) * columns;
const goal = rows * columns - 1;

/** Options of CliffWalking-v1. */
export interface CliffWalkingOptions {
  /** Whether a move may go to one of the two sides instead. */
  readonly isSlippery: boolean;
}

function configurationOf(isSlippery: boolean): z.ZodType<CliffWalkingOptions> {
  return z.strictObject({
    isSlippery: z.boolean().default(isSlippery).describe(
      "whether a move may go to one of the two sides instead",
    ),
  });
}

/** Checks the options of CliffWalking-v1 and fills in the defaults. */
export const cliffWalkingConfiguration: z.ZodType<CliffWalkingOptions> = configurationOf(false);

/** Checks the options of CliffWalkingSlippery-v1 and fills in the defaults. */
export const cliffWalkingSlipperyConfiguration: z.ZodType<CliffWalkingOptions> = configurationOf(
  true,
);

/** Row and column changes of up, right, down, left. */
const moves = [[-1, 0], [0, 1], [1, 0], [0, -1]] as const;

const isCliff = (cell: number) => cell > start && cell < goal;

/** What a cliff is made of: what follows an action, and where an episode starts. */
export function partsOf({ isSlippery }: CliffWalkingOptions) {
  const table = tabulate(rows * columns, 4, (cell, action) => {
    const directions = isSlippery ? [(action + 3) % 4, action, (action + 1) % 4] : [action];
    return directions.map((direction) => {
      const [down, right] = moves[direction];
      const row = Math.min(rows - 1, Math.max(0, Math.floor(cell / columns) + down));
      const column = Math.min(columns - 1, Math.max(0, cell % columns + right));
      const next = row * columns + column;
      const probability = 1 / directions.length;
      return isCliff(next)
        ? { probability, state: start, reward: -100, terminated: false }
        : { probability, state: next, reward: -1, terminated: next === goal };
    });
  });
  const reset = (random: Generator) => {
    random.random(); // Gymnasium draws the start, too, though there is only one.
    return start;
  };
  return { table, reset };
}

function define(
  id: string,
  options: CliffWalkingOptions,
): EnvironmentDefinition<number, number, number> {
  const { table, reset } = partsOf(options);
  return defineEnvironment({
    id,
    summary: "Walk to the goal along a cliff",
    observationSpace: new Discrete(rows * columns),
    actionSpace: new Discrete(4),
    goal: "terminated",
    reset,
    startInfo: () => ({ prob: 1 }),
    step(cell: number, action: number, random) {
      const { probability, state, reward, terminated } = drawTransition(
        table[cell][action],
        random,
      );
      return { state, reward, terminated, info: { prob: probability } };
    },
    observe: (cell) => cell,
    scene: (agent) =>
      drawGrid(rows, columns, (cell) => {
        if (cell === start) return { fill: colors.start };
        if (cell === goal) return { fill: colors.goal, text: "G" };
        return isCliff(cell) ? { fill: colors.danger } : undefined;
      }, agent),
    transitions: () => table,
  });
}

/** CliffWalking-v1 with its options. The state is the agent's cell. */
export function cliffWalking(
  options: CliffWalkingOptions,
): EnvironmentDefinition<number, number, number> {
  return define("CliffWalking-v1", options);
}

/** CliffWalkingSlippery-v1 with its options. The state is the agent's cell. */
export function cliffWalkingSlippery(
  options: CliffWalkingOptions,
): EnvironmentDefinition<number, number, number> {
  return define("CliffWalkingSlippery-v1", options);
}
