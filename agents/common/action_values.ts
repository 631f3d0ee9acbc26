/**
 * The action-value network of DQN: a dense network with one output an action, drawn as PyTorch
 * draws its dense layers.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { uniform } from "../../lab/compute/initializers.ts";
import { type Activation, mlp, mlpParameters } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";

/**
 * Kernels and biases from U(−1/√fanIn, 1/√fanIn), PyTorch's default and so that of the reference
 * runs. Biases of 0 would put every kink of a ReLU network at the origin, where CartPole lives.
 *
 * @param sizes Widths from input to output.
 */
export function actionValueParameters(random: Generator, sizes: readonly number[]): NamedTensors {
  const draw = (shape: readonly number[], fanIn: number) =>
    uniform(random, shape, -1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn));
  const parameters = mlpParameters(random, sizes, {
    hidden: (_, shape) => draw(shape, shape[0]),
    prefix: "q",
  });
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    parameters[`q/${layer}/bias`] = draw([sizes[layer + 1]], sizes[layer]);
  }
  return parameters;
}

/** Q(s, ·), [B, A], of observations [B, D]. */
export function actionValues(
  parameters: Tensors,
  observations: tf.Tensor,
  activation: Activation,
): tf.Tensor2D {
  return mlp(parameters, observations, activation, "q");
}
