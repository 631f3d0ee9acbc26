/**
 * CycleGAN: two kinds of images become each other without pairs. What is translated there and back is to
 * be as before, and what is of a kind already is to stay.
 *
 * Zhu, Park, Isola, Efros, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
 * Networks" (2017, arXiv 1703.10593): equations 1 to 3 with the least-squares loss, λ 10, the identity loss
 * of section 5.2 with half of that, the history of 50 images of section 4.
 *
 * Differs from the paper: two halvings, few filters and two residual blocks, with a ReLU behind their sum;
 * minibatches; what translates is a moving average. A pair's two images meet in no loss; partners are
 * looked at in evaluation alone.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { InputError } from "../../lab/core/errors.ts";
import { adam } from "../../lab/compute/optimizers.ts";
import { linear } from "../../lab/compute/schedules.ts";
import { count } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import type { ExampleShape } from "../model.ts";
import { emptyHistory, throughHistory } from "./history.ts";
import { adversarialLosses } from "./losses.ts";
import { absoluteError, translationFields } from "./pix2pix.ts";
import { patchDiscriminator, translatorNetwork } from "./translators.ts";

const configuration = z.strictObject({
  ...translationFields,
  blocks: count(0, 64).default(2).meta({ description: "Residual blocks of each generator" }),
  cycle: z.number().min(0).default(10).meta({
    description: "λ, the weight of what changes there and back",
  }),
  identity: z.number().min(0).default(5).meta({
    description: "Weight of what changes of an image that is of the wanted kind already",
  }),
  history: count(1, 10_000).default(50).meta({
    description: "Generated images that are kept for the discriminators; at least batchSize",
    unit: "images",
  }),
});
type Configuration = z.infer<typeof configuration>;

const { discriminator: discriminated, generator: fooled } = adversarialLosses["least-squares"];

/** @throws InputError where the two kinds differ in shape, or the history is shorter than a batch. */
function check({ shape, partnerShape = [] }: ExampleShape, c: Configuration): void {
  if (shape.join() !== partnerShape.join()) {
    throw new InputError(
      `Cannot translate there and back as both kinds of images must have one shape: ` +
        `[${shape.join(", ")}] and [${partnerShape.join(", ")}]`,
    );
  }
  if (c.history < c.batchSize) {
    throw new InputError(
      `Cannot keep generated images as history must be at least batchSize, ${c.batchSize}: ` +
        `${c.history}`,
    );
  }
}

/** The translator on data whose pairs evaluation measures by. */
const measured = defineModel({
  name: "cyclegan",
  summary: "Translates between two kinds of images there and back, without pairs",
  takes: { examples: ["images"], partners: "any" },
  configuration,
  budget: "gradientSteps",
  bestBy: { metric: "validation/absolute_error", goal: "minimize" },
  networks: (example, c) => {
    check(example, c);
    const { shape } = example;
    return {
      forward: translatorNetwork(shape, c.filters, c.blocks),
      backward: translatorNetwork(shape, c.filters, c.blocks),
      discriminator: patchDiscriminator(shape, c.filters),
      partner_discriminator: patchDiscriminator(shape, c.filters),
    };
  },
  keeps: ({ size }, { history }) => ({
    ...emptyHistory("examples", history, size),
    ...emptyHistory("partners", history, size),
  }),
  optimizer: () => adam({ beta1: 0.5 }),
  schedule: ({ learningRate, finalLearningRate }) => linear(learningRate, finalLearningRate),
  steps: [
    {
      name: "generators",
      changes: ["forward", "backward"],
      loss: (nets, { x, partners: y }, { cycle: weight, identity: identityWeight }) => {
        const { forward, backward, discriminator, partner_discriminator } = nets;
        const [toY, toX] = [forward(x), backward(y)];
        const generators = tf.add(
          fooled(partner_discriminator(toY)),
          fooled(discriminator(toX)),
        );
        const error = (made: tf.Tensor, wanted: tf.Tensor) => tf.mean(absoluteError(made, wanted));
        const cycle = tf.add(error(backward(toY), x), error(forward(toX), y));
        const identity = tf.add(error(forward(y), y), error(backward(x), x));
        // Half of what is in the paper, whose squares have no half inside and whose images are [−1, 1],
        // where distances are twice as large.
        const kept = tf.add(tf.mul(cycle, weight), tf.mul(identity, identityWeight));
        return { loss: tf.add(generators, kept), generators, cycle, identity };
      },
    },
    {
      name: "discriminators",
      changes: ["discriminator", "partner_discriminator"],
      examples: "same",
      noise: () => ({ place: ["uniform", [], "batch"], old: ["uniform", [1]] }),
      loss: (nets, { x, partners: y, kept, noise: { place, old } }) => {
        const { forward, backward, discriminator, partner_discriminator } = nets;
        const noise = { place, old };
        const examples = throughHistory(kept, "examples", backward(y), noise);
        const partners = throughHistory(examples.kept, "partners", forward(x), noise);
        const discriminators = tf.add(
          discriminated(discriminator(x), discriminator(examples.shown)),
          discriminated(partner_discriminator(y), partner_discriminator(partners.shown)),
        );
        return { loss: discriminators, discriminators, kept: partners.kept };
      },
    },
  ],
  average: ["forward", "backward"],
  translate: ({ forward }, { x }) => forward(x),
  evaluate: ({ forward, backward }, { x, partners }) => ({
    absolute_error: absoluteError(forward(x), partners),
    absolute_error_of_input: absoluteError(x, partners),
    cycle_error: absoluteError(backward(forward(x)), x),
  }),
});

/** The same where nothing says what an example should become: no checkpoint is known to be the best. */
const unmeasured = defineModel({
  ...measured.model,
  configuration,
  bestBy: undefined,
  evaluate: ({ forward, backward }, { x }) => ({
    cycle_error: absoluteError(backward(forward(x)), x),
  }),
});

/** The translator without pairs. */
export const cyclegan: typeof measured = {
  ...measured,
  byPairs: true,
  create: (context) => (context.dataset.unpaired ? unmeasured : measured).create(context),
};
