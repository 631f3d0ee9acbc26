/**
 * What variational autoencoders share: the terms of the bound, likelihoods of pixels, and fields.
 *
 * Kingma & Welling, "Auto-Encoding Variational Bayes" (2013, arXiv 1312.6114): the bound of
 * equations 3 and 10, the reparameterised draw of equation 4, the KL of appendix B. β weighs the KL
 * as in Higgins et al., "β-VAE" (2017), equation 4. Against posterior collapse: a warm-up of the KL's
 * weight (Sønderby et al. 2016, arXiv 1602.02282, section 2.3) and free bits (Kingma et al. 2016, arXiv
 * 1606.04934, equation 15).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import { log } from "../../lab/core/elementary.ts";
import { exampleFields, judgeFields, spread } from "../fields.ts";
import { dequantized, ofLevels } from "../likelihood.ts";
import { binaryCrossEntropy, bitsPerDimension, squaredError } from "../losses.ts";
import type { Batch, Codes, Drawn, ExampleShape, NoiseSpecs } from "../model.ts";
import type { Applied, Network } from "../networks.ts";

// Configuration.

/** Fields of every model with a latent vector. */
export const latentFields = {
  ...exampleFields,
  latentSize: count(1, WIDEST).default(8).meta({ description: "Length Z of the latent vector" }),
  ...judgeFields,
};

/** The fields of the KL's weight. */
export const weightFields = {
  beta: z.number().min(0).default(1).meta({
    description: "β, the weight of the KL; 1 is the bound itself (Higgins et al. 2017)",
  }),
  warmUp: z.number().min(0).max(1).default(0).meta({
    description:
      "Share of the budget over which the KL's weight rises from 0 to beta (Sønderby et " +
      "al. 2016); 0: none",
  }),
};

/** The fields of what a decoder's outputs say of pixels. */
export const likelihoodFields = {
  likelihood: z.enum(["bernoulli", "gaussian"]).default("bernoulli").meta({
    description: "bernoulli: pixels are means of 0 and 1; gaussian: pixels with noise, for greys " +
      "and colours",
  }),
  deviation: spread().default(0.3).meta({
    description: "σ of a Gaussian likelihood's pixels",
  }),
};

/** What the likelihood depends on. */
export type LikelihoodConfiguration = z.output<z.ZodObject<typeof likelihoodFields>>;

/** Draws of an example at once where its likelihood is estimated, which takes whole ones of these. */
export const CHUNK = 8;

// The posterior and its KL.

/** μ and log σ², [B, Z] each, from what an encoder gives, [B, 2Z]. */
export function posterior(encoded: tf.Tensor): [mean: tf.Tensor, logVariance: tf.Tensor] {
  const [mean, logVariance] = tf.split(encoded, 2, 1);
  return [mean, logVariance];
}

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
export const likelihoods = {
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

// What models have in common.

/** What every variational autoencoder of images says of itself. */
export const ofImages = {
  takes: { examples: ["images"] },
  budget: "examples",
  bestBy: { metric: "validation/negative_elbo", goal: "minimize" },
} as const;

/** ε of the draw of a latent vector, and of one from the prior N(0, I). */
export const latentNoise = (
  _: ExampleShape,
  { latentSize }: { readonly latentSize: number },
): NoiseSpecs => ({ noise: ["normal", [latentSize]] });

/** An encoder to μ and log σ², [B, D] to [B, 2Z], and a decoder to pixels' outputs, [B, Z] to [B, D]. */
export type Coder = {
  readonly encoder: Network<[x: tf.Tensor], tf.Tensor2D>;
  readonly decoder: Network<[latent: tf.Tensor], tf.Tensor2D>;
};

/** A draw through the posterior: its parameters, the latent vector, and −log p(x|z), [B]. */
export function drawn(
  { encoder, decoder }: Applied<Coder>,
  { x, noise: { noise } }: Pick<Batch, "x" | "noise">,
  { likelihood, deviation }: LikelihoodConfiguration,
) {
  const [mean, logVariance] = posterior(encoder(x));
  const latent = reparameterize(mean, logVariance, noise);
  const reconstruction = likelihoods[likelihood].loss(decoder(latent), x, deviation);
  return { mean, logVariance, latent, reconstruction };
}

/**
 * log p(z) − log q(z|x) at z = μ + σε under N(0, I): Σ_j ½(ε_j² + log σ_j² − z_j²).
 *
 * @param latent z, [B, Z]
 * @param logVariance log σ², [B, Z]
 * @param noise ε, [B, Z]
 * @returns [B], nats.
 */
export function priorRatio(
  latent: tf.Tensor,
  logVariance: tf.Tensor,
  noise: tf.Tensor,
): tf.Tensor1D {
  const terms = tf.sub(tf.add(tf.square(noise), logVariance), tf.square(latent));
  return tf.mul(tf.sum(terms, 1), 0.5);
}

/**
 * Importance weights log p(x, z) − log q(z|x) of K draws for each row, [B, K]: equation 8 of Burda et
 * al. (2016, arXiv 1509.00519).
 *
 * @param x [B, D]
 * @param noise [B, K·Z]
 */
export function logWeightsOf(
  { encoder, decoder }: Applied<Coder>,
  x: tf.Tensor2D,
  noise: tf.Tensor,
  latentSize: number,
  { likelihood, deviation }: LikelihoodConfiguration = { likelihood: "bernoulli", deviation: 1 },
): tf.Tensor2D {
  const [batch, draws] = [x.shape[0], noise.shape[1]! / latentSize];
  // Every row K times, one after another.
  const repeated = (rows: tf.Tensor) =>
    tf.reshape(tf.tile(tf.expandDims(rows, 1), [1, draws, 1]), [batch * draws, rows.shape[1]!]);
  const [mean, logVariance] = posterior(encoder(x)).map(repeated);
  const epsilon = tf.reshape(noise, [batch * draws, latentSize]);
  const latent = reparameterize(mean, logVariance, epsilon);
  const reconstruction = likelihoods[likelihood].loss(decoder(latent), repeated(x), deviation);
  const weights = tf.sub(priorRatio(latent, logVariance, epsilon), reconstruction);
  return tf.reshape(weights, [batch, draws]);
}

/**
 * σ from which on a density at greys bounds the probability of 8-bit pixels without the noise of
 * dequantisation: a narrower one lies between two levels, and its bits could fall without end.
 */
const NARROWEST = 1 / 256;

/**
 * The terms of every evaluation of images of `size` numbers, −ELBO among them, of both parts [B]. Bits a
 * dimension are of 8-bit pixels where the likelihood is a density of greys, and left out where that is too
 * narrow for it.
 */
export function evaluated(
  reconstruction: tf.Tensor,
  kl: tf.Tensor,
  size: number,
  { likelihood, deviation }: LikelihoodConfiguration = { likelihood: "bernoulli", deviation: 1 },
): Record<"reconstruction" | "kl" | "negative_elbo", tf.Tensor> & {
  readonly bits_per_dimension?: tf.Tensor;
} {
  const negative_elbo = tf.add(reconstruction, kl);
  const terms = { reconstruction, kl, negative_elbo };
  if (likelihood === "gaussian" && deviation < NARROWEST) return terms;
  const nats = likelihood === "gaussian"
    ? tf.neg(ofLevels(tf.neg(negative_elbo), size))
    : negative_elbo;
  return { ...terms, bits_per_dimension: bitsPerDimension(nats, size) };
}

/** What a model under the prior N(0, I) is asked for. */
export const underNormalPrior = {
  noise: latentNoise,
  evaluate: (networks: Applied<Coder>, batch: Batch, configuration: LikelihoodConfiguration) => {
    const { mean, logVariance, reconstruction } = drawn(networks, batch, configuration);
    const kl = gaussianKl(mean, logVariance);
    return evaluated(reconstruction, kl, batch.x.shape[1], configuration);
  },
  weighsBits: ({ likelihood }: Partial<LikelihoodConfiguration>): boolean =>
    likelihood !== "gaussian",
  weightNoise: (
    { size }: ExampleShape,
    { latentSize, likelihood }: { readonly latentSize: number } & Partial<LikelihoodConfiguration>,
  ): NoiseSpecs => ({
    noise: ["normal", [CHUNK * latentSize]],
    ...likelihood === "gaussian" && { level: ["uniform", [size]] },
  }),
  logWeights: (
    networks: Applied<Coder>,
    { x, noise: { noise, level } }: Batch,
    configuration: LikelihoodConfiguration & { readonly latentSize: number },
  ) => {
    const { latentSize, likelihood } = configuration;
    const isGrey = likelihood === "gaussian";
    const pixels = isGrey ? dequantized(x, level) : x;
    const weights = logWeightsOf(networks, pixels, noise, latentSize, configuration);
    return isGrey ? ofLevels(weights, x.shape[1]) : weights;
  },
  encode: ({ encoder }: Applied<Coder>, { x }: Batch): tf.Tensor => posterior(encoder(x))[0],
  decode: (
    { decoder }: Applied<Coder>,
    { codes }: Codes,
    { likelihood }: LikelihoodConfiguration,
  ): tf.Tensor => likelihoods[likelihood].images(decoder(codes)),
  sample: (
    { decoder }: Applied<Coder>,
    { noise: { noise } }: Drawn,
    { likelihood }: LikelihoodConfiguration,
  ): tf.Tensor => likelihoods[likelihood].images(decoder(noise)),
};
