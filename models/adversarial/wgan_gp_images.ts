/**
 * Wasserstein GAN with gradient penalty, of images: convolutions in both networks.
 *
 * Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville, "Improved Training of Wasserstein GANs" (2017, arXiv
 * 1704.00028): equation 3, algorithm 1; λ 10, and no batch normalisation in the critic (section 4), as
 * the penalty is of each example's own gradient.
 *
 * Differs from the paper: three critic steps for one of the generator, few filters, β₁ 0.5, a step size
 * that falls to 0, samples from a moving average of the generator.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { activationNames } from "../../lab/compute/networks.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import { defineModel } from "../define_model.ts";
import { kindFields } from "../fields.ts";
import { convolutionalDiscriminator, convolutionalGenerator, smallNormal } from "./bodies.ts";
import { convolutionalFields } from "./dcgan.ts";
import { gameFields } from "./fields.ts";
import { game } from "./game.ts";
import { gradientPenalty, requireSeparable } from "./regularizers.ts";

const configuration = z.strictObject({
  ...gameFields({ loss: "wasserstein", discriminatorSteps: 3 }),
  ...convolutionalFields,
  ...kindFields,
  normalization: z.enum(["none", "layer", "instance", "batch"]).default("none").meta({
    description: "What follows the critic's layers; batch normalisation is refused",
  }),
  activation: z.enum(activationNames).default("leaky-relu").meta({
    description: "Of the critic's hidden layers; docs/building-blocks.md has their formulas",
  }),
  penalty: z.number().min(0).default(10).meta({
    description: "λ, the weight of the gradient penalty",
  }),
});

/** The Wasserstein GAN with gradient penalty, of images. */
export const wganGpImages = defineModel({
  name: "wgan-gp-images",
  summary: "Wasserstein GAN with gradient penalty, for images",
  takes: { examples: ["images"] },
  configuration,
  ...game<z.infer<typeof configuration>>(({ shape }, c) => {
    const { filters, latentSize, kinds, normalization, activation, minibatchDeviation } = c;
    const discriminator = convolutionalDiscriminator(filters, {
      ...{ shape, kinds, normalization, activation, minibatchDeviation },
    });
    requireSeparable(discriminator);
    return {
      generator: convolutionalGenerator(latentSize, filters, {
        ...{ shape, kinds, normalization: "batch", initializer: smallNormal },
      }),
      discriminator,
    };
  }, {
    optimizer: ({ beta1 }) => adam({ beta1, beta2: 0.9 }),
    penaltyNoise: { alpha: ["uniform", [1]] },
    penalties: (critic, real, generated, { noise: { alpha } }, { penalty }) => ({
      gradient_penalty: tf.mul(gradientPenalty(critic, real, generated, alpha), penalty),
    }),
  }),
});
