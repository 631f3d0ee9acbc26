/**
 * Trial members of kinds of models to come, as small as they can be: what the contract must carry.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { normal } from "../../lab/compute/initializers.ts";
import { stopGradient } from "../../lab/compute/gradients.ts";
import { zeros } from "../../lab/core/tensor_data.ts";
import { defineModel } from "../../models/define_model.ts";
import { averageField, exampleFields } from "../../models/fields.ts";
import { binaryCrossEntropy, squaredError } from "../../models/losses.ts";
import { dense, parametersAlone } from "../../models/networks.ts";
import { bound, gaussianKl, posterior, reparameterize } from "../../models/variational/bound.ts";

const fields = z.strictObject(exampleFields);
const averagedBy = (decay: number) =>
  fields.extend({ averageDecay: averageField.averageDecay.default(decay) });
const joined = (...tensors: tf.Tensor[]) => tf.concat(tensors, 1);
/** Bernoulli draws with these probabilities, from uniform noise. */
const drawn = (p: tf.Tensor, noise: tf.Tensor) => tf.cast(tf.less(noise, p), "float32");

/** Labels in encoder and decoder: "draw a 7" (Sohn et al. 2015). */
export const conditionalVae = defineModel({
  name: "trial-conditional-vae",
  summary: "A VAE under a class",
  takes: { examples: ["images"], labels: "required" },
  configuration: fields,
  budget: "examples",
  networks: ({ size, classes }) => ({
    encoder: dense([size + classes, 12, 4]),
    decoder: dense([2 + classes, 12, size]),
  }),
  noise: () => ({ noise: ["normal", [2]] }),
  steps: [{
    name: "bound",
    loss: ({ encoder, decoder }, { x, labels, noise: { noise } }) => {
      const [mean, logVariance] = posterior(encoder(joined(x, labels)));
      const latent = reparameterize(mean, logVariance, noise);
      const logits = decoder(joined(latent, labels));
      return bound(binaryCrossEntropy(logits, x), gaussianKl(mean, logVariance), 1);
    },
  }],
  encode: ({ encoder }, { x, labels }) => posterior(encoder(joined(x, labels)))[0],
  decode: ({ decoder }, { codes, labels }) => tf.sigmoid(decoder(joined(codes, labels))),
  sample: ({ decoder }, { labels, noise: { noise } }) => tf.sigmoid(decoder(joined(noise, labels))),
});

/** Pairs, two networks in turn on the same examples, a moving average (Isola et al. 2017). */
export const translator = defineModel({
  name: "trial-translator",
  summary: "A GAN from an image to its partner",
  takes: { examples: ["images"], partners: "required" },
  configuration: averagedBy(0.8),
  budget: "examples",
  networks: ({ size, partnerSize }) => ({
    discriminator: dense([size + partnerSize, 12, 1]),
    generator: dense([size, 24, partnerSize]),
  }),
  steps: [
    {
      name: "discriminator",
      changes: ["discriminator"],
      loss: ({ discriminator, generator }, { x, partners }) => {
        const real = tf.softplus(tf.neg(discriminator(joined(x, partners))));
        const generated = tf.softplus(discriminator(joined(x, tf.sigmoid(generator(x)))));
        return { loss: tf.squeeze(tf.add(real, generated), [1]) };
      },
    },
    {
      name: "generator",
      changes: ["generator"],
      examples: "same",
      maximumGradientNorm: () => 10,
      loss: ({ discriminator, generator }, { x, partners }) => {
        const made = tf.sigmoid(generator(x));
        const fooled = tf.squeeze(tf.softplus(tf.neg(discriminator(joined(x, made)))), [1]);
        const distance = tf.sum(tf.abs(tf.sub(made, partners)), 1);
        return { loss: tf.add(fooled, tf.mul(distance, 10)), fooled, distance };
      },
    },
  ],
  average: ["generator"],
  translate: ({ generator }, { x }) => tf.sigmoid(generator(x)),
  evaluate: ({ generator }, { x, partners }) => ({
    absolute_error: tf.mean(tf.abs(tf.sub(tf.sigmoid(generator(x)), partners)), 1),
  }),
});

const CODES = 6;
const WIDTH = 3;

/** [B, K]: which code is nearest, one-hot. */
function nearest(codebook: tf.Tensor, encoded: tf.Tensor): tf.Tensor2D {
  const products = tf.matMul(encoded as tf.Tensor2D, tf.transpose(codebook) as tf.Tensor2D);
  const distances = tf.sub(tf.sum(tf.square(codebook), 1), tf.mul(products, 2));
  return tf.cast(
    tf.oneHot(tf.argMin(distances, 1) as tf.Tensor1D, CODES),
    "float32",
  ) as tf.Tensor2D;
}

/** Extra state: a codebook of moving averages (van den Oord et al. 2017, appendix A.1). */
export const quantized = defineModel({
  name: "trial-quantized",
  summary: "A VQ-VAE with one code an image",
  takes: { examples: ["images"] },
  configuration: fields,
  budget: "examples",
  networks: ({ size }) => ({
    encoder: dense([size, 12, WIDTH]),
    decoder: dense([WIDTH, 12, size]),
  }),
  keeps: () => ({
    counts: { ...zeros([CODES, 1], "float32"), values: new Float32Array(CODES).fill(1) },
    sums: {
      ...zeros([CODES, WIDTH], "float32"),
      values: Float32Array.from({ length: CODES * WIDTH }, (_, i) => Math.sin(i)),
    },
  }),
  steps: [{
    name: "quantized",
    loss: ({ encoder, decoder }, { x, kept: { counts, sums } }) => {
      const encoded = encoder(x);
      const pick = nearest(tf.div(sums, counts), stopGradient(encoded));
      const code = tf.matMul(pick, tf.div(sums, counts) as tf.Tensor2D);
      const through = tf.add(encoded, stopGradient(tf.sub(code, encoded)));
      const reconstruction = binaryCrossEntropy(decoder(through), x);
      const commitment = squaredError(encoded, code);
      const next = (before: tf.Tensor, now: tf.Tensor) =>
        tf.add(tf.mul(before, 0.9), tf.mul(stopGradient(now), 0.1));
      return {
        loss: tf.add(reconstruction, tf.mul(commitment, 0.25)),
        reconstruction,
        commitment,
        kept: {
          counts: next(counts, tf.expandDims(tf.sum(pick, 0), 1)),
          sums: next(sums, tf.matMul(tf.transpose(pick), encoded)),
        },
      };
    },
  }],
  encode: ({ encoder }, { x, kept: { counts, sums } }) => {
    const codebook = tf.div(sums, counts) as tf.Tensor2D;
    return tf.matMul(nearest(codebook, encoder(x)), codebook);
  },
  decode: ({ decoder }, { codes }) => tf.sigmoid(decoder(codes)),
  sampleNoise: () => ({ choice: ["uniform", []] }),
  sample: ({ decoder }, { noise: { choice }, kept: { counts, sums } }) => {
    const index = tf.cast(tf.floor(tf.mul(choice, CODES)), "int32") as tf.Tensor1D;
    const pick = tf.cast(tf.oneHot(index, CODES), "float32") as tf.Tensor2D;
    return tf.sigmoid(decoder(tf.matMul(pick, tf.div(sums, counts) as tf.Tensor2D)));
  },
});

/** Own gradients: contrastive divergence with one step (Hinton 2002); samples by Gibbs sampling. */
export const boltzmann = defineModel({
  name: "trial-boltzmann",
  summary: "A restricted Boltzmann machine",
  takes: { examples: ["images"] },
  configuration: fields,
  budget: "examples",
  networks: ({ size }) => ({
    machine: parametersAlone((random) => ({
      weights: normal(random, [size, 8], 0.05),
      visible: zeros([size], "float32"),
      hidden: zeros([8], "float32"),
    })),
  }),
  noise: ({ size }) => ({ hidden: ["uniform", [8]], visible: ["uniform", [size]] }),
  steps: [{
    name: "contrastive-divergence",
    gradients: ({ machine }, { x, noise }) => {
      const { weights, visible, hidden } = machine();
      const [w, up] = [weights as tf.Tensor2D, tf.transpose(weights) as tf.Tensor2D];
      const above = (v: tf.Tensor) => tf.sigmoid(tf.add(tf.matMul(v as tf.Tensor2D, w), hidden));
      const first = above(x);
      const below = tf.sigmoid(
        tf.add(tf.matMul(drawn(first, noise.hidden) as tf.Tensor2D, up), visible),
      );
      const dream = drawn(below, noise.visible) as tf.Tensor2D;
      const second = above(dream);
      const between = (v: tf.Tensor2D, h: tf.Tensor) =>
        tf.div(tf.matMul(tf.transpose(v), h as tf.Tensor2D), v.shape[0]);
      return {
        gradients: {
          machine: {
            weights: tf.sub(between(dream, second), between(x, first)),
            visible: tf.mean(tf.sub(dream, x), 0),
            hidden: tf.mean(tf.sub(second, first), 0),
          },
        },
        terms: { reconstruction_error: squaredError(below, x) },
      };
    },
  }],
  sampleNoise: ({ size }) => ({ start: ["uniform", [size]] }),
  sample: (_, { noise: { start } }) => drawn(tf.scalar(0.5), start),
  sampler: {
    steps: () => 10,
    noise: ({ size }) => ({ hidden: ["uniform", [8]], visible: ["uniform", [size]] }),
    step: ({ machine }, { x, noise }) => {
      const { weights, visible, hidden } = machine();
      const p = tf.sigmoid(tf.add(tf.matMul(x, weights as tf.Tensor2D), hidden));
      const h = drawn(p, noise.hidden) as tf.Tensor2D;
      const below = tf.sigmoid(tf.add(tf.matMul(h, tf.transpose(weights) as tf.Tensor2D), visible));
      return drawn(below, noise.visible);
    },
  },
  score: ({ machine }, { x }) => {
    const { weights, visible, hidden } = machine();
    const above = tf.add(tf.matMul(x, weights as tf.Tensor2D), hidden);
    return tf.add(tf.sum(tf.mul(x, visible), 1), tf.sum(tf.softplus(above), 1));
  },
});

/** A sampler with inner steps whose numbers are computed outside (Ho et al. 2020; Song et al. 2021). */
export const diffusion = defineModel({
  name: "trial-diffusion",
  summary: "Denoising diffusion of points, with deterministic steps",
  takes: { examples: ["points"] },
  configuration: averagedBy(0.9),
  budget: "examples",
  networks: ({ size }) => ({ denoiser: dense([size + 1, 32, 32, size], "swish") }),
  noise: ({ size }) => ({ time: ["uniform", [1]], epsilon: ["normal", [size]] }),
  steps: [{
    name: "noise-prediction",
    loss: ({ denoiser }, { x, noise: { time, epsilon } }) => {
      const angle = tf.mul(time, Math.PI / 2);
      const noisy = tf.add(tf.mul(tf.cos(angle), x), tf.mul(tf.sin(angle), epsilon));
      return { loss: squaredError(denoiser(joined(noisy, time)), epsilon) };
    },
  }],
  average: ["denoiser"],
  sampleNoise: ({ size }) => ({ start: ["normal", [size]] }),
  sample: (_, { noise: { start } }) => start,
  sampler: {
    steps: () => 12,
    at: (k) => ({ time: 0.98 * (1 - k / 12), next: 0.98 * (1 - (k + 1) / 12) }),
    step: ({ denoiser }, { x, at: { time, next } }) => {
      const times = tf.mul(tf.onesLike(tf.slice(x, [0, 0], [-1, 1])), time);
      const epsilon = denoiser(joined(x, times));
      const angle = (t: tf.Tensor) => tf.mul(t, Math.PI / 2);
      const clean = tf.div(
        tf.sub(x, tf.mul(tf.sin(angle(time)), epsilon)),
        tf.cos(angle(time)),
      );
      return tf.add(tf.mul(tf.cos(angle(next)), clean), tf.mul(tf.sin(angle(next)), epsilon));
    },
  },
});

/** A sampler that fills in one pixel after the other: a fully visible belief network (Neal 1992). */
export const autoregressive = defineModel({
  name: "trial-autoregressive",
  summary: "A logistic regression of each pixel on those before it",
  takes: { examples: ["images"] },
  configuration: fields,
  budget: "examples",
  networks: ({ size }) => ({
    pixels: {
      initial: () => ({ kernel: zeros([size, size], "float32"), bias: zeros([size], "float32") }),
      apply: ({ kernel, bias }, x: tf.Tensor) => {
        const before = tf.linalg.bandPart(tf.ones([size, size]), 0, -1);
        const strictly = tf.sub(before, tf.eye(size));
        return tf.add(tf.matMul(x as tf.Tensor2D, tf.mul(kernel, strictly) as tf.Tensor2D), bias);
      },
    },
  }),
  steps: [{
    name: "negative-log-likelihood",
    loss: ({ pixels }, { x }) => ({ loss: binaryCrossEntropy(pixels(x), tf.round(x)) }),
  }],
  score: ({ pixels }, { x }) => tf.neg(binaryCrossEntropy(pixels(x), x)),
  sampleNoise: ({ size }) => ({ start: ["uniform", [size]] }),
  sample: (_, { noise: { start } }) => tf.zerosLike(start),
  sampler: {
    steps: ({ size }) => size,
    at: (k) => ({ index: k }),
    noise: () => ({ pixel: ["uniform", [1]] }),
    step: ({ pixels }, { x, at: { index }, noise: { pixel } }) => {
      const value = drawn(tf.sigmoid(pixels(x)), pixel);
      const here = tf.cast(tf.equal(tf.range(0, x.shape[1]), index), "float32");
      return tf.add(tf.mul(x, tf.sub(1, here)), tf.mul(value, here));
    },
  },
});
