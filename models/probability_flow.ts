/**
 * Likelihood along a flow: where points move as dx/dτ = v(x, τ), their log-density changes by −∇·v, so
 * that the density where they begin follows from that where they end.
 *
 * Chen et al., "Neural Ordinary Differential Equations" (2018, arXiv 1806.07366), theorem 1; Song et al.,
 * "Score-Based Generative Modeling through Stochastic Differential Equations" (2021, arXiv 2011.13456),
 * equation 39 and appendix D.2: every diffusion has such a flow. The divergence is exact, by a derivative
 * of the whole field along each axis; Heun's steps between places that the caller chooses.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { log } from "../lab/core/elementary.ts";
import { InputError } from "../lab/core/errors.ts";
import { normalLogDensity } from "./flows/flow.ts";
import type { Batch } from "./model.ts";

/** Steps of a flow that a likelihood is taken along. */
export const LIKELIHOOD_STEPS = 50;

/** A field at a place of its flow. */
export interface FlowPlace {
  /** τ */
  readonly place: number;
  /** v(x, τ), [B, D] of points [B, D]. */
  velocity(x: tf.Tensor): tf.Tensor;
}

/** ∇·v = Σ ∂v_i/∂x_i at each of x [B, D], [B, 1]. */
export function divergence(velocity: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): tf.Tensor {
  const size = x.shape[1]!;
  const slopes = Array.from({ length: size }, (_, i) => {
    const coordinate = (y: tf.Tensor) => tf.slice(y, [0, i], [-1, 1]);
    return coordinate(tf.grad((x) => tf.sum(coordinate(velocity(x))))(x));
  });
  return tf.addN(slopes);
}

/**
 * log p(x) of points at the first place, [B]: log N(z; 0, s²I) of where they are at the last, plus the
 * integral of the divergence on the way.
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
  places: readonly FlowPlace[],
  deviation = 1,
): tf.Tensor1D {
  let state = { x, gained: tf.zeros([x.shape[0]!, 1]) as tf.Tensor };
  const rate = ({ velocity }: FlowPlace, x: tf.Tensor) => ({
    velocity: velocity(x),
    spread: divergence(velocity, x),
  });
  for (const [k, next] of places.slice(1).entries()) {
    const length = next.place - places[k].place;
    const here = rate(places[k], state.x);
    const there = rate(next, tf.add(state.x, tf.mul(here.velocity, length)));
    const along = (first: tf.Tensor, second: tf.Tensor) =>
      tf.mul(tf.add(first, second), length / 2);
    state = {
      x: tf.add(state.x, along(here.velocity, there.velocity)),
      gained: tf.add(state.gained, along(here.spread, there.spread)),
    };
  }
  const standard = normalLogDensity(tf.div(state.x, deviation));
  const ended = tf.sub(standard, x.shape[1]! * log(deviation));
  return tf.add(ended, tf.reshape(state.gained, [-1])) as tf.Tensor1D;
}

/**
 * What `logWeights` of a model gives whose log-density, [B], is taken along a flow: that, as [B, 1].
 *
 * @throws InputError for images: the derivatives along all of their pixels take too long.
 */
export function exactWeights(
  { x, shape: { shape } }: Pick<Batch, "x" | "shape">,
  logDensity: (x: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  if (shape.length === 1) return tf.expandDims(logDensity(x), 1);
  throw new InputError(
    `Cannot take the likelihood along a flow as its examples must be points: [${shape.join(", ")}]`,
  );
}
