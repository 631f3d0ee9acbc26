/**
 * FactorVAE: a discriminator tells latent vectors from vectors whose coordinates are of different images,
 * and what it says of them, an estimate of the total correlation, is added to the bound.
 *
 * Kim & Mnih, "Disentangling by Factorising" (2018, arXiv 1802.05983): equation 2, estimated by
 * equation 3, algorithms 1 and 2.
 *
 * Differs from the paper: dense networks of rectified units; one Adam, its discriminator's but for a
 * greater step size that falls, for all networks; the discriminator sees z and z̃ of one minibatch, which is
 * another than the bound's; the coordinates of z̃ are taken from other images by turning each through the
 * minibatch by places of its own, as its rows stand in random order.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { widths } from "../../lab/compute/sizes.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import { defineModel } from "../define_model.ts";
import type { ExampleShape } from "../model.ts";
import { dense } from "../networks.ts";
import {
  bound,
  drawn,
  gaussianKl,
  latentFields,
  likelihoodFields,
  ofImages,
  posterior,
  reparameterize,
  underNormalPrior,
} from "./bound.ts";
import { latentMetrics } from "./latent_metrics.ts";
import { hiddenFields, vaeNetworks } from "./vae.ts";

// Configuration.

const configuration = z.strictObject({
  ...latentFields,
  ...hiddenFields,
  ...likelihoodFields,
  latentSize: latentFields.latentSize.default(10),
  gamma: z.number().min(0).default(10).meta({
    description: "γ, the weight of the total correlation",
  }),
  discriminatorSizes: widths().min(1).default([256, 256]).meta({
    description: "Widths of the discriminator's hidden layers (the paper: six of 1,000)",
  }),
  learningRate: z.number().positive().default(1e-3).meta({
    description: "Adam's step size at the start",
  }),
}).refine(({ batchSize, latentSize }) => latentSize < batchSize, {
  path: ["latentSize"],
  message: "latentSize must be below batchSize, as each coordinate is taken from another image",
});

// Losses.

/**
 * Latent vectors whose coordinates are of different rows: coordinate j is that of the row j + 1 places
 * further, around the end of those that are there. Algorithm 1 with turns in the place of random
 * permutations. Of Z rows or fewer some coordinates stay together.
 *
 * @param latent [B, Z]
 * @param present How many of its first rows are there, a scalar of at least 1.
 */
export function permuted(latent: tf.Tensor, present: tf.Tensor): tf.Tensor2D {
  const [batch, size] = latent.shape as [number, number];
  const coordinates = tf.range(0, size, 1, "float32");
  const rows = tf.expandDims(tf.range(1, batch + 1, 1, "float32"), 1);
  const further = tf.add(rows, tf.expandDims(coordinates, 0));
  const turns = tf.floor(tf.div(tf.add(further, 0.5), present));
  const row = tf.sub(further, tf.mul(turns, present));
  const places = tf.cast(tf.add(tf.mul(row, size), coordinates), "int32");
  return tf.gather<tf.Tensor>(tf.reshape(latent, [-1]), places) as tf.Tensor2D;
}

/**
 * −½ [log D(z) + log(1 − D(z̃))] from the discriminator's logits, [B]: line 9 of algorithm 2.
 *
 * @param joint Of z, [B, 1]
 * @param factored Of z̃, [B, 1]
 */
export function discriminatorLoss(joint: tf.Tensor, factored: tf.Tensor): tf.Tensor1D {
  const both = tf.add(tf.softplus(tf.neg(joint)), tf.softplus(factored));
  return tf.mul(tf.squeeze(both, [1]), 0.5);
}

// The model.

/** A VAE's networks, and the discriminator to one logit. */
function networks(shape: ExampleShape, fields: z.output<typeof configuration>) {
  return {
    ...vaeNetworks(shape, fields),
    discriminator: dense([fields.latentSize, ...fields.discriminatorSizes, 1]),
  };
}

/** The variational autoencoder whose total correlation a discriminator estimates. */
export const factorVae = defineModel({
  ...ofImages,
  name: "factor-vae",
  summary: "Variational autoencoder whose total correlation a discriminator estimates",
  configuration,
  networks,
  // Of both, as the paper has for its discriminator.
  optimizer: () => adam({ beta1: 0.5, beta2: 0.9 }),
  steps: [
    {
      name: "bound",
      changes: ["encoder", "decoder"],
      loss: (networks, batch, fields) => {
        const { mean, logVariance, latent, reconstruction } = drawn(networks, batch, fields);
        const terms = bound(reconstruction, gaussianKl(mean, logVariance), 1);
        // log D/(1 − D) is the logit: equation 3.
        const correlation = tf.squeeze(networks.discriminator(latent), [1]);
        const loss = tf.add(terms.loss, tf.mul(correlation, fields.gamma));
        return { ...terms, loss, correlation };
      },
    },
    {
      name: "discriminator",
      changes: ["discriminator"],
      loss: ({ encoder, discriminator }, { x, mask, noise: { noise } }, { latentSize }) => {
        const [mean, logVariance] = posterior(encoder(x));
        const latent = reparameterize(mean, logVariance, noise);
        const present = tf.sum(mask);
        const factored = permuted(latent, present);
        const told = discriminatorLoss(discriminator(latent), discriminator(factored));
        // A last minibatch whose rows are too few to be turned apart teaches nothing.
        const weight = tf.cast(tf.greater(present, latentSize), "float32");
        return { loss: tf.mul(told, weight), discriminator: told };
      },
    },
  ],
  ...underNormalPrior,
  metrics: latentMetrics,
});
