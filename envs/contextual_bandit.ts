/**
 * ContextualBandit-v0: pull the arm that pays best for what is shown.
 *
 * ## Description
 * As Bandit-v0 with Gaussian rewards, but each step shows one of several contexts, and each context
 * has means of its own (Sutton and Barto, 2018, section 2.9: associative search).
 *
 * ## Action space
 * `Discrete(arms)`.
 *
 * ## Observation space
 * `Discrete(contexts)`: drawn anew at every step.
 *
 * ## Rewards
 * Normal around the mean of the arm in the context, with the deviation `noise`.
 *
 * ## Starting state
 * A context drawn uniformly. The means are drawn from a standard normal by `armSeed`, the same in
 * every episode.
 *
 * ## End of episode
 * Never terminated. Truncated after `timeLimit` steps.
 *
 * ## Information
 * `regret`: the mean of the context's best arm less that of the arm pulled. `totalRegret`: its sum
 * over the episode. `optimal`: whether the arm pulled was the best.
 *
 * ## Arguments
 * - `contexts` (default 3), `arms` (4), `armSeed` (0), `noise` (1), `timeLimit` (100).
 *
 * ## Version history
 * - v0: first version.
 *
 * @module
 */
import * as z from "zod";
import { defineEnvironment } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import { defaultRng } from "../lab/core/random.ts";
import { Discrete } from "../lab/core/space.ts";
import { bestOf } from "./bandit.ts";
import { colors } from "./colors.ts";
import { drawGrid } from "./grid_scene.ts";

/** Options of ContextualBandit-v0. */
interface ContextualBanditOptions {
  /** Number of contexts. */
  readonly contexts: number;
  /** Number of arms. */
  readonly arms: number;
  /** Seed of the means. */
  readonly armSeed: number;
  /** Deviation of the rewards. */
  readonly noise: number;
  /** Steps after which an episode is truncated. */
  readonly timeLimit: number;
}

/** Checks the options of ContextualBandit-v0 and fills in the defaults. */
export const contextualBanditConfiguration: z.ZodType<ContextualBanditOptions> = z.strictObject({
  contexts: z.int().min(1).max(1000).default(3).describe("number of contexts"),
  arms: z.int().min(1).max(1000).default(4).describe("number of arms"),
  armSeed: z.int().min(0).default(0).describe("seed of the means"),
  noise: z.number().min(0).default(1).describe("deviation of the rewards"),
  timeLimit: z.int().min(1).default(100).describe("steps after which an episode is truncated"),
});

/** The context shown, and the regret so far. */
interface ContextualBanditState {
  readonly context: number;
  readonly totalRegret: number;
}

/** ContextualBandit-v0 with its options. */
export function contextualBandit(
  { contexts, arms, armSeed, noise, timeLimit }: ContextualBanditOptions,
): EnvironmentDefinition<ContextualBanditState, number, number> {
  const random = defaultRng(armSeed);
  const means = Array.from(
    { length: contexts },
    () => Array.from({ length: arms }, () => random.standardNormal()),
  );
  return defineEnvironment({
    id: "ContextualBandit-v0",
    summary: "Pull the arm that pays best for what is shown",
    observationSpace: new Discrete(contexts),
    actionSpace: new Discrete(arms),
    timeLimit,
    reset: (random): ContextualBanditState => ({
      context: random.integers(contexts),
      totalRegret: 0,
    }),
    step({ context, totalRegret }: ContextualBanditState, arm: number, random) {
      const own = means[context];
      const regret = Math.max(...own) - own[arm];
      const total = totalRegret + regret;
      return {
        reward: own[arm] + noise * random.standardNormal(),
        state: { context: random.integers(contexts), totalRegret: total },
        terminated: false,
        info: { regret, totalRegret: total, optimal: regret === 0 },
      };
    },
    observe: ({ context }) => context,
    scene: ({ context }) =>
      drawGrid(contexts, arms, (cell) => {
        const row = Math.floor(cell / arms);
        if (cell % arms === bestOf(means[row])) return { fill: colors.goal };
        return row === context ? { fill: colors.start } : undefined;
      }, undefined),
  });
}
