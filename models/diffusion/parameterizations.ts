/**
 * What a network of diffusion may be asked for, and what follows from it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { inRange } from "../denoiser.ts";
import type { ExampleShape } from "../model.ts";

/** √ᾱ and √(1 − ᾱ), [B, 1] each: how an example and noise are mixed. */
export interface Mix {
  readonly signal: tf.Tensor;
  readonly noise: tf.Tensor;
}

/**
 * x_t = √ᾱ x₀ + √(1 − ᾱ) ε. Equation 4 of Ho et al.
 *
 * @param x x₀, [B, D]
 * @param epsilon ε ~ N(0, I), [B, D]
 */
export function noisy(x: tf.Tensor, epsilon: tf.Tensor, { signal, noise }: Mix): tf.Tensor {
  return tf.add(tf.mul(x, signal), tf.mul(epsilon, noise));
}

/** What the network is to give, [B, D]. */
export const targets = {
  noise: (_x: tf.Tensor, epsilon: tf.Tensor, _mix: Mix): tf.Tensor => epsilon,
  example: (x: tf.Tensor, _epsilon: tf.Tensor, _mix: Mix): tf.Tensor => x,
  velocity: (x: tf.Tensor, epsilon: tf.Tensor, { signal, noise }: Mix): tf.Tensor =>
    tf.sub(tf.mul(epsilon, signal), tf.mul(x, noise)),
};

/** x₀ and ε that x_t consists of, by what the network gave, [B, D] each. */
export const parts = {
  noise: (given: tf.Tensor, x: tf.Tensor, { signal, noise }: Mix) => ({
    example: tf.div(tf.sub(x, tf.mul(given, noise)), signal),
    epsilon: given,
  }),
  example: (given: tf.Tensor, x: tf.Tensor, { signal, noise }: Mix) => ({
    example: given,
    epsilon: tf.div(tf.sub(x, tf.mul(given, signal)), noise),
  }),
  velocity: (given: tf.Tensor, x: tf.Tensor, { signal, noise }: Mix) => ({
    example: tf.sub(tf.mul(x, signal), tf.mul(given, noise)),
    epsilon: tf.add(tf.mul(x, noise), tf.mul(given, signal)),
  }),
};

/** x₀ and ε as x_t shows them, x₀ cut off to the range of pixels where it is an image. */
export function seenThrough(
  predicts: keyof typeof parts,
  given: tf.Tensor,
  x: tf.Tensor,
  mix: Mix,
  shape: ExampleShape,
): { readonly example: tf.Tensor; readonly epsilon: tf.Tensor } {
  const told = parts[predicts](given, x, mix);
  if (shape.shape.length !== 3) return told;
  const example = inRange(told.example, shape);
  return parts.example(example, x, mix);
}
