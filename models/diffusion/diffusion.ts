/**
 * Denoising diffusion: noise is added to an example level by level until nothing of it is left, and a
 * network learns to tell the noise, so that samples are made from noise by taking it away again.
 *
 * Ho, Jain, Abbeel, "Denoising Diffusion Probabilistic Models" (2020, arXiv 2006.11239): equation 4,
 * the loss of equation 14, the sampler of algorithm 2. What the network gives may be the noise, the
 * example, or v (Salimans & Ho 2022, arXiv 2202.00512, appendix D). Samplers between DDPM's and DDIM's
 * by equation 12 of Song, Meng, Ermon (2021, arXiv 2010.02502), and Heun's method along the same flow, in
 * the angle φ = arctan(√(1 − ᾱ) / √ᾱ) of Salimans & Ho, in which dx/dφ = v.
 *
 * Differs from the papers: small networks (`denoiser.ts`), times as sines and cosines of 2ᵏπt/T.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, LONGEST } from "../../lab/compute/sizes.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { defineModel } from "../define_model.ts";
import { averageField, noisyExampleFields } from "../fields.ts";
import {
  denoiser,
  denoiserFields,
  dropNoise,
  guidanceFits,
  guided,
  signed,
  toldLabels,
  unguided,
  unsigned,
} from "../denoiser.ts";
import { squaredError } from "../losses.ts";
import { exactWeights } from "../probability_flow.ts";
import { everywhere } from "../time_network.ts";
import { diffusionLogDensity } from "./likelihood.ts";
import { type Mix, noisy, seenThrough, targets } from "./parameterizations.ts";
import { BETAS, numbersAt, type ScheduleFields, sharesOf } from "./schedules.ts";

// Configuration.

const configuration = z.strictObject({
  ...noisyExampleFields,
  levels: count(1, LONGEST).default(1000).meta({ description: "T, levels of noise" }),
  schedule: z.enum(["linear", "cosine"]).default("cosine").meta({
    description:
      "How fast noise is added: linear β (Ho et al. 2020) or a cosine (Nichol & Dhariwal " +
      "2021)",
  }),
  betaStart: z.number().gt(0).lt(1).default(BETAS[0]).meta({
    description: "β of the linear schedule's first level, for 1000 levels",
  }),
  betaEnd: z.number().gt(0).lt(1).default(BETAS[1]).meta({
    description: "β of the linear schedule's last level, for 1000 levels",
  }),
  predicts: z.enum(["noise", "example", "velocity"]).default("velocity").meta({
    description: "What the network gives: ε, x₀, or v = √ᾱ ε − √(1 − ᾱ) x₀",
  }),
  samplerSteps: count(1, LONGEST).default(50).meta({
    description: "Levels that a sample passes through, evenly apart; at most levels",
    unit: "steps",
  }),
  solver: z.enum(["ddpm", "ddim", "heun"]).default("ddpm").meta({
    description:
      "What a step is: DDPM's with fresh noise, DDIM's without, or one of second order " +
      "without, which evaluates the network twice",
  }),
  stochasticity: z.number().min(0).max(1).default(1).meta({
    description: "η of ddpm: 1 is DDPM's sampler, 0 adds no noise (as ddim)",
  }),
  ...denoiserFields,
  ...averageField,
})
  .refine(...guidanceFits)
  .refine(
    ({ solver, predicts, schedule }) =>
      solver !== "heun" || predicts !== "noise" || schedule !== "cosine",
    {
      path: ["solver"],
      message:
        "heun does not fit predicts=noise under the cosine schedule, where the first levels " +
        "leave nothing of x₀ to tell: ddpm or ddim",
    },
  );

/**
 * Levels of noise for training: t = 1 + ⌊T u⌋ as a share t/T, and its mix.
 *
 * @param uniform u ~ U[0, 1), [B, 1]
 */
export function drawnLevels(
  uniform: tf.Tensor,
  configuration: ScheduleFields,
): { readonly time: tf.Tensor; readonly mix: Mix } {
  const { levels } = configuration;
  const level = tf.add(tf.floor(tf.mul(uniform, levels)), 1);
  const share = tf.gather(
    tf.tensor1d(Float32Array.from(sharesOf(configuration))),
    tf.cast(tf.reshape(level, [-1]), "int32"),
  );
  const column = tf.reshape(share, [-1, 1]);
  return {
    time: tf.div(level, levels),
    mix: { signal: tf.sqrt(column), noise: tf.sqrt(tf.sub(1, column)) },
  };
}

// The sampler.

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

/** Denoising diffusion of points and images. */
export const diffusion = defineModel({
  name: "diffusion",
  summary: "Denoising diffusion: noise is learned, and taken away step by step",
  takes: { examples: ["points", "images"], labels: "optional" },
  looksAtLabels: ({ conditional }) => conditional,
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/energy_distance", goal: "minimize" },
  networks: (shape, configuration) => ({ denoiser: denoiser(shape, configuration) }),
  noise: ({ size }, configuration) => ({
    ...{ level: ["uniform", [1]], epsilon: ["normal", [size]] },
    ...dropNoise(configuration),
  }),
  steps: [{
    name: "denoising",
    loss: ({ denoiser }, batch, configuration) => {
      const { level, epsilon } = batch.noise;
      const x = signed(batch.x, batch.shape);
      const { time, mix } = drawnLevels(level, configuration);
      const target = targets[configuration.predicts](x, epsilon, mix);
      const given = denoiser(noisy(x, epsilon, mix), time, toldLabels(batch, configuration));
      return { loss: squaredError(given, target) };
    },
  }],
  average: { networks: ["denoiser"], decay: ({ averageDecay }) => averageDecay },
  sampleNoise: ({ size }) => ({ start: ["normal", [size]] }),
  sample: (_, { noise: { start } }) => start,
  sampler: {
    steps: (_, { samplerSteps }) => samplerSteps,
    at: (k, _, configuration) => numbersAt(k, configuration),
    noise: ({ size }) => ({ fresh: ["normal", [size]] }),
    step: ({ denoiser }, drawn, configuration) => {
      const { x, at, noise: { fresh }, shape } = drawn;
      const network = guided(denoiser, drawn, configuration);
      const look = (x: tf.Tensor, time: tf.Tensor, mix: Mix) =>
        seenThrough(configuration.predicts, network(x, everywhere(time, x)), x, mix, shape);
      const mix = { signal: at.signal, noise: at.noise };
      const here = look(x, at.time, mix);
      const next = denoised(here, fresh, at);
      if (configuration.solver !== "heun") return next;
      const there = look(next, at.nextTime, { signal: at.nextSignal, noise: at.nextNoise });
      return tf.add(next, tf.mul(tf.sub(there.example, here.example), at.weight));
    },
    noised: (_, { x, at, noise: { start }, shape }) =>
      noisy(signed(x, shape), start, { signal: at.signal, noise: at.noise }),
    finish: (_, { x, shape }) => unsigned(x, shape),
  },
  samplingFields: ["samplerSteps", "solver", "stochasticity", "guidance"],
  logWeights: ({ denoiser }, batch, configuration) => {
    const network = unguided(denoiser, batch, configuration);
    return exactWeights(batch, (x) => diffusionLogDensity(network, x, configuration));
  },
});
