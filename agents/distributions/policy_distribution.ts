/**
 * The contract of a stochastic policy's actions: sampled and scored in float64 on the host,
 * differentiable as tensors. A distribution is described by its inputs, numbers that a network
 * gives: logits, or means and log standard deviations.
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

/** How distribution inputs [B, P] make actions [B, K]. */
export interface PolicyDistribution {
  /** Width O of the policy network's last layer. */
  readonly outputSize: number;
  /** Width P of the distribution inputs. */
  readonly inputSize: number;
  /** Learned numbers beside the network's, to stand in its group. */
  initialParameters(): NamedTensors;
  /**
   * The distribution inputs [B, P], from the network's outputs [B, O].
   *
   * @param features What entered the network's last layer, [B, L]: needed by gSDE.
   */
  inputs(parameters: Tensors, outputs: tf.Tensor, features?: tf.Tensor): tf.Tensor;
  /** Called before step `t` of a rollout: draws noise that is held for several steps. */
  renewNoise?(t: number, environments: number, random: Generator): void;
  /** Draws an action [B, K] from each row of inputs and notes its log-probability [B]. */
  sample(
    inputs: ArrayLike<number>,
    random: Generator,
    actions: ActionRows,
    logProbabilities: Float64Array,
  ): void;
  /** Draws an action [B, K] from each row of inputs by itself: no noise is held, nothing noted. */
  draw(inputs: ArrayLike<number>, random: Generator, actions: ActionRows): void;
  /** Log-probability of `actions` [B, K] and entropy, differentiable with respect to `inputs`. */
  terms(inputs: tf.Tensor, actions: tf.Tensor): PolicyTerms;
  /** KL(π_old ‖ π) of inputs [B, P] each, [B], nats; differentiable with respect to `inputs`. */
  divergence(oldInputs: tf.Tensor, inputs: tf.Tensor): tf.Tensor;
}
