/**
 * Pix2Pix: an image becomes its partner. The generator is a U-Net, the discriminator looks at patches of
 * image and partner together, and the generator is also held to the partner pixel by pixel.
 *
 * Isola, Zhu, Zhou, Efros, "Image-to-Image Translation with Conditional Adversarial Networks" (2017,
 * arXiv 1611.07004): equation 4, λ 100; the U-Net and the patch discriminator of section 3.2.
 *
 * Differs from the paper: few filters and two halvings, no dropout as noise, minibatches, samples from a
 * moving average of the generator, a step size that falls to 0.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { InputError } from "../../lab/core/errors.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import { linear } from "../../lab/compute/schedules.ts";
import { count, widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import type { ExampleShape } from "../model.ts";
import { signed, unsigned } from "./bodies.ts";
import { adversarialLosses, scoreTerms } from "./losses.ts";
import { patchDiscriminator } from "./translators.ts";
import { unet } from "./unet.ts";

/** Fields of every model that translates images. */
export const translationFields = {
  batchSize: count(1).default(16).meta({
    description: "Images a gradient step",
    unit: "images",
  }),
  learningRate: z.number().positive().default(2e-4).meta({
    description: "Step size of all networks at the start, falling linearly to finalLearningRate",
  }),
  finalLearningRate: z.number().min(0).default(0).meta({
    description: "Step size of all networks at the end of the budget",
  }),
  averageDecay: z.number().min(0).lt(1).default(0.99).meta({
    description: "Decay of the moving average of what translates",
  }),
  filters: widths().min(1).default([32, 64]).meta({
    description: "Filters of each halving convolution",
  }),
  roundsPerIteration: count(1).default(50).meta({
    description: "Rounds an iteration, each a step of every network",
    unit: "rounds",
  }),
};

const configuration = z.strictObject({
  ...translationFields,
  loss: z.enum(["non-saturating", "least-squares", "hinge"]).default("non-saturating").meta({
    description: "What the two play for",
  }),
  distance: z.number().min(0).default(100).meta({
    description: "λ, the weight of the mean absolute difference to the partner",
  }),
});

/**
 * The two shapes of a pair, which must have the same sides.
 *
 * @throws InputError that names both.
 */
export function sameSides({ shape, partnerShape = [] }: ExampleShape): readonly number[] {
  if (partnerShape[0] === shape[0] && partnerShape[1] === shape[1]) return partnerShape;
  throw new InputError(
    `Cannot translate as both images of a pair must have the same sides: [${
      shape.join(", ")
    }] and ` +
      `[${partnerShape.join(", ")}] (srgan enlarges)`,
  );
}

/** The mean absolute difference of each example, [B], of values in [0, 1]. */
export function absoluteError(made: tf.Tensor, wanted: tf.Tensor): tf.Tensor1D {
  return tf.mean(tf.abs(tf.sub(made, wanted)), 1);
}

/** The translator of pairs. */
export const pix2pix = defineModel({
  name: "pix2pix",
  summary: "Translates images into their partners, by a U-Net and a discriminator of patches",
  takes: { examples: ["images"], partners: "required" },
  configuration,
  budget: "gradientSteps",
  bestBy: { metric: "validation/absolute_error", goal: "minimize" },
  networks: (example, { filters }) => {
    const { shape } = example;
    const [height, width, channels] = sameSides(example);
    const size = height * width * channels;
    const net = unet(shape, filters, channels);
    const both = [height, width, shape[2] + channels];
    return {
      discriminator: patchDiscriminator(both, filters),
      generator: {
        initial: net.initial,
        apply: (parameters, x: tf.Tensor): tf.Tensor => {
          const made = net.apply(parameters, signed(tf.reshape(x, [-1, ...shape])));
          return tf.reshape(unsigned(made), [-1, size]);
        },
      },
    };
  },
  optimizer: () => adam({ beta1: 0.5 }),
  schedule: ({ learningRate, finalLearningRate }) => linear(learningRate, finalLearningRate),
  steps: [
    {
      name: "discriminator",
      changes: ["discriminator"],
      loss: ({ generator, discriminator }, { x, partners }, { loss }) => {
        const rules = adversarialLosses[loss];
        const [real, generated] = [discriminator(x, partners), discriminator(x, generator(x))];
        const discriminated = rules.discriminator(real, generated);
        const terms = scoreTerms(rules, real, generated);
        return { loss: discriminated, discriminator: discriminated, ...terms };
      },
    },
    {
      name: "generator",
      changes: ["generator"],
      examples: "same",
      loss: ({ generator, discriminator }, { x, partners }, { loss, distance }) => {
        const made = generator(x);
        const fooled = adversarialLosses[loss].generator(discriminator(x, made));
        const absolute_error = tf.mean(absoluteError(made, partners));
        // The paper's images are [−1, 1], where distances are twice as large.
        return {
          loss: tf.add(fooled, tf.mul(absolute_error, 2 * distance)),
          ...{ generator: fooled, absolute_error },
        };
      },
    },
  ],
  average: ["generator"],
  translate: ({ generator }, { x }) => generator(x),
  evaluate: ({ generator }, { x, partners }) => ({
    absolute_error: absoluteError(generator(x), partners),
    ...x.shape[1] === partners.shape[1] && { absolute_error_of_input: absoluteError(x, partners) },
  }),
});
