/**
 * Wasserstein GAN: a critic learns how far the generator's examples are from the data, and is kept
 * Lipschitz by weights that are cut off at ±`clip`.
 *
 * Arjovsky, Chintala, Bottou, "Wasserstein GAN" (2017, arXiv 1701.07875), algorithm 1: five critic steps
 * for one of the generator, RMSProp with 5e-5, weights within ±0.01.
 *
 * Differs from the paper: dense networks of points, convolutions of few filters of images; a step size
 * that falls to 0; samples from a moving average of the generator; larger settings for points.
 *
 * @module
 */
import * as z from "zod";
import { rmsprop } from "../../lab/compute/optimizers.ts";
import { widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { denseDiscriminator, denseGenerator } from "./bodies.ts";
import { convolutionalFields, convolutionalPlayers } from "./dcgan.ts";
import { gameFields } from "./fields.ts";
import { game } from "./game.ts";
import { clipped } from "./regularizers.ts";

const configuration = z.strictObject({
  ...gameFields({ loss: "wasserstein", discriminatorSteps: 5, learningRate: 5e-5 }),
  ...convolutionalFields,
  hiddenSizes: widths().min(1).default([128, 128]).meta({
    description: "Widths of the hidden layers of both, where the examples are points",
  }),
  clip: z.number().positive().default(0.01).meta({
    description: "c: the critic's weights lie within ±c",
  }),
});

/** The Wasserstein GAN with weight clipping. */
export const wgan = defineModel({
  name: "wgan",
  summary: "Wasserstein GAN with weight clipping, for points or images",
  takes: { examples: ["images", "points"] },
  configuration,
  ...game<z.infer<typeof configuration>>((shape, c) => {
    if (shape.shape.length === 3) return convolutionalPlayers(shape, c, "batch");
    const body = { shape: shape.shape, minibatchDeviation: c.minibatchDeviation };
    return {
      generator: denseGenerator(c.latentSize, c.hiddenSizes, body),
      discriminator: denseDiscriminator(c.hiddenSizes, body),
    };
  }, {
    optimizer: () => rmsprop(),
    constrain: (parameters, { clip }) => clipped(parameters, clip),
  }),
});
