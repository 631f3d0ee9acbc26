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
import { type ActionRows, FORBIDDEN } from "./actions.ts";
import type { PolicyDistribution, PolicyTerms } from "./policy_distribution.ts";

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

/** Softmax over logits [B, A]. */
export class Categorical implements PolicyDistribution {
  readonly inputSize: number;
  constructor(readonly outputSize: number) {
    this.inputSize = outputSize;
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
    sampleCategorical(inputs, this.outputSize, random, actions as Int32Array, logProbabilities);
  }
  terms(inputs: tf.Tensor, actions: tf.Tensor): PolicyTerms {
    return categoricalTerms(inputs, tf.reshape(actions, [-1]));
  }
  divergence(oldInputs: tf.Tensor, inputs: tf.Tensor): tf.Tensor {
    return categoricalDivergence(oldInputs, inputs);
  }
}

/**
 * Independent choices, their logits side by side, [B, Σ n_k]: log-probabilities and entropies add
 * up. Huang et al. (2022), the detail for MultiDiscrete action spaces.
 */
export class MultiCategorical implements PolicyDistribution {
  readonly outputSize: number;
  readonly inputSize: number;
  readonly #offsets: readonly number[];
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
    const action = new Int32Array(1);
    const logProbability = new Float64Array(1);
    logProbabilities.fill(0);
    this.#each(actions, (b, k, at) => {
      const logits = this.#choice(inputs, b, k);
      sampleCategorical(logits, this.counts[k], random, action, logProbability);
      actions[at] = action[0];
      logProbabilities[b] += logProbability[0];
    });
  }
  terms(inputs: tf.Tensor, actions: tf.Tensor): PolicyTerms {
    const terms = this.counts.map((_, k) => {
      const chosen = tf.slice2d(actions as tf.Tensor2D, [0, k], [-1, 1]);
      return categoricalTerms(this.#logits(inputs, k), tf.reshape(chosen, [-1]));
    });
    return {
      logProbability: tf.addN(terms.map(({ logProbability }) => logProbability)),
      entropy: tf.addN(terms.map(({ entropy }) => entropy)),
    };
  }
  divergence(oldInputs: tf.Tensor, inputs: tf.Tensor): tf.Tensor {
    return tf.addN(
      this.counts.map((_, k) =>
        categoricalDivergence(this.#logits(oldInputs, k), this.#logits(inputs, k))
      ),
    );
  }
  #logits(inputs: tf.Tensor, k: number): tf.Tensor2D {
    return tf.slice2d(inputs as tf.Tensor2D, [0, this.#offsets[k]], [-1, this.counts[k]]);
  }
  #each(actions: ActionRows, visit: (b: number, k: number, at: number) => void): void {
    const choices = this.counts.length;
    for (let at = 0; at < actions.length; at++) visit(Math.floor(at / choices), at % choices, at);
  }
  #choice(inputs: ArrayLike<number>, b: number, k: number): ArrayLike<number> {
    const first = b * this.outputSize + this.#offsets[k];
    return (inputs as Float32Array).subarray(first, first + this.counts[k]);
  }
}
