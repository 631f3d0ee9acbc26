/**
 * Convolutional variational autoencoder: strided convolutions to the posterior, transposed ones back to
 * pixels. All else is `vae.ts`.
 *
 * Kingma & Welling (2013, arXiv 1312.6114); the networks are those of Chollet's Keras example
 * "Variational AutoEncoder" (2020), whose filters are the default.
 *
 * Differs from it: grey pixels as Bernoulli means and sums over pixels, as there; a falling step size;
 * no layer of sixteen units before the latent vector, which has two coordinates there: longer vectors
 * do not learn through it.
 *
 * @module
 */
import * as z from "zod";
import { widths } from "../../lab/compute/sizes.ts";
import { convolutionalDecoder, convolutionalEncoder } from "../convolutional.ts";
import { defineModel } from "../define_model.ts";
import { ofImages, underNormalPrior } from "./bound.ts";
import { latentMetrics } from "./latent_metrics.ts";
import { boundFields, descended } from "./vae.ts";

const configuration = z.strictObject({
  ...boundFields,
  filters: widths().min(1).default([32, 64]).meta({
    description: "Filters of each halving convolution; the decoder has them in reverse",
  }),
  hiddenSizes: widths().default([]).meta({
    description: "Widths of the encoder's dense layers behind its convolutions",
  }),
  learningRate: z.number().positive().default(2e-3).meta({
    description: "Adam's step size at the start",
  }),
});

/** The variational autoencoder of convolutions under the standard normal prior. */
export const convolutionalVae = defineModel({
  ...ofImages,
  name: "convolutional-vae",
  summary: "Variational autoencoder of convolutions that halve the image and double it again",
  configuration,
  networks: ({ shape }, { filters, hiddenSizes, latentSize }) => ({
    encoder: convolutionalEncoder(shape, filters, 2 * latentSize, hiddenSizes),
    decoder: convolutionalDecoder(latentSize, filters, shape, { smoothed: true }),
  }),
  steps: [{ name: "bound", loss: descended }],
  ...underNormalPrior,
  metrics: latentMetrics,
});
