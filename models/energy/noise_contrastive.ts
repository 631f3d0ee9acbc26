/**
 * Noise-contrastive estimation: an unnormalised density is learned by telling data from noise of a known
 * density, so that its partition function is learned with it and becomes 1.
 *
 * Gutmann, Hyvärinen, "Noise-contrastive estimation: A new estimation principle for unnormalized
 * statistical models" (AISTATS 2010), equations 3 and 4, with ν draws of noise for each example
 * (Gutmann & Hyvärinen 2012, equation 8). Samples by Langevin steps (Roberts & Tweedie 1996).
 *
 * Differs from the paper: the density is that of the noise times e^(−E(x)) with a network E, so that it
 * falls off where neither data nor noise are; its constant is the bias of the network's last layer.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { log } from "../../lab/core/elementary.ts";
import { count, LONGEST, widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { noisyExampleFields } from "../fields.ts";
import { ownLikelihood } from "../likelihood.ts";
import { dense } from "../networks.ts";
import {
  byQuadrature,
  type Energy,
  energyOf,
  langevinStep,
  logDensityOf,
  quadratureTerms,
} from "./density.ts";

// Configuration.

const configuration = z.strictObject({
  ...noisyExampleFields,
  hiddenSizes: widths().min(1).default([128, 128]).meta({
    description: "Widths of the energy's hidden layers",
  }),
  noiseRatio: count(1, 64).default(4).meta({ description: "ν, draws of noise for each example" }),
  noiseDeviation: z.number().positive().default(2).meta({
    description: "Deviation of the noise, a normal distribution about 0: it must cover the data",
  }),
  samplerSteps: count(1, LONGEST).default(300).meta({
    description: "Langevin steps of a sample, from noise on",
    unit: "steps",
  }),
  stepSize: z.number().positive().default(0.01).meta({
    description: "ε of a Langevin step: its noise has the variance ε",
  }),
});

// The loss.

/**
 * −ln of the probability of being told apart rightly, softplus(ln ν − r(x)) + Σ softplus(r(y) − ln ν),
 * r = ln p_m − ln p_n, [B]. Equation 8 of Gutmann & Hyvärinen (2012).
 *
 * @param data r of examples, [B]
 * @param noise r of ν draws of noise for each, [B, ν]
 */
export function contrast(data: tf.Tensor, noise: tf.Tensor): tf.Tensor1D {
  const shift = log(noise.shape[1]!);
  return tf.add(
    tf.softplus(tf.sub(shift, data)),
    tf.sum(tf.softplus(tf.sub(noise, shift)), 1),
  );
}

// The model.

/** {@linkcode contrast} of examples and standard normal noise [B, ν, D]. */
function contrastOf(energy: Energy, x: tf.Tensor, noise: tf.Tensor, deviation: number): tf.Tensor {
  const [rows, draws, size] = noise.shape;
  const drawn = tf.mul(tf.reshape(noise, [rows * draws, size!]), deviation);
  const ratio = (x: tf.Tensor) => tf.neg(energyOf(energy, x));
  return contrast(ratio(x), tf.reshape(ratio(drawn), [rows, draws]));
}

/** An energy of points, learned against normal noise. */
export const noiseContrastive = defineModel({
  name: "noise-contrastive",
  summary: "Energy of points, learned by telling them from noise",
  takes: { examples: ["points"] },
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/contrast", goal: "minimize" },
  networks: ({ size }, { hiddenSizes }) => ({
    energy: dense([size, ...hiddenSizes, 1], "swish"),
  }),
  noise: ({ size }, { noiseRatio }) => ({ noise: ["normal", [noiseRatio, size]] }),
  steps: [{
    name: "contrast",
    loss: ({ energy }, { x, noise: { noise } }, { noiseDeviation }) => ({
      loss: contrastOf(energy, x, noise, noiseDeviation),
    }),
  }],
  evaluate: ({ energy }, { x, noise: { noise } }, { noiseDeviation }) => {
    const terms = { contrast: contrastOf(energy, x, noise, noiseDeviation) };
    if (x.shape[1] !== 2) return terms;
    return { ...terms, ...quadratureTerms(energy, x, noiseDeviation) };
  },
  sampleNoise: ({ size }) => ({ start: ["normal", [size]] }),
  sample: (_, { noise: { start } }, { noiseDeviation }) => tf.mul(start, noiseDeviation),
  sampler: {
    steps: (_, { samplerSteps }) => samplerSteps,
    noise: ({ size }) => ({ fresh: ["normal", [size]] }),
    step: ({ energy }, { x, noise: { fresh } }, { noiseDeviation, stepSize }) =>
      langevinStep(logDensityOf(energy, noiseDeviation), x, fresh, stepSize),
  },
  score: ({ energy }, { x }, { noiseDeviation }) => logDensityOf(energy, noiseDeviation)(x),
  samplingFields: ["samplerSteps", "stepSize"],
  ...byQuadrature,
  metrics: ({ dataset }) => Promise.resolve(ownLikelihood(dataset)),
});
