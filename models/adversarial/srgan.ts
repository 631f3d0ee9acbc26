/**
 * SRGAN: images of two, four or eight times the side. A residual generator adds to what cubic convolution makes; its loss is
 * of pixels, or of features of a classifier, and what a discriminator makes of it.
 *
 * Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network"
 * (2017, arXiv 1609.04802), equations 1 to 6: content loss and 10⁻³ times the adversarial loss, parametric
 * ReLU; section 3.2: a generator that has learned on pixels before, here in `pixelShare` of the budget.
 *
 * Differs from the paper: 4 residual blocks of 32 without batch normalisation, with ReLUs inside and behind
 * the sum, in place of 16 of 64; one transposed convolution a doubling; features of a classifier of the
 * data, which learns in the first `featureShare` of the budget, in place of VGG's; one step size, which
 * falls over both of the generator's parts; no part on pixels unless `pixelShare` is set.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { InputError } from "../../lab/core/errors.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import { linear } from "../../lab/compute/schedules.ts";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import { signalToNoise } from "../autoencoders/denoising.ts";
import { crossEntropy } from "../classifiers/classifier.ts";
import { defineModel } from "../define_model.ts";
import type { ExampleShape } from "../model.ts";
import { convolutionalDiscriminator } from "./bodies.ts";
import { enlarged } from "./enlarged.ts";
import { adversarialLosses, scoreTerms } from "./losses.ts";
import { translationFields } from "./pix2pix.ts";
import { residualGenerator } from "./translators.ts";

const configuration = z.strictObject({
  ...translationFields,
  learningRate: z.number().positive().default(1e-3).meta({
    description: "Step size of all networks at the start, falling linearly to finalLearningRate",
  }),
  width: count(1, WIDEST).default(32).meta({ description: "Filters of the generator" }),
  blocks: count(0, 64).default(4).meta({ description: "Residual blocks of the generator" }),
  content: z.enum(["pixels", "features"]).default("features").meta({
    description: "Whether squared errors are of pixels or of the classifier's features",
  }),
  adversarial: z.number().min(0).default(1e-3).meta({
    description: "Weight of the adversarial loss; 0 trains the generator on content alone",
  }),
  featureShare: z.number().gt(0).lt(1).default(0.1).meta({
    description: "Share of the budget in which the classifier learns, before all else",
  }),
  pixelShare: z.number().min(0).lt(1).default(0).meta({
    description: "Share of the budget after that in which the generator learns on pixels alone",
  }),
}).refine(({ featureShare, pixelShare }) => featureShare + pixelShare < 1, {
  path: ["pixelShare"],
  message: "pixelShare and featureShare must add up to less than 1, so that the generator learns " +
    "on its content at all",
});

type Configuration = z.output<typeof configuration>;

/** From where on the generator learns on its content, and the discriminator with it. */
const contentFrom = ({ featureShare, pixelShare }: Configuration) => featureShare + pixelShare;

const rules = adversarialLosses["non-saturating"];

/**
 * How many times as high and wide partners are: a power of two; with 1 images are improved alone.
 *
 * @throws InputError for others.
 */
function factorOf({ shape, partnerShape = [] }: ExampleShape): number {
  const factor = partnerShape[0] / shape[0];
  const wanted = [factor * shape[0], factor * shape[1], shape[2]];
  if ([1, 2, 4, 8].includes(factor) && wanted.join() === partnerShape.join()) return factor;
  throw new InputError(
    `Cannot enlarge images of [${
      shape.join(", ")
    }] as their partners' sides must be 1, 2, 4 or 8 ` +
      `times those: [${partnerShape.join(", ")}]`,
  );
}

const onto = (x: tf.Tensor) => tf.clipByValue(x, 0, 1);

/** The mean squared difference of each example's features, [B]. */
function featureDistance(made: tf.Tensor, wanted: tf.Tensor): tf.Tensor {
  return tf.mean(tf.square(tf.sub(made, wanted)), 1);
}

/** The mean squared difference of pixels, a scalar: equation 4. */
function pixelError(made: tf.Tensor, wanted: tf.Tensor): tf.Scalar {
  return tf.mean(tf.square(tf.sub(made, wanted)));
}

/** Super-resolution. */
export const srgan = defineModel({
  name: "srgan",
  summary: "Enlarges images, by content and a discriminator",
  takes: { examples: ["images"], partners: "required", labels: "required" },
  configuration,
  budget: "gradientSteps",
  bestBy: { metric: "validation/perceptual_distance", goal: "minimize" },
  bestFrom: ({ featureShare }) => featureShare,
  networks: (example, { filters, ...c }) => {
    const factor = factorOf(example);
    const shape = example.partnerShape!;
    return {
      classifier: convolutionalDiscriminator(filters, { shape, outputs: example.classes }),
      discriminator: convolutionalDiscriminator(filters, { shape }),
      generator: residualGenerator(example.shape, factor, c),
      cubic: {
        initial: () => ({}),
        apply: (_, x: tf.Tensor): tf.Tensor => enlarged(x, example.shape, factor),
      },
    };
  },
  optimizer: () => adam({ beta1: 0.5 }),
  schedule: ({ learningRate, finalLearningRate }) => linear(learningRate, finalLearningRate),
  steps: [
    {
      name: "classifier",
      changes: ["classifier"],
      during: ({ featureShare }) => [0, featureShare],
      loss: ({ classifier }, { partners, labels }) => ({
        loss: tf.mean(crossEntropy(classifier(partners).outputs, labels)),
      }),
    },
    {
      name: "pixels",
      changes: ["generator"],
      during: (c) => [c.featureShare, contentFrom(c)],
      loss: ({ generator }, { x, partners }) => {
        const pixels = pixelError(generator(x), partners);
        return { loss: pixels, pixels };
      },
    },
    {
      name: "discriminator",
      changes: ["discriminator"],
      during: (c) => [c.adversarial > 0 ? contentFrom(c) : 1, 1],
      loss: ({ generator, discriminator }, { x, partners }) => {
        const real = discriminator(partners).outputs;
        const generated = discriminator(onto(generator(x))).outputs;
        const loss = rules.discriminator(real, generated);
        return { loss, discriminator: loss, ...scoreTerms(rules, real, generated) };
      },
    },
    {
      name: "generator",
      changes: ["generator"],
      during: (c) => [contentFrom(c), 1],
      loss: ({ generator, discriminator, classifier }, { x, partners }, c) => {
        const made = generator(x);
        const content = c.content === "pixels"
          ? pixelError(made, partners)
          : tf.mean(featureDistance(classifier(made).features, classifier(partners).features));
        if (c.adversarial === 0) return { loss: content, content };
        const fooled = rules.generator(discriminator(made).outputs);
        return {
          loss: tf.add(content, tf.mul(fooled, c.adversarial)),
          ...{ content, generator: fooled },
        };
      },
    },
  ],
  average: ["generator"],
  translate: ({ generator }, { x }) => onto(generator(x)),
  evaluate: ({ generator, classifier, cubic }, { x, partners }) => {
    const wanted = classifier(partners).features;
    const distance = (images: tf.Tensor) => featureDistance(classifier(images).features, wanted);
    const [made, plain] = [onto(generator(x)), onto(cubic(x))];
    return {
      signal_to_noise: signalToNoise(made, partners),
      cubic_signal_to_noise: signalToNoise(plain, partners),
      perceptual_distance: distance(made),
      cubic_perceptual_distance: distance(plain),
    };
  },
});
