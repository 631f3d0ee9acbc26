/**
 * Progressive growing: a GAN that learns small images first and grows to larger ones, size by size.
 *
 * Karras, Aila, Laine, Lehtinen, "Progressive Growing of GANs for Improved Quality, Stability, and
 * Variation" (2018, arXiv 1710.10196), sections 2 to 4 (networks: `grown.ts`) and appendix A.1: the
 * Wasserstein loss with gradient penalty, λ 10, and a drift of 0.001·E D(x)²; one discriminator step for
 * one of the generator; Adam with β₁ 0 and β₂ 0.99, which begins anew at each size.
 *
 * The discriminator judges a minibatch by its deviation: an image alone has no score.
 *
 * Differs from the paper: three sizes, of a quarter, half and all of the sides; one convolution a size and
 * few filters; tanh behind the generator; a step size that falls to 0; at each size the penalty is of the
 * gradient in the pixels of the full size.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { adam } from "../../lab/compute/optimizers.ts";
import { linear } from "../../lab/compute/schedules.ts";
import { widths } from "../../lab/compute/sizes.ts";
import { zeros } from "../../lab/core/tensor_data.ts";
import { defineModel } from "../define_model.ts";
import type { Drawn, ModelStep } from "../model.ts";
import type { Networks } from "../networks.ts";
import { gameFields } from "./fields.ts";
import {
  beginOf,
  discriminators,
  generated,
  generators,
  growingNetworks,
  grownReal,
  scored,
  sharesAt,
  SIZES,
} from "./grown.ts";
import { adversarialLosses, scoreTerms } from "./losses.ts";
import { gradientPenalty } from "./regularizers.ts";

const configuration = z.strictObject(
  gameFields({ batchSize: 32, learningRate: 2e-3, beta1: 0, latentSize: 64 }),
).pick({
  ...{ batchSize: true, discriminatorSteps: true, learningRate: true, finalLearningRate: true },
  ...{ beta1: true, averageDecay: true, latentSize: true, roundsPerIteration: true, judge: true },
}).extend({
  stageFilters: widths().length(3).default([16, 32, 32]).meta({
    description: "Filters of both networks at all, half and a quarter of the sides",
  }),
  growing: z.number().gt(0).max(1).default(0.6).meta({
    description: "Share of the budget after which images have all of their size: four parts as " +
      "long, a quarter of the sides alone, half of them faded in, alone, and all faded in",
  }),
  penalty: z.number().min(0).default(10).meta({
    description: "λ, the weight of the gradient penalty",
  }),
  drift: z.number().min(0).default(1e-3).meta({
    description: "Weight of the square of real images' scores, which holds scores near 0",
  }),
});

type Configuration = z.output<typeof configuration>;

const rules = adversarialLosses.wasserstein;

// A round of each size.

/** The steps of one size, in its part of the budget. */
function stepsOf(size: number): ModelStep<Networks, Configuration>[] {
  const during = ({ growing }: Configuration) =>
    [
      beginOf(size, growing),
      size === SIZES.length - 1 ? Infinity : beginOf(size + 1, growing),
    ] as const;
  return [
    {
      name: `discriminator${size}`,
      changes: discriminators.slice(0, size + 1),
      repeat: ({ discriminatorSteps }) => discriminatorSteps,
      during,
      noise: (_, { latentSize }) => ({ noise: ["normal", [latentSize]], alpha: ["uniform", [1]] }),
      loss: (networks, { x, spent, noise: { noise, alpha }, shape: { shape } }, c) => {
        const shares = sharesAt(spent, size, c.growing);
        const score = (x: tf.Tensor) => scored(networks, x, shape, shares);
        const shown = grownReal(x, shape, shares);
        const made = generated(networks, noise, shape, shares);
        const [real, fake] = [score(shown), score(made)];
        const value = rules.discriminator(real, fake);
        const gradient_penalty = tf.mul(gradientPenalty(score, shown, made, alpha), c.penalty);
        const drift = tf.mul(tf.mean(tf.square(real)), c.drift);
        return {
          loss: tf.addN([value, gradient_penalty, drift]),
          ...{ discriminator: value, gradient_penalty, ...scoreTerms(rules, real, fake) },
          kept: { spent: tf.reshape(spent, [1]) },
        };
      },
    },
    {
      name: `generator${size}`,
      changes: generators.slice(0, size + 1),
      examples: "none",
      during,
      loss: (networks, { spent, noise: { noise }, shape: { shape } }, c) => {
        const shares = sharesAt(spent, size, c.growing);
        const made = generated(networks, noise, shape, shares);
        const generator = rules.generator(scored(networks, made, shape, shares));
        return { loss: generator, generator };
      },
    },
  ];
}

// The model.

/** Up to which all sizes are faded in by what training has reached. */
const reached = ({ kept: { spent } }: Drawn, { growing }: Configuration) =>
  sharesAt(spent, SIZES.length - 1, growing);

/** The GAN that grows. */
export const progressiveGan = defineModel<Configuration, Networks>({
  name: "progressive-gan",
  summary: "GAN that grows from small images to large ones, size by size",
  takes: { examples: ["images"] },
  configuration,
  budget: "gradientSteps",
  bestBy: { metric: "validation/energy_distance", goal: "minimize" },
  networks: ({ shape }, { latentSize, stageFilters }) =>
    growingNetworks(shape, latentSize, stageFilters),
  keeps: () => ({ spent: zeros([1], "float32") }),
  noise: (_, { latentSize }) => ({ noise: ["normal", [latentSize]] }),
  optimizer: ({ beta1 }) => adam({ beta1, beta2: 0.99 }),
  schedule: ({ learningRate, finalLearningRate }) => linear(learningRate, finalLearningRate),
  steps: SIZES.flatMap(stepsOf),
  average: generators,
  sample: (networks, drawn, c) =>
    generated(networks, drawn.noise.noise, drawn.shape.shape, reached(drawn, c)),
  decode: (networks, drawn, c) =>
    generated(networks, drawn.codes, drawn.shape.shape, reached(drawn, c)),
});
