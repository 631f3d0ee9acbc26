/**
 * Bijections of single numbers, which couplings and autoregressive steps apply to each coordinate with
 * parameters that depend on other coordinates.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** An increasing function of one number, of a family with P parameters; all 0 give the identity. */
export interface Bijection {
  /** P. */
  readonly parameters: number;
  /**
   * @param x [N, 1]
   * @param parameters [N, P]
   * @returns Its values and the logarithms of its derivative, [N, 1] each.
   */
  forward(x: tf.Tensor2D, parameters: tf.Tensor2D): {
    readonly x: tf.Tensor;
    readonly logDerivative: tf.Tensor;
  };
  /** Where it takes the values z, [N, 1]. */
  inverse(z: tf.Tensor2D, parameters: tf.Tensor2D): tf.Tensor;
}

/** x + t: the additive coupling law, equation 6 of Dinh et al. (2015, "NICE", arXiv 1410.8516). */
export const additive: Bijection = {
  parameters: 1,
  forward: (x, shift) => ({ x: tf.add(x, shift), logDerivative: tf.zerosLike(x) }),
  inverse: (z, shift) => tf.sub(z, shift),
};

/** Largest |log scale| of one step: so that no step alone blows examples up. */
const STEEPEST = 3;

/**
 * x·exp(s) + t with s in (−3, 3): equations 4 and 5 of Dinh et al. (2017, "Real NVP", arXiv
 * 1605.08803), with s = 3·tanh(s′/3) in place of a learned multiple of a tanh.
 */
export const affine: Bijection = {
  parameters: 2,
  forward: (x, parameters) => {
    const [scale, shift] = scaleAndShift(parameters);
    return { x: tf.add(tf.mul(x, tf.exp(scale)), shift), logDerivative: scale };
  },
  inverse: (z, parameters) => {
    const [scale, shift] = scaleAndShift(parameters);
    return tf.mul(tf.sub(z, shift), tf.exp(tf.neg(scale)));
  },
};

/** s and t, [N, 1] each. */
function scaleAndShift(parameters: tf.Tensor2D): tf.Tensor[] {
  const [scale, shift] = tf.split(parameters, 2, 1);
  return [tf.mul(tf.tanh(tf.div(scale, STEEPEST)), STEEPEST), shift];
}
