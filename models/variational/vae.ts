/**
 * Variational autoencoder: an encoder turns an image into a Gaussian over a latent vector, a decoder
 * turns latent vectors into images, and both are trained on a lower bound of log p(x), so that
 * decoding draws from the prior makes new images.
 *
 * Kingma & Welling, "Auto-Encoding Variational Bayes" (2013, arXiv 1312.6114): the bound of
 * equations 3 and 10, the reparameterised draw of equation 4, the KL of appendix B. β weighs the KL
 * as in Higgins et al., "β-VAE" (2017), equation 4.
 *
 * Differs from the paper: rectified units, Adam and two hidden layers; grey pixels are taken as
 * Bernoulli means, so that the bound is a loss, not a likelihood to compare with published ones.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, WIDEST, widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields, judgeFields } from "../fields.ts";
import { binaryCrossEntropy } from "../losses.ts";
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
  ...judgeFields,
};

const configuration = z.strictObject(vaeFields);

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
 * −ELBO and its terms for each example, equation 10 with one draw: `loss` is reconstruction + β·KL.
 *
 * @param reconstruction −log p(x|z), [B]
 * @param kl [B]
 */
export function bound(reconstruction: tf.Tensor, kl: tf.Tensor, beta: number) {
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
    loss: ({ encoder, decoder }, { x, noise: { noise } }, { beta }) => {
      const [mean, logVariance] = posterior(encoder(x));
      const logits = decoder(reparameterize(mean, logVariance, noise));
      return bound(binaryCrossEntropy(logits, x), gaussianKl(mean, logVariance), beta);
    },
  }],
  evaluate: ({ encoder, decoder }, { x, noise: { noise } }) => {
    const [mean, logVariance] = posterior(encoder(x));
    const logits = decoder(reparameterize(mean, logVariance, noise));
    const [reconstruction, kl] = [binaryCrossEntropy(logits, x), gaussianKl(mean, logVariance)];
    return { reconstruction, kl, negative_elbo: tf.add(reconstruction, kl) };
  },
  encode: ({ encoder }, { x }) => posterior(encoder(x))[0],
  decode: ({ decoder }, { codes }) => tf.sigmoid(decoder(codes)),
  sample: ({ decoder }, { noise: { noise } }) => tf.sigmoid(decoder(noise)),
});
