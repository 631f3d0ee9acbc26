/**
 * The categorical distribution over logits, of one choice and of several: sampling in float64 on the
 * host, log-probability, entropy and divergence as differentiable tensors.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { exp, log } from "../../lab/core/elementary.ts";
import { type ActionRows, FORBIDDEN, undrawable } from "./actions.ts";
import type { PolicyDistribution, PolicyTerms } from "./policy_distribution.ts";
import { oneHot } from "../../lab/compute/one_hot.ts";

/** ln Σ_j exp(z_j) over `count` logits from `offset`, without overflow. */
function logSumExp(logits: ArrayLike<number>, offset: number, count: number): number {
  let highest = -Infinity;
  for (let j = 0; j < count; j++) highest = Math.max(highest, logits[offset + j]);
  let sum = 0;
  for (let j = 0; j < count; j++) sum += exp(logits[offset + j] - highest);
  return highest + log(sum);
}

/**
 * Draws an action with one uniform number, by inverting the cumulative softmax.
 *
 * @param logits Of `count` actions from `offset` on.
 * @returns The action, 0 … count − 1, and its log-probability.
 * @throws InputError where a logit is no number, or none is finite.
 */
export function drawCategorical(
  logits: ArrayLike<number>,
  offset: number,
  count: number,
  random: Generator,
): [action: number, logProbability: number] {
  const normalizer = logSumExp(logits, offset, count);
  if (!Number.isFinite(normalizer)) throw undrawable(logits, offset, count);
  let left = random.random();
  let action = 0;
  for (; action < count - 1; action++) {
    left -= exp(logits[offset + action] - normalizer);
    if (left < 0) break;
  }
  if (action === count - 1) {
    // What rounding left over is no share of actions that have none.
    while (exp(logits[offset + action] - normalizer) === 0) action--;
  }
  return [action, logits[offset + action] - normalizer];
}

/**
 * The scores of the taken actions, [B], differentiable with respect to `scores`.
 *
 * @param scores [B, A]: log-probabilities or action values.
 * @param actions [B], int32.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * scoresOf(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor1d([0, 1], "int32")).print(); // [1, 4]
 * ```
 */
export function scoresOf(scores: tf.Tensor, actions: tf.Tensor): tf.Tensor1D {
  const mask = oneHot(actions, scores.shape[1]!);
  return tf.sum(tf.mul(scores, mask), 1);
}

/**
 * `maskLogits` as tensors: the allowed ones keep their bits, no gradient reaches the
 * forbidden ones.
 *
 * @param logits [B, A].
 * @param masks [B, A], 1 or 0; undefined: all are allowed.
 */
export function maskedLogits(logits: tf.Tensor, masks: tf.Tensor | undefined): tf.Tensor {
  if (masks === undefined) return logits;
  return tf.sub(tf.mul(logits, masks), tf.mul(tf.sub(1, masks), -FORBIDDEN));
}

/**
 * Log-probability of `actions` and entropy, differentiable with respect to `logits`.
 *
 * @param logits [B, A].
 * @param actions [B], int32.
 */
export function categoricalTerms(logits: tf.Tensor, actions: tf.Tensor): PolicyTerms {
  const logProbabilities = tf.logSoftmax(logits as tf.Tensor2D);
  const entropy = tf.neg(tf.sum(tf.mul(tf.exp(logProbabilities), logProbabilities), 1));
  return {
    logProbability: scoresOf(logProbabilities, actions),
    entropy,
  };
}

/**
 * KL(π_old ‖ π) = Σ_a π_old(a)(ln π_old(a) − ln π(a)), [B], nats.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * const old = tf.log(tf.tensor2d([[0.5, 0.5]]));
 * categoricalDivergence(old, tf.log(tf.tensor2d([[0.9, 0.1]]))).print(); // [0.5108256]
 * ```
 *
 * @param oldLogits [B, A].
 * @param logits [B, A].
 */
export function categoricalDivergence(oldLogits: tf.Tensor, logits: tf.Tensor): tf.Tensor1D {
  const old = tf.logSoftmax(oldLogits as tf.Tensor2D);
  const change = tf.sub(old, tf.logSoftmax(logits as tf.Tensor2D));
  return tf.sum(tf.mul(tf.exp(old), change), 1);
}

/**
 * Softmax over logits [B, A]; of several independent choices, side by side [B, Σ n_k],
 * log-probabilities, entropies and divergences add up. Huang et al. (2022), the detail for
 * MultiDiscrete action spaces.
 */
export class Categorical implements PolicyDistribution {
  readonly outputSize: number;
  readonly inputSize: number;
  /** Where each choice's logits begin. */
  readonly #offsets: readonly number[];

  /** @param counts n_k of each choice. */
  constructor(private readonly counts: readonly number[]) {
    this.#offsets = counts.map((_, k) => counts.slice(0, k).reduce((sum, n) => sum + n, 0));
    this.outputSize = counts.reduce((sum, n) => sum + n, 0);
    this.inputSize = this.outputSize;
  }

  initialParameters(): NamedTensors {
    return {};
  }

  inputs(_parameters: Tensors, outputs: tf.Tensor): tf.Tensor {
    return outputs;
  }

  sample(
    inputs: ArrayLike<number>,
    random: Generator,
    actions: ActionRows,
    logProbabilities: Float64Array,
  ): void {
    const choices = this.counts.length;
    for (let b = 0; b < logProbabilities.length; b++) {
      logProbabilities[b] = 0;
      for (let k = 0; k < choices; k++) {
        const first = b * this.outputSize + this.#offsets[k];
        const [action, logProbability] = drawCategorical(inputs, first, this.counts[k], random);
        actions[b * choices + k] = action;
        logProbabilities[b] += logProbability;
      }
    }
  }

  draw(inputs: ArrayLike<number>, random: Generator, actions: ActionRows): void {
    this.sample(inputs, random, actions, new Float64Array(actions.length / this.counts.length));
  }

  terms(inputs: tf.Tensor, actions: tf.Tensor): PolicyTerms {
    const terms = this.counts.map((_, k) => (
      categoricalTerms(this.#logits(inputs, k), tf.reshape(column(actions, k, 1), [-1]))
    ));
    return {
      logProbability: sum(terms.map(({ logProbability }) => logProbability)),
      entropy: sum(terms.map(({ entropy }) => entropy)),
    };
  }

  divergence(oldInputs: tf.Tensor, inputs: tf.Tensor): tf.Tensor {
    return sum(
      this.counts.map((_, k) =>
        categoricalDivergence(this.#logits(oldInputs, k), this.#logits(inputs, k))
      ),
    );
  }

  #logits(inputs: tf.Tensor, k: number): tf.Tensor {
    return column(inputs, this.#offsets[k], this.counts[k]);
  }
}

/** Columns of [B, W]; itself where they are all. */
function column(x: tf.Tensor, first: number, width: number): tf.Tensor {
  return width === x.shape[1] ? x : tf.slice2d(x as tf.Tensor2D, [0, first], [-1, width]);
}

/** The sum of tensors of one shape; itself of one. */
function sum(tensors: tf.Tensor[]): tf.Tensor {
  return tensors.length === 1 ? tensors[0] : tf.addN(tensors);
}
