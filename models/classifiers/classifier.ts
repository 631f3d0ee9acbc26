/**
 * A dense classifier: pixels through a hidden layer to one score a class, trained by cross-entropy
 * from the scores. The lab uses it as the judge of generated images: what a model of digits draws,
 * a classifier of digits should recognise.
 *
 * Rumelhart, Hinton, Williams, "Learning representations by back-propagating errors" (Nature 323,
 * 1986); He et al. (2015), arXiv 1502.01852, for the initial weights; Adam (Kingma & Ba 2015,
 * arXiv 1412.6980).
 *
 * Differs from the paper: rectified units, Adam and a falling step size, cross-entropy.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { heNormal, lecunNormal } from "../../lab/compute/initializers.ts";
import { type MlpLayers, mlpLayers, mlpParameters } from "../../lab/compute/networks.ts";
import { widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields } from "../fields.ts";
import type { Network } from "../networks.ts";

// Configuration.

const configuration = z.strictObject({
  ...exampleFields,
  hiddenSizes: widths().default([128]).meta({
    description: "Widths of the hidden layers",
  }),
});

// Loss.

/**
 * −log softmax(logits)[class], Σ_c −y_c·log softmax(logits)_c.
 *
 * @param logits [B, classes]
 * @param targets One-hot, [B, classes].
 * @returns [B], nats.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * crossEntropy(tf.tensor([[0, 0]]), tf.tensor([[1, 0]])).print(); // [ln 2]
 * ```
 */
export function crossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor1D {
  return tf.sub(tf.logSumExp(logits, 1), tf.sum(tf.mul(logits, targets), 1));
}

// Network.

/** A dense network that gives its last hidden layer beside its scores. */
function layered(sizes: readonly number[]): Network<[x: tf.Tensor], MlpLayers> {
  return {
    initial: (random) => mlpParameters(random, sizes, { hidden: heNormal, output: lecunNormal }),
    apply: (parameters, x) => mlpLayers(parameters, x, "relu"),
  };
}

// The model.

/** A dense network with one score a class; its codes are its last hidden layer. */
export const classifier = defineModel({
  name: "classifier",
  summary: "Dense classifier: names the class of an image, and judges samples",
  takes: { examples: ["images", "points"], labels: "required" },
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/accuracy", goal: "maximize" },
  networks: ({ size, classes }, { hiddenSizes }) => ({
    classifier: layered([size, ...hiddenSizes, classes]),
  }),
  steps: [{
    name: "cross_entropy",
    loss: ({ classifier }, { x, labels }) => ({
      loss: crossEntropy(classifier(x).outputs, labels),
    }),
  }],
  encode: ({ classifier }, { x }) => tf.clone(classifier(x).features),
  classify: ({ classifier }, { x }) => tf.softmax(classifier(x).outputs),
});
