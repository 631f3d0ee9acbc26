/**
 * EDM: diffusion by the deviation σ of its noise, with inputs, outputs and losses of the network scaled so
 * that all of them have variance 1 at every σ, and samples by Heun's method from σ_max down to 0.
 *
 * Karras, Aittala, Aila, Laine, "Elucidating the Design Space of Diffusion-Based Generative Models" (2022,
 * arXiv 2206.00364): the preconditioning of equation 7 and table 1, the loss of equation 8, the steps of
 * equation 5, algorithm 1.
 *
 * Differs from the paper: small networks (`denoiser.ts`), which see ln σ as a share of its range; no churn.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { log } from "../../lab/core/elementary.ts";
import { count, LONGEST } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import {
  denoiser,
  denoiserFields,
  dropNoise,
  guidanceFits,
  guided,
  inRange,
  signed,
  toldLabels,
  unsigned,
} from "../denoiser.ts";
import { averageField, noisyExampleFields } from "../fields.ts";
import { squaredError } from "../losses.ts";
import { everywhere } from "../time_network.ts";
import { heunStep, noiseLevels } from "./heun.ts";

// Configuration.

const configuration = z.strictObject({
  ...noisyExampleFields,
  deviation: z.number().positive().default(0.5).meta({
    description: "σ_data, the examples' own deviation (pixels count from −1 to 1)",
  }),
  noiseMean: z.number().default(-1.2).meta({
    description: "P_mean, the mean of ln σ while training",
  }),
  noiseDeviation: z.number().positive().default(1.2).meta({
    description: "P_std, the deviation of ln σ while training",
  }),
  leastNoise: z.number().positive().default(0.002).meta({
    description: "σ_min, the least noise from which samples jump to none",
  }),
  mostNoise: z.number().positive().default(80).meta({
    description: "σ_max, the noise in which samples begin",
  }),
  curvature: z.number().positive().default(7).meta({
    description: "ρ, by which more steps are taken where there is little noise",
  }),
  samplerSteps: count(1, LONGEST).default(18).meta({
    description: "Steps from noise to sample",
    unit: "steps",
  }),
  solver: z.enum(["heun", "euler"]).default("heun").meta({
    description: "What a step is: two evaluations of the network, or one",
  }),
  ...denoiserFields,
  ...averageField,
})
  .refine(...guidanceFits)
  .refine(({ leastNoise, mostNoise }) => leastNoise < mostNoise, {
    path: ["leastNoise"],
    message: "leastNoise must be below mostNoise",
  });

type Configuration = z.output<typeof configuration>;

// Preconditioning.

/** The factors of table 1 at noise σ, each of its shape. */
export interface Scales {
  /** c_skip: the share of the noisy example in what is told. */
  readonly skip: tf.Tensor;
  /** c_out: the scale of what the network adds. */
  readonly out: tf.Tensor;
  /** c_in: the scale of the noisy example as the network sees it. */
  readonly into: tf.Tensor;
}

/**
 * c_skip = σ_d² / (σ² + σ_d²), c_out = σ σ_d / √(σ² + σ_d²), c_in = 1 / √(σ² + σ_d²).
 *
 * @param sigma σ > 0, [B, 1]
 * @param deviation σ_d
 */
export function scalesAt(sigma: tf.Tensor, deviation: number): Scales {
  const variance = tf.add(tf.square(sigma), deviation * deviation);
  const into = tf.rsqrt(variance);
  return {
    skip: tf.div(deviation * deviation, variance),
    out: tf.mul(tf.mul(sigma, deviation), into),
    into,
  };
}

/** ln σ as a share of its range: 0 at σ_min, 1 at σ_max. */
function timeOf(sigma: tf.Tensor, { leastNoise, mostNoise }: Configuration): tf.Tensor {
  const least = log(leastNoise);
  return tf.div(tf.sub(tf.log(sigma), least), log(mostNoise) - least);
}

/**
 * D(x; σ) = c_skip x + c_out F(c_in x; σ): the example that x is of. Equation 7.
 *
 * @param network F
 * @param x The example and noise of deviation σ, [B, D]
 * @param sigma σ, [B, 1]
 */
export function preconditioned(
  network: (x: tf.Tensor, time: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  sigma: tf.Tensor,
  configuration: Configuration,
): tf.Tensor {
  const { skip, out, into } = scalesAt(sigma, configuration.deviation);
  const told = network(tf.mul(x, into), timeOf(sigma, configuration));
  return tf.add(tf.mul(x, skip), tf.mul(told, out));
}

/**
 * λ(σ) ‖D(x + n; σ) − x‖² with λ = 1/c_out², [B]: equation 8.
 *
 * @param example D(x + n; σ), [B, D]
 * @param x [B, D]
 */
export function edmLoss(
  example: tf.Tensor,
  x: tf.Tensor,
  sigma: tf.Tensor,
  deviation: number,
): tf.Tensor1D {
  const { out } = scalesAt(sigma, deviation);
  const weight = tf.reshape(tf.div(1, tf.square(out)), [-1]);
  return tf.mul(squaredError(example, x), weight) as tf.Tensor1D;
}

// The model.

/** Diffusion by the deviation of its noise, of points and images. */
export const edm = defineModel({
  name: "edm",
  summary: "Diffusion with a network scaled alike at every noise, sampled by Heun's method",
  takes: { examples: ["points", "images"], labels: "optional" },
  looksAtLabels: ({ conditional }) => conditional,
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/energy_distance", goal: "minimize" },
  networks: (shape, configuration) => ({ denoiser: denoiser(shape, configuration) }),
  noise: ({ size }, configuration) => ({
    ...{ level: ["normal", [1]], epsilon: ["normal", [size]] },
    ...dropNoise(configuration),
  }),
  steps: [{
    name: "denoising",
    loss: ({ denoiser }, batch, configuration) => {
      const { noiseMean, noiseDeviation, deviation } = configuration;
      const x = signed(batch.x, batch.shape);
      const sigma = tf.exp(tf.add(tf.mul(batch.noise.level, noiseDeviation), noiseMean));
      const noisy = tf.add(x, tf.mul(batch.noise.epsilon, sigma));
      const labels = toldLabels(batch, configuration);
      const network = (x: tf.Tensor, time: tf.Tensor) => denoiser(x, time, labels);
      const example = preconditioned(network, noisy, sigma, configuration);
      return { loss: edmLoss(example, x, sigma, deviation) };
    },
  }],
  average: { networks: ["denoiser"], decay: ({ averageDecay }) => averageDecay },
  sampleNoise: ({ size }) => ({ start: ["normal", [size]] }),
  sample: (_, { noise: { start } }, { mostNoise }) => tf.mul(start, mostNoise),
  sampler: {
    steps: (_, { samplerSteps }) => samplerSteps,
    at: (k, _, { samplerSteps, leastNoise, mostNoise, curvature }) => {
      const levels = noiseLevels(samplerSteps, leastNoise, mostNoise, curvature);
      const [sigma, next] = levels.slice(k);
      const last = next === 0;
      return { sigma, next, probe: last ? sigma : next, weight: last ? 0 : 0.5 };
    },
    step: ({ denoiser }, drawn, configuration) => {
      const network = guided(denoiser, drawn, configuration);
      const denoise = (x: tf.Tensor, sigma: tf.Tensor) =>
        inRange(preconditioned(network, x, everywhere(sigma, x), configuration), drawn.shape);
      return heunStep(denoise, drawn.x, drawn.at, configuration.solver === "heun");
    },
    noised: (_, { x, at: { sigma }, noise: { start }, shape }) =>
      tf.add(signed(x, shape), tf.mul(start, sigma)),
    finish: (_, { x, shape }) => unsigned(x, shape),
  },
  samplingFields: ["samplerSteps", "solver", "curvature", "guidance"],
});
