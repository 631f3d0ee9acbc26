/**
 * Loss terms that several agents share.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * mean((V − R)²); with weights mean(w(V − R)²).
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
 * @param weights w, [B], as prioritised transitions have them.
 */
export function meanSquaredError(
  values: tf.Tensor,
  targets: tf.Tensor,
  weights?: tf.Tensor,
): tf.Scalar {
  const squares = tf.square(tf.sub(values, targets));
  return tf.mean(weights === undefined ? squares : tf.mul(squares, weights));
}

/** The sum of two critics' {@linkcode meanSquaredError}s: TD3's and, halved, SAC's critic loss. */
export function twinSquaredError(
  first: tf.Tensor,
  second: tf.Tensor,
  targets: tf.Tensor,
  weights?: tf.Tensor,
): tf.Scalar {
  const error = (values: tf.Tensor) => meanSquaredError(values, targets, weights);
  return tf.add(error(first), error(second));
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
