/**
 * The categorical distribution over logits: sampling, log-probability and mode in float64 on the
 * host, log-probability and entropy as differentiable tensors.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { FORBIDDEN } from "./actions.ts";
import type { Generator } from "../../lab/core/random.ts";

/** ln Σ_j exp(z_j) over `count` logits from `offset`, without overflow. */
function logSumExp(logits: ArrayLike<number>, offset: number, count: number): number {
  let highest = -Infinity;
  for (let j = 0; j < count; j++) highest = Math.max(highest, logits[offset + j]);
  let sum = 0;
  for (let j = 0; j < count; j++) sum += Math.exp(logits[offset + j] - highest);
  return highest + Math.log(sum);
}

/**
 * Draws one action a row with one uniform number each, by inverting the cumulative softmax, and
 * notes its log-probability.
 *
 * @param logits [B, A], row-major.
 * @param count Number of actions A.
 * @param actions Out: [B], 0 … A − 1.
 * @param logProbabilities Out: [B], ln π(a).
 */
export function sampleCategorical(
  logits: ArrayLike<number>,
  count: number,
  random: Generator,
  actions: Int32Array,
  logProbabilities: Float64Array | Float32Array,
): void {
  for (let row = 0; row < actions.length; row++) {
    const offset = row * count;
    const normalizer = logSumExp(logits, offset, count);
    let left = random.random();
    let action = 0;
    for (; action < count - 1; action++) {
      left -= Math.exp(logits[offset + action] - normalizer);
      if (left < 0) break;
    }
    actions[row] = action;
    logProbabilities[row] = logits[offset + action] - normalizer;
  }
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
  const mask = tf.oneHot(actions as tf.Tensor1D, scores.shape[1]!);
  return tf.sum(tf.mul(scores, mask), 1);
}

/**
 * `maskLogits` as tensors: the allowed ones keep their bits, no gradient reaches the
 * forbidden ones.
 *
 * @param logits [B, A].
 * @param masks [B, A], 1 or 0.
 */
export function maskedLogits(logits: tf.Tensor, masks: tf.Tensor): tf.Tensor {
  return tf.sub(tf.mul(logits, masks), tf.mul(tf.sub(1, masks), -FORBIDDEN));
}

/** What a policy loss needs of a categorical distribution. */
export interface CategoricalTerms {
  /** ln π(a|s), [B]. */
  readonly logProbability: tf.Tensor1D;
  /** H(π(·|s)) = −Σ_a π(a|s) ln π(a|s), [B], nats. */
  readonly entropy: tf.Tensor1D;
}

/**
 * Log-probability of `actions` and entropy, differentiable with respect to `logits`.
 *
 * @param logits [B, A].
 * @param actions [B], int32.
 */
export function categoricalTerms(logits: tf.Tensor, actions: tf.Tensor): CategoricalTerms {
  const logProbabilities = tf.logSoftmax(logits as tf.Tensor2D);
  const entropy = tf.neg(tf.sum(tf.mul(tf.exp(logProbabilities), logProbabilities), 1));
  return {
    logProbability: scoresOf(logProbabilities, actions),
    entropy: entropy as tf.Tensor1D,
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
