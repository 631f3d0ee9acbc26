/**
 * Policy and value networks side by side in one group, as PPO, A2C and REINFORCE with a baseline
 * use them: separate dense networks, orthogonal kernels and zero biases.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { orthogonal } from "../../lab/compute/initializers.ts";
import { type Activation, mlp, mlpParameters } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";

/** Orthogonal kernels with this gain. */
function orthogonalOf(gain: number) {
  return (random: Generator, shape: readonly number[]) => orthogonal(random, shape, gain);
}

/**
 * Initial parameters of a policy head's network: gain √2 in hidden layers, 0.01 in the last one, so
 * that all actions start about equally likely. Huang et al. (2022), core detail 2.
 *
 * @param outputSize Width O of the last layer.
 * @param hiddenSizes Widths of the hidden layers.
 */
export function policyParameters(
  random: Generator,
  observationSize: number,
  outputSize: number,
  hiddenSizes: readonly number[],
): NamedTensors {
  return mlpParameters(random, [observationSize, ...hiddenSizes, outputSize], {
    hidden: orthogonalOf(Math.SQRT2),
    output: orthogonalOf(0.01),
    prefix: "policy",
  });
}

/** Initial parameters of a value network: gain √2 in hidden layers, 1 in the last one. */
export function valueParameters(
  random: Generator,
  observationSize: number,
  hiddenSizes: readonly number[],
): NamedTensors {
  return mlpParameters(random, [observationSize, ...hiddenSizes, 1], {
    hidden: orthogonalOf(Math.SQRT2),
    output: orthogonalOf(1),
    prefix: "value",
  });
}

/** The policy network's outputs [B, O] for observations [B, D]: logits or means. */
export function policyOutputs(
  parameters: Tensors,
  observations: tf.Tensor,
  activation: Activation,
): tf.Tensor2D {
  return mlp(parameters, observations, activation, "policy");
}

/** Values V(s) [B] of observations [B, D]. */
export function stateValues(
  parameters: Tensors,
  observations: tf.Tensor,
  activation: Activation,
): tf.Tensor1D {
  return tf.reshape(mlp(parameters, observations, activation, "value"), [-1]);
}
