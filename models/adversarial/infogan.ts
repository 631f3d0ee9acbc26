/**
 * InfoGAN: part of the generator's noise is a code that can be read off the image again, so that, without
 * any labels, a category and continuous numbers come to mean something.
 *
 * Chen, Duan, Houthooft, Schulman, Sutskever, Abbeel, "InfoGAN" (2016, arXiv 1606.03657), equations 5 and
 * 6: a lower bound of the mutual information of code and image is added to both losses; Q shares all but
 * its last layer with the discriminator. Continuous codes are U(−1, 1), read as means of Gaussians of
 * deviation 1.
 *
 * Differs from the paper: convolutions as in DCGAN with one dense layer for Q, a step size that falls to
 * 0, samples from a moving average of the generator.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count } from "../../lab/compute/sizes.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { crossEntropy } from "../classifiers/classifier.ts";
import { defineModel } from "../define_model.ts";
import { squaredError } from "../losses.ts";
import { convolutionalDiscriminator, convolutionalGenerator, smallNormal } from "./bodies.ts";
import { convolutionalFields } from "./dcgan.ts";
import { gameFields } from "./fields.ts";
import { game } from "./game.ts";

const configuration = z.strictObject({
  ...gameFields(),
  ...convolutionalFields,
  categories: count(2, 1000).default(10).meta({ description: "Values of the categorical code" }),
  continuous: count(1, 1000).default(2).meta({ description: "Continuous codes" }),
  categoryWeight: z.number().min(0).default(1).meta({
    description: "λ of the categorical code",
  }),
  continuousWeight: z.number().min(0).default(0.1).meta({
    description: "λ of the continuous codes",
  }),
});
type Configuration = z.infer<typeof configuration>;

/** The category, one-hot [B, categories], and the continuous codes in [−1, 1), [B, continuous]. */
function codesOf({ category, continuous }: Tensors, { categories }: Configuration) {
  const index = tf.cast(tf.floor(tf.mul(category, categories)), "int32") as tf.Tensor1D;
  return {
    category: tf.cast(tf.oneHot(index, categories), "float32"),
    continuous: tf.sub(tf.mul(continuous, 2), 1),
  };
}

/** The GAN whose codes can be read off its images. */
export const infogan = defineModel({
  name: "infogan",
  summary: "GAN that learns, without labels, codes which can be read off its images",
  takes: { examples: ["images"] },
  configuration,
  ...game<Configuration>(({ shape }, c) => {
    const { filters, latentSize, minibatchDeviation, categories, continuous } = c;
    const codes = categories + continuous;
    const body = { shape, normalization: "batch", initializer: smallNormal } as const;
    return {
      generator: convolutionalGenerator(latentSize + codes, filters, body),
      discriminator: convolutionalDiscriminator(filters, {
        ...{ ...body, minibatchDeviation, outputs: 1 + codes },
      }),
    };
  }, {
    latent: {
      noise: ({ latentSize, continuous }) => ({
        noise: ["normal", [latentSize]],
        category: ["uniform", []],
        continuous: ["uniform", [continuous]],
      }),
      of: (noise, c) => {
        const { category, continuous } = codesOf(noise, c);
        return tf.concat([noise.noise, category, continuous], 1);
      },
    },
    auxiliary: (outputs, of, { noise }, c): Record<string, tf.Tensor> => {
      if (of === "real") return {};
      const { category, continuous } = codesOf(noise, c);
      const [, logits, means] = tf.split(outputs, [1, c.categories, c.continuous], 1);
      return {
        category: tf.mul(tf.mean(crossEntropy(logits, category)), c.categoryWeight),
        continuous: tf.mul(tf.mean(squaredError(means, continuous)), c.continuousWeight / 2),
      };
    },
  }),
  encode: ({ discriminator }, { x, kept }, { categories, continuous }) => {
    const { outputs } = discriminator(x, kept);
    const [, logits, means] = tf.split(outputs, [1, categories, continuous], 1);
    return tf.concat([tf.softmax(logits), means], 1);
  },
  // The rest of the noise at its mean.
  decode: ({ generator }, { codes, kept }, { latentSize }) =>
    generator(tf.concat([tf.zeros([codes.shape[0], latentSize]), codes], 1), kept).outputs,
});
