/**
 * Likelihood along a flow: where points move as dx/dτ = v(x, τ), their log-density changes by −∇·v, so
 * that the density where they begin follows from that where they end.
 *
 * Chen et al., "Neural Ordinary Differential Equations" (2018, arXiv 1806.07366), theorem 1; Song et al.,
 * "Score-Based Generative Modeling through Stochastic Differential Equations" (2021, arXiv 2011.13456),
 * section 4.3, equation 39 and appendix D.2: every diffusion has such a flow. The divergence is exact, by
 * a derivative of the whole field along each axis, or estimated along random directions (Hutchinson's
 * trace: equation 40). Heun's steps between places that the caller chooses.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { log } from "../lab/core/elementary.ts";
import { normalLogDensity } from "./flows/flow.ts";

/** Steps of a flow that a likelihood is taken along. */
export const LIKELIHOOD_STEPS = 50;

/** v at one place of a flow, [B, D] of points [B, D]. */
export type Velocity = (x: tf.Tensor) => tf.Tensor;

/** A velocity, [B, D], and its divergence, [B, 1]. */
export interface Rate {
  readonly velocity: tf.Tensor;
  readonly spread: tf.Tensor;
}

/** Where points are on their way, [B, D], and the integral of the divergence up to there, [B, 1]. */
export interface Carried {
  readonly x: tf.Tensor;
  readonly gained: tf.Tensor;
}

/** ∇·v = Σ ∂v_i/∂x_i at each of x [B, D], [B, 1]. */
export function divergence(velocity: Velocity, x: tf.Tensor): tf.Tensor {
  const size = x.shape[1]!;
  const slopes = Array.from({ length: size }, (_, i) => {
    const coordinate = (y: tf.Tensor) => tf.slice(y, [0, i], [-1, 1]);
    return coordinate(tf.grad((x) => tf.sum(coordinate(velocity(x))))(x));
  });
  return tf.addN(slopes);
}

/** The velocity at x and its exact divergence. */
export function exactRate(velocity: Velocity, x: tf.Tensor): Rate {
  return { velocity: velocity(x), spread: divergence(velocity, x) };
}

/**
 * The velocity at x and uᵀJu, whose mean over probes u with E uuᵀ = I is its divergence: equation 40 of
 * Song et al.; equation 7 of Grathwohl et al. (2019, arXiv 1810.01367).
 *
 * @param probe u, [B, D]: elements ±1 have the least variance (Hutchinson 1990).
 */
export function probedRate(velocity: Velocity, x: tf.Tensor, probe: tf.Tensor): Rate {
  const { value, grad } = tf.valueAndGrad(velocity)(x, probe);
  return { velocity: value, spread: tf.sum(tf.mul(grad, probe), 1, true) };
}

/** A step of Heun's method between two places. */
export function carried(
  { x, gained }: Carried,
  here: (x: tf.Tensor) => Rate,
  there: (x: tf.Tensor) => Rate,
  length: tf.Tensor,
): Carried {
  const first = here(x);
  const second = there(tf.add(x, tf.mul(first.velocity, length)));
  const half = tf.mul(length, 0.5);
  return {
    x: tf.add(x, tf.mul(tf.add(first.velocity, second.velocity), half)),
    gained: tf.add(gained, tf.mul(tf.add(first.spread, second.spread), half)),
  };
}

/** log p of where points began, [B]: log N(x; 0, s²I) of where they ended, and what was gained. */
export function beganWith({ x, gained }: Carried, deviation: number): tf.Tensor1D {
  const standard = normalLogDensity(tf.div(x, deviation));
  const ended = tf.sub(standard, x.shape[1]! * log(deviation));
  return tf.add(ended, tf.reshape(gained, [-1])) as tf.Tensor1D;
}

/**
 * log p(x) of points at the first place, [B], by exact divergences.
 *
 * @param x [B, D]
 * @param places Two at least, in the order in which they are passed.
 * @param deviation s
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * // dx/dτ = 0 leaves the normal density as it is.
 * const still = { velocity: (x: tf.Tensor) => tf.mul(x, 0) };
 * const x = tf.tensor2d([[0, 0]]);
 * logDensityAlong(x, [{ place: 0, ...still }, { place: 1, ...still }]).print(); // [-1.8378770]
 * ```
 */
export function logDensityAlong(
  x: tf.Tensor,
  places: readonly { readonly place: number; readonly velocity: Velocity }[],
  deviation = 1,
): tf.Tensor1D {
  let state: Carried = { x, gained: tf.zeros([x.shape[0]!, 1]) };
  const rate = ({ velocity }: typeof places[number]) => (x: tf.Tensor) => exactRate(velocity, x);
  for (const [k, there] of places.slice(1).entries()) {
    const here = places[k];
    state = carried(state, rate(here), rate(there), tf.scalar(there.place - here.place));
  }
  return beganWith(state, deviation);
}
