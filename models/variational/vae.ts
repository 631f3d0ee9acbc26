/**
 * Variational autoencoder: an encoder turns an image into a Gaussian over a latent vector, a decoder
 * turns latent vectors into images, and both are trained on a lower bound of log p(x), so that
 * decoding draws from the prior makes new images.
 *
 * Kingma & Welling, "Auto-Encoding Variational Bayes" (2013, arXiv 1312.6114): the bound of
 * equations 3 and 10, the reparameterised draw of equation 4, the KL of appendix B. β weighs the KL
 * as in Higgins et al., "β-VAE" (2017), equation 4. Against posterior collapse: a warm-up of the KL's
 * weight (Sønderby et al. 2016, arXiv 1602.02282, section 2.3) and free bits (Kingma et al. 2016, arXiv
 * 1606.04934, equation 15).
 *
 * Differs from the paper: rectified units, Adam and two hidden layers; grey pixels are taken as
 * Bernoulli means by default, so that the bound is a loss, not a likelihood to compare with published ones.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, WIDEST, widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields, judgeFields } from "../fields.ts";
import { log } from "../../lab/core/elementary.ts";
import { binaryCrossEntropy, maskedMean, squaredError } from "../losses.ts";
import { dense } from "../networks.ts";

// Configuration.

/** Fields of every variational autoencoder with dense networks. */
export const vaeFields = {
  ...exampleFields,
  hiddenSizes: widths().min(1).default([256, 256]).meta({
    description: "Widths of the encoder's hidden layers; the decoder has them in reverse",
  }),
  latentSize: count(1, WIDEST).default(8).meta({ description: "Length Z of the latent vector" }),
  beta: z.number().min(0).default(1).meta({
    description: "β, the weight of the KL; 1 is the bound itself (Higgins et al. 2017)",
  }),
  warmUp: z.number().min(0).max(1).default(0).meta({
    description:
      "Share of the budget over which the KL's weight rises from 0 to beta (Sønderby et " +
      "al. 2016); 0: none",
  }),
  ...judgeFields,
};

const configuration = z.strictObject({
  ...vaeFields,
  freeBits: z.number().min(0).default(0).meta({
    description: "λ, the KL of each latent coordinate that costs nothing (Kingma et al. 2016)",
    unit: "nats",
  }),
  likelihood: z.enum(["bernoulli", "gaussian"]).default("bernoulli").meta({
    description: "bernoulli: pixels are means of 0 and 1; gaussian: pixels with noise, for greys " +
      "and colours",
  }),
  deviation: z.number().positive().default(0.3).meta({
    description: "σ of a Gaussian likelihood's pixels",
  }),
});

/** The fields of {@linkcode vae}. */
export type VaeConfiguration = z.output<typeof configuration>;

// Losses.

/**
 * z = μ + exp(½ log σ²) ⊙ ε: a draw of q(z|x) through which gradients pass. Equation 4 with the
 * Gaussian of section 2.4.
 *
 * @param mean μ, [B, Z]
 * @param logVariance log σ², [B, Z]
 * @param noise ε ~ N(0, I), [B, Z]
 */
export function reparameterize(
  mean: tf.Tensor,
  logVariance: tf.Tensor,
  noise: tf.Tensor,
): tf.Tensor2D {
  return tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise));
}

/**
 * KL(N(μ, σ²) ‖ N(0, I)) = −½ Σ_j (1 + log σ_j² − μ_j² − σ_j²). Appendix B.
 *
 * @param mean μ, [B, Z]
 * @param logVariance log σ², [B, Z]
 * @returns [B], nats, ≥ 0.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * gaussianKl(tf.tensor([[0.5, -0.1]]), tf.tensor([[0.2, 0.2]])).print(); // [0.1514028]
 * ```
 */
export function gaussianKl(mean: tf.Tensor, logVariance: tf.Tensor): tf.Tensor1D {
  const terms = tf.sub(
    tf.add(tf.square(mean), tf.exp(logVariance)),
    tf.add(logVariance, 1),
  );
  return tf.mul(tf.sum(terms, 1), 0.5);
}

/**
 * The KL that is descended: Σ_j max(λ, KL_j) with KL_j the mean over the batch of coordinate j's, from
 * which posterior collapse gains nothing. Equation 15 of Kingma et al. (2016, arXiv 1606.04934), with
 * each coordinate a group.
 *
 * @param mean μ, [B, Z]
 * @param logVariance log σ², [B, Z]
 * @param mask [B], 1 where an example is there.
 * @param freeBits λ, nats a coordinate; with 0 it is the mean of {@linkcode gaussianKl}.
 * @returns A scalar, nats.
 */
export function freeKl(
  mean: tf.Tensor,
  logVariance: tf.Tensor,
  mask: tf.Tensor,
  freeBits: number,
): tf.Scalar {
  const terms = tf.mul(
    tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, 1)),
    0.5,
  );
  const present = tf.div(tf.expandDims(mask, 1), tf.sum(mask));
  const coordinates = tf.sum(tf.mul(terms, present), 0);
  // max(λ, k) as λ + relu(k − λ), which has second derivatives too.
  return tf.sum(tf.add(tf.relu(tf.sub(coordinates, freeBits)), freeBits));
}

/** The KL's weight at this share of the budget: from 0 to β over the warm-up. */
export function klWeight(
  { spent }: { readonly spent: tf.Tensor },
  { beta, warmUp }: { readonly beta: number; readonly warmUp: number },
): tf.Tensor | number {
  return warmUp === 0 ? beta : tf.mul(tf.minimum(tf.div(spent, warmUp), 1), beta);
}

/**
 * −log N(x; outputs, σ²I), Σ_d ½(x_d − o_d)²/σ² + log σ + ½ log 2π.
 *
 * @param outputs [B, D]
 * @param targets [B, D]
 * @param deviation σ
 * @returns [B], nats.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * gaussianNegativeLogLikelihood(tf.tensor([[0.1, 0.8]]), tf.tensor([[0, 1]]), 0.1).print(); // −0.2672931
 * ```
 */
export function gaussianNegativeLogLikelihood(
  outputs: tf.Tensor,
  targets: tf.Tensor,
  deviation: number,
): tf.Tensor1D {
  const constant = targets.shape[1]! * (log(deviation) + 0.5 * log(2 * Math.PI));
  const distance = tf.mul(squaredError(outputs, targets), 0.5 / (deviation * deviation));
  return tf.add(distance, constant);
}

/** What a decoder's outputs say of pixels, by the field `likelihood`. */
const likelihoods = {
  bernoulli: { loss: binaryCrossEntropy, images: tf.sigmoid },
  gaussian: {
    loss: gaussianNegativeLogLikelihood,
    images: (outputs: tf.Tensor): tf.Tensor => tf.clipByValue(outputs, 0, 1),
  },
};

/**
 * −ELBO and its terms for each example, equation 10 with one draw: `loss` is reconstruction + β·KL.
 *
 * @param reconstruction −log p(x|z), [B]
 * @param kl [B]
 */
export function bound(reconstruction: tf.Tensor, kl: tf.Tensor, beta: tf.Tensor | number) {
  return {
    loss: tf.add(reconstruction, tf.mul(kl, beta)),
    reconstruction,
    kl,
    elbo: tf.neg(tf.add(reconstruction, kl)),
  };
}

// Networks.

/** An encoder to μ and log σ² of q(z|x), and a decoder to pixels' logits. */
export function vaeNetworks(
  { size }: { readonly size: number },
  { hiddenSizes, latentSize }: Pick<VaeConfiguration, "hiddenSizes" | "latentSize">,
) {
  return {
    encoder: dense([size, ...hiddenSizes, 2 * latentSize]),
    decoder: dense([latentSize, ...hiddenSizes.toReversed(), size]),
  };
}

/** μ and log σ², [B, Z] each, from what an encoder gives, [B, 2Z]. */
export function posterior(encoded: tf.Tensor): [mean: tf.Tensor, logVariance: tf.Tensor] {
  const [mean, logVariance] = tf.split(encoded, 2, 1);
  return [mean, logVariance];
}

// The model.

/** The variational autoencoder under the standard normal prior. */
export const vae = defineModel({
  name: "vae",
  summary: "Variational autoencoder: a decoder that draws images from a prior",
  takes: { examples: ["images"] },
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/negative_elbo", goal: "minimize" },
  networks: (shape, configuration) => vaeNetworks(shape, configuration),
  noise: (_, { latentSize }) => ({ noise: ["normal", [latentSize]] }),
  steps: [{
    name: "bound",
    loss: ({ encoder, decoder }, batch, configuration) => {
      const { x, mask, noise: { noise } } = batch;
      const { likelihood, deviation, freeBits } = configuration;
      const [mean, logVariance] = posterior(encoder(x));
      const outputs = decoder(reparameterize(mean, logVariance, noise));
      const reconstruction = likelihoods[likelihood].loss(outputs, x, deviation);
      const weight = klWeight(batch, configuration);
      const terms = bound(reconstruction, gaussianKl(mean, logVariance), weight);
      if (freeBits === 0) return terms;
      const kl = freeKl(mean, logVariance, mask, freeBits);
      return { ...terms, loss: tf.add(maskedMean(reconstruction, mask), tf.mul(kl, weight)) };
    },
  }],
  evaluate: ({ encoder, decoder }, { x, noise: { noise } }, { likelihood, deviation }) => {
    const [mean, logVariance] = posterior(encoder(x));
    const outputs = decoder(reparameterize(mean, logVariance, noise));
    const reconstruction = likelihoods[likelihood].loss(outputs, x, deviation);
    const kl = gaussianKl(mean, logVariance);
    return { reconstruction, kl, negative_elbo: tf.add(reconstruction, kl) };
  },
  encode: ({ encoder }, { x }) => posterior(encoder(x))[0],
  decode: ({ decoder }, { codes }, { likelihood }) =>
    likelihoods[likelihood].images(decoder(codes)),
  sample: ({ decoder }, { noise: { noise } }, { likelihood }) =>
    likelihoods[likelihood].images(decoder(noise)),
});
