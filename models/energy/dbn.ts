/**
 * The deep belief network: restricted Boltzmann machines one on the other, each learned on what the one
 * below makes of the data.
 *
 * Hinton, Osindero, Teh, "A Fast Learning Algorithm for Deep Belief Nets" (Neural Computation 18, 2006),
 * sections 3 and 4: the upper machine takes the lower one's hidden probabilities, and a sample is Gibbs
 * sampling in the upper one, then a pass down.
 *
 * Differs from the paper: two layers, no labels beside the upper machine, no fine-tuning by the up-down
 * algorithm.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { sgd } from "../../lab/compute/optimizers.ts";
import { linear } from "../../lab/compute/schedules.ts";
import { widths } from "../../lab/compute/sizes.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { defineModel } from "../define_model.ts";
import { judgeFields } from "../fields.ts";
import { squaredError } from "../losses.ts";
import {
  above,
  below,
  energyGradients,
  gibbs,
  type GibbsNoise,
  gibbsNoise,
  machine,
} from "./rbm.ts";
import { binaryFields, bits, difference } from "./states.ts";

const configuration = z.strictObject({
  ...binaryFields,
  ...judgeFields,
  machines: widths().length(2).default([128, 64]).meta({
    description: "Hidden units of the lower and of the upper machine",
  }),
  lower: z.number().gt(0).lt(1).default(0.5).meta({
    description: "Share of the budget in which the lower machine learns, before the upper one",
  }),
});

/** Contrastive divergence of a machine on rows [B, D], under `name`. */
function contrastive(name: string, parameters: Tensors, x: tf.Tensor, noise: GibbsNoise) {
  const dreams = gibbs(parameters, x, noise);
  return {
    gradients: {
      [name]: difference(energyGradients(parameters, x), energyGradients(parameters, dreams)),
    },
    terms: {
      [`${name}_error`]: squaredError(below(parameters, above(parameters, x)), x),
    },
  };
}

/** A deep belief network of two machines. */
export const dbn = defineModel({
  name: "dbn",
  summary: "Deep belief network: restricted Boltzmann machines learned one on the other",
  takes: { examples: ["images"] },
  configuration,
  budget: "gradientSteps",
  networks: ({ size }, { machines: [first, second], initialDeviation }) => ({
    lower: machine(size, first, initialDeviation),
    upper: machine(first, second, initialDeviation),
  }),
  optimizer: sgd,
  schedule: ({ learningRate, finalLearningRate }) => linear(learningRate, finalLearningRate),
  steps: [
    {
      name: "lower",
      changes: ["lower"],
      during: ({ lower }) => [0, lower],
      noise: ({ size }, { machines: [first], gibbsSteps }) => gibbsNoise(size, first, gibbsSteps),
      gradients: ({ lower }, { x, noise }) =>
        contrastive("lower", lower(), x, noise as Tensors & GibbsNoise),
    },
    {
      name: "upper",
      changes: ["upper"],
      during: ({ lower }) => [lower, Infinity],
      noise: (_, { machines: [first, second], gibbsSteps }) =>
        gibbsNoise(first, second, gibbsSteps),
      gradients: ({ lower, upper }, { x, noise }) =>
        contrastive("upper", upper(), above(lower(), x), noise as Tensors & GibbsNoise),
    },
  ],
  evaluate: ({ lower, upper }, { x }) => {
    const middle = above(lower(), x);
    const back = below(lower(), below(upper(), above(upper(), middle)));
    return { reconstruction_error: squaredError(back, x) };
  },
  encode: ({ lower, upper }, { x }) => above(upper(), above(lower(), x)),
  decode: ({ lower, upper }, { codes }) => below(lower(), below(upper(), codes)),
  sampleNoise: (_, { machines: [first] }) => ({ start: ["uniform", [first]] }),
  sample: (_, { noise: { start } }) => bits(tf.scalar(0.5), start),
  sampler: {
    steps: (_, { sampleSteps }) => sampleSteps,
    size: (_, { machines: [first] }) => first,
    noise: (_, { machines: [first, second] }) => gibbsNoise(first, second, 1),
    step: ({ upper }, { x, noise }) => gibbs(upper(), x, noise as Tensors & GibbsNoise),
    finish: ({ lower }, { x }) => below(lower(), x),
  },
});
