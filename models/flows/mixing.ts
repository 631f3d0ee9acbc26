/**
 * Steps that mix or scale the last axis, the same at every pixel: actnorm and invertible 1 × 1
 * convolutions of Kingma & Dhariwal, "Glow" (2018, arXiv 1807.03039), sections 3.1 and 3.2; the scaling of
 * Dinh et al. (2015, arXiv 1410.8516), section 3.3.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../../lab/core/tensor_data.ts";
import { constant, orthogonal } from "../../lab/compute/initializers.ts";
import { parameterOf } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { FlowStep } from "./flow.ts";
import { factorized, strictTriangle, unipotentInverse } from "./triangular.ts";

/** Times that each channel occurs in an example: the pixels. */
function pixelsOf(x: tf.Tensor): number {
  return sizeOf(x.shape.slice(1, -1));
}

/** A log-determinant that is every example's, [B]. */
function ofAll(x: tf.Tensor, logDeterminant: tf.Tensor): tf.Tensor1D {
  return tf.mul(tf.ones([x.shape[0]!]), logDeterminant);
}

/** x·exp(s), s a learned number for each of the channels: section 3.3 of Dinh et al. (2015). */
export function scaling(channels: number): FlowStep {
  return {
    initial: (_, name) => ({ [`${name}/log_scale`]: constant([channels], 0) }),
    forward: (x, name, { parameters }) => {
      const scale = parameterOf(parameters, `${name}/log_scale`);
      return {
        x: tf.mul(x, tf.exp(scale)),
        logDeterminant: ofAll(x, tf.mul(tf.sum(scale), pixelsOf(x))),
      };
    },
    inverse: (z, name, { parameters }) =>
      tf.mul(z, tf.exp(tf.neg(parameterOf(parameters, `${name}/log_scale`)))),
  };
}

/** Added to the variance of the first minibatch. */
const EPSILON = 1e-6;

/**
 * Actnorm: exp(s)·(x − μ)/σ + b of each channel with the mean and deviation of the first minibatch,
 * which stay as they are, and learned s and b, so that training begins from standardised numbers.
 *
 * Differs from the paper: μ and σ are kept beside s and b, not merged into them.
 */
export function actnorm(channels: number): FlowStep {
  return {
    initial: (_, name) => ({
      [`${name}/log_scale`]: constant([channels], 0),
      [`${name}/offset`]: constant([channels], 0),
    }),
    keeps: (name) => ({
      [`${name}/mean`]: constant([channels], 0),
      [`${name}/log_deviation`]: constant([channels], 0),
      [`${name}/seen`]: constant([], 0),
    }),
    forward: (x, name, { parameters, kept, mask }) => {
      const [mean, logDeviation, seen] = ["mean", "log_deviation", "seen"].map((part) =>
        parameterOf(kept, `${name}/${part}`)
      );
      let moments: readonly tf.Tensor[] = [mean, logDeviation];
      if (mask !== undefined) {
        const first = momentsOf(x, mask);
        moments = moments.map((old, i) =>
          tf.add(tf.mul(seen, old), tf.mul(tf.sub(1, seen), first[i]))
        );
      }
      const logScale = tf.sub(parameterOf(parameters, `${name}/log_scale`), moments[1]);
      const offset = parameterOf(parameters, `${name}/offset`);
      return {
        x: tf.add(tf.mul(tf.sub(x, moments[0]), tf.exp(logScale)), offset),
        logDeterminant: ofAll(x, tf.mul(tf.sum(logScale), pixelsOf(x))),
        kept: {
          [`${name}/mean`]: moments[0],
          [`${name}/log_deviation`]: moments[1],
          [`${name}/seen`]: tf.onesLike(seen),
        },
      };
    },
    inverse: (z, name, { parameters, kept }) => {
      const offset = parameterOf(parameters, `${name}/offset`);
      const logScale = tf.sub(
        parameterOf(parameters, `${name}/log_scale`),
        parameterOf(kept, `${name}/log_deviation`),
      );
      const centered = tf.mul(tf.sub(z, offset), tf.exp(tf.neg(logScale)));
      return tf.add(centered, parameterOf(kept, `${name}/mean`));
    },
  };
}

/** Mean and log-deviation of each channel over the examples that are there. */
function momentsOf(x: tf.Tensor, mask: tf.Tensor): readonly tf.Tensor[] {
  const channels = x.shape.at(-1)!;
  const rows = tf.reshape(x, [x.shape[0]!, -1, channels]);
  const weights = tf.reshape(tf.div(mask, tf.mul(tf.sum(mask), rows.shape[1]!)), [-1, 1, 1]);
  const mean = tf.sum(tf.mul(rows, weights), [0, 1]);
  const variance = tf.sum(tf.mul(tf.square(tf.sub(rows, mean)), weights), [0, 1]);
  return [mean, tf.mul(tf.log(tf.add(variance, EPSILON)), 0.5)];
}

/**
 * An invertible 1 × 1 convolution: xW of the last axis with W = L(U + diag s), L lower triangular with a
 * diagonal of ones, U strictly upper triangular; its log-determinant is Σ log|s| a pixel. Equations 9 to
 * 11.
 *
 * Differs from the paper: without the fixed permutation before L, as the rotation that W begins with
 * has its rows in the order of their pivots already.
 */
export function invertibleConvolution(channels: number): FlowStep {
  /** L − 1 and U, strictly triangular both, and s. */
  const parts = (parameters: Tensors, name: string) => ({
    lower: tf.mul(
      parameterOf(parameters, `${name}/lower`),
      strictTriangle(channels, "lower"),
    ) as tf.Tensor2D,
    upper: tf.mul(
      parameterOf(parameters, `${name}/upper`),
      strictTriangle(channels, "upper"),
    ) as tf.Tensor2D,
    diagonal: parameterOf(parameters, `${name}/diagonal`),
  });
  const along = (x: tf.Tensor, ...matrices: tf.Tensor2D[]) => {
    const rows = tf.reshape(x, [-1, channels]) as tf.Tensor2D;
    return tf.reshape(matrices.reduce((y, matrix) => tf.matMul(y, matrix), rows), x.shape);
  };
  return {
    initial: (random, name) => {
      const { lower, upper, diagonal } = factorized(orthogonal(random, [channels, channels]));
      return {
        [`${name}/lower`]: lower,
        [`${name}/upper`]: upper,
        [`${name}/diagonal`]: diagonal,
      };
    },
    forward: (x, name, { parameters }) => {
      const { lower, upper, diagonal } = parts(parameters, name);
      const unit = tf.eye(channels);
      const weights = tf.matMul(
        tf.add(lower, unit) as tf.Tensor2D,
        tf.add(upper, tf.mul(unit, diagonal)) as tf.Tensor2D,
      ) as tf.Tensor2D;
      const logs = tf.mul(tf.sum(tf.log(tf.square(diagonal))), 0.5);
      return { x: along(x, weights), logDeterminant: ofAll(x, tf.mul(logs, pixelsOf(x))) };
    },
    inverse: (z, name, { parameters }) => {
      const { lower, upper, diagonal } = parts(parameters, name);
      // U + diag s = diag s · (1 + diag s⁻¹ · U).
      const scaled = tf.div(upper, tf.reshape(diagonal, [-1, 1])) as tf.Tensor2D;
      return along(
        tf.div(along(z, unipotentInverse(scaled)), diagonal),
        unipotentInverse(lower),
      );
    },
  };
}
