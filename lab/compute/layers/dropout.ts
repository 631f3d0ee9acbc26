/**
 * Dropout. Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout: A Simple Way to
 * Prevent Neural Networks from Overfitting" (2014, JMLR 15), section 4, scaled while training
 * (section 10), so that nothing is to be done after it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../../core/errors.ts";

/**
 * y = x·m / (1 − rate), with m = 1 where noise ≥ rate and 0 elsewhere: E[y] = x.
 *
 * @param noise U[0, 1) of x's shape, or of one that is broadcast (`[B, 1, 1, C]` drops whole
 *   channels): a random input that the program declares as `uniform`.
 * @param rate Probability that an element is dropped, [0, 1).
 * @throws InputError for another rate.
 */
export function dropout(x: tf.Tensor, noise: tf.Tensor, rate: number): tf.Tensor {
  if (!(rate >= 0 && rate < 1)) {
    throw new InputError(`Cannot drop elements as their rate must be in [0, 1): ${rate}`);
  }
  const kept = tf.cast(tf.greaterEqual(noise, rate), "float32");
  return tf.mul(x, tf.mul(kept, 1 / (1 - rate)));
}
