/**
 * Importance weighted autoencoder: the mean of K importance weights under the logarithm is a tighter
 * bound of log p(x) than the ELBO, which is that of one. With K = 1 it is the VAE.
 *
 * Burda, Grosse, Salakhutdinov, "Importance Weighted Autoencoders" (2016, arXiv 1509.00519): the bound of
 * equation 8, whose gradient is that of equation 14; the sizes of section 5; pixels drawn anew at each
 * presentation (their section 5.1); the test likelihood of section 5.2 by 5,000 draws.
 *
 * Differs from the paper: Adam's ε and a step size that falls on a cosine wave.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { log } from "../../lab/core/elementary.ts";
import { sizeOf } from "../../lab/core/tensor_data.ts";
import { count, widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { bitsOf } from "../likelihood.ts";
import type { Batch, Look, NoiseSpecs } from "../model.ts";
import { type Applied, dense } from "../networks.ts";
import {
  CHUNK,
  type Coder,
  latentFields,
  latentNoise,
  logWeightsOf,
  ofImages,
  underNormalPrior,
} from "./bound.ts";
import { latentMetrics } from "./latent_metrics.ts";

// Configuration.

const configuration = z.strictObject({
  ...latentFields,
  latentSize: latentFields.latentSize.default(50),
  hiddenSizes: widths().min(1).default([200, 200]).meta({
    description: "Widths of the encoder's hidden layers; the decoder has them in reverse",
  }),
  draws: count(1, 1000).default(5).meta({
    description: "K, draws an example in the bound that is descended; 1 is the VAE",
  }),
  binarize: z.boolean().default(true).meta({
    description: "Draw black and white pixels with the greys as probabilities, anew each time",
  }),
  evaluationDraws: count(1).default(64).meta({
    description: "Draws an image of the likelihood's estimate during a run, rounded up to eights",
  }),
  finalDraws: count(1).default(5000).meta({
    description:
      "Draws an image of the likelihood's estimate when the budget is spent, in eights too",
  }),
  likelihoodImages: count(1).default(500).meta({
    description: "Test images of which the likelihood is estimated",
  }),
});

/** The fields of {@linkcode iwae}. */
type Fields = z.output<typeof configuration>;

// Losses.

/**
 * Nats below the largest weight from which one is none. It would change no sum of 32 bits; its gradients
 * would be subnormal numbers, by which processors multiply at half their speed or less.
 */
const NEGLIGIBLE = 60;
/** The logarithm of no weight. */
const NONE = -1e30;

/**
 * −log (1/K) Σ_k exp w_k: minus the bound of K importance weights. Equation 8.
 *
 * @param logWeights w = log p(x, z) − log q(z|x), [B, K]
 * @returns [B], nats.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * importanceLoss(tf.tensor([[-90, -88, -95]])).print(); // 88.9708814
 * ```
 */
export function importanceLoss(logWeights: tf.Tensor): tf.Tensor1D {
  const isNone = tf.less(logWeights, tf.sub(tf.max(logWeights, 1, true), NEGLIGIBLE));
  const counted = tf.where(isNone, tf.scalar(NONE), logWeights);
  return tf.sub(log(logWeights.shape[1]!), tf.logSumExp(counted, 1));
}

// The model.

/** The importance weighted autoencoder. */
export const iwae = defineModel({
  ...ofImages,
  bestBy: { metric: "validation/negative_bound", goal: "minimize" },
  name: "iwae",
  summary: "Variational autoencoder with a tighter bound, of several importance weights",
  configuration,
  networks: ({ size }, { hiddenSizes, latentSize }) => ({
    encoder: dense([size, ...hiddenSizes, 2 * latentSize], "tanh"),
    decoder: dense([latentSize, ...hiddenSizes.toReversed(), size], "tanh"),
  }),
  noise: ({ size }, { latentSize, draws, binarize }): NoiseSpecs => ({
    noise: ["normal", [draws * latentSize]],
    ...binarize && { pixels: ["uniform", [size]] },
  }),
  steps: [{
    name: "bound",
    loss: (networks, batch, fields) => {
      const terms = boundTerms(networks, batch, fields);
      return { loss: terms.negative_bound, ...terms };
    },
  }],
  evaluate: boundTerms,
  binarizes: ({ binarize }) => binarize,
  weighsBits: () => true,
  weightNoise: underNormalPrior.weightNoise,
  logWeights: (networks, { x, noise: { noise } }, { latentSize }) =>
    logWeightsOf(networks, x, noise, latentSize),
  encode: underNormalPrior.encode,
  decode: ({ decoder }, { codes }) => tf.sigmoid(decoder(codes)),
  sampleNoise: latentNoise,
  sample: ({ decoder }, { noise: { noise } }) => tf.sigmoid(decoder(noise)),
  metrics: async (look, fields) => ({
    ...await latentMetrics(look),
    ...await likelihoodOf(look, fields),
  }),
});

/** The bound that is descended, and that of one draw. */
function boundTerms(networks: Applied<Coder>, batch: Batch, fields: Fields) {
  const { x, noise } = batch;
  const pixels = fields.binarize ? tf.cast(tf.less(noise.pixels, x), "float32") : x;
  const weights = logWeightsOf(networks, pixels as tf.Tensor2D, noise.noise, fields.latentSize);
  return {
    negative_bound: importanceLoss(weights),
    negative_elbo: tf.neg(tf.mean(weights, 1)),
  };
}

/** The estimate of the test images' likelihood, the same black and white ones in every run. */
async function likelihoodOf(
  { dataset: { test, shape }, logLikelihood, random, spent }: Look,
  { likelihoodImages, evaluationDraws, finalDraws }: Fields,
) {
  const size = sizeOf(shape);
  const values = test.values.slice(0, likelihoodImages * size);
  const draws = CHUNK * Math.ceil((spent < 1 ? evaluationDraws : finalDraws) / CHUNK);
  const nats = -await logLikelihood!(values, { draws, random });
  return {
    "evaluation/negative_log_likelihood": nats,
    "evaluation/likelihood_draws": draws,
    "evaluation/bits_per_dimension": bitsOf(nats, size),
  };
}
