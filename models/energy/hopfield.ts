/**
 * The Hopfield network: units of −1 and 1, all connected, whose weights are learned by Hebb's rule in one
 * pass, and which from a damaged pattern falls into the one that it remembers.
 *
 * Hopfield, "Neural networks and physical systems with emergent collective computational abilities" (PNAS
 * 79, 1982); Hebb, "The Organization of Behavior" (1949); the capacity of 0.138 patterns a unit: Amit,
 * Gutfreund, Sompolinsky, "Storing Infinite Numbers of Patterns in a Spin-Glass Model of Neural Networks"
 * (Physical Review Letters 55, 1985).
 *
 * W = (1/N) Σ ξξᵀ without its diagonal, E(s) = −½ sᵀWs, s_i ← sign((Ws)_i), kept where that is 0. One unit
 * at a time never raises E; samples are drawn so, from random states. Recall renews all units at once.
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
  batchSize: count(1).default(10).meta({ description: "Patterns a step", unit: "patterns" }),
  learningRate: z.number().positive().default(1).meta({
    description: "Step size: 1 is Hebb's rule",
  }),
  finalLearningRate: z.number().min(0).default(1).meta({ description: "Not used" }),
  flips: z.number().min(0).max(0.5).default(0.1).meta({
    description: "Share of a pattern's units that are turned before it is to be recalled",
  }),
  updates: count(1, 1000).default(20).meta({ description: "Times that recall renews all units" }),
  sampleSteps: count(1, 1_000_000).default(2000).meta({
    description: "Units that are renewed, one at a time, from a random state to a sample",
  }),
});

/** sign(input), and the state where the input is 0. */
export function renewed(state: tf.Tensor, input: tf.Tensor): tf.Tensor2D {
  const [up, down] = [tf.step(input), tf.step(tf.neg(input))];
  const kept = tf.mul(state, tf.sub(1, tf.add(up, down)));
  return tf.add(tf.sub(up, down), kept);
}

/** E(s) = −½ sᵀWs, [B]. */
export function energy(weights: tf.Tensor, states: tf.Tensor): tf.Tensor1D {
  const inputs = tf.matMul(states as tf.Tensor2D, weights as tf.Tensor2D);
  return tf.mul(tf.sum(tf.mul(inputs, states), 1), -0.5);
}

/** (1/N) Σ ξξᵀ of patterns [B, N], without the diagonal. */
export function hebbian(patterns: tf.Tensor): tf.Tensor2D {
  const units = patterns.shape[1]!;
  const products = tf.matMul(patterns as tf.Tensor2D, patterns as tf.Tensor2D, true);
  return tf.mul(tf.div(products, units), tf.sub(1, tf.eye(units)));
}

/** The states after some renewals of all units at once. */
export function settled(weights: tf.Tensor, states: tf.Tensor, updates: number): tf.Tensor2D {
  let state = states as tf.Tensor2D;
  for (let k = 0; k < updates; k++) {
    state = renewed(state, tf.matMul(state, weights as tf.Tensor2D));
  }
  return state;
}

/** Share of the units that are equal, [B]. */
function agreement(states: tf.Tensor, patterns: tf.Tensor): tf.Tensor1D {
  return tf.add(tf.mul(tf.mean(tf.mul(states, patterns), 1), 0.5), 0.5);
}

/** A Hopfield network. */
export const hopfield = defineModel({
  name: "hopfield",
  summary: "Hopfield network: patterns remembered by Hebb's rule, recalled from damaged ones",
  takes: { examples: ["points"], values: "bipolar" },
  configuration,
  budget: "gradientSteps",
  networks: ({ size }) => ({
    memory: parametersAlone(() => ({ weights: zeros([size, size], "float32") })),
  }),
  optimizer: sgd,
  schedule: ({ learningRate }) => constant(learningRate),
  steps: [{
    name: "hebb",
    gradients: ({ memory }, { x }) => ({
      gradients: { memory: { weights: tf.neg(hebbian(x)) } },
      terms: { energy: energy(memory().weights, x) },
    }),
  }],
  noise: ({ size }) => ({ flips: ["uniform", [size]] }),
  evaluate: ({ memory }, { x, noise }, { flips, updates }) => {
    const { weights } = memory();
    const turned = tf.cast(tf.less(noise.flips, flips), "float32");
    const damaged = tf.mul(x, tf.sub(1, tf.mul(turned, 2)));
    return {
      recalled: agreement(settled(weights, damaged, updates), x),
      kept: agreement(settled(weights, x, updates), x),
      damaged: agreement(damaged, x),
    };
  },
  encode: ({ memory }, { x }, { updates }) => settled(memory().weights, x, updates),
  sampleNoise: ({ size }) => ({ start: ["uniform", [size]] }),
  sample: (_, { noise: { start } }) =>
    tf.sub(tf.mul(tf.cast(tf.less(start, 0.5), "float32"), 2), 1),
  sampler: {
    steps: (_, { sampleSteps }) => sampleSteps,
    at: (k, { size }) => ({ unit: k % size }),
    step: ({ memory }, { x, at: { unit } }) => {
      const here = tf.cast(tf.equal(tf.range(0, x.shape[1]), unit), "float32");
      const column = tf.matMul(memory().weights as tf.Tensor2D, tf.expandDims(here, 1));
      const next = renewed(x, tf.matMul(x, column as tf.Tensor2D));
      return tf.add(tf.mul(x, tf.sub(1, here)), tf.mul(next, here));
    },
  },
  score: ({ memory }, { x }) => tf.neg(energy(memory().weights, x)),
});
