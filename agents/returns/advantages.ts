/**
 * Returns, advantages and how well values explain returns, in float64 on the host.
 *
 * `nextValues[t]` is always the value of the observation that transition t led to: at the end of an
 * episode that of its final observation, never of the next episode's first one. A terminated
 * transition does not bootstrap; a truncated one does.
 *
 * @module
 */
import { mean, standardDeviation } from "../../lab/statistics/scores.ts";

/** A rollout's columns, time-major: row t, environment n stands at `t * environments + n`. */
export interface RolloutColumns {
  /** Number of environments N; the columns' length is T · N. */
  readonly environments: number;
  /** r_t. */
  readonly rewards: Float64Array;
  /** V(s_t). */
  readonly values: Float64Array;
  /** V of the observation that the transition led to (the final one where the episode ended). */
  readonly nextValues: Float64Array;
  /** 1 where the episode ended in a terminal state. */
  readonly terminated: Uint8Array;
  /** 1 where a time limit cut the episode. */
  readonly truncated: Uint8Array;
}

/** δ_t = r_t + γ(1 − terminated_t)V(s_{t+1}) − V(s_t) of one row. */
export function temporalDifference(rollout: RolloutColumns, gamma: number, row: number): number {
  const { rewards, values, nextValues, terminated } = rollout;
  const bootstrap = terminated[row] ? 0 : gamma * nextValues[row];
  return rewards[row] + bootstrap - values[row];
}

/** Whether nothing of the same episode follows a row: its episode ended, or the rollout. */
export function isLast(rollout: RolloutColumns, row: number): boolean {
  const { environments, rewards, terminated, truncated } = rollout;
  return Boolean(terminated[row] || truncated[row] || row + environments >= rewards.length);
}

/**
 * Generalised advantage estimation: δ_t = r_t + γ(1 − terminated_t)V(s_{t+1}) − V(s_t) and
 * Â_t = δ_t + γλ(1 − terminated_t)(1 − truncated_t)Â_{t+1}, with the value target Â_t + V(s_t).
 * λ = 0 is the one-step advantage, λ = 1 the n-step return minus the value.
 *
 * Source: Schulman et al., "High-Dimensional Continuous Control Using Generalized Advantage
 * Estimation" (2015, arXiv 1506.02438), equations 12 and 16, cut at the end of the rollout.
 *
 * @example
 * ```ts
 * import { generalizedAdvantages } from "./advantages.ts";
 * import { strictEqual } from "node:assert";
 * const { advantages, returns } = generalizedAdvantages(
 *   {
 *     environments: 1,
 *     rewards: Float64Array.of(1),
 *     values: Float64Array.of(0.5),
 *     nextValues: Float64Array.of(2),
 *     terminated: Uint8Array.of(0),
 *     truncated: Uint8Array.of(1),
 *   },
 *   0.5,
 *   0.95,
 * );
 * strictEqual(advantages[0], 1.5);
 * strictEqual(returns[0], 2);
 * ```
 *
 * @param gamma Discount γ in [0, 1].
 * @param gaeLambda λ in [0, 1].
 */
export function generalizedAdvantages(
  rollout: RolloutColumns,
  gamma: number,
  gaeLambda: number,
): { advantages: Float64Array; returns: Float64Array } {
  const { environments, values } = rollout;
  const advantages = new Float64Array(values.length);
  const returns = new Float64Array(values.length);
  for (let i = values.length - 1; i >= 0; i--) {
    const following = isLast(rollout, i) ? 0 : gamma * gaeLambda * advantages[i + environments];
    advantages[i] = temporalDifference(rollout, gamma, i) + following;
    returns[i] = advantages[i] + values[i];
  }
  return { advantages, returns };
}

/**
 * Returns-to-go of whole episodes whose transitions may be interleaved: G_t = r_t + γG_{t+1} along
 * each episode, and after its last transition G = `following`.
 *
 * Source: Sutton and Barto, "Reinforcement Learning" (2018), equation 3.9.
 *
 * @example
 * ```ts
 * import { discountedReturns } from "./advantages.ts";
 * import { deepStrictEqual } from "node:assert";
 * const returns = discountedReturns([1, 5, 1], [0, 1, 0], [0, 2], 0.5);
 * deepStrictEqual([...returns], [1.5, 6, 1]);
 * ```
 *
 * @param rewards [M], in the order of time.
 * @param episode [M]: which episode the transition belongs to, an index into `following`.
 * @param following Value of each episode's final observation; 0 where it terminated.
 * @param gamma Discount γ in [0, 1].
 */
export function discountedReturns(
  rewards: ArrayLike<number>,
  episode: ArrayLike<number>,
  following: ArrayLike<number>,
  gamma: number,
): Float64Array {
  const ahead = Float64Array.from(following);
  const returns = new Float64Array(rewards.length);
  for (let i = rewards.length - 1; i >= 0; i--) {
    returns[i] = ahead[episode[i]] = rewards[i] + gamma * ahead[episode[i]];
  }
  return returns;
}

/**
 * (A − mean) / (deviation + 1e-8), with the sample's deviation (as PyTorch's `std`), 0 of one value.
 *
 * Source: Huang et al., "The 37 Implementation Details of Proximal Policy Optimization" (2022),
 * core detail 7.
 *
 * @param values A, of any length.
 * @param out Out: as long; may be `values`.
 */
export function standardize(values: ArrayLike<number>, out: Float32Array | Float64Array): void {
  const center = mean(values);
  const deviation = values.length > 1 ? standardDeviation(values, 1) : 0;
  for (let i = 0; i < values.length; i++) out[i] = (values[i] - center) / (deviation + 1e-8);
}

/**
 * 1 − Var(returns − values) / Var(returns): 1 is a perfect value function, 0 no better than a
 * constant, below 0 worse. NaN where the returns do not vary by more than the rounding of their sums.
 *
 * @param values V(s), [M].
 * @param returns R, [M].
 */
export function explainedVariance(
  values: ArrayLike<number>,
  returns: ArrayLike<number>,
): number {
  const errors = Float64Array.from(returns, (value, i) => value - values[i]);
  const spread = standardDeviation(returns, 0);
  let largest = 0;
  for (let i = 0; i < returns.length; i++) largest = Math.max(largest, Math.abs(returns[i]));
  if (spread <= 4 * Number.EPSILON * largest) return NaN;
  const share = standardDeviation(errors, 0) / spread;
  return 1 - share * share;
}
