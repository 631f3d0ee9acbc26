/**
 * The policies of DDPG and TD3: dense networks whose tanh is the action.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { type Activation, mlp } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { fanInParameters } from "./fan_in.ts";
import type { WorldSizes } from "../worlds/world.ts";

/** Prefix of the policy. */
export const POLICY = "policy";

/** Initial parameters of a policy. */
export function deterministicPolicyParameters(
  random: Generator,
  { observationSize, flatActionSize }: WorldSizes,
  hiddenSizes: readonly number[],
): NamedTensors {
  return fanInParameters(random, [observationSize, ...hiddenSizes, flatActionSize], POLICY);
}

/** μ(s) in [−1, 1], [B, K], for observations [B, D]. */
export function deterministicActions(
  parameters: Tensors,
  observations: tf.Tensor,
  activation: Activation,
): tf.Tensor {
  return tf.tanh(mlp(parameters, observations, activation, POLICY));
}
