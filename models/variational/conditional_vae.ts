/**
 * Conditional variational autoencoder: encoder and decoder are told the class, so that the latent vector
 * need not hold it, and the class of what is drawn can be asked for: `sample RUN --class 7`.
 *
 * Sohn, Lee, Yan, "Learning Structured Output Representation using Deep Conditional Generative Models"
 * (NIPS 2015), equation 4; Kingma, Mohamed, Rezende, Welling (2014, arXiv 1406.5298), equation 6.
 *
 * Differs from the paper: the prior is N(0, I) under every class; the terms are those of `vae.ts`.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { defineModel } from "../define_model.ts";
import type { Batch, Drawn } from "../model.ts";
import type { Applied } from "../networks.ts";
import { type Coder, latentNoise, ofImages, posterior, underNormalPrior } from "./bound.ts";
import { latentMetrics } from "./latent_metrics.ts";
import { boundFields, descended, hiddenFields, vaeNetworks } from "./vae.ts";

const configuration = z.strictObject({ ...boundFields, ...hiddenFields });

/** The networks with the batch's classes as one-hot inputs beside their own. */
function told({ encoder, decoder }: Applied<Coder>, { labels }: Drawn): Applied<Coder> {
  return {
    encoder: (x) => encoder(tf.concat([x, labels], 1)),
    decoder: (latent) => decoder(tf.concat([latent, labels], 1)),
  };
}

/** Labels [B, classes] for K latent vectors of each row, one after another: [B·K, classes]. */
function repeated(labels: tf.Tensor2D, rows: number): tf.Tensor2D {
  const [batch, classes] = labels.shape;
  const each = tf.tile(tf.expandDims(labels, 1), [1, rows / batch, 1]);
  return tf.reshape(each, [rows, classes]);
}

/** The variational autoencoder under a class. */
export const conditionalVae = defineModel({
  ...ofImages,
  name: "conditional-vae",
  summary: "Variational autoencoder that is told the class, and draws the one asked for",
  takes: { examples: ["images"], labels: "required" },
  configuration,
  networks: (shape, configuration) => vaeNetworks(shape, configuration, shape.classes),
  noise: latentNoise,
  steps: [{
    name: "bound",
    loss: (networks, batch: Batch, fields) => descended(told(networks, batch), batch, fields),
  }],
  evaluate: (networks, batch, fields) =>
    underNormalPrior.evaluate(told(networks, batch), batch, fields),
  encode: (networks, batch) => posterior(told(networks, batch).encoder(batch.x))[0],
  decode: (networks, given, fields) =>
    underNormalPrior.decode(told(networks, given), given, fields),
  sample: (networks, given, fields) =>
    underNormalPrior.sample(told(networks, given), given, fields),
  weighsBits: underNormalPrior.weighsBits,
  weightNoise: underNormalPrior.weightNoise,
  logWeights: (networks, batch, fields) => {
    const { encoder } = told(networks, batch);
    const decoder = (latent: tf.Tensor) =>
      networks.decoder(tf.concat([latent, repeated(batch.labels, latent.shape[0])], 1));
    return underNormalPrior.logWeights({ encoder, decoder }, batch, fields);
  },
  metrics: latentMetrics,
});
