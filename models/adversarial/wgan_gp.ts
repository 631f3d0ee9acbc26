/**
 * Wasserstein GAN with gradient penalty, for points: a critic learns how far the generator's points
 * are from the data, a generator learns to bring them nearer, and the critic is kept about
 * 1-Lipschitz by a penalty on the norm of its input gradient.
 *
 * Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville, "Improved Training of Wasserstein GANs" (2017,
 * arXiv 1704.00028): equation 3 and algorithm 1; sizes, penalty weight and optimizer are those of
 * their toy experiments (section 4, "8 Gaussians"). The value that both play for is equation 2 of
 * Arjovsky, Chintala, Bottou (2017, arXiv 1701.07875).
 *
 * Differs from the paper:
 * - Width 128 in place of 512; a step size that falls to 0.
 * - Kernels and biases from U(−1/√fanIn, 1/√fanIn), as PyTorch draws them: a sixth of He's variance, and
 *   no kinks that all lie at the origin. Fewer samples lie between the modes.
 * - Samples come from an exponential moving average of the generator's weights (Yazıcı et al. 2019,
 *   arXiv 1806.04498); `averageDecay` 0 takes the weights themselves.
 * - √(‖∇‖² + 1e-12) for the norm, finite where the gradient vanishes.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { fanInParameters } from "../../lab/compute/networks.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import { linear } from "../../lab/compute/schedules.ts";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { dense, type Network } from "../networks.ts";
import { criticLoss, generatorLoss } from "./losses.ts";
import { gradientPenalty } from "./regularizers.ts";

// Configuration.

const configuration = z.strictObject({
  batchSize: count(2).default(64).meta({
    description: "Points a gradient step",
    unit: "points",
  }),
  criticSteps: count(1).default(5).meta({
    description: "Critic steps for one of the generator (algorithm 1)",
    unit: "gradient steps",
  }),
  penalty: z.number().min(0).default(0.1).meta({
    description: "λ, the weight of the gradient penalty (0.1: the paper's toy experiments)",
  }),
  learningRate: z.number().positive().default(4e-3).meta({
    description: "Adam's step size at the start of both, falling linearly to finalLearningRate",
  }),
  finalLearningRate: z.number().min(0).default(0).meta({
    description: "Adam's step size at the end of the budget",
  }),
  averageDecay: z.number().min(0).lt(1).default(0.98).meta({
    description: "Decay of the moving average of the generator that samples come from",
  }),
  latentSize: count(1, WIDEST).default(2).meta({ description: "Length Z of the latent vector" }),
  width: count(1, WIDEST).default(128).meta({ description: "Width of the hidden layers of both" }),
  layers: count(1, 64).default(3).meta({ description: "Hidden layers of both" }),
  roundsPerIteration: count(1).default(20).meta({
    description: "Rounds an iteration, each of criticSteps critic steps and a generator step",
    unit: "rounds",
  }),
});

// The model.

/** A dense network drawn as PyTorch draws one. */
function drawnByFanIn(sizes: readonly number[]): Network<[x: tf.Tensor], tf.Tensor2D> {
  return { ...dense(sizes), initial: (random) => fanInParameters(random, sizes) };
}

/** The Wasserstein GAN with gradient penalty. */
export const wganGp = defineModel({
  name: "wgan-gp",
  summary: "Wasserstein GAN with gradient penalty, for points",
  takes: { examples: ["points"] },
  configuration,
  budget: "gradientSteps",
  bestBy: { metric: "validation/energy_distance", goal: "minimize" },
  networks: ({ size }, { latentSize, width, layers }) => {
    const hidden = new Array<number>(layers).fill(width);
    return {
      critic: drawnByFanIn([size, ...hidden, 1]),
      generator: drawnByFanIn([latentSize, ...hidden, size]),
    };
  },
  noise: (_, { latentSize }) => ({ noise: ["normal", [latentSize]] }),
  optimizer: () => adam({ beta1: 0.5, beta2: 0.9 }),
  schedule: ({ learningRate, finalLearningRate }) => linear(learningRate, finalLearningRate),
  steps: [
    { // Lines 2 to 10.
      name: "critic",
      changes: ["critic"],
      repeat: ({ criticSteps }) => criticSteps,
      noise: (_, { latentSize }) => ({ noise: ["normal", [latentSize]], alpha: ["uniform", [1]] }),
      loss: ({ critic, generator }, { x, noise: { noise, alpha } }, { penalty }) => {
        const generated = generator(noise);
        const value = criticLoss(critic(x), critic(generated));
        const gradient_penalty = gradientPenalty(critic, x, generated, alpha);
        const loss = tf.add(value, tf.mul(gradient_penalty, penalty));
        return { loss, critic: loss, gradient_penalty, distance: tf.neg(value) };
      },
    },
    { // Lines 11 and 12.
      name: "generator",
      changes: ["generator"],
      examples: "none",
      loss: ({ critic, generator }, { noise: { noise } }) => ({
        loss: generatorLoss(critic(generator(noise))),
      }),
    },
  ],
  average: ["generator"],
  sample: ({ generator }, { noise: { noise } }) => generator(noise),
  decode: ({ generator }, { codes }) => generator(codes),
  score: ({ critic }, { x }) => tf.squeeze(critic(x), [1]),
  metrics: async ({ samples, dataset, meanScore }) => ({
    "evaluation/distance": await meanScore!(dataset.test.values) -
      await meanScore!(samples!.values),
  }),
});
