/**
 * Loss terms that several agents share.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * −mean(ln π(a|s) · A): its gradient is the negated policy gradient. A is a constant.
 *
 * Source: Mnih et al., "Asynchronous Methods for Deep Reinforcement Learning" (2016, arXiv
 * 1602.01783), section 4; Williams (1992), equation 4, with the mean in place of the sum.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * policyGradientLoss(tf.tensor1d([-0.5]), tf.tensor1d([0.2])).print(); // 0.1
 * ```
 *
 * @param logProbability ln π(a|s), [B].
 * @param advantages A, [B].
 */
export function policyGradientLoss(
  logProbability: tf.Tensor,
  advantages: tf.Tensor,
): tf.Scalar {
  return tf.neg(tf.mean(tf.mul(logProbability, advantages))) as tf.Scalar;
}

/**
 * mean((V − R)²).
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * meanSquaredError(tf.tensor1d([0.8]), tf.tensor1d([1])).print(); // 0.04
 * ```
 *
 * @param values V(s), [B].
 * @param targets R, [B], a constant.
 */
export function meanSquaredError(values: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  return tf.mean(tf.square(tf.sub(values, targets)));
}

/**
 * ½x² where |x| ≤ 1, |x| − ½ elsewhere, elementwise: the error clipping to [−1, 1] of Mnih et al.
 * (2015), methods; Huber (1964) with δ = 1. Written with m = min(|x|, 1) as m(|x| − ½m).
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * huber(tf.tensor1d([0.3, -1.5])).print(); // [0.045, 1]
 * ```
 *
 * @param errors x, of any shape.
 */
export function huber(errors: tf.Tensor): tf.Tensor {
  const size = tf.abs(errors);
  const small = tf.minimum(size, 1);
  return tf.mul(small, tf.sub(size, tf.mul(small, 0.5)));
}

/** Weights of the terms of {@linkcode combinedLoss}. */
export interface LossCoefficients {
  /** Weight c_v of the value loss. */
  readonly valueCoefficient: number;
  /** Weight c_e of the entropy bonus. */
  readonly entropyCoefficient: number;
}

/** L = L_policy + c_v · L_value − c_e · H. */
export function combinedLoss(
  policy: tf.Tensor,
  value: tf.Tensor,
  entropy: tf.Tensor,
  { valueCoefficient, entropyCoefficient }: LossCoefficients,
): tf.Scalar {
  const fitted = tf.add(policy, tf.mul(value, valueCoefficient));
  return tf.sub(fitted, tf.mul(entropy, entropyCoefficient));
}
