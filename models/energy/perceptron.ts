/**
 * One layer of threshold units, learned by the perceptron's rule or by Hebb's: what one layer can learn,
 * and that it cannot learn exclusive or.
 *
 * Rosenblatt, "The Perceptron" (Psychological Review 65, 1958); Hebb, "The Organization of Behavior"
 * (1949); Minsky, Papert, "Perceptrons" (1969) for exclusive or.
 *
 * y = step(wᵀx + b) for each class. The perceptron's rule is w ← w + η(t − y)x, Hebb's w ← w + η·t·x with
 * targets of −1 and 1; both are means over a batch. What is named is the class with the greatest input.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { sgd } from "../../lab/compute/optimizers.ts";
import { constant } from "../../lab/compute/schedules.ts";
import { count } from "../../lab/compute/sizes.ts";
import { zeros } from "../../lab/core/tensor_data.ts";
import { defineModel } from "../define_model.ts";
import { parametersAlone } from "../networks.ts";

const configuration = z.strictObject({
  batchSize: count(1).default(1).meta({ description: "Examples a step", unit: "examples" }),
  learningRate: z.number().positive().default(1).meta({ description: "η" }),
  finalLearningRate: z.number().min(0).default(1).meta({ description: "Not used" }),
  roundsPerIteration: count(1).default(4).meta({
    description: "Steps an iteration: how often progress is reported",
    unit: "gradient steps",
  }),
  rule: z.enum(["perceptron", "hebb"]).default("perceptron").meta({
    description: "Learn from what is wrong, or from what occurs together",
  }),
});

/** wᵀx + b of each class, [B, C]. */
function inputsOf({ weights, bias }: Record<string, tf.Tensor>, x: tf.Tensor): tf.Tensor2D {
  return tf.add(tf.matMul(x as tf.Tensor2D, weights as tf.Tensor2D), bias);
}

/** What each unit is pushed by: t − y, or the target of −1 or 1; [B, C]. */
export function signals(
  inputs: tf.Tensor,
  labels: tf.Tensor,
  rule: "perceptron" | "hebb",
): tf.Tensor {
  return rule === "hebb" ? tf.sub(tf.mul(labels, 2), 1) : tf.sub(labels, tf.step(inputs));
}

/** A perceptron, one unit a class. */
export const perceptron = defineModel({
  name: "perceptron",
  summary: "One layer of threshold units, by the perceptron's rule or by Hebb's",
  takes: { examples: ["images", "points"], labels: "required" },
  configuration,
  budget: "gradientSteps",
  bestBy: { metric: "validation/accuracy", goal: "maximize" },
  networks: ({ size, classes }) => ({
    units: parametersAlone(() => ({
      weights: zeros([size, classes], "float32"),
      bias: zeros([classes], "float32"),
    })),
  }),
  optimizer: sgd,
  schedule: ({ learningRate }) => constant(learningRate),
  steps: [{
    name: "rule",
    gradients: ({ units }, { x, labels }, { rule }) => {
      const inputs = inputsOf(units(), x);
      const pushed = signals(inputs, labels, rule);
      const wrong = tf.abs(tf.sub(labels, tf.step(inputs)));
      return {
        gradients: {
          units: {
            weights: tf.neg(tf.div(tf.matMul(x, pushed as tf.Tensor2D, true), x.shape[0])),
            bias: tf.neg(tf.mean(pushed, 0)),
          },
        },
        terms: { wrong: tf.mean(wrong, 1) },
      };
    },
  }],
  classify: ({ units }, { x }) => tf.softmax(inputsOf(units(), x)),
});
