/**
 * What holds the updates of PPO, with and without memory, close to the policy that acted.
 *
 * Schulman et al., "Proximal Policy Optimization Algorithms" (2017, arXiv 1707.06347); details are
 * numbered as in Huang et al., "The 37 Implementation Details of Proximal Policy Optimization"
 * (2022).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * The negated clipped surrogate, −mean(min(ρA, clip(ρ, 1 − ε, 1 + ε)A)) with ρ = π(a|s) / π_old(a|s).
 * Equation 7, in the equal form min(ρA, A + ε|A|): the limit does not depend on the policy.
 *
 * @param logProbability ln π(a|s), [B].
 * @param oldLogProbability ln π_old(a|s), [B].
 * @param advantages A, [B].
 * @param clipRange ε > 0.
 */
export function clippedPolicyLoss(
  logProbability: tf.Tensor,
  oldLogProbability: tf.Tensor,
  advantages: tf.Tensor,
  clipRange: tf.Scalar,
): tf.Scalar {
  const ratio = tf.exp(tf.sub(logProbability, oldLogProbability));
  const limit = tf.add(advantages, tf.mul(tf.abs(advantages), clipRange));
  return tf.neg(tf.mean(tf.minimum(tf.mul(ratio, advantages), limit)));
}

/**
 * ½ mean(max((V − R)², (V_old + clip(V − V_old, −ε, ε) − R)²)). Core detail 9.
 *
 * @param values V(s), [B].
 * @param oldValues V_old(s), [B].
 * @param returns R, [B].
 * @param clipRange ε > 0.
 */
export function clippedValueLoss(
  values: tf.Tensor,
  oldValues: tf.Tensor,
  returns: tf.Tensor,
  clipRange: tf.Scalar,
): tf.Scalar {
  const change = tf.sub(values, oldValues);
  const clipped = tf.maximum(tf.minimum(change, clipRange), tf.neg(clipRange));
  const free = tf.square(tf.sub(values, returns));
  const held = tf.square(tf.sub(tf.add(oldValues, clipped), returns));
  return tf.mul(0.5, tf.mean(tf.maximum(free, held))) as tf.Scalar;
}

/**
 * How far the policy moved: the estimate mean((ρ − 1) − ln ρ) of KL(π_old ‖ π) (never negative;
 * core detail 12) and the share of ratios outside 1 ± ε.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(policyChange([0.2, -0.1], [0, 0], 0.2).clipFraction, 0.5);
 * ```
 *
 * @param logProbability ln π(a|s), [B].
 * @param oldLogProbability ln π_old(a|s), [B].
 * @param clipRange ε > 0.
 */
export function policyChange(
  logProbability: ArrayLike<number>,
  oldLogProbability: ArrayLike<number>,
  clipRange: number,
): { approximateKl: number; clipFraction: number } {
  let divergence = 0;
  let clipped = 0;
  const count = logProbability.length;
  for (let i = 0; i < count; i++) {
    const logRatio = logProbability[i] - oldLogProbability[i];
    const change = Math.expm1(logRatio);
    divergence += change - logRatio;
    if (Math.abs(change) > clipRange) clipped += 1;
  }
  return { approximateKl: divergence / count, clipFraction: clipped / count };
}
