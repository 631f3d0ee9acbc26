/**
 * The action-value networks of DQN: dense, drawn as PyTorch draws its dense layers, with one output
 * an action or N quantiles of its return, in one stream or in the two of a duelling network.
 *
 * Duelling: Wang et al., "Dueling Network Architectures for Deep Reinforcement Learning" (2016,
 * arXiv 1511.06581).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { type Activation, activations, mlp } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { Body } from "../../lab/compute/bodies.ts";
import { fanInParameters } from "./fan_in.ts";

/** What an action-value network is like. */
export interface ActionValueOptions {
  /** Widths of the hidden layers. */
  readonly hiddenSizes: readonly number[];
  /** Of the hidden layers. */
  readonly activation: Activation;
  /** Two streams from the last hidden layer on, which each of them has of its own. */
  readonly duelling: boolean;
  /** N: quantiles of each action's return; 0: its mean alone. */
  readonly quantiles: number;
  /** What observations pass before the dense layers; left out: nothing. */
  readonly body?: Body;
}

/** Initial parameters: `q/…`, and with duelling streams `value/…` and `advantage/…` after it. */
export function actionValueParameters(
  random: Generator,
  observationSize: number,
  actionCount: number,
  { hiddenSizes, duelling, quantiles, body }: Omit<ActionValueOptions, "activation">,
): NamedTensors {
  const outputs = Math.max(1, quantiles);
  const sizes = [body?.size ?? observationSize, ...hiddenSizes];
  const before = body?.initialParameters(random);
  if (!duelling) {
    return { ...before, ...fanInParameters(random, [...sizes, actionCount * outputs], "q") };
  }
  const shared = sizes.slice(0, Math.max(1, sizes.length - 1));
  const stream = sizes.slice(shared.length - 1);
  return {
    ...before,
    ...fanInParameters(random, shared, "q"),
    ...fanInParameters(random, [...stream, outputs], "value"),
    ...fanInParameters(random, [...stream, actionCount * outputs], "advantage"),
  };
}

/**
 * Q(s, a) = V(s) + A(s, a) − mean_a' A(s, a'). Equation 9 of Wang et al. (2016): what is added to
 * all advantages changes nothing, so that V and A are told apart.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * duellingValues(tf.tensor2d([[2]]), tf.tensor2d([[1, 3, 5]])).print(); // [[0, 2, 4]]
 * ```
 *
 * @param value V, [B, 1], or its quantiles [B, 1, N].
 * @param advantages A, [B, A], or [B, A, N].
 */
export function duellingValues(value: tf.Tensor, advantages: tf.Tensor): tf.Tensor {
  return tf.add(value, tf.sub(advantages, tf.mean(advantages, 1, true)));
}

/** Quantiles of each action's return, [B, A, N]; without any Q(s, ·), [B, A]. */
export function actionOutputs(
  parameters: Tensors,
  observations: tf.Tensor,
  { activation, duelling, quantiles, body }: ActionValueOptions,
): tf.Tensor {
  const [batch] = observations.shape;
  const features = body?.features(parameters, observations) ?? observations;
  const network = (x: tf.Tensor, prefix: string) => {
    const y = mlp(parameters, x, activation, prefix);
    return quantiles === 0 ? y : tf.reshape(y, [batch, y.shape[1] / quantiles, quantiles]);
  };
  if (!duelling) return network(features, "q");
  const shared = "q/0/kernel" in parameters
    ? activations[activation](mlp(parameters, features, activation, "q"))
    : features;
  return duellingValues(network(shared, "value"), network(shared, "advantage"));
}

/** Q(s, ·), [B, A], of observations [B, D]: the mean over quantiles where there are any. */
export function actionValues(
  parameters: Tensors,
  observations: tf.Tensor,
  options: ActionValueOptions,
): tf.Tensor2D {
  const outputs = actionOutputs(parameters, observations, options);
  return options.quantiles === 0 ? outputs as tf.Tensor2D : tf.mean(outputs, 2);
}
