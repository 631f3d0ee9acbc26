/**
 * Policy and value networks side by side in one group, as PPO, A2C and REINFORCE with a baseline
 * use them: dense networks, separate unless said, orthogonal kernels and zero biases unless said.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { orthogonal } from "../../lab/compute/initializers.ts";
import { type Activation, mlp, mlpLayers, mlpParameters } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { fanInParameters } from "./fan_in.ts";
import {
  type PolicyDistribution,
  policyDistribution,
} from "../distributions/policy_distribution.ts";
import type { WorldShape } from "../worlds/world.ts";

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

/** How the two networks are made. */
export interface ActorCriticSettings {
  /** Widths of the hidden layers of each network. */
  readonly hiddenSizes: readonly number[];
  /** Of the hidden layers. */
  readonly activation: Activation;
  /** False: kernels and biases as PyTorch draws them. */
  readonly orthogonalInitialization?: boolean;
  /** False: the value is one linear layer on the policy's features. */
  readonly separateNetworks?: boolean;
}

/** How actions are drawn. */
export interface ExplorationSettings {
  /** ln σ of continuous actions at the start. */
  readonly initialLogStd: number;
  /** gSDE for continuous actions. */
  readonly stateDependentNoise: boolean;
  /** Steps after which gSDE draws its matrices anew; 0: with each rollout only. */
  readonly noiseEvery: number;
}

/** The distribution of the actions of a policy network with these hidden layers. */
export function actorDistribution(
  { actionSpace, observationSize }: Pick<WorldShape, "actionSpace" | "observationSize">,
  { hiddenSizes, initialLogStd, stateDependentNoise, noiseEvery }:
    & Pick<ActorCriticSettings, "hiddenSizes">
    & ExplorationSettings,
): PolicyDistribution {
  const features = hiddenSizes.at(-1) ?? observationSize;
  return policyDistribution(actionSpace, {
    initialLogStd,
    ...stateDependentNoise ? { stateDependent: { features, every: noiseEvery } } : {},
  });
}

/** Initial parameters of both networks and of the distribution. */
export function actorCriticParameters(
  random: Generator,
  observationSize: number,
  distribution: PolicyDistribution,
  settings: ActorCriticSettings,
): NamedTensors {
  const { hiddenSizes, orthogonalInitialization = true, separateNetworks = true } = settings;
  const features = hiddenSizes.at(-1) ?? observationSize;
  const [valueInput, valueHidden] = separateNetworks
    ? [observationSize, hiddenSizes]
    : [features, []];
  const { outputSize } = distribution;
  if (orthogonalInitialization) {
    return {
      ...policyParameters(random, observationSize, outputSize, hiddenSizes),
      ...distribution.initialParameters(),
      ...valueParameters(random, valueInput, valueHidden),
    };
  }
  return {
    ...fanInParameters(random, [observationSize, ...hiddenSizes, outputSize], "policy"),
    ...distribution.initialParameters(),
    ...fanInParameters(random, [valueInput, ...valueHidden, 1], "value"),
  };
}

/** The policy network's outputs [B, O] for observations [B, D]: logits or means. */
export function policyOutputs(
  parameters: Tensors,
  observations: tf.Tensor,
  activation: Activation,
): tf.Tensor2D {
  return mlp(parameters, observations, activation, "policy");
}

/** The rows [B, P] of the policy's distribution for observations [B, D]. */
export function policyRows(
  parameters: Tensors,
  observations: tf.Tensor,
  activation: Activation,
  distribution: PolicyDistribution,
): tf.Tensor {
  const { features, outputs } = mlpLayers(parameters, observations, activation, "policy");
  return distribution.rows(parameters, outputs, features);
}

/** Values V(s) [B] of observations [B, D], or of the policy's features [B, H]. */
export function stateValues(
  parameters: Tensors,
  observations: tf.Tensor,
  activation: Activation,
): tf.Tensor1D {
  return tf.reshape(mlp(parameters, observations, activation, "value"), [-1]);
}

/** {@linkcode stateValues} of separate networks, or of one network with two heads. */
export function actorCriticValues(
  parameters: Tensors,
  observations: tf.Tensor,
  { activation, separateNetworks = true }: ActorCriticSettings,
): tf.Tensor1D {
  if (separateNetworks) return stateValues(parameters, observations, activation);
  const { features } = mlpLayers(parameters, observations, activation, "policy");
  return stateValues(parameters, features, activation);
}
