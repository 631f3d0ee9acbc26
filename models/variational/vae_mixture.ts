/**
 * Variational autoencoder whose prior is a learned mixture of Gaussians. Under a standard normal
 * prior much of the prior lies between the classes and decodes to smears of two; a prior that learns
 * where the encoder puts the data leaves fewer such places.
 *
 * Tomczak & Welling, "VAE with a VampPrior" (2018, arXiv 1705.07120): the mixture that their section 3
 * compares with, and equation 6, the KL by one draw. All else is `vae.ts`.
 *
 * Differs from the paper: as `vae.ts` does.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { constant, normal } from "../../lab/compute/initializers.ts";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { log } from "../../lab/core/elementary.ts";
import { defineModel } from "../define_model.ts";
import { binaryCrossEntropy } from "../losses.ts";
import type { Batch, Codes, Drawn, ExampleShape, NoiseSpecs } from "../model.ts";
import { type Applied, type Network, parametersAlone } from "../networks.ts";
import {
  bound,
  type Coder,
  evaluated,
  klWeight,
  latentFields,
  latentNoise,
  ofImages,
  posterior,
  reparameterize,
  underNormalPrior,
  weightFields,
} from "./bound.ts";
import { latentMetrics } from "./latent_metrics.ts";
import { hiddenFields, vaeNetworks } from "./vae.ts";

// Configuration.

/** Fields of every model under a mixture. */
export const mixtureFields = {
  ...latentFields,
  ...hiddenFields,
  ...weightFields,
  priorComponents: count(2, WIDEST).default(200).meta({
    description: "Gaussians in the mixture that is the prior",
  }),
};

const configuration = z.strictObject(mixtureFields);

// Losses.

/**
 * log q(z|x) − log p(z) at one draw z, with p a mixture of Gaussians of equal weight: an unbiased
 * estimate of the KL. Equation 6 of Tomczak & Welling with the mixture of their section 3.
 *
 * With one component of mean 0 and variance 1 its expectation is {@linkcode gaussianKl}.
 *
 * @param latent z = {@linkcode reparameterize}(…, noise), [B, Z]
 * @param logVariance log σ² of q, [B, Z]
 * @param noise ε, [B, Z]
 * @param priorMean [K, Z]
 * @param priorLogVariance [K, Z]
 * @returns [B], nats; single draws may be negative.
 */
export function mixtureKl(
  latent: tf.Tensor,
  logVariance: tf.Tensor,
  noise: tf.Tensor,
  priorMean: tf.Tensor,
  priorLogVariance: tf.Tensor,
): tf.Tensor1D {
  // Both densities without −½ Z log 2π, which cancels.
  const posterior = tf.mul(tf.sum(tf.add(logVariance, tf.square(noise)), 1), -0.5);
  const precision = tf.exp(tf.neg(priorLogVariance));
  const scaled = tf.mul(priorMean, precision);
  const products = (a: tf.Tensor, b: tf.Tensor) =>
    tf.matMul(a as tf.Tensor2D, tf.transpose(b) as tf.Tensor2D);
  // (z − m)²/s² summed over Z, as z²·s⁻² − 2z·m s⁻² + m² s⁻²: products instead of [B, K, Z].
  const distances = tf.add(
    tf.sub(products(tf.square(latent), precision), tf.mul(products(latent, scaled), 2)),
    tf.sum(tf.add(tf.mul(priorMean, scaled), priorLogVariance), 1),
  );
  const prior = tf.sub(tf.logSumExp(tf.mul(distances, -0.5), 1), log(priorMean.shape[0]));
  return tf.sub(posterior, prior);
}

// The model.

/** An encoder, a decoder, and what the prior's Gaussians come from. */
type Mixed = Coder & { readonly prior: Network<[], Tensors> };

/** The Gaussians of a prior, of equal weight: their means and log-variances, [K, Z] each. */
type Components = readonly [mean: tf.Tensor, logVariance: tf.Tensor];

/**
 * z ~ p(z), [B, Z]: noise, moved and scaled by the component that a uniform draw falls on.
 *
 * @param choice U[0, 1), [B]
 * @param noise N(0, I), [B, Z]
 */
function drawPrior([mean, logVariance]: Components, { choice, noise }: Tensors): tf.Tensor {
  const components = mean.shape[0];
  const component = tf.cast(tf.floor(tf.mul(choice, components)), "int32") as tf.Tensor1D;
  const pick = tf.cast(tf.oneHot(component, components), "float32") as tf.Tensor2D;
  const of = (parameter: tf.Tensor) => tf.matMul(pick, parameter as tf.Tensor2D);
  return reparameterize(of(mean), of(logVariance), noise);
}

/** What a model under a prior of several Gaussians does, which `priorOf` gives. */
export function underMixture(priorOf: (networks: Applied<Mixed>) => Components) {
  const terms = (networks: Applied<Mixed>, { x, noise: { noise } }: Batch) => {
    const [mean, logVariance] = posterior(networks.encoder(x));
    const latent = reparameterize(mean, logVariance, noise);
    const reconstruction = binaryCrossEntropy(networks.decoder(latent), x);
    const kl = mixtureKl(latent, logVariance, noise, ...priorOf(networks));
    return [reconstruction, kl] as const;
  };
  type Fields = Parameters<typeof klWeight>[1] & { readonly latentSize: number };
  return {
    noise: latentNoise,
    steps: [{
      name: "bound",
      loss: (networks: Applied<Mixed>, batch: Batch, fields: Fields) =>
        bound(...terms(networks, batch), klWeight(batch, fields)),
    }],
    evaluate: (networks: Applied<Mixed>, batch: Batch) =>
      evaluated(...terms(networks, batch), batch.x.shape[1]),
    encode: underNormalPrior.encode,
    decode: ({ decoder }: Applied<Mixed>, { codes }: Codes) => tf.sigmoid(decoder(codes)),
    sampleNoise: (_: ExampleShape, { latentSize }: Fields): NoiseSpecs => ({
      choice: ["uniform", []],
      noise: ["normal", [latentSize]],
    }),
    sample: (networks: Applied<Mixed>, { noise }: Drawn) =>
      tf.sigmoid(networks.decoder(drawPrior(priorOf(networks), noise))),
    metrics: latentMetrics,
  };
}

/** The variational autoencoder with a learned prior. */
export const vaeMixture = defineModel({
  ...ofImages,
  name: "vae-mixture",
  summary: "Variational autoencoder whose prior is a learned mixture of Gaussians",
  configuration,
  networks: (shape, { priorComponents, ...fields }) => ({
    ...vaeNetworks(shape, fields),
    // Means N(0, I) and log-variances −1, [K, Z] each.
    prior: parametersAlone((random) => ({
      mean: normal(random, [priorComponents, fields.latentSize]),
      log_variance: constant([priorComponents, fields.latentSize], -1),
    })),
  }),
  ...underMixture(({ prior }) => [prior().mean, prior().log_variance]),
});
