/**
 * Deep convolutional GANs: convolutions that halve the image in the discriminator, transposed ones that
 * double it in the generator, batch normalisation in both.
 *
 * Radford, Metz, Chintala, "Unsupervised Representation Learning with Deep Convolutional Generative
 * Adversarial Networks" (2015, arXiv 1511.06434), section 3: normalisation everywhere but in the
 * generator's output and the discriminator's input, ReLU and tanh, leaky ReLU of slope 0.2, weights
 * from N(0, 0.02²), Adam with β₁ 0.5. With the least-squares loss it is LSGAN: Mao, Li, Xie, Lau, Wang,
 * Smolley, "Least Squares Generative Adversarial Networks" (2017, arXiv 1611.04076), equation 9.
 *
 * Differs from the papers: images of 28 × 28 and two layers of few filters, kernels of 4 × 4 (a multiple
 * of the stride, so that all pixels are met by as many), a step size that falls to 0, samples from a
 * moving average of the generator.
 *
 * @module
 */
import * as z from "zod";
import { widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { kindFields } from "../fields.ts";
import type { ExampleShape } from "../model.ts";
import type { Normalization } from "../layers.ts";
import { convolutionalDiscriminator, convolutionalGenerator, smallNormal } from "./bodies.ts";
import { type GameConfiguration, gameFields } from "./fields.ts";
import { game, type Players } from "./game.ts";

/** Fields of convolutional games beside those of every game. */
export const convolutionalFields = {
  filters: widths().min(1).default([32, 64]).meta({
    description: "Filters of each halving convolution; the generator has them in reverse",
  }),
};

/** Configuration of a convolutional game. */
export type ConvolutionalConfiguration = GameConfiguration & { readonly filters: number[] };

/**
 * The two networks.
 *
 * @param normalization What follows the discriminator's layers; batch normalisation those of the
 *   generator.
 * @param classes Classes that both are told; default 0.
 */
export function convolutionalPlayers(
  { shape }: ExampleShape,
  { filters, latentSize, minibatchDeviation, kinds }: ConvolutionalConfiguration,
  normalization: Normalization = "batch",
  classes = 0,
): Players {
  const body = {
    shape,
    ...kinds === undefined ? { classes } : { kinds },
    initializer: smallNormal,
  };
  return {
    generator: convolutionalGenerator(latentSize, filters, { ...body, normalization: "batch" }),
    discriminator: convolutionalDiscriminator(filters, {
      ...{ ...body, normalization, minibatchDeviation },
    }),
  };
}

/** The deep convolutional GAN. */
export const dcgan = defineModel({
  name: "dcgan",
  summary: "GAN of convolutions with batch normalisation, for images",
  takes: { examples: ["images"] },
  configuration: z.strictObject({ ...gameFields(), ...convolutionalFields, ...kindFields }),
  ...game((shape, c: ConvolutionalConfiguration) => convolutionalPlayers(shape, c)),
});

/** The same under the least-squares loss. */
export const lsgan = defineModel({
  name: "lsgan",
  summary: "GAN of convolutions with the least-squares loss, for images",
  takes: { examples: ["images"] },
  configuration: z.strictObject({
    ...gameFields({ loss: "least-squares" }),
    ...convolutionalFields,
    ...kindFields,
  }),
  ...game((shape, c: ConvolutionalConfiguration) => convolutionalPlayers(shape, c)),
});
