/**
 * Bandit-v0: pull the arm that pays best.
 *
 * ## Description
 * A machine with several arms, each with a mean reward that one has to find out: the k-armed
 * testbed of Sutton and Barto (2018), section 2.3.
 *
 * ## Action space
 * `Discrete(arms)`.
 *
 * ## Observation space
 * `Discrete(1)`: nothing is shown.
 *
 * ## Rewards
 * - `gaussian`: normal around the arm's mean with a deviation of 1,
 * - `bernoulli`: 1 with the arm's probability, else 0,
 * - `non-stationary`: as gaussian, with all means 0 at first and, after every step, a normal draw of
 *   deviation `drift` added to each (exercise 2.5).
 *
 * ## Starting state
 * Gaussian means are drawn from a standard normal, Bernoulli probabilities uniformly in [0, 1): by
 * `armSeed`, the same in every episode, or, with `newArms`, anew at every reset.
 *
 * ## End of episode
 * Never terminated. Truncated after `timeLimit` steps.
 *
 * ## Information
 * `regret`: the best arm's mean less that of the arm pulled. `totalRegret`: its sum over the
 * episode. `optimal`: whether the arm pulled was the best.
 *
 * ## Arguments
 * - `kind` (default `gaussian`): `gaussian`, `bernoulli` or `non-stationary`.
 * - `arms` (10), `armSeed` (0), `newArms` (false), `drift` (0.01), `timeLimit` (1000).
 * - `means` (none): the arms' means themselves, as many as there are arms.
 *
 * ## Version history
 * - v0: first version.
 *
 * @module
 */
import * as z from "zod";
import { defineEnvironment } from "../lab/core/define_environment.ts";
import type { EnvironmentDefinition } from "../lab/core/environment.ts";
import { InputError } from "../lab/core/errors.ts";
import { defaultRng, type Generator } from "../lab/core/random.ts";
import { Discrete } from "../lab/core/space.ts";
import { colors } from "./colors.ts";
import { drawGrid } from "./grid_scene.ts";

/** Options of Bandit-v0. */
interface BanditOptions {
  /** How rewards are drawn. */
  readonly kind: "gaussian" | "bernoulli" | "non-stationary";
  /** Number of arms. */
  readonly arms: number;
  /** The arms' means; drawn where there are none. */
  readonly means: readonly number[];
  /** Seed of the means. */
  readonly armSeed: number;
  /** Draws other means at every reset. */
  readonly newArms: boolean;
  /** Deviation by which non-stationary means move at every step. */
  readonly drift: number;
  /** Steps after which an episode is truncated. */
  readonly timeLimit: number;
}

/** Checks the options of Bandit-v0 and fills in the defaults. */
export const banditConfiguration: z.ZodType<BanditOptions> = z.strictObject({
  kind: z.enum(["gaussian", "bernoulli", "non-stationary"]).default("gaussian").describe(
    "how rewards are drawn",
  ),
  arms: z.int().min(1).max(10_000).default(10).describe("number of arms"),
  means: z.array(z.number()).default([]).describe("the arms' means; drawn where there are none"),
  armSeed: z.int().min(0).default(0).describe("seed of the means"),
  newArms: z.boolean().default(false).describe("draws other means at every reset"),
  drift: z.number().min(0).default(0.01).describe(
    "deviation by which non-stationary means move at every step",
  ),
  timeLimit: z.int().min(1).default(1000).describe("steps after which an episode is truncated"),
});

/** The arms' means, the arm pulled last (−1: none), the regret so far. */
interface BanditState {
  readonly means: readonly number[];
  readonly last: number;
  readonly totalRegret: number;
}

/** The index of the largest mean, the first of equal ones. */
export function bestOf(means: readonly number[]): number {
  return means.indexOf(Math.max(...means));
}

function drawMeans({ kind, arms }: BanditOptions, random: Generator): number[] {
  return Array.from(
    { length: arms },
    () =>
      kind === "non-stationary"
        ? 0
        : kind === "gaussian"
        ? random.standardNormal()
        : random.random(),
  );
}

function check({ kind, arms, means, newArms }: BanditOptions): void {
  if (means.length !== 0 && means.length !== arms) {
    throw new InputError(
      `Cannot make Bandit-v0 as each of its ${arms} arms must have one mean: ${means.length} means`,
    );
  }
  if (newArms && means.length > 0) {
    throw new InputError(
      `Cannot make Bandit-v0 as newArms, which draws other means at every reset, must be false where ` +
        `means are given: ${means.length} means`,
    );
  }
  const wrong = means.find((mean) => kind === "bernoulli" && !(mean >= 0 && mean <= 1));
  if (wrong !== undefined) {
    throw new InputError(
      `Cannot make Bandit-v0 as Bernoulli means must lie in [0, 1]: ${wrong}`,
    );
  }
}

/** Bandit-v0 with its options. */
export function bandit(options: BanditOptions): EnvironmentDefinition<BanditState, number, number> {
  check(options);
  const { kind, arms, newArms, drift } = options;
  const fixed = options.means.length > 0
    ? options.means
    : drawMeans(options, defaultRng(options.armSeed));
  return defineEnvironment({
    id: "Bandit-v0",
    summary: "Pull the arm that pays best",
    observationSpace: new Discrete(1),
    actionSpace: new Discrete(arms),
    timeLimit: options.timeLimit,
    reset: (random): BanditState => ({
      means: newArms ? drawMeans(options, random) : fixed,
      last: -1,
      totalRegret: 0,
    }),
    step({ means, totalRegret }: BanditState, arm: number, random) {
      const reward = kind === "bernoulli"
        ? (random.random() < means[arm] ? 1 : 0)
        : means[arm] + random.standardNormal();
      const regret = Math.max(...means) - means[arm];
      const total = totalRegret + regret;
      const next = kind === "non-stationary"
        ? means.map((mean) => mean + drift * random.standardNormal())
        : means;
      return {
        state: { means: next, last: arm, totalRegret: total },
        reward,
        terminated: false,
        info: { regret, totalRegret: total, optimal: regret === 0 },
      };
    },
    observe: () => 0,
    scene: ({ means, last }) =>
      drawGrid(
        1,
        arms,
        (arm) => arm === bestOf(means) ? { fill: colors.goal } : undefined,
        last < 0 ? undefined : last,
      ),
  });
}
