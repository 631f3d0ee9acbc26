/**
 * GAN with spectral normalisation: each kernel of the discriminator is divided by an estimate of its
 * largest singular value, which keeps the discriminator 1-Lipschitz layer by layer, without a second
 * derivative.
 *
 * Miyato, Kataoka, Koyama, Yoshida, "Spectral Normalization for Generative Adversarial Networks" (2018,
 * arXiv 1802.05957): algorithm 1, the hinge loss of equations 16 and 17.
 *
 * Differs from the paper: two layers of few filters, a step size that falls to 0, samples from a moving
 * average of the generator. The estimate improves with each pass of the discriminator in a step.
 *
 * @module
 */
import * as z from "zod";
import { defineModel } from "../define_model.ts";
import { kindFields } from "../fields.ts";
import { spectral } from "../layers.ts";
import { convolutionalDiscriminator, convolutionalGenerator, smallNormal } from "./bodies.ts";
import { convolutionalFields } from "./dcgan.ts";
import { gameFields } from "./fields.ts";
import { game } from "./game.ts";

const configuration = z.strictObject({
  ...gameFields({ loss: "hinge" }),
  ...convolutionalFields,
  ...kindFields,
});

/** The GAN with spectral normalisation. */
export const snGan = defineModel({
  name: "sn-gan",
  summary: "GAN of convolutions whose discriminator is normalised spectrally, for images",
  takes: { examples: ["images"] },
  configuration,
  ...game<z.infer<typeof configuration>>(({ shape }, c) => {
    const { filters, latentSize, kinds, minibatchDeviation } = c;
    return {
      generator: convolutionalGenerator(latentSize, filters, {
        ...{ shape, kinds, normalization: "batch", initializer: smallNormal },
      }),
      discriminator: convolutionalDiscriminator(filters, {
        ...{ shape, kinds, minibatchDeviation, wrap: spectral },
      }),
    };
  }),
});
