/**
 * Critics Q(s, a) of measured actions: dense networks on observation and action side by side.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { bodyOf, bodyWithin } from "../../lab/compute/bodies.ts";
import type { BodyDefinition } from "../../lab/compute/definitions.ts";
import { fanInParameters, mlp } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { DenseSettings } from "./dense_settings.ts";
import type { WorldShape } from "../worlds/world.ts";

/** Prefix of all critics; the i-th one's is `critic/i`. */
export const CRITIC = "critic";

/** What the networks of off-policy agents with measured actions must fit. */
export type NetworkShape = Pick<WorldShape, "observationSpace" | "flatActionSize">;

/** Critics side by side in one group. */
export interface Critics {
  /** Parameters at the start, drawn independently. */
  initialParameters(random: Generator): NamedTensors;
  /**
   * Q_i(s, a), [B], of the critic `index`.
   *
   * @param observations s, [B, D].
   * @param actions a in [−1, 1], [B, K].
   */
  values(
    parameters: Tensors,
    index: number,
    observations: tf.Tensor,
    actions: tf.Tensor,
  ): tf.Tensor1D;
  /** The same of the first critic, whose mean over a batch the metric `losses/action_value` is. */
  valuesOfFirst(parameters: Tensors, observations: tf.Tensor, actions: tf.Tensor): tf.Tensor1D;
}

/** `count` critics, whose observations pass one body first. */
export function criticsOf(
  { observationSpace, flatActionSize }: NetworkShape,
  settings: DenseSettings,
  count: number,
  ownBody?: BodyDefinition,
): Critics {
  const { hiddenSizes, activation } = settings;
  const body = bodyWithin(CRITIC, bodyOf(observationSpace, settings, ownBody));
  const sizes = [body.size + flatActionSize, ...hiddenSizes, 1];
  const values: Critics["values"] = (parameters, index, observations, actions) => {
    const x = tf.concat([body.features(parameters, observations), actions], 1);
    return tf.reshape(mlp(parameters, x, activation, `${CRITIC}/${index}`), [-1]);
  };
  return {
    initialParameters(random) {
      const parameters = body.initialParameters(random);
      for (let i = 0; i < count; i++) {
        Object.assign(parameters, fanInParameters(random, sizes, `${CRITIC}/${i}`));
      }
      return parameters;
    },
    values,
    valuesOfFirst: (parameters, observations, actions) =>
      values(parameters, 0, observations, actions),
  };
}
