/**
 * Critics Q(s, a) of measured actions: dense networks on observation and action side by side.
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

/** Prefix of all critics; the i-th one's is `critic/i`. */
export const CRITIC = "critic";

/** Initial parameters of `count` critics, drawn independently. */
export function criticParameters(
  random: Generator,
  { observationSize, flatActionSize }: WorldSizes,
  hiddenSizes: readonly number[],
  count: number,
): NamedTensors {
  const sizes = [observationSize + flatActionSize, ...hiddenSizes, 1];
  const parameters: NamedTensors = {};
  for (let i = 0; i < count; i++) {
    Object.assign(parameters, fanInParameters(random, sizes, `${CRITIC}/${i}`));
  }
  return parameters;
}

/**
 * Q_i(s, a), [B], of the critic `index`.
 *
 * @param observations s, [B, D].
 * @param actions a in [−1, 1], [B, K].
 */
export function criticValues(
  parameters: Tensors,
  index: number,
  observations: tf.Tensor,
  actions: tf.Tensor,
  activation: Activation,
): tf.Tensor1D {
  const x = tf.concat([observations, actions], 1);
  return tf.reshape(mlp(parameters, x, activation, `${CRITIC}/${index}`), [-1]);
}
