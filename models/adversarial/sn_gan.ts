/**
 * GAN with spectral normalisation: each kernel of the discriminator is divided by an estimate of its
 * largest singular value, which keeps the discriminator 1-Lipschitz layer by layer, without a second
 * derivative.
 *
 * Miyato, Kataoka, Koyama, Yoshida, "Spectral Normalization for Generative Adversarial Networks" (2018,
 * arXiv 1802.05957): algorithm 1, the hinge loss of equations 16 and 17.
 *
 * Differs from the paper: two layers of few filters, a step size that falls, samples from a moving
 * average of the generator. The estimate improves with each pass of the discriminator in a step. The bound
 * of the slope, of which the paper says that it is what is left to be tuned, is a field (Lin, Sekar, Fanti
 * 2021, arXiv 2009.02773, scale the normalised weights): under a small one few scores come to the margin
 * of the hinge loss, and what lies between digits is not told from them.
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
  spectralNorm: z.number().positive().default(1).meta({
    description:
      "The largest singular value of each of the discriminator's kernels: how steep a layer is",
  }),
});

/** The GAN with spectral normalisation. */
export const snGan = defineModel({
  name: "sn-gan",
  summary: "GAN of convolutions whose discriminator is normalised spectrally, for images",
  takes: { examples: ["images"] },
  configuration,
  ...game<z.infer<typeof configuration>>(({ shape }, c) => {
    const { filters, latentSize, kinds, minibatchDeviation, spectralNorm } = c;
    return {
      generator: convolutionalGenerator(latentSize, filters, {
        ...{ shape, kinds, normalization: "batch", initializer: smallNormal },
      }),
      discriminator: convolutionalDiscriminator(filters, {
        ...{ shape, kinds, minibatchDeviation, wrap: (layer) => spectral(layer, spectralNorm) },
      }),
    };
  }),
});
