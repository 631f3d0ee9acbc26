/**
 * What energy-based models of few units share: fields, all of their states, to sum over,
 * and draws of bits.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count } from "../../lab/compute/sizes.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { InputError } from "../../lab/core/errors.ts";

/** Fields that models of binary layers share. */
export const binaryFields = {
  batchSize: count(1).default(20).meta({ description: "Examples a step", unit: "examples" }),
  learningRate: z.number().positive().default(0.1).meta({
    description: "Step size at the start, falling linearly to finalLearningRate",
  }),
  finalLearningRate: z.number().min(0).default(0).meta({ description: "Step size at the end" }),
  roundsPerIteration: count(1).default(50).meta({
    description: "Steps an iteration: how often progress is reported",
    unit: "gradient steps",
  }),
  gibbsSteps: count(1, 100).default(1).meta({
    description: "k: Gibbs steps that stand for the model's distribution",
  }),
  initialDeviation: z.number().positive().default(0.01).meta({
    description: "Deviation of the initial weights",
  }),
  sampleSteps: count(1, 100_000).default(200).meta({
    description: "Gibbs steps of a sample, from fair coins on",
  }),
};

/** Units whose states are summed over at most: 65,536 states. */
export const MOST_UNITS = 16;

/** The number of units. @throws InputError for more than {@linkcode MOST_UNITS}. */
export function summable(units: number): number {
  if (units <= MOST_UNITS) return units;
  throw new InputError(
    `Cannot sum over all states as there must be ${MOST_UNITS} units at most: ${units}`,
  );
}

/**
 * All states of `units` bits.
 *
 * @returns [2^units, units] of 0 and 1.
 * @throws InputError for more than {@linkcode MOST_UNITS}.
 */
export function allStates(units: number): tf.Tensor2D {
  summable(units);
  const values = new Float32Array(units * 2 ** units);
  for (let i = 0; i < values.length; i++) values[i] = (Math.floor(i / units) >> (i % units)) & 1;
  return tf.tensor2d(values, [2 ** units, units]);
}

/** Bits that are 1 with these probabilities, from uniform noise of their shape. */
export function bits(probabilities: tf.Tensor, noise: tf.Tensor): tf.Tensor2D {
  return tf.step(tf.sub(probabilities, noise)) as tf.Tensor2D;
}

/** The k-th row of each example's noise: [B, k, D] to [B, D]. */
export function rowOf(noise: tf.Tensor, k: number): tf.Tensor2D {
  const [count, , size] = noise.shape;
  return tf.reshape(tf.slice(noise, [0, k, 0], [count, 1, size]), [count, size]);
}

/** a − b, by name. */
export function difference(a: Tensors, b: Tensors): Tensors {
  return Object.fromEntries(Object.keys(a).map((name) => [name, tf.sub(a[name], b[name])]));
}
