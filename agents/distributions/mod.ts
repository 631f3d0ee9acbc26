/**
 * The distribution of a stochastic policy's actions, one for each kind of action space.
 *
 * @module
 */
import { InputError } from "../../lab/core/errors.ts";
import type { ActionSpace } from "./actions.ts";
import { Categorical } from "./categorical.ts";
import { DiagonalGaussian } from "./gaussian.ts";
import { StateDependentGaussian } from "./gsde.ts";
import type { PolicyDistribution } from "./policy_distribution.ts";

/** Kinds of action spaces that have a distribution. */
export const distributionKinds: readonly ActionSpace["kind"][] = [
  "discrete",
  "multi-discrete",
  "box",
];

/** What Gaussian policies are made with. */
export interface PolicyOptions {
  /** ln σ at the start; default 0. */
  readonly initialLogStd?: number;
  /** gSDE in place of noise that does not depend on the state. */
  readonly stateDependentNoise?: boolean;
  /** Steps after which gSDE draws its matrices anew; 0, the default: with each rollout only. */
  readonly noiseEvery?: number;
}

/**
 * The distribution for a space: categorical, several categorical ones, or Gaussian.
 *
 * @param features Width L of what enters the policy's last layer: gSDE's noise is a function of it.
 * @throws InputError for state-dependent noise on choices.
 */
export function policyDistribution(
  space: ActionSpace,
  { initialLogStd = 0, stateDependentNoise = false, noiseEvery = 0 }: PolicyOptions = {},
  features = 0,
): PolicyDistribution {
  if (space.kind === "box") {
    return stateDependentNoise
      ? new StateDependentGaussian(space.flatSize, features, initialLogStd, noiseEvery)
      : new DiagonalGaussian(space.flatSize, initialLogStd);
  }
  if (stateDependentNoise) {
    throw new InputError(
      `Cannot explore by state-dependent noise as actions must be continuous (Box): ${space}`,
    );
  }
  return new Categorical(space.kind === "discrete" ? [space.n] : space.nvec);
}
