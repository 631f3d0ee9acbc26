/**
 * The distribution of a stochastic policy's actions, one for each kind of action space: sampled and
 * scored in float64 on the host, differentiable as tensors. All of them are described by rows of
 * numbers that a network gives: logits, or means and log standard deviations.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { constant } from "../../lab/compute/initializers.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { ActionRows, ActionSpace } from "./actions.ts";
import { categoricalTerms, greedyActions, sampleCategorical } from "./distributions.ts";

/** What a policy loss needs of a distribution. */
export interface PolicyTerms {
  /** ln π(a|s), [B]; the density where actions are measured. */
  readonly logProbability: tf.Tensor;
  /** H(π(·|s)), [B], nats. */
  readonly entropy: tf.Tensor;
}

/** How rows [B, P] of a network's numbers make actions [B, K]. */
export interface PolicyDistribution {
  /** Width O of the policy network's last layer. */
  readonly outputSize: number;
  /** Learned numbers beside the network's, to stand in its group. */
  initialParameters(): NamedTensors;
  /** The rows [B, P] that describe the distributions, from the network's outputs [B, O]. */
  rows(parameters: Tensors, outputs: tf.Tensor): tf.Tensor;
  /** Draws an action [B, K] from each row and notes its log-probability [B]. */
  sample(
    rows: ArrayLike<number>,
    random: Generator,
    actions: ActionRows,
    logProbabilities: Float64Array,
  ): void;
  /** The most probable action of each row, [B, K]. */
  mode(rows: ArrayLike<number>, actions: ActionRows): void;
  /** Log-probability of `actions` [B, K] and entropy, differentiable with respect to `rows`. */
  terms(rows: tf.Tensor, actions: tf.Tensor): PolicyTerms;
}

/** Kinds of action spaces that have a distribution. */
export const distributionKinds: readonly ActionSpace["kind"][] = [
  "discrete",
  "multi-discrete",
  "box",
];

/** The distribution for a space: categorical, several categorical ones, or Gaussian. */
export function policyDistribution(
  space: ActionSpace,
  options: { readonly initialLogStd?: number } = {},
): PolicyDistribution {
  if (space.kind === "discrete") return new Categorical(space.n);
  if (space.kind === "multi-discrete") return new MultiCategorical(space.nvec);
  return new DiagonalGaussian(space.flatSize, options.initialLogStd);
}

/** Softmax over logits [B, A]. */
class Categorical implements PolicyDistribution {
  constructor(readonly outputSize: number) {}
  initialParameters(): NamedTensors {
    return {};
  }
  rows(_parameters: Tensors, outputs: tf.Tensor): tf.Tensor {
    return outputs;
  }
  sample(
    rows: ArrayLike<number>,
    random: Generator,
    actions: ActionRows,
    logProbabilities: Float64Array,
  ): void {
    sampleCategorical(rows, this.outputSize, random, actions as Int32Array, logProbabilities);
  }
  mode(rows: ArrayLike<number>, actions: ActionRows): void {
    greedyActions(rows, this.outputSize, actions as Int32Array);
  }
  terms(rows: tf.Tensor, actions: tf.Tensor): PolicyTerms {
    return categoricalTerms(rows, tf.reshape(actions, [-1]));
  }
}

/**
 * Independent choices, their logits side by side, [B, Σ n_k]: log-probabilities and entropies add
 * up. Huang et al. (2022), the detail for MultiDiscrete action spaces.
 */
class MultiCategorical implements PolicyDistribution {
  readonly outputSize: number;
  readonly #offsets: readonly number[];
  constructor(private readonly counts: readonly number[]) {
    this.#offsets = counts.map((_, k) => counts.slice(0, k).reduce((sum, n) => sum + n, 0));
    this.outputSize = counts.reduce((sum, n) => sum + n, 0);
  }
  initialParameters(): NamedTensors {
    return {};
  }
  rows(_parameters: Tensors, outputs: tf.Tensor): tf.Tensor {
    return outputs;
  }
  sample(
    rows: ArrayLike<number>,
    random: Generator,
    actions: ActionRows,
    logProbabilities: Float64Array,
  ): void {
    const action = new Int32Array(1);
    const logProbability = new Float64Array(1);
    logProbabilities.fill(0);
    this.#each(actions, (b, k, at) => {
      const logits = this.#choice(rows, b, k);
      sampleCategorical(logits, this.counts[k], random, action, logProbability);
      actions[at] = action[0];
      logProbabilities[b] += logProbability[0];
    });
  }
  mode(rows: ArrayLike<number>, actions: ActionRows): void {
    const action = new Int32Array(1);
    this.#each(actions, (b, k, at) => {
      greedyActions(this.#choice(rows, b, k), this.counts[k], action);
      actions[at] = action[0];
    });
  }
  terms(rows: tf.Tensor, actions: tf.Tensor): PolicyTerms {
    const terms = this.counts.map((count, k) => {
      const logits = tf.slice2d(rows as tf.Tensor2D, [0, this.#offsets[k]], [-1, count]);
      const chosen = tf.slice2d(actions as tf.Tensor2D, [0, k], [-1, 1]);
      return categoricalTerms(logits, tf.reshape(chosen, [-1]));
    });
    return {
      logProbability: tf.addN(terms.map(({ logProbability }) => logProbability)),
      entropy: tf.addN(terms.map(({ entropy }) => entropy)),
    };
  }
  #each(actions: ActionRows, visit: (b: number, k: number, at: number) => void): void {
    const choices = this.counts.length;
    for (let at = 0; at < actions.length; at++) visit(Math.floor(at / choices), at % choices, at);
  }
  #choice(rows: ArrayLike<number>, b: number, k: number): ArrayLike<number> {
    const first = b * this.outputSize + this.#offsets[k];
    return (rows as Float32Array).subarray(first, first + this.counts[k]);
  }
}

/** ½ ln 2π. */
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * Independent normal distributions with one learned log standard deviation for each element, the
 * same in every state: rows are means and log standard deviations, [B, 2K]. Huang et al. (2022),
 * continuous details 1 to 3.
 */
class DiagonalGaussian implements PolicyDistribution {
  constructor(readonly outputSize: number, private readonly initialLogStd = 0) {}
  initialParameters(): NamedTensors {
    return { "policy/logStd": constant([this.outputSize], this.initialLogStd) };
  }
  rows(parameters: Tensors, outputs: tf.Tensor): tf.Tensor {
    const logStd = tf.add(tf.zerosLike(outputs), parameters["policy/logStd"]);
    return tf.concat([outputs, logStd], 1);
  }
  sample(
    rows: ArrayLike<number>,
    random: Generator,
    actions: ActionRows,
    logProbabilities: Float64Array,
  ): void {
    sampleGaussian(rows, this.outputSize, random, actions as Float32Array, logProbabilities);
  }
  mode(rows: ArrayLike<number>, actions: ActionRows): void {
    const size = this.outputSize;
    for (let i = 0; i < actions.length; i++) {
      actions[i] = rows[Math.floor(i / size) * 2 * size + i % size];
    }
  }
  terms(rows: tf.Tensor, actions: tf.Tensor): PolicyTerms {
    const [mean, logStd] = tf.split(rows, 2, 1);
    return gaussianTerms(mean, logStd, actions);
  }
}

/**
 * Draws each element of an action from its own normal distribution, and notes the sum of the log
 * densities of what was drawn (as rounded to float32).
 *
 * @param rows [B, 2K]: K means, then K log standard deviations.
 * @param size K.
 * @param actions Out: [B, K].
 * @param logProbabilities Out: [B].
 */
export function sampleGaussian(
  rows: ArrayLike<number>,
  size: number,
  random: Generator,
  actions: Float32Array,
  logProbabilities: Float64Array,
): void {
  for (let b = 0; b < logProbabilities.length; b++) {
    let sum = 0;
    for (let k = 0; k < size; k++) {
      const mean = rows[2 * size * b + k];
      const logStd = rows[2 * size * b + size + k];
      const std = Math.exp(logStd);
      actions[size * b + k] = mean + std * random.standardNormal();
      const z = (actions[size * b + k] - mean) / std;
      sum -= 0.5 * z * z + logStd + HALF_LOG_TWO_PI;
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
