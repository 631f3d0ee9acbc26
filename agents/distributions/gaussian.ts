/**
 * Normal distributions of continuous actions: sampled and scored in float64 on the host,
 * differentiable as tensors.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { constant } from "../../lab/compute/initializers.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { exp, log } from "../../lab/core/elementary.ts";
import { type ActionRows, undrawable } from "./actions.ts";
import type { PolicyDistribution, PolicyTerms } from "./policy_distribution.ts";

/** ½ ln 2π. */
const HALF_LOG_TWO_PI = 0.5 * log(2 * Math.PI);

/**
 * Independent normal distributions with one learned log standard deviation for each element, the
 * same in every state: inputs are means and log standard deviations, [B, 2K]. Huang et al. (2022),
 * continuous details 1 to 3.
 */
export class DiagonalGaussian implements PolicyDistribution {
  /**
   * @param outputSize K.
   * @param initialLogStd ln σ at the start.
   * @param inputSize Width of the inputs; what follows means and log standard deviations is not read.
   */
  constructor(
    readonly outputSize: number,
    protected readonly initialLogStd = 0,
    readonly inputSize = 2 * outputSize,
  ) {}
  initialParameters(): NamedTensors {
    return { "policy/logStd": constant([this.outputSize], this.initialLogStd) };
  }
  inputs(parameters: Tensors, outputs: tf.Tensor, _features?: tf.Tensor): tf.Tensor {
    const logStd = tf.add(tf.zerosLike(outputs), parameters["policy/logStd"]);
    return tf.concat([outputs, logStd], 1);
  }
  sample(
    inputs: ArrayLike<number>,
    random: Generator,
    actions: ActionRows,
    logProbabilities: Float64Array,
  ): void {
    sampleGaussian(inputs, this.outputSize, random, actions as Float32Array, logProbabilities);
  }
  draw(inputs: ArrayLike<number>, random: Generator, actions: ActionRows): void {
    const { outputSize: size, inputSize: width } = this;
    for (let i = 0; i < actions.length; i++) {
      const at = width * Math.floor(i / size) + i % size;
      actions[i] = inputs[at] + exp(inputs[at + size]) * random.standardNormal();
      if (Number.isNaN(actions[i])) throw undrawable(inputs, at - i % size, 2 * size);
    }
  }
  terms(inputs: tf.Tensor, actions: tf.Tensor): PolicyTerms {
    const [mean, logStd] = this.#moments(inputs);
    return gaussianTerms(mean, logStd, actions);
  }
  divergence(oldInputs: tf.Tensor, inputs: tf.Tensor): tf.Tensor {
    const [oldMean, oldLogStd] = this.#moments(oldInputs);
    const [mean, logStd] = this.#moments(inputs);
    return gaussianDivergence(oldMean, oldLogStd, mean, logStd);
  }
  /** Means and log standard deviations, [B, K] each. */
  #moments(inputs: tf.Tensor): [mean: tf.Tensor, logStd: tf.Tensor] {
    const size = this.outputSize;
    const column = (first: number) => tf.slice2d(inputs as tf.Tensor2D, [0, first], [-1, size]);
    return [column(0), column(size)];
  }
}

/** −ln N(value; mean, exp(logStd)²). */
export function negatedLogDensity(value: number, mean: number, logStd: number): number {
  const z = (value - mean) / exp(logStd);
  return 0.5 * z * z + logStd + HALF_LOG_TWO_PI;
}

/**
 * Draws each element of an action from its own normal distribution, and notes the sum of the log
 * densities of what was drawn (as rounded to float32).
 *
 * @param inputs [B, 2K]: K means, then K log standard deviations.
 * @param size K.
 * @param actions Out: [B, K].
 * @param logProbabilities Out: [B].
 * @throws InputError where a mean or a deviation is no number.
 */
export function sampleGaussian(
  inputs: ArrayLike<number>,
  size: number,
  random: Generator,
  actions: Float32Array,
  logProbabilities: Float64Array,
): void {
  for (let b = 0; b < logProbabilities.length; b++) {
    let sum = 0;
    for (let k = 0; k < size; k++) {
      const mean = inputs[2 * size * b + k];
      const logStd = inputs[2 * size * b + size + k];
      actions[size * b + k] = mean + exp(logStd) * random.standardNormal();
      if (Number.isNaN(actions[size * b + k])) throw undrawable(inputs, 2 * size * b, 2 * size);
      sum -= negatedLogDensity(actions[size * b + k], mean, logStd);
    }
    logProbabilities[b] = sum;
  }
}

/**
 * Of independent normal distributions: ln π(a) = −Σ_k [½((a_k − μ_k)/σ_k)² + ln σ_k + ½ ln 2π] and
 * H = Σ_k [ln σ_k + ½ ln 2πe].
 *
 * @param mean μ, [B, K].
 * @param logStd ln σ, [B, K].
 * @param actions a, [B, K].
 */
export function gaussianTerms(
  mean: tf.Tensor,
  logStd: tf.Tensor,
  actions: tf.Tensor,
): PolicyTerms {
  const z = tf.mul(tf.sub(actions, mean), tf.exp(tf.neg(logStd)));
  const each = tf.add(tf.add(tf.mul(tf.square(z), 0.5), logStd), HALF_LOG_TWO_PI);
  return {
    logProbability: tf.neg(tf.sum(each, 1)),
    entropy: tf.sum(tf.add(logStd, 0.5 + HALF_LOG_TWO_PI), 1),
  };
}

/**
 * KL(N_old ‖ N) of independent normal distributions, [B]:
 * Σ_k [ln σ_k − ln σ_old,k + (σ_old,k² + (μ_old,k − μ_k)²) / (2σ_k²) − ½].
 *
 * @param oldMean μ_old, [B, K].
 * @param oldLogStd ln σ_old, [B, K].
 * @param mean μ, [B, K].
 * @param logStd ln σ, [B, K].
 */
export function gaussianDivergence(
  oldMean: tf.Tensor,
  oldLogStd: tf.Tensor,
  mean: tf.Tensor,
  logStd: tf.Tensor,
): tf.Tensor {
  const change = tf.sub(oldLogStd, logStd);
  const distance = tf.mul(tf.sub(oldMean, mean), tf.exp(tf.neg(logStd)));
  const spread = tf.mul(tf.add(tf.exp(tf.mul(change, 2)), tf.square(distance)), 0.5);
  return tf.sum(tf.sub(tf.sub(spread, change), 0.5), 1);
}
