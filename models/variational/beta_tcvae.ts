/**
 * β-TCVAE: the KL of a variational autoencoder is the mutual information of image and latent vector, the
 * total correlation of the latent coordinates, and each coordinate's distance from its prior. Weighing the
 * total correlation alone makes the coordinates independent, so that each comes to stand for one factor.
 *
 * Chen, Li, Grosse, Duvenaud, "Isolating Sources of Disentanglement in Variational Autoencoders" (2018,
 * arXiv 1802.04942): the decomposition of equation 2, the loss of equation 4, the estimators of log q(z)
 * from a minibatch of appendix C.1 (weighted) and C.2 (stratified).
 *
 * Differs from the paper: dense networks of rectified units, a falling step size.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { log } from "../../lab/core/elementary.ts";
import { defineModel } from "../define_model.ts";
import { drawn, latentFields, likelihoodFields, ofImages, underNormalPrior } from "./bound.ts";
import { latentMetrics } from "./latent_metrics.ts";
import { hiddenFields, vaeNetworks } from "./vae.ts";

// Configuration.

const configuration = z.strictObject({
  ...latentFields,
  ...hiddenFields,
  ...likelihoodFields,
  latentSize: latentFields.latentSize.default(10),
  alpha: z.number().min(0).default(1).meta({
    description: "α, the weight of the mutual information of image and latent vector",
  }),
  beta: z.number().min(0).default(6).meta({
    description: "β, the weight of the total correlation; 1 is the bound of the VAE",
  }),
  gamma: z.number().min(0).default(1).meta({
    description: "γ, the weight of each coordinate's KL from its prior",
  }),
  estimator: z.enum(["weighted", "stratified"]).default("stratified").meta({
    description:
      "How log q(z) is estimated from a minibatch: weighted is biased, stratified is not",
  }),
});

// Losses.

/**
 * log W, [B, B]: the weight of example j of a minibatch in the estimate of q(z_i) over N examples.
 * `weighted`: 1/(N·B), equation S4. `stratified`: 1/N for the example that z_i is of, and for the others 1/M
 * but for one that stands for all examples outside the minibatch, (N − M)/(N·M), M = B − 1: equation S6.
 * 1/N where the minibatch is all there are: the sum is q(z_i) itself then.
 */
function logWeights(
  estimator: "weighted" | "stratified",
  batch: number,
  examples: number,
): tf.Tensor2D {
  if (batch >= examples) return tf.fill([batch, batch], -log(batch));
  if (estimator === "weighted" || batch < 2) {
    return tf.fill([batch, batch], -log(batch * examples));
  }
  const others = batch - 1;
  const outside = log((examples - others) / (examples * others));
  const rows = Array.from({ length: batch }, (_, i) =>
    Array.from({ length: batch }, (_, j) => {
      if (i === j) return -log(examples);
      return j === (i + 1) % batch ? outside : -log(others);
    }));
  return tf.tensor2d(rows);
}

/**
 * The three parts of the KL at one draw z of each example's posterior, from a minibatch: their sum is
 * log q(z|x) − log p(z). Equation 2.
 *
 * @param latent z, [B, Z]
 * @param mean μ, [B, Z]
 * @param logVariance log σ², [B, Z]
 * @param mask [B], 1 where an example is there; left out: all are.
 * @param examples N, training examples in all.
 * @returns `information`, `correlation` and `marginal`, [B] each, nats; single draws may be negative.
 */
export function decomposedKl(
  latent: tf.Tensor,
  [mean, logVariance]: readonly [tf.Tensor, tf.Tensor],
  { examples, estimator, mask }: {
    readonly examples: number;
    readonly estimator: "weighted" | "stratified";
    readonly mask?: tf.Tensor;
  },
) {
  const batch = latent.shape[0]!;
  // Densities without −½ log 2π a coordinate, which cancels in each part.
  const density = (distance: tf.Tensor, logVariance: tf.Tensor) =>
    tf.mul(tf.add(tf.mul(tf.square(distance), tf.exp(tf.neg(logVariance))), logVariance), -0.5);
  const posterior = tf.sum(density(tf.sub(latent, mean), logVariance), 1);
  const prior = tf.mul(tf.sum(tf.square(latent), 1), -0.5);
  // [i, j, d]: log q(z_id | x_j).
  const among = density(
    tf.sub(tf.expandDims(latent, 1), tf.expandDims(mean, 0)),
    tf.expandDims(logVariance, 0),
  );
  // What is not there leaves its weight to the others, in proportion.
  const all: tf.Tensor = logWeights(estimator, batch, examples);
  const there = mask && tf.add(all, tf.mul(tf.sub(mask, 1), 1e9));
  const weights = there === undefined
    ? all
    : tf.add(there, tf.sub(tf.logSumExp(all, 1, true), tf.logSumExp(there, 1, true)));
  const joint = tf.logSumExp(tf.add(tf.sum(among, 2), weights), 1);
  const marginals = tf.sum(tf.logSumExp(tf.add(among, tf.expandDims(weights, 2)), 1), 1);
  return {
    information: tf.sub(posterior, joint),
    correlation: tf.sub(joint, marginals),
    marginal: tf.sub(marginals, prior),
  };
}

// The model.

/** The variational autoencoder whose total correlation is weighed. */
export const betaTcvae = defineModel({
  ...ofImages,
  name: "beta-tcvae",
  summary: "Variational autoencoder whose latent coordinates are held independent",
  configuration,
  networks: (shape, fields) => vaeNetworks(shape, fields),
  steps: [{
    name: "bound",
    loss: (networks, batch, fields) => {
      const { mean, logVariance, latent, reconstruction } = drawn(networks, batch, fields);
      const { mask, examples } = batch;
      const { alpha, beta, gamma, estimator } = fields;
      const parts = decomposedKl(latent, [mean, logVariance], { examples, estimator, mask });
      const { information, correlation, marginal } = parts;
      const kl = tf.addN([
        tf.mul(information, alpha),
        tf.mul(correlation, beta),
        tf.mul(marginal, gamma),
      ]);
      return { loss: tf.add(reconstruction, kl), reconstruction, ...parts };
    },
  }],
  ...underNormalPrior,
  metrics: latentMetrics,
});
