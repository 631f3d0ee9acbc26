/**
 * Importance sampling: what a target policy π is worth, from whole episodes that a behaviour policy
 * μ played, in float64 on the host.
 *
 * Precup, Sutton, Singh, "Eligibility Traces for Off-Policy Policy Evaluation" (2000); Sutton and
 * Barto, "Reinforcement Learning" (2018), sections 5.5 and 5.9.
 *
 * @module
 */
import { expm1 } from "../../lab/core/elementary.ts";

/** One episode under μ, from its first transition to the terminal one. */
export interface BehaviourEpisode {
  /** r_t, [T]. */
  readonly rewards: ArrayLike<number>;
  /** ρ_t = π(a_t|s_t) / μ(a_t|s_t), [T]. */
  readonly ratios: ArrayLike<number>;
}

/** Largest ln ρ that an estimate looks at: beyond it exponentials overflow. */
const LARGEST_LOG_RATIO = 80;

/**
 * (ρ − 1) − ln ρ with ρ = π(a|s) / μ(a|s), whose mean over actions of μ estimates KL(μ ‖ π): never
 * negative, and finite however small or large ρ is. Schulman, "Approximating KL Divergence" (2020), k₃;
 * Huang et al. (2022), core detail 12.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(divergenceEstimate(-1000), 999);
 * ```
 *
 * @param logRatio ln ρ.
 */
export function divergenceEstimate(logRatio: number): number {
  return expm1(Math.min(logRatio, LARGEST_LOG_RATIO)) - logRatio;
}

/** Π ρ_t and G = Σ γᵗ r_t of an episode. */
function weightAndReturn(
  { rewards, ratios }: BehaviourEpisode,
  gamma: number,
): { weight: number; episodeReturn: number } {
  let weight = 1, episodeReturn = 0;
  for (let t = rewards.length - 1; t >= 0; t--) {
    weight *= ratios[t];
    episodeReturn = rewards[t] + gamma * episodeReturn;
  }
  return { weight, episodeReturn };
}

/**
 * The mean of (Π ρ_t) G over episodes from one state: without bias, of great variance.
 * Sutton and Barto (2018), equation 5.5.
 *
 * @param gamma Discount γ in [0, 1].
 */
export function ordinaryImportanceSampling(
  episodes: readonly BehaviourEpisode[],
  gamma: number,
): number {
  let sum = 0;
  for (const episode of episodes) {
    const { weight, episodeReturn } = weightAndReturn(episode, gamma);
    sum += weight * episodeReturn;
  }
  return sum / episodes.length;
}

/**
 * Σ (Π ρ_t) G / Σ (Π ρ_t) over episodes from one state: biased towards V^μ, the less the more
 * episodes, of little variance. 0 where all weights are. Sutton and Barto (2018), equation 5.6.
 *
 * @param gamma Discount γ in [0, 1].
 */
export function weightedImportanceSampling(
  episodes: readonly BehaviourEpisode[],
  gamma: number,
): number {
  let sum = 0, weights = 0;
  for (const episode of episodes) {
    const { weight, episodeReturn } = weightAndReturn(episode, gamma);
    sum += weight * episodeReturn;
    weights += weight;
  }
  return weights === 0 ? 0 : sum / weights;
}

/**
 * The mean of Σ_t γᵗ ρ_0 … ρ_t r_t over episodes from one state: each reward is weighted by the
 * actions before it only. Without bias. Precup et al. (2000), section 3; Sutton and Barto (2018),
 * section 5.9.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * const episodes = [{ rewards: [1, 2], ratios: [2, 0.5] }, { rewards: [3], ratios: [0.5] }];
 * strictEqual(perDecisionImportanceSampling(episodes, 0.5), 2.25);
 * strictEqual(ordinaryImportanceSampling(episodes, 0.5), 1.75);
 * ```
 *
 * @param gamma Discount γ in [0, 1].
 */
export function perDecisionImportanceSampling(
  episodes: readonly BehaviourEpisode[],
  gamma: number,
): number {
  let sum = 0;
  for (const { rewards, ratios } of episodes) {
    let value = 0;
    for (let t = rewards.length - 1; t >= 0; t--) {
      value = ratios[t] * (rewards[t] + gamma * value);
    }
    sum += value;
  }
  return sum / episodes.length;
}
