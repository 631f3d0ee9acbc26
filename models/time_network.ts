/**
 * Networks that see a time, or a noise level, beside their input.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { dense, type Network } from "./networks.ts";

/** Sines and cosines of a time. */
const FREQUENCIES = [1, 2, 4, 8];
/** Columns of {@linkcode timeFeatures}. */
export const TIME_FEATURES = 2 * FREQUENCIES.length;

/**
 * From x [B, D], t [B, 1] and, where it is told classes, labels [B, classes] to [B, D]. Rows of zeros
 * among the labels are of no class.
 */
export type TimeNetwork = Network<
  [x: tf.Tensor, time: tf.Tensor, labels?: tf.Tensor2D],
  tf.Tensor2D
>;

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

/**
 * A dense network with swish units that sees t, and labels of so many classes, beside x.
 *
 * @param outputs Numbers that it gives for each of x: the output is [B, outputs·D].
 */
export function timeNetwork(
  size: number,
  hiddenSizes: readonly number[],
  classes = 0,
  outputs = 1,
): TimeNetwork {
  const inner = dense([size + TIME_FEATURES + classes, ...hiddenSizes, outputs * size], "swish");
  return {
    initial: inner.initial,
    apply: (parameters, x, time, labels) => {
      const seen = [x as tf.Tensor2D, timeFeatures(time), ...classes > 0 ? [labels!] : []];
      return inner.apply(parameters, tf.concat2d(seen, 1));
    },
  };
}
