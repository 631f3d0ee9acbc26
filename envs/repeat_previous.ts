/**
 * RepeatPrevious-v0: say what was shown some steps ago.
 *
 * ## Description
 * Each step shows a symbol, drawn anew; the right action is the symbol shown `delay` steps before
 * (after S. Morad et al., 2023, "POPGym: benchmarking partially observable reinforcement learning").
 *
 * ## Action space
 * `Discrete(symbols)`.
 *
 * ## Observation space
 * `Discrete(symbols)`.
 *
 * ## Rewards
 * 1 for the right action, 0 for another one and for the first `delay` actions. The best return is
 * `timeLimit − delay`. What is shown says nothing of what was shown before: a policy without memory gets
 * (`timeLimit − delay`) ÷ `symbols` on average, whatever it does.
 *
 * ## Starting state
 * A symbol drawn uniformly.
 *
 * ## End of episode
 * Never terminated. Truncated after `timeLimit` steps.
 *
 * ## Arguments
 * - `symbols` (default 4), `delay` (2), `timeLimit` (32).
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
import { drawGrid } from "./grid_scene.ts";

/** Options of RepeatPrevious-v0. */
interface RepeatPreviousOptions {
  /** Number of symbols. */
  readonly symbols: number;
  /** How many steps ago the symbol was shown that is to be repeated. */
  readonly delay: number;
  /** Steps after which an episode is truncated. */
  readonly timeLimit: number;
}

/** Checks the options of RepeatPrevious-v0 and fills in the defaults. */
export const repeatPreviousConfiguration: z.ZodType<RepeatPreviousOptions> = z.strictObject({
  symbols: z.int().min(2).max(1000).default(4).describe("number of symbols"),
  delay: z.int().min(1).max(10_000).default(2).describe(
    "how many steps ago the symbol was shown that is to be repeated",
  ),
  timeLimit: z.int().min(1).default(32).describe("steps after which an episode is truncated"),
});

/** RepeatPrevious-v0 with its options. The state is what was shown last, the newest at the end. */
export function repeatPrevious(
  { symbols, delay, timeLimit }: RepeatPreviousOptions,
): EnvironmentDefinition<readonly number[], number, number> {
  return defineEnvironment({
    id: "RepeatPrevious-v0",
    summary: "Say what was shown some steps ago",
    observationSpace: new Discrete(symbols),
    actionSpace: new Discrete(symbols),
    timeLimit,
    reset: (random): readonly number[] => [random.integers(symbols)],
    step: (shown: readonly number[], action: number, random) => ({
      state: [...shown.slice(-delay), random.integers(symbols)],
      reward: shown.length > delay && action === shown[0] ? 1 : 0,
      terminated: false,
    }),
    observe: (shown) => shown[shown.length - 1],
    scene: (shown) => drawGrid(1, symbols, () => undefined, shown[shown.length - 1]),
  });
}
