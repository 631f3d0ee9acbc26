/**
 * The distribution of a stochastic policy's actions, one for each kind of action space: sampled and
 * scored in float64 on the host, differentiable as tensors. All of them are described by rows of
 * numbers that a network gives: logits, or means and log standard deviations.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../../lab/core/errors.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { ActionRows, ActionSpace } from "./actions.ts";
import type { PolicyDistribution, PolicyTerms } from "./contract.ts";
import { categoricalDivergence, categoricalTerms, sampleCategorical } from "./distributions.ts";
import { DiagonalGaussian } from "./gaussian.ts";
import { StateDependentGaussian } from "./gsde.ts";

export type { PolicyDistribution, PolicyTerms };

/** Kinds of action spaces that have a distribution. */
export const distributionKinds: readonly ActionSpace["kind"][] = [
  "discrete",
  "multi-discrete",
  "box",
];

/** What Gaussian policies are made with. */
export interface PolicyOptions {
  /** ln σ at the start; default 0. */
  readonly initialLogStd?: number;
  /** gSDE: the features' width L and the steps after which matrices are drawn anew (0: none). */
  readonly stateDependent?: { readonly features: number; readonly every: number };
}

/**
 * The distribution for a space: categorical, several categorical ones, or Gaussian.
 *
 * @throws InputError for state-dependent noise on choices.
 */
export function policyDistribution(
  space: ActionSpace,
  { initialLogStd = 0, stateDependent }: PolicyOptions = {},
): PolicyDistribution {
  if (space.kind === "box") {
    if (stateDependent === undefined) return new DiagonalGaussian(space.flatSize, initialLogStd);
    const { features, every } = stateDependent;
    return new StateDependentGaussian(space.flatSize, features, initialLogStd, every);
  }
  if (stateDependent !== undefined) {
    throw new InputError(
      `Cannot explore by state-dependent noise as actions must be continuous (Box): ${space}`,
    );
  }
  return space.kind === "discrete" ? new Categorical(space.n) : new MultiCategorical(space.nvec);
}

/** Softmax over logits [B, A]. */
class Categorical implements PolicyDistribution {
  readonly rowSize: number;
  constructor(readonly outputSize: number) {
    this.rowSize = outputSize;
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
    sampleCategorical(rows, this.outputSize, random, actions as Int32Array, logProbabilities);
  }
  terms(rows: tf.Tensor, actions: tf.Tensor): PolicyTerms {
    return categoricalTerms(rows, tf.reshape(actions, [-1]));
  }
  divergence(oldRows: tf.Tensor, rows: tf.Tensor): tf.Tensor {
    return categoricalDivergence(oldRows, rows);
  }
}

/**
 * Independent choices, their logits side by side, [B, Σ n_k]: log-probabilities and entropies add
 * up. Huang et al. (2022), the detail for MultiDiscrete action spaces.
 */
class MultiCategorical implements PolicyDistribution {
  readonly outputSize: number;
  readonly rowSize: number;
  readonly #offsets: readonly number[];
  constructor(private readonly counts: readonly number[]) {
    this.#offsets = counts.map((_, k) => counts.slice(0, k).reduce((sum, n) => sum + n, 0));
    this.outputSize = counts.reduce((sum, n) => sum + n, 0);
    this.rowSize = this.outputSize;
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
  terms(rows: tf.Tensor, actions: tf.Tensor): PolicyTerms {
    const terms = this.counts.map((_, k) => {
      const chosen = tf.slice2d(actions as tf.Tensor2D, [0, k], [-1, 1]);
      return categoricalTerms(this.#logits(rows, k), tf.reshape(chosen, [-1]));
    });
    return {
      logProbability: tf.addN(terms.map(({ logProbability }) => logProbability)),
      entropy: tf.addN(terms.map(({ entropy }) => entropy)),
    };
  }
  divergence(oldRows: tf.Tensor, rows: tf.Tensor): tf.Tensor {
    return tf.addN(
      this.counts.map((_, k) =>
        categoricalDivergence(this.#logits(oldRows, k), this.#logits(rows, k))
      ),
    );
  }
  #logits(rows: tf.Tensor, k: number): tf.Tensor2D {
    return tf.slice2d(rows as tf.Tensor2D, [0, this.#offsets[k]], [-1, this.counts[k]]);
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
