/**
 * Networks that see a time, or a noise level, beside their input.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { dense, type Network } from "./networks.ts";

/** Sines and cosines of a time. */
const FREQUENCIES = [1, 2, 4, 8];

/**
 * sin and cos of 2ᵏπt for k = 0 … 3: so that a network can tell times apart that are close.
 *
 * @param time In [0, 1], [B, 1].
 * @returns [B, 8]
 */
export function timeFeatures(time: tf.Tensor): tf.Tensor2D {
  const angles = tf.matMul(time as tf.Tensor2D, tf.tensor2d([FREQUENCIES.map((f) => f * Math.PI)]));
  return tf.concat2d([tf.sin(angles), tf.cos(angles)] as tf.Tensor2D[], 1);
}

/** A scalar time as a column beside the rows of x: [B, 1]. */
export function everywhere(time: tf.Tensor, x: tf.Tensor): tf.Tensor2D {
  return tf.add(tf.zeros([x.shape[0]!, 1]), time);
}

/** A dense network from x [B, D] and t [B, 1] to [B, D], with swish units. */
export function timeNetwork(
  size: number,
  hiddenSizes: readonly number[],
): Network<[x: tf.Tensor, time: tf.Tensor], tf.Tensor2D> {
  const inner = dense([size + 2 * FREQUENCIES.length, ...hiddenSizes, size], "swish");
  return {
    initial: inner.initial,
    apply: (parameters, x, time) =>
      inner.apply(parameters, tf.concat2d([x as tf.Tensor2D, timeFeatures(time)], 1)),
  };
}
