/**
 * MemoryCorridor-v0: remember the sign at the entrance until the fork.
 *
 * ## Description
 * A corridor ends at a fork. A sign in the first cell, seen only there, shows to which side to turn
 * (the T-maze of B. Bakker, 2002, "Reinforcement learning with long short-term memory").
 *
 * ## Action space
 * `Discrete(3)`: 0 walk on, 1 turn left, 2 turn right. Before the fork a turn runs into the wall; at
 * the fork walking on does nothing.
 *
 * ## Observation space
 * `Discrete(4)`: 0 corridor, 1 sign to the left, 2 sign to the right, 3 fork.
 *
 * ## Rewards
 * 1 for the turn at the fork that the sign showed, −1 for the other and for one into the wall; 0 else.
 * The fork looks the same in both cases, and each is as likely: a policy without memory has a mean
 * return of at most 0.
 *
 * ## Starting state
 * The first cell, the sign drawn uniformly.
 *
 * ## End of episode
 * Terminated by a turn. Truncated after `length` + 20 steps.
 *
 * ## Arguments
 * - `length` (default 6): cells before the fork.
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

/** Options of MemoryCorridor-v0. */
interface MemoryCorridorOptions {
  /** Cells before the fork. */
  readonly length: number;
}

/** Checks the options of MemoryCorridor-v0 and fills in the defaults. */
export const memoryCorridorConfiguration: z.ZodType<MemoryCorridorOptions> = z.strictObject({
  length: z.int().min(1).max(10_000).default(6).describe("cells before the fork"),
});

/** The agent's cell, and the side that the sign shows: 1 left, 2 right. */
type MemoryCorridorState = readonly [cell: number, side: number];

/** MemoryCorridor-v0 with its options. */
export function memoryCorridor(
  { length }: MemoryCorridorOptions,
): EnvironmentDefinition<MemoryCorridorState, number, number> {
  return defineEnvironment({
    id: "MemoryCorridor-v0",
    summary: "Remember the sign at the entrance until the fork",
    observationSpace: new Discrete(4),
    actionSpace: new Discrete(3),
    timeLimit: length + 20,
    goal: "rewarded",
    reset: (random): MemoryCorridorState => [0, 1 + random.integers(2)],
    step([cell, side]: MemoryCorridorState, action: number) {
      if (action === 0) {
        const next = [Math.min(cell + 1, length), side] as const;
        return { state: next, reward: 0, terminated: false };
      }
      const isRight = cell === length && action === side;
      return { state: [cell, side] as const, reward: isRight ? 1 : -1, terminated: true };
    },
    observe: ([cell, side]) => cell === 0 ? side : cell === length ? 3 : 0,
    scene([cell, side]) {
      const columns = length + 1;
      return drawGrid(3, columns, (each) => {
        const [row, column] = [Math.floor(each / columns), each % columns];
        if (row === 1) {
          if (column > 0) return undefined;
          return { fill: colors.start, text: side === 1 ? "↑" : "↓", color: colors.body };
        }
        if (column < length) return { fill: colors.body, solid: true };
        return { fill: (row === 0) === (side === 1) ? colors.goal : colors.danger };
      }, columns + cell);
    },
  });
}
