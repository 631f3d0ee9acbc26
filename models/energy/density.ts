/**
 * Densities of points by an energy: a normal distribution times e^(−E(x)), so that it falls off where
 * nothing was learned; its integral over the plane, and Langevin's steps along it (Roberts & Tweedie 1996).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { log } from "../../lab/core/elementary.ts";
import { likelihoodTerms } from "../likelihood.ts";

/** A network from points [B, D] to [B, 1]. */
export type Energy = (x: tf.Tensor) => tf.Tensor;

/** ln N(x; 0, s²I), [B]. */
export function normalLogDensity(x: tf.Tensor, deviation: number): tf.Tensor1D {
  const constant = x.shape.at(-1)! * log(2 * Math.PI * deviation * deviation) / 2;
  const squares = tf.sum(tf.square(x), -1);
  return tf.sub(tf.mul(squares, -1 / (2 * deviation * deviation)), constant);
}

/** Points on a side of the grid of quadrature, and how many of the noise's deviations it reaches. */
const SIDE = 100, REACH = 4;

/** Nats by which ln ∫ p may change with the grid: where it changes by more the grid is too coarse. */
const COARSEST = 0.05;

/**
 * ln ∫ p over the plane by the midpoint rule on a square of ±4 deviations of the noise, a scalar.
 *
 * @param logDensity ln p of points [N, 2], [N].
 * @param shift Cells by which the grid is moved along both axes.
 */
export function logPartition(
  logDensity: (x: tf.Tensor) => tf.Tensor,
  deviation: number,
  shift = 0,
): tf.Scalar {
  const cell = 2 * REACH * deviation / SIDE;
  const places = tf.mul(tf.sub(tf.range(0, SIDE), (SIDE - 1) / 2 - shift), cell);
  const across = tf.tile(tf.reshape(places, [1, SIDE, 1]), [SIDE, 1, 1]);
  const up = tf.tile(tf.reshape(places, [SIDE, 1, 1]), [1, SIDE, 1]);
  const grid = tf.reshape(tf.concat([across, up], 2), [SIDE * SIDE, 2]);
  return tf.add(tf.logSumExp(logDensity(grid)), 2 * log(cell)) as tf.Scalar;
}

/** E(x), [B]. */
export function energyOf(energy: Energy, x: tf.Tensor): tf.Tensor1D {
  return tf.squeeze(energy(x), [1]);
}

/** ln N(x; 0, s²I) − E(x), [B]: ln p but for a constant. */
export function logDensityOf(energy: Energy, deviation: number): (x: tf.Tensor) => tf.Tensor {
  return (x) => tf.sub(normalLogDensity(x, deviation), energyOf(energy, x));
}

/**
 * What quadrature tells of a density of points of the plane: the logarithm of its integral, and the
 * likelihood of examples [B, 2] once that is divided out. `quadrature_error` is by how much that logarithm
 * is another on a grid half a cell further, infinity where an example lies beyond the grid: see
 * {@linkcode byQuadrature}.
 */
export function quadratureTerms(energy: Energy, x: tf.Tensor, deviation: number) {
  const logDensity = logDensityOf(energy, deviation);
  const partition = logPartition(logDensity, deviation);
  const nats = tf.sub(partition, logDensity(x));
  const coarseness = tf.abs(tf.sub(logPartition(logDensity, deviation, 0.5), partition));
  const isBeyond = tf.greater(tf.max(tf.abs(x)), REACH * deviation);
  const error = tf.where(isBeyond, Infinity, coarseness);
  return { log_partition: partition, ...likelihoodTerms(nats, 2), quadrature_error: error };
}

/** What a model says of {@linkcode quadratureTerms}: nothing is known where the grid is too coarse or small. */
export const byQuadrature = {
  doubt: {
    term: "quadrature_error",
    about: ["log_partition", "negative_log_likelihood", "bits_per_dimension"],
    why: (error: number): string | undefined => {
      if (!(error > COARSEST)) return undefined;
      return "log p(x) is not reported as " +
        (error === Infinity
          ? `examples lie beyond the grid that the density is summed over, ±${REACH} deviations of the noise`
          : "the density is narrower than the cells of the grid that it is summed over: half a cell " +
            `further the sum is another by ${error.toFixed(2)} nats, above ${COARSEST}`);
    },
  },
};

/**
 * x + ε/2 ∇ ln p(x) + √ε z.
 *
 * @param fresh z ~ N(0, I), of x's shape.
 * @param stepSize ε
 */
export function langevinStep(
  logDensity: (x: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  fresh: tf.Tensor,
  stepSize: number,
): tf.Tensor {
  const uphill = tf.mul(tf.grad((x) => tf.sum(logDensity(x)))(x), stepSize / 2);
  return tf.add(tf.add(x, uphill), tf.mul(fresh, Math.sqrt(stepSize)));
}
