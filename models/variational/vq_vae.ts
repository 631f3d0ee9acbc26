/**
 * VQ-VAE: the encoder gives a vector for each place of a small image, each is replaced by the nearest of K
 * codes, and the decoder sees the codes alone. The gradient passes the choice as if it were not there, and
 * the codes follow the vectors that chose them as moving averages.
 *
 * van den Oord, Vinyals, Kavukcuoglu, "Neural Discrete Representation Learning" (2017, arXiv 1711.00937):
 * the choice of equation 1, the loss of equation 3 without its second term, in whose place stand the moving
 * averages of appendix A.1. Codes that are hardly used begin anew at a vector of the minibatch (Dhariwal et
 * al., "Jukebox", 2020, arXiv 2005.00341, section 3.2).
 *
 * Differs from the paper: no residual blocks; samples draw each place's code by its own frequency, where
 * the paper trains a PixelCNN on the codes.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { stopGradient } from "../../lab/compute/gradients.ts";
import { constant, normal } from "../../lab/compute/initializers.ts";
import { count, WIDEST, widths } from "../../lab/compute/sizes.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { placesDecoder, placesEncoder, smallestOf } from "../convolutional.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields, judgeFields } from "../fields.ts";
import { squaredError } from "../losses.ts";
import { codeUsage } from "../metrics/code_usage.ts";
import { likelihoodFields, likelihoods, ofImages } from "./bound.ts";

// Configuration.

const configuration = z.strictObject({
  ...exampleFields,
  ...likelihoodFields,
  ...judgeFields,
  filters: widths().min(1).default([32, 64]).meta({
    description: "Filters of each halving convolution; the decoder has them in reverse",
  }),
  codes: count(2, WIDEST).default(128).meta({ description: "K, codes in the codebook" }),
  codeSize: count(1, WIDEST).default(16).meta({ description: "Length of a code" }),
  commitment: z.number().min(0).default(0.25).meta({
    description: "Weight of the distance of vectors from their codes (0.25: the paper's)",
  }),
  decay: z.number().min(0).lt(1).default(0.99).meta({
    description: "Decay of the moving averages that the codes are (0.99: the paper's)",
  }),
  restartBelow: z.number().min(0).default(1).meta({
    description:
      "A code that fewer vectors a minibatch choose, on average, begins anew; 0: none does",
  }),
  learningRate: z.number().positive().default(2e-3).meta({
    description: "Adam's step size at the start",
  }),
});

// The codebook.

/** The codes, [K, S]: the mean of the vectors that chose each. */
export function codebookOf({ counts, sums }: Tensors): tf.Tensor2D {
  return tf.div(sums, counts);
}

/**
 * Which code is nearest, one-hot. Equation 1.
 *
 * @param vectors [N, S]
 * @param codebook [K, S]
 * @returns [N, K]
 */
export function nearest(vectors: tf.Tensor2D, codebook: tf.Tensor2D): tf.Tensor2D {
  const products = tf.matMul(vectors, codebook, false, true);
  // The distance without the vector's own square, which is the same for all codes; its opposite.
  const near = tf.sub(tf.mul(products, 2), tf.sum(tf.square(codebook), 1));
  const index = tf.argMax(near, 1) as tf.Tensor1D;
  return tf.cast(tf.oneHot(index, codebook.shape[0]), "float32") as tf.Tensor2D;
}

/** The values of the codes with the gradient of the vectors: section 3.2. */
export function through(vectors: tf.Tensor, codes: tf.Tensor): tf.Tensor {
  return tf.add(vectors, stopGradient(tf.sub(codes, vectors)));
}

/** The nearest codes in place of vectors, [N, S]. */
function quantized(vectors: tf.Tensor2D, kept: Tensors): tf.Tensor2D {
  return tf.matMul(nearest(vectors, codebookOf(kept)), codebookOf(kept));
}

/** Where none begins anew, a code stays as it is rather than fall below: m/N would become 0/0. */
const LEAST_COUNT = 1e-5;

/** γ·before + (1 − γ)·now. */
function averaged(before: tf.Tensor, now: tf.Tensor, decay: number): tf.Tensor {
  return tf.add(tf.mul(before, decay), tf.mul(now, 1 - decay));
}

/**
 * The codebook after a minibatch: N ← γN + (1 − γ)n and m ← γm + (1 − γ)Σ of the vectors that chose it,
 * appendix A.1; a code with N below `restartBelow` begins anew at a vector. With 0 none does, and a code
 * that nothing chooses stays where it is.
 *
 * @param picked Which code each vector chose, [N, K]; rows of zeros, which come last, take no part.
 * @param choice U[0, 1), [K]: the vectors that codes may begin anew at.
 */
export function moved(
  { counts, sums, ...others }: Tensors,
  vectors: tf.Tensor2D,
  picked: tf.Tensor2D,
  choice: tf.Tensor,
  { decay, restartBelow }: { readonly decay: number; readonly restartBelow: number },
): Tensors {
  const chosen = tf.transpose(picked);
  const nextCounts = averaged(counts, tf.sum(chosen, 1, true), decay);
  const nextSums = averaged(sums, tf.matMul(chosen, vectors), decay);
  const unused = tf.cast(tf.less(nextCounts, restartBelow || LEAST_COUNT), "float32");
  const mixed = (kept: tf.Tensor, fresh: tf.Tensor) =>
    tf.add(tf.mul(kept, tf.sub(1, unused)), tf.mul(fresh, unused));
  const row = tf.cast(tf.floor(tf.mul(choice, tf.sum(picked))), "int32") as tf.Tensor1D;
  // Anew is as if as many vectors as are asked for had chosen it.
  const [freshCounts, freshSums] = restartBelow === 0
    ? [counts, sums]
    : [tf.fill([1, 1], restartBelow), tf.mul(tf.gather(vectors, row), restartBelow)];
  return { ...others, counts: mixed(nextCounts, freshCounts), sums: mixed(nextSums, freshSums) };
}

// The model.

/** Places of the smallest image. */
function placesOf(shape: readonly number[], { filters }: { readonly filters: readonly number[] }) {
  const [height, width] = smallestOf(shape, filters.length);
  return height * width;
}

/** An autoencoder whose code is discrete. */
export const vqVae = defineModel({
  ...ofImages,
  bestBy: { metric: "validation/reconstruction", goal: "minimize" },
  name: "vq-vae",
  summary: "Autoencoder whose code is a small image of indices into a learned codebook",
  configuration,
  networks: ({ shape }, { filters, codeSize }) => ({
    encoder: placesEncoder(shape, filters, codeSize),
    decoder: placesDecoder(codeSize, filters, shape),
  }),
  keeps: ({ shape }, fields, stream) => ({
    counts: constant([fields.codes, 1], 1),
    sums: normal(stream("codebook"), [fields.codes, fields.codeSize]),
    // How often each place has each code.
    frequencies: constant([placesOf(shape, fields), fields.codes], 1 / fields.codes),
  }),
  steps: [{
    name: "quantized",
    noise: (_, { codes }) => ({ choice: ["uniform", [codes], "batch"] }),
    loss: ({ encoder, decoder }, { x, mask, kept, noise: { choice } }, fields) => {
      const vectors = encoder(x);
      const [batch, places] = [x.shape[0], vectors.shape[0] / x.shape[0]];
      const fixed = stopGradient(vectors);
      const picked = nearest(fixed, codebookOf(kept));
      const codes = tf.matMul(picked, codebookOf(kept));
      const { likelihood, deviation } = fields;
      const reconstruction = likelihoods[likelihood].loss(
        decoder(through(vectors, codes)),
        x,
        deviation,
      );
      const flat = (rows: tf.Tensor) => tf.reshape(rows, [batch, places * fields.codeSize]);
      const commitment = squaredError(flat(vectors), flat(codes));
      const present = tf.reshape(tf.tile(tf.expandDims(mask, 1), [1, places]), [-1, 1]);
      const counted = tf.mul(picked, present) as tf.Tensor2D;
      const uses = tf.sum(tf.reshape(counted, [batch, places, fields.codes]), 0);
      return {
        loss: tf.add(reconstruction, tf.mul(commitment, fields.commitment)),
        reconstruction,
        commitment,
        kept: {
          ...moved(kept, fixed, counted, choice, fields),
          frequencies: averaged(kept.frequencies, tf.div(uses, tf.sum(mask)), fields.decay),
        },
      };
    },
  }],
  evaluate: ({ encoder, decoder }, { x, kept }, { likelihood, deviation }) => {
    const outputs = decoder(quantized(encoder(x), kept));
    const { loss, images } = likelihoods[likelihood];
    return {
      reconstruction: loss(outputs, x, deviation),
      mean_squared_error: tf.div(squaredError(images(outputs), x), x.shape[1]),
    };
  },
  encode: ({ encoder }, { x, kept }) => tf.reshape(quantized(encoder(x), kept), [x.shape[0], -1]),
  decode: ({ decoder }, { codes }, { likelihood, codeSize }) =>
    likelihoods[likelihood].images(decoder(tf.reshape(codes, [-1, codeSize]))),
  sampleNoise: ({ shape }, fields) => ({ choice: ["uniform", [placesOf(shape, fields)]] }),
  sample: ({ decoder }, { noise: { choice }, kept }, { likelihood, codes }) => {
    // The first code whose cumulated frequency is above the draw.
    const upTo = tf.linalg.bandPart(tf.ones([codes, codes]), 0, -1) as tf.Tensor2D;
    const cumulated = tf.matMul(kept.frequencies as tf.Tensor2D, upTo);
    const below = tf.lessEqual(tf.expandDims(cumulated, 0), tf.expandDims(choice, 2));
    const index = tf.minimum(tf.sum(tf.cast(below, "float32"), 2), codes - 1);
    const flat = tf.cast(tf.reshape(index, [-1]), "int32") as tf.Tensor1D;
    const picked = tf.cast(tf.oneHot(flat, codes), "float32") as tf.Tensor2D;
    return likelihoods[likelihood].images(decoder(tf.matMul(picked, codebookOf(kept))));
  },
  metrics: async ({ encode, dataset: { test } }, { codes, codeSize }) => {
    const { used, perplexity } = codeUsage(await encode!(test.values), codeSize);
    return { "evaluation/codes_used": used / codes, "evaluation/perplexity": perplexity };
  },
});
