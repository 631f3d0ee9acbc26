/**
 * R3GAN, a plain modern baseline: the relativistic pairing loss with zero-centred gradient penalties on
 * real and on generated images, under which a GAN converges without further tricks.
 *
 * Huang, Gokaslan, Kuleshov, Tompkin, "The GAN is dead; long live the GAN! A Modern Baseline GAN" (2024,
 * arXiv 2501.05441), sections 2 and 3.
 *
 * Differs from the paper: two layers of few filters in place of residual blocks; batch normalisation in
 * the generator, none in the discriminator; a step size that falls to 0.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { defineModel } from "../define_model.ts";
import { kindFields } from "../fields.ts";
import { convolutionalDiscriminator, convolutionalGenerator, smallNormal } from "./bodies.ts";
import { convolutionalFields } from "./dcgan.ts";
import { gameFields } from "./fields.ts";
import { game } from "./game.ts";
import { requireSeparable, zeroCenteredPenalty } from "./regularizers.ts";

const configuration = z.strictObject({
  ...gameFields({ loss: "relativistic" }),
  ...convolutionalFields,
  ...kindFields,
  penalty: z.number().min(0).default(1).meta({
    description: "γ, whose half is the weight of both gradient penalties",
  }),
});

/** The relativistic GAN with both gradient penalties. */
export const r3gan = defineModel({
  name: "r3gan",
  summary: "Relativistic GAN with gradient penalties on real and generated images",
  takes: { examples: ["images"] },
  configuration,
  ...game<z.infer<typeof configuration>>(({ shape }, c) => {
    const { filters, latentSize, kinds, minibatchDeviation } = c;
    const discriminator = convolutionalDiscriminator(filters, { shape, kinds, minibatchDeviation });
    requireSeparable(discriminator);
    return {
      generator: convolutionalGenerator(latentSize, filters, {
        ...{ shape, kinds, normalization: "batch", initializer: smallNormal },
      }),
      discriminator,
    };
  }, {
    penalties: (score, real, generated, _, { penalty }) => ({
      r1: tf.mul(zeroCenteredPenalty(score, real), penalty / 2),
      r2: tf.mul(zeroCenteredPenalty(score, generated), penalty / 2),
    }),
  }),
});
