/**
 * Likelihoods as all families of models report them, so that one table compares them: nats an example,
 * and bits a dimension.
 *
 * Greys are densities: a model of them is given x′ = (255·x + u)/256 with u ~ U[0, 1) (uniform
 * dequantisation, Theis et al. 2016, arXiv 1511.01844, section 3.1), by which a density is a lower bound
 * of the probability of 8-bit pixels. Bits have probabilities and are not dequantised.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Dataset } from "../lab/core/dataset.ts";
import { log } from "../lab/core/elementary.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import { bitsPerDimension } from "./losses.ts";
import type { Batch, Of } from "./model.ts";
import type { Networks } from "./networks.ts";

/** Values that an 8-bit pixel can take. */
const LEVELS = 256;

/** Nats of an example of D numbers as bits a dimension. */
export function bitsOf(nats: number, dimensions: number): number {
  return nats / (dimensions * Math.LN2);
}

/**
 * What is reported of log-likelihoods.
 *
 * @param nats −log p(x), [B]
 * @param dimensions D
 */
export function likelihoodTerms(nats: tf.Tensor, dimensions: number) {
  return {
    negative_log_likelihood: nats,
    bits_per_dimension: bitsPerDimension(nats, dimensions),
  };
}

/** What a model has whose log p(x), [B] in nats, is known. */
export function knownLikelihood<N extends Networks, C>(logLikelihood: Of<N, Batch, C, tf.Tensor>) {
  return {
    evaluate: ((networks, batch, configuration) =>
      likelihoodTerms(
        tf.neg(logLikelihood(networks, batch, configuration)),
        batch.x.shape[1],
      )) as Of<N, Batch, C, ReturnType<typeof likelihoodTerms>>,
    logWeights:
      ((networks, batch, configuration) =>
        tf.expandDims(logLikelihood(networks, batch, configuration), 1)) as Of<
          N,
          Batch,
          C,
          tf.Tensor
        >,
    score: logLikelihood,
  };
}

/** Of data sets whose density is known: the mean of −log p(x) over the test split, in nats. */
const known = new WeakMap<Dataset, number>();

/**
 * What the density that a data set is drawn from gets on its test split, where it is known: no model's
 * likelihood is better but by chance.
 */
export function ownLikelihood(dataset: Dataset): Metrics {
  if (dataset.logDensity === undefined) return {};
  const { test } = dataset;
  const nats = known.get(dataset) ??
    -dataset.logDensity(test.values).reduce((sum, each) => sum + each, 0) / test.count;
  known.set(dataset, nats);
  return { "ceiling/negative_log_likelihood": nats };
}

/** By what a model with a likelihood chooses its best checkpoint. */
export const byLikelihood = {
  metric: "validation/negative_log_likelihood",
  goal: "minimize",
} as const;

/**
 * 8-bit greys with noise below one level, in [0, 1): (255·x + u)/256.
 *
 * @param x [B, D] in [0, 1]; greys between two levels are rounded to one.
 * @param uniform u ~ U[0, 1), [B, D]
 */
export function dequantized(x: tf.Tensor, uniform: tf.Tensor): tf.Tensor2D {
  return tf.div(tf.add(tf.round(tf.mul(x, LEVELS - 1)), uniform), LEVELS);
}

/**
 * The log-probability of 8-bit pixels, in nats, of which the log-density at {@linkcode dequantized}
 * pixels is a lower bound on average: log p(x′) − D·log 256.
 *
 * @param logDensity [B, …]
 * @param dimensions D
 */
export function ofLevels(logDensity: tf.Tensor, dimensions: number): tf.Tensor {
  return tf.sub(logDensity, dimensions * log(LEVELS));
}
