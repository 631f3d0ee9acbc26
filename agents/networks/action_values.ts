/**
 * The action-value network of DQN: dense, drawn as PyTorch draws its dense layers, with one output
 * an action or N quantiles of its return.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import type { Body } from "../../lab/compute/bodies.ts";
import { fanInParameters, mlp } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { DenseSettings } from "./dense_settings.ts";

/** What an action-value network is like. */
export interface ActionValueOptions extends DenseSettings {
  /** What observations pass before the dense layers. */
  readonly body: Body;
  /** A. */
  readonly actionCount: number;
  /** N: numbers for each action, in an axis of their own; 0: one, without such an axis. */
  readonly quantiles: number;
}

/** A network from observations to what is estimated of each action's return. */
export interface ActionValueNetwork {
  /** Parameters at the start. */
  initialParameters(random: Generator): NamedTensors;
  /** [B, A], or with quantiles [B, A, N], for observations [B, D]. */
  estimates(parameters: Tensors, observations: tf.Tensor): tf.Tensor;
}

/** The outputs of a last layer, [B, A·N], with an axis for the N quantiles where there are any. */
export function perAction(outputs: tf.Tensor2D, quantiles: number): tf.Tensor {
  if (quantiles === 0) return outputs;
  const [batch, width] = outputs.shape;
  return tf.reshape(outputs, [batch, width / quantiles, quantiles]);
}

/** The network of Mnih et al. (2015) but for its sizes; parameters `body/…` and `q/…`. */
export function actionValueNetwork(
  { body, actionCount, quantiles, hiddenSizes, activation }: ActionValueOptions,
): ActionValueNetwork {
  const sizes = [body.size, ...hiddenSizes, actionCount * Math.max(1, quantiles)];
  return {
    initialParameters: (random) => ({
      ...body.initialParameters(random),
      ...fanInParameters(random, sizes, "q"),
    }),
    estimates(parameters, observations) {
      const features = body.features(parameters, observations);
      return perAction(mlp(parameters, features, activation, "q"), quantiles);
    },
  };
}
