/**
 * What a stochastic policy's distribution of actions is: rows of numbers that a network gives,
 * sampled and scored in float64 on the host, differentiable as tensors.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { ActionRows } from "./actions.ts";

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
  /** Width P of the rows. */
  readonly rowSize: number;
  /** Learned numbers beside the network's, to stand in its group. */
  initialParameters(): NamedTensors;
  /**
   * The rows [B, P] that describe the distributions, from the network's outputs [B, O].
   *
   * @param features What entered the network's last layer, [B, L]: needed by gSDE.
   */
  rows(parameters: Tensors, outputs: tf.Tensor, features?: tf.Tensor): tf.Tensor;
  /** Called before step `t` of a rollout: draws noise that is held for several steps. */
  renewNoise?(t: number, environments: number, random: Generator): void;
  /** Draws an action [B, K] from each row and notes its log-probability [B]. */
  sample(
    rows: ArrayLike<number>,
    random: Generator,
    actions: ActionRows,
    logProbabilities: Float64Array,
  ): void;
  /** Log-probability of `actions` [B, K] and entropy, differentiable with respect to `rows`. */
  terms(rows: tf.Tensor, actions: tf.Tensor): PolicyTerms;
  /** KL(π_old ‖ π) of rows [B, P] each, [B], nats; differentiable with respect to `rows`. */
  divergence(oldRows: tf.Tensor, rows: tf.Tensor): tf.Tensor;
}
