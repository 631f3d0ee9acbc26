/**
 * Spectral normalisation. Miyato, Kataoka, Koyama, Yoshida, "Spectral Normalization for Generative
 * Adversarial Networks" (2018, arXiv 1802.05957), algorithm 1: a kernel divided by an estimate of
 * its largest singular value, which power iteration improves with every step.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../../core/errors.ts";
import type { Generator } from "../../core/random.ts";
import { stopGradient } from "../gradients.ts";
import { normal, type Weights } from "../initializers.ts";

/** What keeps kernels of nothing but zeros from a division by 0. */
const TINY = 1e-30;

/** The vector u before the first step, [out]: N(0, 1), for a kernel [..., out]. */
export function spectralVector(random: Generator, kernelShape: readonly number[]): Weights {
  return normal(random, [kernelShape.at(-1)!]);
}

/** A kernel of spectral norm 1, about. */
export interface SpectrallyNormalized {
  /** W / σ, of the kernel's shape. */
  readonly kernel: tf.Tensor;
  /** The next u, [out], of length 1: state of the program, a constant to every gradient. */
  readonly vector: tf.Tensor;
  /** σ = vᵀWu, at most the largest singular value, and equal to it once u has settled. */
  readonly norm: tf.Scalar;
}

/**
 * W / σ with W the kernel as a matrix [in, out], a convolution's with all axes but the last joined:
 * v ← Wu / ‖Wu‖, u ← Wᵀv / ‖Wᵀv‖, σ = vᵀWu. (Algorithm 1, whose W is the transpose of this one.) u and
 * v are constants to gradients, which flow through W alone, in the numerator and in σ.
 *
 * @param kernel [..., out].
 * @param vector u, from {@linkcode spectralVector} or the last step.
 * @param iterations Power iterations, ≥ 1; one a step is enough as W changes little.
 * @throws InputError for fewer.
 */
export function spectralNormalization(
  kernel: tf.Tensor,
  vector: tf.Tensor,
  iterations = 1,
): SpectrallyNormalized {
  if (!(Number.isInteger(iterations) && iterations >= 1)) {
    throw new InputError(
      `Cannot normalise a kernel as its iterations must be a whole number ≥ 1: ${iterations}`,
    );
  }
  const matrix = tf.reshape(kernel, [-1, kernel.shape.at(-1)!]) as tf.Tensor2D;
  const fixed = stopGradient(matrix);
  let u = tf.reshape(stopGradient(vector), [-1, 1]) as tf.Tensor2D;
  let v = u;
  for (let i = 0; i < iterations; i++) {
    v = unit(tf.matMul(fixed, u));
    u = unit(tf.matMul(fixed, v, true));
  }
  const norm = tf.sum(tf.mul(v, tf.matMul(matrix, u))) as tf.Scalar;
  const divisor = tf.maximum(norm, TINY);
  return { kernel: tf.div(kernel, divisor), vector: tf.reshape(u, [-1]), norm };
}

/** x / ‖x‖; of a norm below 1e-14 shorter than 1, 0 of none. */
function unit(x: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x)), TINY)));
}
