/**
 * Ladder variational autoencoder: two layers of latent variables. The upper one is drawn first and says
 * where the lower one is to be expected; what the image says of the lower one is joined with that by
 * precision, as two measurements are.
 *
 * Sønderby, Raiko, Maaløe, Sønderby, Winther, "Ladder Variational Autoencoders" (2016, arXiv 1602.02282):
 * the prior of equations 1 to 3, the inference of equations 11 to 17 with two layers, the warm-up of
 * section 2.3.
 *
 * Differs from the paper: no batch normalisation, rectified units, two layers.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, WIDEST, widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import type { Batch, ExampleShape, NoiseSpecs } from "../model.ts";
import { type Applied, dense } from "../networks.ts";
import {
  bound,
  evaluated,
  gaussianKl,
  klWeight,
  latentFields,
  likelihoodFields,
  likelihoods,
  ofImages,
  posterior,
  reparameterize,
  weightFields,
} from "./bound.ts";
import { latentMetrics } from "./latent_metrics.ts";

// Configuration.

const configuration = z.strictObject({
  ...latentFields,
  ...weightFields,
  ...likelihoodFields,
  latentSize: latentFields.latentSize.default(16).meta({
    description: "Length Z₁ of the lower latent vector, which images are drawn from",
  }),
  topSize: count(1, WIDEST).default(8).meta({
    description: "Length Z₂ of the upper latent vector, under the prior N(0, I)",
  }),
  hiddenSizes: widths().min(1).default([256]).meta({
    description:
      "Widths of the hidden layers between image and lower latent vector; the decoder has " +
      "them in reverse",
  }),
  topHiddenSizes: widths().min(1).default([128]).meta({
    description: "Widths of those between the lower and the upper one, of both directions",
  }),
  warmUp: weightFields.warmUp.default(0.2),
});

type Fields = z.output<typeof configuration>;

/** A Gaussian's mean and log-variance, [B, Z] each. */
type Gaussian = readonly [mean: tf.Tensor, logVariance: tf.Tensor];

// Gaussians.

/**
 * Two Gaussians joined: the precisions added, the means weighed by them. Equations 16 and 17.
 *
 * @param seen What the image says.
 * @param expected What the layer above says.
 */
export function joined(
  [seenMean, seenLog]: Gaussian,
  [expectedMean, expectedLog]: Gaussian,
): Gaussian {
  // Of the logarithms of the precisions, s and e: the share of the first is sigmoid(s − e), and
  // log(exp s + exp e) = e + softplus(s − e).
  const difference = tf.sub(expectedLog, seenLog);
  const share = tf.sigmoid(difference);
  return [
    tf.add(expectedMean, tf.mul(share, tf.sub(seenMean, expectedMean))),
    tf.sub(expectedLog, tf.softplus(difference)),
  ];
}

/** KL(q ‖ p) of two Gaussians, summed over coordinates: [B], nats. */
export function klBetween([mean, logVariance]: Gaussian, [other, otherLog]: Gaussian): tf.Tensor1D {
  const spread = tf.add(tf.exp(logVariance), tf.square(tf.sub(mean, other)));
  const terms = tf.add(
    tf.sub(tf.mul(spread, tf.exp(tf.neg(otherLog))), 1),
    tf.sub(otherLog, logVariance),
  );
  return tf.mul(tf.sum(terms, 1), 0.5);
}

// The model.

/** Upwards to both layers, and downwards to the lower one and to pixels. */
function networks({ size }: ExampleShape, fields: Fields) {
  const { hiddenSizes, topHiddenSizes, latentSize, topSize } = fields;
  const width = hiddenSizes.at(-1)!;
  return {
    features: dense([size, ...hiddenSizes], "relu", { last: "relu" }),
    encoder: dense([width, 2 * latentSize]),
    top_encoder: dense([width, ...topHiddenSizes, 2 * topSize]),
    prior: dense([topSize, ...topHiddenSizes.toReversed(), 2 * latentSize]),
    decoder: dense([latentSize, ...hiddenSizes.toReversed(), size]),
  };
}

type Ladder = Applied<ReturnType<typeof networks>>;

/** q(z₂|x), and what x says of z₁ by itself. */
function upwards({ features, encoder, top_encoder }: Ladder, x: tf.Tensor) {
  const below = features(x);
  return { top: posterior(top_encoder(below)), seen: posterior(encoder(below)) };
}

/** −log p(x|z₁) and the KL of both layers, of one draw of each. */
function terms(networks: Ladder, { x, noise }: Batch, { likelihood, deviation }: Fields) {
  const { top, seen } = upwards(networks, x);
  const expected = posterior(networks.prior(reparameterize(...top, noise.top)));
  const lower = joined(seen, expected);
  const outputs = networks.decoder(reparameterize(...lower, noise.noise));
  return {
    reconstruction: likelihoods[likelihood].loss(outputs, x, deviation),
    top_kl: gaussianKl(...top),
    lower_kl: klBetween(lower, expected),
  };
}

const noise = (_: ExampleShape, { latentSize, topSize }: Fields): NoiseSpecs => ({
  noise: ["normal", [latentSize]],
  top: ["normal", [topSize]],
});

/** The variational autoencoder of two layers of latent variables. */
export const ladderVae = defineModel({
  ...ofImages,
  name: "ladder-vae",
  summary: "Variational autoencoder of two layers of latent variables",
  configuration,
  networks,
  noise,
  steps: [{
    name: "bound",
    loss: (networks, batch, fields) => {
      const { reconstruction, top_kl, lower_kl } = terms(networks, batch, fields);
      const all = bound(reconstruction, tf.add(top_kl, lower_kl), klWeight(batch, fields));
      return { ...all, top_kl, lower_kl };
    },
  }],
  evaluate: (networks, batch, fields) => {
    const { reconstruction, top_kl, lower_kl } = terms(networks, batch, fields);
    const kl = tf.add(top_kl, lower_kl);
    const all = evaluated(reconstruction, kl, batch.x.shape[1], fields);
    return { ...all, top_kl, lower_kl };
  },
  encode: (networks, { x }) => {
    const { top: [top], seen } = upwards(networks, x);
    return tf.concat([joined(seen, posterior(networks.prior(top)))[0], top], 1);
  },
  decode: ({ decoder }, { codes }, { likelihood, latentSize }) =>
    likelihoods[likelihood].images(decoder(tf.slice(codes, [0, 0], [-1, latentSize]))),
  sample: ({ decoder, prior }, { noise }, { likelihood }) => {
    const lower = reparameterize(...posterior(prior(noise.top)), noise.noise);
    return likelihoods[likelihood].images(decoder(lower));
  },
  metrics: latentMetrics,
});
