/**
 * The policy gradient as a loss, for agents and for models that are rewarded.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * −Σ_t w_t ln π(a_t|s_t), with w_t = (G_t − b(s_t)) / M for the mean over M transitions. Equation 4
 * of Williams (1992). The weights are constants.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * reinforceLoss(tf.tensor1d([-0.5, -0.7]), tf.tensor1d([1.495, 0.5])).print(); // 1.0975
 * ```
 *
 * @param logProbability ln π(a|s), [B].
 * @param weights w, [B]; 0 in rows that pad the batch.
 */
export function reinforceLoss(logProbability: tf.Tensor, weights: tf.Tensor): tf.Scalar {
  return tf.neg(tf.sum(tf.mul(logProbability, weights))) as tf.Scalar;
}
