/**
 * Variational autoencoder: an encoder turns an image into a Gaussian over a latent vector, a decoder
 * turns latent vectors into images, and both are trained on a lower bound of log p(x), so that
 * decoding draws from the prior makes new images.
 *
 * Kingma & Welling, "Auto-Encoding Variational Bayes" (2013, arXiv 1312.6114); the terms of the bound
 * stand in `bound.ts`.
 *
 * Differs from the paper: rectified units, Adam and two hidden layers; grey pixels are taken as
 * Bernoulli means by default, so that the bound is a loss, not a likelihood to compare with published ones.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { activationNames } from "../../lab/compute/networks.ts";
import { widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { maskedMean } from "../losses.ts";
import type { Batch, Losses } from "../model.ts";
import { type Applied, dense } from "../networks.ts";
import {
  bound,
  type Coder,
  drawn,
  freeKl,
  gaussianKl,
  klWeight,
  latentFields,
  likelihoodFields,
  ofImages,
  underNormalPrior,
  weightFields,
} from "./bound.ts";
import { latentMetrics } from "./latent_metrics.ts";

// Configuration.

/** The fields of dense networks. */
export const hiddenFields = {
  hiddenSizes: widths().min(1).default([256, 256]).meta({
    description: "Widths of the encoder's hidden layers; the decoder has them in reverse",
  }),
  activation: z.enum(activationNames).optional().meta({
    description: "Activation of the hidden layers; left out: relu",
  }),
};

/** The fields of a bound that is descended under the prior N(0, I). */
export const boundFields = {
  ...latentFields,
  ...weightFields,
  ...likelihoodFields,
  freeBits: z.number().min(0).default(0).meta({
    description: "λ, the KL of each latent coordinate that costs nothing (Kingma et al. 2016)",
    unit: "nats",
  }),
};

/** What the bound depends on. */
type BoundConfiguration = z.output<z.ZodObject<typeof boundFields>>;

const configuration = z.strictObject({ ...boundFields, ...hiddenFields });

// Networks.

/** An encoder to μ and log σ² of q(z|x), and a decoder to pixels' outputs, beside `joined` inputs. */
export function vaeNetworks(
  { size }: { readonly size: number },
  { hiddenSizes, latentSize, activation }: Pick<
    z.output<typeof configuration>,
    "hiddenSizes" | "latentSize" | "activation"
  >,
  joined = 0,
) {
  return {
    encoder: dense([size + joined, ...hiddenSizes, 2 * latentSize], activation),
    decoder: dense([latentSize + joined, ...hiddenSizes.toReversed(), size], activation),
  };
}

// The model.

/** −ELBO with the KL's weight and free bits. */
export function descended(
  networks: Applied<Coder>,
  batch: Batch,
  configuration: BoundConfiguration,
): Losses {
  const { freeBits } = configuration;
  const { mean, logVariance, reconstruction } = drawn(networks, batch, configuration);
  const weight = klWeight(batch, configuration);
  const terms = bound(reconstruction, gaussianKl(mean, logVariance), weight);
  if (freeBits === 0) return terms;
  const kl = tf.mul(freeKl(mean, logVariance, batch.mask, freeBits), weight);
  return { ...terms, loss: tf.add(maskedMean(reconstruction, batch.mask), kl) };
}

/** The variational autoencoder under the standard normal prior. */
export const vae = defineModel({
  ...ofImages,
  name: "vae",
  summary: "Variational autoencoder: a decoder that draws images from a prior",
  configuration,
  networks: (shape, configuration) => vaeNetworks(shape, configuration),
  steps: [{ name: "bound", loss: descended }],
  ...underNormalPrior,
  metrics: latentMetrics,
});
