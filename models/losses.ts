/**
 * Loss terms that several models share. Each gives one value an example, so that a mask can weigh
 * them; sums over pixels are in nats an image.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * −log p(x | logits) of independent Bernoulli pixels, Σ_d softplus(l_d) − l_d·x_d: binary
 * cross-entropy from logits, which stays finite where probabilities round to 0 or 1.
 *
 * @param logits [B, D]
 * @param targets [B, D] in [0, 1]
 * @returns [B], nats.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * binaryCrossEntropy(tf.tensor([[2, -1]]), tf.tensor([[1, 0]])).print(); // [0.4401897]
 * ```
 */
export function binaryCrossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor1D {
  return tf.sum(tf.sub(tf.softplus(logits), tf.mul(logits, targets)), 1);
}

/**
 * Squared error, Σ_d (y_d − x_d)².
 *
 * @param outputs [B, D]
 * @param targets [B, D]
 * @returns [B]
 */
export function squaredError(outputs: tf.Tensor, targets: tf.Tensor): tf.Tensor1D {
  return tf.sum(tf.square(tf.sub(outputs, targets)), 1);
}

/**
 * A negative log-likelihood in bits a dimension, nats / (D ln 2): what models of examples of different
 * size are compared by.
 *
 * @param nats Of an example, of any shape.
 * @param dimensions D
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * bitsPerDimension(tf.scalar(86.76), 784).print(); // 0.1596533
 * ```
 */
export function bitsPerDimension(nats: tf.Tensor, dimensions: number): tf.Tensor {
  return tf.div(nats, dimensions * Math.LN2);
}

/**
 * Mean over the examples whose mask is 1: Σ mask·values / Σ mask.
 *
 * @param values [B]
 * @param mask [B] of 0 and 1, at least one 1.
 */
export function maskedMean(values: tf.Tensor, mask: tf.Tensor): tf.Scalar {
  return tf.div(tf.sum(tf.mul(values, mask)), tf.sum(mask));
}
