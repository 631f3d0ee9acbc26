/**
 * Policy and value network side by side in one group, as all on-policy agents have them: dense
 * networks, separate unless said, orthogonal kernels and zero biases unless said.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { bodyOf, bodyWithin } from "../../lab/compute/bodies.ts";
import type { BodyDefinition } from "../../lab/compute/definitions.ts";
import { orthogonal } from "../../lab/compute/initializers.ts";
import {
  type Activation,
  fanInParameters,
  mlp,
  mlpLayers,
  mlpParameters,
} from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { policyDistribution, type PolicyOptions } from "../distributions/mod.ts";
import type { PolicyDistribution } from "../distributions/policy_distribution.ts";
import type { WorldShape } from "../worlds/world.ts";
import type { DenseSettings } from "./dense_settings.ts";

/**
 * Orthogonal kernels and zero biases of a dense network: gain √2 in hidden layers. Huang et al.
 * (2022), core detail 2.
 *
 * @param sizes Widths from input to output.
 * @param prefix Stands before every name.
 * @param gain Of the last layer: 1 for values, and 0.01 for a policy, so that all actions start about
 *   equally likely.
 */
export function orthogonalParameters(
  random: Generator,
  sizes: readonly number[],
  prefix: string,
  gain: number,
): NamedTensors {
  return mlpParameters(random, sizes, {
    hidden: (random, shape) => orthogonal(random, shape, Math.SQRT2),
    output: (random, shape) => orthogonal(random, shape, gain),
    prefix,
  });
}

/** How the two networks are made. */
export interface ActorCriticSettings extends DenseSettings, PolicyOptions {
  /** False: kernels and biases as PyTorch draws them. */
  readonly orthogonalInitialization?: boolean;
  /** False: the value is one linear layer on the policy's features; else it has a body of its own. */
  readonly separateNetworks?: boolean;
}

/** A policy and a value network. */
export interface ActorCritic {
  /** Of the actions. */
  readonly distribution: PolicyDistribution;
  /** Parameters of both networks and of the distribution. */
  initialParameters(random: Generator): NamedTensors;
  /** Distribution inputs [B, P] of observations [B, D]. */
  policy(parameters: Tensors, observations: tf.Tensor): tf.Tensor;
  /** V(s), [B], of observations [B, D]. */
  values(parameters: Tensors, observations: tf.Tensor): tf.Tensor1D;
  /** Both at once. */
  outputs(
    parameters: Tensors,
    observations: tf.Tensor,
  ): { readonly inputs: tf.Tensor; readonly values: tf.Tensor1D };
}

/**
 * The two networks for a world.
 *
 * @param ownBody What observations pass first in place of convolutions.
 * @throws InputError where a convolution or the noise does not fit the spaces.
 */
export function actorCritic(
  { observationSpace, actionSpace }: Pick<WorldShape, "observationSpace" | "actionSpace">,
  settings: ActorCriticSettings,
  ownBody?: BodyDefinition,
): ActorCritic {
  const { hiddenSizes, activation } = settings;
  const { orthogonalInitialization = true, separateNetworks = true } = settings;
  const body = bodyOf(observationSpace, settings, ownBody);
  const policyBody = separateNetworks ? bodyWithin("policy", body) : body;
  const valueBody = separateNetworks ? bodyWithin("value", body) : body;
  const features = hiddenSizes.at(-1) ?? body.size;
  const distribution = policyDistribution(actionSpace, settings, features);
  const [valueInput, valueHidden] = separateNetworks ? [body.size, hiddenSizes] : [features, []];
  const draw = orthogonalInitialization ? orthogonalParameters : fanInParameters;
  const inputsOf = (parameters: Tensors, x: tf.Tensor) => {
    const { features, outputs } = mlpLayers(parameters, x, activation, "policy");
    return distribution.inputs(parameters, outputs, features);
  };
  const valuesOf = (parameters: Tensors, x: tf.Tensor) => {
    const own = separateNetworks ? x : mlpLayers(parameters, x, activation, "policy").features;
    return stateValues(parameters, own, activation);
  };
  return {
    distribution,
    initialParameters: (random) => ({
      ...policyBody.initialParameters(random),
      ...draw(random, [body.size, ...hiddenSizes, distribution.outputSize], "policy", 0.01),
      ...distribution.initialParameters(),
      ...separateNetworks && valueBody.initialParameters(random),
      ...draw(random, [valueInput, ...valueHidden, 1], "value", 1),
    }),
    policy: (parameters, x) => inputsOf(parameters, policyBody.features(parameters, x)),
    values: (parameters, x) => valuesOf(parameters, valueBody.features(parameters, x)),
    outputs(parameters, observations) {
      const seen = policyBody.features(parameters, observations);
      const valued = separateNetworks ? valueBody.features(parameters, observations) : seen;
      return { inputs: inputsOf(parameters, seen), values: valuesOf(parameters, valued) };
    },
  };
}

/** Values V(s) [B] of observations [B, D], or of features [B, H]. */
export function stateValues(
  parameters: Tensors,
  observations: tf.Tensor,
  activation: Activation,
): tf.Tensor1D {
  return tf.reshape(mlp(parameters, observations, activation, "value"), [-1]);
}

/** Weights of the terms of {@linkcode actorCriticLoss}. */
export interface LossCoefficients {
  /** Weight c_v of the value loss. */
  readonly valueCoefficient: number;
  /** Weight c_e of the entropy bonus. */
  readonly entropyCoefficient: number;
}

/**
 * L = L_policy + c_v · L_value − c_e · H, scalars all: what every actor-critic descends.
 *
 * @param policy L_policy, whose gradient is a negated policy gradient.
 * @param value L_value ≥ 0.
 * @param entropy H, the mean entropy of the policy, nats.
 */
export function actorCriticLoss(
  policy: tf.Tensor,
  value: tf.Tensor,
  entropy: tf.Tensor,
  { valueCoefficient, entropyCoefficient }: LossCoefficients,
): tf.Scalar {
  const withValue = tf.add(policy, tf.mul(value, valueCoefficient));
  return tf.sub(withValue, tf.mul(entropy, entropyCoefficient));
}
