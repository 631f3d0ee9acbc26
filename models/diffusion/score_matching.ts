/**
 * Denoising score matching: a network learns the gradient of the log-density of examples under noise of
 * several deviations, and samples follow it by Langevin's steps, from the most noise to the least.
 *
 * Vincent, "A Connection Between Score Matching and Denoising Autoencoders" (2011, Neural Computation
 * 23:7), equation 10; Song, Ermon, "Generative Modeling by Estimating Gradients of the Data Distribution"
 * (2019, arXiv 1907.05600): twice the loss of equations 5 and 6 with λ(σ) = σ², algorithm 1; Song, Ermon (2020,
 * arXiv 2006.09011): the network divided by σ (technique 3) and the last denoising step.
 *
 * Differs from the papers: points, and a small dense network, which sees the place of σ among the levels.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { power } from "../../lab/core/elementary.ts";
import { count, LONGEST, widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { averageField, noisyExampleFields, spread } from "../fields.ts";
import { squaredError } from "../losses.ts";
import { everywhere, timeNetwork } from "../time_network.ts";

// Configuration.

const configuration = z.strictObject({
  ...noisyExampleFields,
  levels: count(2, LONGEST).default(10).meta({ description: "L, levels of noise" }),
  mostNoise: spread().default(5).meta({
    description: "σ of the first level: about the largest distance between two examples",
  }),
  leastNoise: spread().default(0.05).meta({ description: "σ of the last level" }),
  levelSteps: count(1, LONGEST).default(20).meta({
    description: "Langevin's steps at each level",
    unit: "steps",
  }),
  stepSize: z.number().positive().lt(2).default(0.2).meta({
    description: "α of a step in units of its level's σ²; the score is followed for half of it",
  }),
  hiddenSizes: widths().min(1).default([128, 128, 128]).meta({
    description: "Widths of the network's hidden layers",
  }),
  ...averageField,
}).refine(({ leastNoise, mostNoise }) => leastNoise < mostNoise, {
  path: ["leastNoise"],
  message: "leastNoise must be below mostNoise",
});

type Configuration = z.output<typeof configuration>;

/** σ of each level: a geometric series from the most noise to the least. */
export function deviations(
  { levels, mostNoise, leastNoise }: Pick<Configuration, "levels" | "mostNoise" | "leastNoise">,
): number[] {
  const ratio = leastNoise / mostNoise;
  return Array.from({ length: levels }, (_, i) => mostNoise * power(ratio, i / (levels - 1)));
}

// Score matching.

/**
 * σ² ‖s(x̃, σ) + (x̃ − x)/σ²‖² with x̃ = x + σε and s = told/σ, [B]: ‖told + ε‖².
 *
 * @param told σ·s, what the network gives, [B, D]
 * @param epsilon ε ~ N(0, I), [B, D]
 */
export function scoreMatchingLoss(told: tf.Tensor, epsilon: tf.Tensor): tf.Tensor1D {
  return squaredError(told, tf.neg(epsilon));
}

/**
 * x + ½α s + √α z with α = stepSize·σ². Algorithm 1 of Song & Ermon.
 *
 * @param told σ·s, [B, D]
 * @param fresh z ~ N(0, I), [B, D]
 */
export function langevinStep(
  x: tf.Tensor,
  told: tf.Tensor,
  fresh: tf.Tensor,
  sigma: tf.Tensor,
  stepSize: number,
): tf.Tensor {
  const drift = tf.mul(told, stepSize / 2);
  return tf.add(x, tf.mul(tf.add(drift, tf.mul(fresh, Math.sqrt(stepSize))), sigma));
}

// The model.

/** The score of examples under noise, and annealed Langevin dynamics along it. */
export const scoreMatching = defineModel({
  name: "score-matching",
  summary: "The gradient of the log-density under noise, followed by annealed Langevin steps",
  takes: { examples: ["points"] },
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/energy_distance", goal: "minimize" },
  networks: ({ size }, { hiddenSizes }) => ({ score: timeNetwork(size, hiddenSizes) }),
  noise: ({ size }) => ({ level: ["uniform", [1]], epsilon: ["normal", [size]] }),
  steps: [{
    name: "score-matching",
    loss: ({ score }, { x, noise: { level, epsilon } }, configuration) => {
      const { levels } = configuration;
      const drawn = tf.floor(tf.mul(level, levels));
      const sigma = tf.gather(
        tf.tensor2d(Float32Array.from(deviations(configuration)), [levels, 1]),
        tf.cast(tf.reshape(drawn, [-1]), "int32"),
      );
      const noisy = tf.add(x, tf.mul(epsilon, sigma));
      return { loss: scoreMatchingLoss(score(noisy, tf.div(drawn, levels - 1)), epsilon) };
    },
  }],
  average: ["score"],
  sampleNoise: ({ size }) => ({ start: ["normal", [size]] }),
  sample: (_, { noise: { start } }, { mostNoise }) => tf.mul(start, mostNoise),
  sampler: {
    steps: (_, { levels, levelSteps }) => levels * levelSteps,
    at: (k, _, configuration) => {
      const { levels, levelSteps } = configuration;
      const level = Math.floor(k / levelSteps);
      return { time: level / (levels - 1), sigma: deviations(configuration)[level] };
    },
    noise: ({ size }) => ({ fresh: ["normal", [size]] }),
    step: ({ score }, { x, at: { time, sigma }, noise: { fresh } }, { stepSize }) =>
      langevinStep(x, score(x, everywhere(time, x)), fresh, sigma, stepSize),
    finish: ({ score }, { x }, { leastNoise }) =>
      tf.add(x, tf.mul(score(x, tf.ones([x.shape[0], 1])), leastNoise)),
  },
  // s(x, σ) = told/σ.
  field: {
    by: "sigma",
    direction: ({ score }, { x, at: { time, sigma } }) =>
      tf.div(score(x, everywhere(time, x)), sigma),
  },
  samplingFields: ["levelSteps", "stepSize"],
});
