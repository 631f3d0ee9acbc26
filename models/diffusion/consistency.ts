/**
 * Consistency training: a network that leads every noise of a path straight to the example at its end, so
 * that samples take one step. It learns without diffusion before it: of two neighbouring noises of an
 * example the greater one is to lead where the lesser one does.
 *
 * Song, Dhariwal, Chen, Sutskever, "Consistency Models" (2023, arXiv 2303.01469): the boundary of appendix
 * C, the sampler of algorithm 1. Song & Dhariwal, "Improved Techniques for Training Consistency Models"
 * (2023, arXiv 2310.14189): no moving average as a teacher (section 3.2), Pseudo-Huber distance (equation
 * 6), levels that double (equation 9), drawn by a discretised lognormal (equation 10), weight 1/(σ′ − σ).
 *
 * Differs from the papers: small networks (`denoiser.ts`), which see ln σ as a share of its range; no
 * dropout; several steps go by levels evenly apart in σ^(1/ρ), where the papers search for them.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { log } from "../../lab/core/elementary.ts";
import { stopGradient } from "../../lab/compute/gradients.ts";
import { count, LONGEST } from "../../lab/compute/sizes.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { defineModel } from "../define_model.ts";
import {
  type Denoiser,
  denoiser,
  denoiserFields,
  dropNoise,
  guidanceAt,
  guidanceFits,
  guidanceSettings,
  guided,
  signed,
  toldLabels,
  unsigned,
} from "../denoiser.ts";
import { averageField, noisyExampleFields } from "../fields.ts";
import { squaredError } from "../losses.ts";
import { transportMetrics } from "../metrics/transport.ts";
import type { Drawn, NoiseSpecs } from "../model.ts";
import { everywhere } from "../time_network.ts";
import { logNoise, neighbours, numbersDown, stages } from "./consistency_levels.ts";
import { noiseLevels } from "./heun.ts";
import {
  drawnNoiseFields,
  noiseFields,
  type NoiseRange,
  noiseRangeFits,
  noiseShare,
  preconditioned,
  scalesAt,
} from "./preconditioning.ts";

/** Noises at which the field is shown. */
const FIELD_MOMENTS = 40;

// Configuration.

const configuration = z.strictObject({
  ...noisyExampleFields,
  ...noiseFields,
  ...drawnNoiseFields(-1.1, 2),
  firstLevels: count(1, 1 << 20).default(10).meta({
    description: "s₀, steps between the levels at the start",
  }),
  lastLevels: count(1, 1 << 20).default(160).meta({
    description: "s₁, steps between the levels in the end, doubled on the way",
  }),
  samplerSteps: count(1, LONGEST).default(1).meta({
    description: "Steps from noise to sample, with fresh noise between them",
    unit: "steps",
  }),
  ...denoiserFields,
  ...averageField,
})
  .superRefine(guidanceFits)
  .refine(...noiseRangeFits)
  .refine(
    ({ noiseMean, leastNoise, mostNoise }) =>
      log(leastNoise) < noiseMean && noiseMean < log(mostNoise),
    { path: ["noiseMean"], message: "noiseMean must lie between ln leastNoise and ln mostNoise" },
  )
  .refine(({ firstLevels, lastLevels }) => firstLevels <= lastLevels, {
    path: ["firstLevels"],
    message: "firstLevels must be at most lastLevels",
  });

// Consistency.

/**
 * f(x; σ) = c_skip x + c_out F(c_in x; σ), c_skip = σ_d² / ((σ − σ_min)² + σ_d²), c_out =
 * σ_d (σ − σ_min) / √(σ² + σ_d²): x itself at σ_min. Appendix C of Song et al.
 *
 * @param network F
 * @param x [B, D]
 * @param sigma σ, [B, 1]
 */
export function consistent(
  network: (x: tf.Tensor, time: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  sigma: tf.Tensor,
  configuration: NoiseRange & { readonly deviation: number },
): tf.Tensor {
  const { deviation, leastNoise } = configuration;
  const above = tf.sub(sigma, leastNoise);
  const { into } = scalesAt(sigma, deviation);
  const scales = {
    skip: scalesAt(above, deviation).skip,
    out: tf.mul(tf.mul(above, deviation), into),
    into,
  };
  return preconditioned((x) => network(x, noiseShare(sigma, configuration)), x, scales);
}

/**
 * (√(‖y − x‖² + c²) − c) / (σ′ − σ) with c = 0.00054 √D, [B]: equations 6 and 8.
 *
 * @param to f(x + σ′z; σ′), [B, D]
 * @param from f(x + σz; σ), [B, D], a constant to the gradient.
 * @param length σ′ − σ, [B, 1]
 */
export function consistencyLoss(to: tf.Tensor, from: tf.Tensor, length: tf.Tensor): tf.Tensor1D {
  const c = 0.00054 * Math.sqrt(to.shape[1]!);
  const apart = tf.sub(tf.sqrt(tf.add(squaredError(to, stopGradient(from)), c * c)), c);
  return tf.div(apart, tf.reshape(length, [-1])) as tf.Tensor1D;
}

/** f(x; σ) at a step's σ. */
function endOf(
  denoiser: Denoiser,
  drawn: Drawn & { readonly x: tf.Tensor; readonly at: Tensors },
  fields: z.output<typeof configuration>,
): tf.Tensor {
  const { x, at: { sigma } } = drawn;
  return consistent(guided(denoiser, drawn, fields), x, everywhere(sigma, x), fields);
}

// The model.

/** Samples of points and images in one step, learned from neighbouring noises. */
export const consistency = defineModel({
  name: "consistency",
  summary: "One step from noise to a sample: every noise of a path leads to the same example",
  takes: { examples: ["points", "images"], labels: "optional" },
  looksAtLabels: ({ conditional }) => conditional,
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/energy_distance", goal: "minimize" },
  networks: (shape, configuration) => ({ denoiser: denoiser(shape, configuration) }),
  noise: ({ size }, configuration): NoiseSpecs => ({
    ...{ level: [logNoise(configuration), [1]], epsilon: ["normal", [size]] },
    ...dropNoise(configuration),
  }),
  steps: [{
    name: "consistency",
    loss: ({ denoiser }, batch, configuration) => {
      const { level, epsilon } = batch.noise;
      const levels = stages(configuration);
      const stage = tf.cast(tf.floor(tf.mul(batch.spent, levels.length)), "int32");
      const steps = tf.gather(tf.tensor1d(levels), stage);
      const [lesser, greater] = neighbours(level, steps, configuration);
      const x = signed(batch.x, batch.shape);
      const labels = toldLabels(batch, configuration);
      const network = (x: tf.Tensor, time: tf.Tensor) => denoiser(x, time, labels);
      const end = (sigma: tf.Tensor) =>
        consistent(network, tf.add(x, tf.mul(epsilon, sigma)), sigma, configuration);
      return { loss: consistencyLoss(end(greater), end(lesser), tf.sub(greater, lesser)) };
    },
  }],
  average: ["denoiser"],
  sampleNoise: ({ size }) => ({ start: ["normal", [size]] }),
  sample: (_, { noise: { start } }, { mostNoise }) => tf.mul(start, mostNoise),
  sampler: {
    steps: (_, { samplerSteps }) => samplerSteps,
    at: (k, _, configuration) => {
      const numbers = numbersDown(k, configuration);
      return { ...numbers, ...guidanceAt(numbers.sigma, configuration) };
    },
    noise: ({ size }) => ({ fresh: ["normal", [size]] }),
    step: ({ denoiser }, drawn, configuration) =>
      tf.add(endOf(denoiser, drawn, configuration), tf.mul(drawn.noise.fresh, drawn.at.fresh)),
    noised: (_, { x, at: { sigma }, noise: { start }, shape }) =>
      tf.add(signed(x, shape), tf.mul(start, sigma)),
    finish: (_, { x, shape }) => unsigned(x, shape),
  },
  // f(x; σ) − x, the way to the end of the path, at noises that a single step does not stop at.
  field: {
    by: "sigma",
    moments: (configuration) =>
      noiseLevels(FIELD_MOMENTS, configuration).slice(0, -1)
        .map((sigma) => ({ sigma, ...guidanceAt(sigma, configuration) })),
    direction: ({ denoiser }, drawn, configuration) =>
      tf.sub(endOf(denoiser, drawn, configuration), drawn.x),
  },
  samplingFields: ["samplerSteps", ...guidanceSettings],
  metrics: transportMetrics("two_steps", 2),
});
