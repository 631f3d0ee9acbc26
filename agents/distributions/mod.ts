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
  /** gSDE: the features' width L and the steps after which matrices are drawn anew (0: none). */
  readonly stateDependent?: { readonly features: number; readonly every: number };
}

/**
 * The distribution for a space: categorical, several categorical ones, or Gaussian.
 *
 * @throws InputError for state-dependent noise on choices.
 */
export function policyDistribution(
  space: ActionSpace,
  { initialLogStd = 0, stateDependent }: PolicyOptions = {},
): PolicyDistribution {
  if (space.kind === "box") {
    if (stateDependent === undefined) return new DiagonalGaussian(space.flatSize, initialLogStd);
    const { features, every } = stateDependent;
    return new StateDependentGaussian(space.flatSize, features, initialLogStd, every);
  }
  if (stateDependent !== undefined) {
    throw new InputError(
      `Cannot explore by state-dependent noise as actions must be continuous (Box): ${space}`,
    );
  }
  return new Categorical(space.kind === "discrete" ? [space.n] : space.nvec);
}
