/**
 * What keeps two networks that play against each other from running away, for any of them.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../../lab/core/errors.ts";
import { safeNorm, valueAndGradients } from "../../lab/compute/gradients.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";

/** ∇_x f(x), [B, …], of a critic whose score of each row depends on that row alone. */
function inputGradient(critic: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): tf.Tensor {
  const { gradients } = valueAndGradients(
    ({ points }) => ({ loss: tf.sum(critic(points)) as tf.Scalar }),
    { points: x },
  );
  return gradients.points;
}

/**
 * E (‖∇_x̂ f(x̂)‖₂ − 1)² at x̂ = αx + (1 − α)x̃: the penalty of equation 3 of Gulrajani et al. (2017,
 * arXiv 1704.00028) without its weight λ. Inside `valueAndGradients` it is differentiable in the
 * critic's parameters.
 *
 * @param critic f, from [B, D] to [B, 1]; each row's score depends on that row alone.
 * @param real x, [B, D]
 * @param generated x̃, [B, D]
 * @param alpha α ~ U[0, 1) for each sample, [B, 1]
 */
export function gradientPenalty(
  critic: (points: tf.Tensor) => tf.Tensor,
  real: tf.Tensor,
  generated: tf.Tensor,
  alpha: tf.Tensor,
): tf.Scalar {
  const points = tf.add(generated, tf.mul(alpha, tf.sub(real, generated)));
  return tf.mean(tf.square(tf.sub(safeNorm(inputGradient(critic, points), 1), 1)));
}

/**
 * E ‖∇_x D(x)‖² at examples: R₁ of Mescheder, Geiger, Nowozin (2018, arXiv 1801.04406, equation 9) at
 * real ones, R₂ at generated ones, without γ/2.
 *
 * @param critic D, from [B, D] to [B, 1]; each row's score depends on that row alone.
 */
export function zeroCenteredPenalty(
  critic: (points: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
): tf.Scalar {
  return tf.mean(tf.sum(tf.square(inputGradient(critic, x)), 1));
}

/**
 * Refuses a critic whose score of an example depends on its batch: then no gradient is an example's
 * own, which is what a gradient penalty is of (Gulrajani et al. 2017, section 4).
 *
 * @param mixes The layer that does it; undefined: none.
 * @throws InputError that says what to use.
 */
export function requireSeparable({ mixes }: { readonly mixes?: string }): void {
  if (mixes === undefined) return;
  throw new InputError(
    `Cannot penalise the critic's gradients as each must be one example's own: ${mixes} ` +
      `(use normalization layer, instance or none)`,
  );
}

/**
 * Every weight within [−limit, limit], which makes a critic Lipschitz for some constant. Arjovsky et
 * al. (2017, arXiv 1701.07875), algorithm 1, line 7.
 */
export function clipped(parameters: Tensors, limit: number): Tensors {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, w]) => [name, tf.clipByValue(w, -limit, limit)]),
  );
}

/**
 * ‖E f(x) − E f(G(z))‖² of a discriminator's features f, for the generator to minimise. Salimans et
 * al. (2016, arXiv 1606.03498), section 3.1.
 *
 * @param real f(x), [B, F]
 * @param generated f(G(z)), [B, F]
 */
export function featureDistance(real: tf.Tensor, generated: tf.Tensor): tf.Scalar {
  return tf.sum(tf.square(tf.sub(tf.mean(real, 0), tf.mean(generated, 0))));
}

/**
 * x with one channel more, the same number everywhere: the standard deviation over the batch, averaged
 * over all features, by which a discriminator sees that examples are all alike. Karras et al. (2018,
 * arXiv 1710.10196), section 3.
 *
 * @param x [B, …, C]
 * @returns [B, …, C + 1]
 */
export function withMinibatchDeviation(x: tf.Tensor): tf.Tensor {
  const centered = tf.sub(x, tf.mean(x, 0, true));
  const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centered), 0), 1e-8));
  const channel = tf.onesLike(tf.slice(x, x.shape.map(() => 0), [...x.shape.slice(0, -1), 1]));
  return tf.concat([x, tf.mul(channel, tf.mean(deviation))], -1);
}

/**
 * x + σ·(1 − spent)·ε: noise on what a discriminator sees, which falls to nothing over the budget.
 * Sønderby et al. (2017, arXiv 1610.04490), section 2.4.
 *
 * @param noise ε ~ N(0, I), of x's shape.
 * @param spent The share of the budget that is spent, 0 … 1.
 */
export function withInstanceNoise(
  x: tf.Tensor,
  noise: tf.Tensor,
  spent: tf.Tensor,
  deviation: number,
): tf.Tensor {
  return tf.add(x, tf.mul(noise, tf.mul(tf.sub(1, spent), deviation)));
}
