/**
 * Masks on kernels, by degrees: an input's degree is its place in the order, and a unit of degree m has
 * seen the inputs of degrees up to m. Germain, Gregor, Murray, Larochelle, "MADE: Masked Autoencoder for
 * Distribution Estimation" (2015, arXiv 1502.03509), equations 12 and 13; degrees here are any numbers,
 * so that those of inputs and units may be drawn as uniform noise.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** 1 where a unit may see another: [from, to], from ≤ to; `strictly`: from < to, as of outputs. */
export function mask(from: tf.Tensor, to: tf.Tensor, strictly = false): tf.Tensor2D {
  const [before, after] = [
    tf.expandDims(tf.cast(from, "float32"), 1),
    tf.expandDims(tf.cast(to, "float32"), 0),
  ];
  const seen = strictly ? tf.less(before, after) : tf.lessEqual(before, after);
  return tf.cast(seen, "float32") as tf.Tensor2D;
}

/** Degrees of the inputs in their own order, 0 … D − 1. */
export function places(size: number): tf.Tensor1D {
  return tf.range(0, size);
}

/** Degrees of hidden units, evenly from 0 to below D − 1: one of D − 1 would be seen by no output. */
export function spread(units: number, size: number): tf.Tensor1D {
  return tf.mul(tf.range(0, units), (size - 1) / units);
}
