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
import { likelihoodTerms, ownLikelihood } from "../likelihood.ts";
import { dense } from "../networks.ts";

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

// The density.

/** ln N(x; 0, s²I), [B]. */
export function normalLogDensity(x: tf.Tensor, deviation: number): tf.Tensor1D {
  const constant = x.shape.at(-1)! * log(2 * Math.PI * deviation * deviation) / 2;
  const squares = tf.sum(tf.square(x), -1);
  return tf.sub(tf.mul(squares, -1 / (2 * deviation * deviation)), constant);
}

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

/** Points on a side of the grid of quadrature, and how many of the noise's deviations it reaches. */
const SIDE = 100, REACH = 4;

/**
 * ln ∫ p over the plane by the midpoint rule on a square of ±4 deviations of the noise, a scalar.
 *
 * @param logDensity ln p of points [N, 2], [N].
 */
export function logPartition(
  logDensity: (x: tf.Tensor) => tf.Tensor,
  deviation: number,
): tf.Scalar {
  const cell = 2 * REACH * deviation / SIDE;
  const places = tf.mul(tf.sub(tf.range(0, SIDE), (SIDE - 1) / 2), cell);
  const across = tf.tile(tf.reshape(places, [1, SIDE, 1]), [SIDE, 1, 1]);
  const up = tf.tile(tf.reshape(places, [SIDE, 1, 1]), [1, SIDE, 1]);
  const grid = tf.reshape(tf.concat([across, up], 2), [SIDE * SIDE, 2]);
  return tf.add(tf.logSumExp(logDensity(grid)), 2 * log(cell)) as tf.Scalar;
}

// The model.

type Energy = (x: tf.Tensor) => tf.Tensor;

/** ln p_m(x) − ln p_n(x) = −E(x), [B]. */
function ratioOf(energy: Energy): (x: tf.Tensor) => tf.Tensor {
  return (x) => tf.neg(tf.squeeze(energy(x), [1]));
}

/** ln p_m, [B]. */
function logDensityOf(energy: Energy, deviation: number): (x: tf.Tensor) => tf.Tensor {
  return (x) => tf.add(ratioOf(energy)(x), normalLogDensity(x, deviation));
}

/** {@linkcode contrast} of examples and standard normal noise [B, ν, D]. */
function contrastOf(energy: Energy, x: tf.Tensor, noise: tf.Tensor, deviation: number): tf.Tensor {
  const [rows, draws, size] = noise.shape;
  const drawn = tf.mul(tf.reshape(noise, [rows * draws, size!]), deviation);
  const ratio = ratioOf(energy);
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
    const logDensity = logDensityOf(energy, noiseDeviation);
    const partition = logPartition(logDensity, noiseDeviation);
    const nats = tf.sub(partition, logDensity(x));
    return { ...terms, log_partition: partition, ...likelihoodTerms(nats, 2) };
  },
  sampleNoise: ({ size }) => ({ start: ["normal", [size]] }),
  sample: (_, { noise: { start } }, { noiseDeviation }) => tf.mul(start, noiseDeviation),
  sampler: {
    steps: (_, { samplerSteps }) => samplerSteps,
    noise: ({ size }) => ({ fresh: ["normal", [size]] }),
    // x + ε/2 ∇ ln p(x) + √ε z
    step: ({ energy }, { x, noise: { fresh } }, { noiseDeviation, stepSize }) => {
      const logDensity = logDensityOf(energy, noiseDeviation);
      const uphill = tf.mul(tf.grad((x) => tf.sum(logDensity(x)))(x), stepSize / 2);
      return tf.add(tf.add(x, uphill), tf.mul(fresh, Math.sqrt(stepSize)));
    },
  },
  score: ({ energy }, { x }, { noiseDeviation }) => logDensityOf(energy, noiseDeviation)(x),
  samplingFields: ["samplerSteps", "stepSize"],
  metrics: ({ dataset }) => Promise.resolve(ownLikelihood(dataset)),
});
