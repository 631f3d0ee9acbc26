/**
 * GAN with an auxiliary classifier: the generator is told the class, and the discriminator, which is not,
 * names it beside its score.
 *
 * Odena, Olah, Shlens, "Conditional Image Synthesis with Auxiliary Classifier GANs" (2017, arXiv
 * 1610.09585), equations 2 and 3: both networks learn from the class's log-likelihood, of real and
 * generated images.
 *
 * Differs from the paper: two layers of few filters, no dropout, a step size that falls to 0, samples from
 * a moving average of the generator.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { crossEntropy } from "../classifiers/classifier.ts";
import { defineModel } from "../define_model.ts";
import { convolutionalDiscriminator, convolutionalGenerator, smallNormal } from "./bodies.ts";
import { convolutionalFields } from "./dcgan.ts";
import { gameFields } from "./fields.ts";
import { game } from "./game.ts";

const configuration = z.strictObject({
  ...gameFields(),
  ...convolutionalFields,
  classWeight: z.number().min(0).default(1).meta({
    description: "Weight of the class's cross-entropy in the losses of both",
  }),
});

/** The GAN with an auxiliary classifier. */
export const acgan = defineModel({
  name: "acgan",
  summary: "GAN whose discriminator also names the class: draws images of a class",
  takes: { examples: ["images"], labels: "required" },
  configuration,
  ...game<z.infer<typeof configuration>>(({ shape, classes }, c) => {
    const { filters, latentSize, minibatchDeviation } = c;
    const body = { shape, normalization: "batch", initializer: smallNormal } as const;
    return {
      generator: convolutionalGenerator(latentSize, filters, { ...body, classes }),
      discriminator: convolutionalDiscriminator(filters, {
        ...{ ...body, minibatchDeviation, outputs: 1 + classes },
      }),
    };
  }, {
    told: "generator",
    auxiliary: (outputs, of, { labels }, { classWeight }) => {
      const logits = tf.slice(outputs, [0, 1], [-1, labels.shape[1]]);
      return {
        [`${of}_class`]: tf.mul(tf.mean(crossEntropy(logits, labels)), classWeight),
      };
    },
  }),
});
