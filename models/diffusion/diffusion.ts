/**
 * Denoising diffusion: noise is added to an example level by level until nothing of it is left, and a
 * network learns to tell the noise, so that samples are made from noise by taking it away again.
 *
 * Ho, Jain, Abbeel, "Denoising Diffusion Probabilistic Models" (2020, arXiv 2006.11239): equation 4,
 * the loss of equation 14, the sampler of algorithm 2. What the network gives may be the noise, the
 * example, or v (Salimans & Ho 2022, arXiv 2202.00512, appendix D). Samplers between DDPM's and DDIM's
 * by equation 12 of Song, Meng, Ermon (2021, arXiv 2010.02502).
 *
 * Differs from the papers: a dense network, swish units, times as sines and cosines of 2ᵏπt/T.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, LONGEST, widths } from "../../lab/compute/sizes.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { defineModel } from "../define_model.ts";
import { averageField, exampleFields } from "../fields.ts";
import { squaredError } from "../losses.ts";
import { everywhere, timeNetwork } from "../time_network.ts";
import { schedules, stepNumbers, visitedLevels } from "./schedules.ts";

// Configuration.

/** Fields of every diffusion model. */
export const diffusionFields = {
  ...exampleFields,
  batchSize: count(1).default(128).meta({
    description: "Examples a gradient step",
    unit: "examples",
  }),
  learningRate: z.number().positive().default(2e-3).meta({
    description: "Adam's step size at the start",
  }),
  levels: count(1, LONGEST).default(1000).meta({ description: "T, levels of noise" }),
  schedule: z.enum(["linear", "cosine"]).default("cosine").meta({
    description:
      "How fast noise is added: linear β (Ho et al. 2020) or a cosine (Nichol & Dhariwal " +
      "2021)",
  }),
  predicts: z.enum(["noise", "example", "velocity"]).default("velocity").meta({
    description: "What the network gives: ε, x₀, or v = √ᾱ ε − √(1 − ᾱ) x₀",
  }),
  samplerSteps: count(1, LONGEST).default(50).meta({
    description: "Levels that a sample passes through, evenly apart; at most levels",
    unit: "steps",
  }),
  stochasticity: z.number().min(0).max(1).default(1).meta({
    description: "η of the sampler: 1 is DDPM's, 0 adds no noise (DDIM)",
  }),
  ...averageField,
};

const configuration = z.strictObject({
  ...diffusionFields,
  hiddenSizes: widths().min(1).default([128, 128, 128]).meta({
    description: "Widths of the network's hidden layers",
  }),
});

// Noise and its prediction.

/** √ᾱ and √(1 − ᾱ), [B, 1] each: how an example and noise are mixed. */
export interface Mix {
  readonly signal: tf.Tensor;
  readonly noise: tf.Tensor;
}

/**
 * x_t = √ᾱ x₀ + √(1 − ᾱ) ε. Equation 4 of Ho et al.
 *
 * @param x x₀, [B, D]
 * @param epsilon ε ~ N(0, I), [B, D]
 */
export function noisy(x: tf.Tensor, epsilon: tf.Tensor, { signal, noise }: Mix): tf.Tensor {
  return tf.add(tf.mul(x, signal), tf.mul(epsilon, noise));
}

/** What the network is to give, [B, D]. */
export const targets = {
  noise: (_x: tf.Tensor, epsilon: tf.Tensor, _mix: Mix): tf.Tensor => epsilon,
  example: (x: tf.Tensor, _epsilon: tf.Tensor, _mix: Mix): tf.Tensor => x,
  velocity: (x: tf.Tensor, epsilon: tf.Tensor, { signal, noise }: Mix): tf.Tensor =>
    tf.sub(tf.mul(epsilon, signal), tf.mul(x, noise)),
};

/** x₀ and ε that x_t consists of, by what the network gave, [B, D] each. */
export const parts = {
  noise: (given: tf.Tensor, x: tf.Tensor, { signal, noise }: Mix) => ({
    example: tf.div(tf.sub(x, tf.mul(given, noise)), signal),
    epsilon: given,
  }),
  example: (given: tf.Tensor, x: tf.Tensor, { signal, noise }: Mix) => ({
    example: given,
    epsilon: tf.div(tf.sub(x, tf.mul(given, signal)), noise),
  }),
  velocity: (given: tf.Tensor, x: tf.Tensor, { signal, noise }: Mix) => ({
    example: tf.sub(tf.mul(x, signal), tf.mul(given, noise)),
    epsilon: tf.add(tf.mul(x, noise), tf.mul(given, signal)),
  }),
};

/**
 * Levels of noise for training: t = 1 + ⌊T u⌋ as a share t/T, and its mix.
 *
 * @param uniform u ~ U[0, 1), [B, 1]
 */
export function drawnLevels(
  uniform: tf.Tensor,
  { levels, schedule }: Pick<z.output<typeof configuration>, "levels" | "schedule">,
): { readonly time: tf.Tensor; readonly mix: Mix } {
  const level = tf.add(tf.floor(tf.mul(uniform, levels)), 1);
  const share = tf.gather(
    tf.tensor1d(Float32Array.from(schedules[schedule](levels))),
    tf.cast(tf.reshape(level, [-1]), "int32"),
  );
  const column = tf.reshape(share, [-1, 1]);
  return {
    time: tf.div(level, levels),
    mix: { signal: tf.sqrt(column), noise: tf.sqrt(tf.sub(1, column)) },
  };
}

// The sampler.

type SamplerFields = Pick<
  z.output<typeof configuration>,
  "levels" | "schedule" | "samplerSteps" | "stochasticity"
>;

/** The numbers of step k of a sampler from level T down to 0. */
export function numbersAt(
  k: number,
  { levels, schedule, samplerSteps, stochasticity }: SamplerFields,
): Readonly<Record<string, number>> {
  const shares = schedules[schedule](levels);
  const [from, to] = visitedLevels(levels, samplerSteps).slice(k);
  return { time: from / levels, ...stepNumbers(shares[from], shares[to], stochasticity) };
}

/**
 * The next x of a sampler: what is left of the example and of the direction in which x is off, and fresh
 * noise. Equation 12 of Song et al.
 *
 * @param fresh N(0, I), [B, D]
 * @param at The numbers of the step.
 */
export function denoised(
  { example, epsilon }: { readonly example: tf.Tensor; readonly epsilon: tf.Tensor },
  fresh: tf.Tensor,
  at: Tensors,
): tf.Tensor {
  const kept = tf.add(tf.mul(example, at.nextSignal), tf.mul(epsilon, at.direction));
  return tf.add(kept, tf.mul(fresh, at.fresh));
}

// The model.

/** Denoising diffusion of points. */
export const diffusion = defineModel({
  name: "diffusion",
  summary: "Denoising diffusion of points: noise is learned, and taken away step by step",
  takes: { examples: ["points"] },
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/energy_distance", goal: "minimize" },
  networks: ({ size }, { hiddenSizes }) => ({ denoiser: timeNetwork(size, hiddenSizes) }),
  noise: ({ size }) => ({ level: ["uniform", [1]], epsilon: ["normal", [size]] }),
  steps: [{
    name: "denoising",
    loss: ({ denoiser }, { x, noise: { level, epsilon } }, configuration) => {
      const { time, mix } = drawnLevels(level, configuration);
      const target = targets[configuration.predicts](x, epsilon, mix);
      return { loss: squaredError(denoiser(noisy(x, epsilon, mix), time), target) };
    },
  }],
  average: { networks: ["denoiser"], decay: ({ averageDecay }) => averageDecay },
  sampleNoise: ({ size }) => ({ start: ["normal", [size]] }),
  sample: (_, { noise: { start } }) => start,
  sampler: {
    steps: (_, { samplerSteps }) => samplerSteps,
    at: (k, _, configuration) => numbersAt(k, configuration),
    noise: ({ size }) => ({ fresh: ["normal", [size]] }),
    step: ({ denoiser }, { x, at, noise: { fresh } }, { predicts }) => {
      const given = denoiser(x, everywhere(at.time, x));
      return denoised(parts[predicts](given, x, { signal: at.signal, noise: at.noise }), fresh, at);
    },
  },
  samplingFields: ["samplerSteps", "stochasticity"],
});
