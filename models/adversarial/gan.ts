/**
 * The generative adversarial network as it was first: two dense networks, of points or of images.
 *
 * Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio, "Generative
 * Adversarial Nets" (2014, arXiv 1406.2661): equation 1, algorithm 1, the generator's loss of section 3.
 *
 * Differs from the paper: Adam, leaky ReLU in place of maxout, no dropout, a step size that falls to 0,
 * samples from a moving average of the generator (`averageDecay` 0 takes the weights themselves).
 *
 * @module
 */
import * as z from "zod";
import { widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { denseDiscriminator, denseGenerator } from "./bodies.ts";
import { gameFields } from "./fields.ts";
import { game } from "./game.ts";

const configuration = z.strictObject({
  ...gameFields(),
  hiddenSizes: widths().min(1).default([128, 128]).meta({
    description: "Widths of the hidden layers of both",
  }),
});

/** The first GAN, of dense networks. */
export const gan = defineModel({
  name: "gan",
  summary: "Generative adversarial network of dense layers, for points or images",
  takes: { examples: ["images", "points"] },
  configuration,
  ...game<z.infer<typeof configuration>>(({ shape }, c) => ({
    generator: denseGenerator(c.latentSize, c.hiddenSizes, { shape }),
    discriminator: denseDiscriminator(c.hiddenSizes, {
      shape,
      minibatchDeviation: c.minibatchDeviation,
    }),
  })),
});
