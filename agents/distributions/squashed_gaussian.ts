/**
 * A normal distribution squashed into (−1, 1) by tanh, with its exact density.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { log } from "../../lab/core/elementary.ts";

/** ½ ln 2π. */
const HALF_LOG_TWO_PI = 0.5 * log(2 * Math.PI);

/** Actions and their log-densities. */
export interface SquashedSample {
  /** a = tanh(u), [B, K]. */
  readonly actions: tf.Tensor;
  /** ln π(a|s), [B]: the density over (−1, 1)ᴷ. */
  readonly logProbability: tf.Tensor;
}

/**
 * ln(1 − tanh²u) as 2(ln 2 − u − softplus(−2u)), which neither overflows nor rounds to ln 0 for
 * any u.
 */
export function logTanhSlope(u: tf.Tensor): tf.Tensor {
  return tf.mul(tf.sub(tf.sub(Math.LN2, u), tf.softplus(tf.mul(u, -2))), 2);
}

/**
 * Reparameterised sample u = μ + σε, a = tanh(u), with
 * ln π(a) = Σ_k [−½ε_k² − ln σ_k − ½ ln 2π − ln(1 − tanh²u_k)]. Haarnoja et al. (2018, arXiv
 * 1812.05905), equation 8 and appendix C. Differentiable with respect to `mean` and `logStd`.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * const [mean, logStd, noise] = [[[0.1]], [[Math.log(0.5)]], [[0.4]]].map((x) => tf.tensor(x));
 * squashedSample(mean, logStd, noise).logProbability.print(); // −0.2171
 * ```
 *
 * @param mean μ, [B, K].
 * @param logStd ln σ, [B, K].
 * @param noise ε from N(0, 1), [B, K].
 */
export function squashedSample(
  mean: tf.Tensor,
  logStd: tf.Tensor,
  noise: tf.Tensor,
): SquashedSample {
  const u = tf.add(mean, tf.mul(tf.exp(logStd), noise));
  const density = tf.neg(tf.add(tf.add(tf.mul(tf.square(noise), 0.5), logStd), HALF_LOG_TWO_PI));
  return {
    actions: tf.tanh(u),
    logProbability: tf.sum(tf.sub(density, logTanhSlope(u)), 1),
  };
}
