/**
 * One-hot rows of any depth.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * `tf.oneHot`, also of a depth of 1, which that refuses: a world with one action, a buffer of one place.
 *
 * @param indices […], int32; one that is not in 0 … depth − 1 has a row of zeros.
 * @returns […, depth], int32.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * oneHot(tf.tensor1d([0, 1], "int32"), 1).print(); // [[1], [0]]
 * ```
 */
export function oneHot(indices: tf.Tensor, depth: number): tf.Tensor {
  return depth === 1
    ? tf.cast(tf.equal(tf.expandDims(indices, -1), 0), "int32")
    : tf.oneHot(indices as tf.Tensor1D, depth);
}
