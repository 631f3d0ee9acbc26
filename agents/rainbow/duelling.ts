/**
 * Duelling networks: the value of a state and what each action is better by, in two streams behind
 * shared layers.
 *
 * Wang et al., "Dueling Network Architectures for Deep Reinforcement Learning" (2016, arXiv
 * 1511.06581).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { activations, fanInParameters, mlp } from "../../lab/compute/networks.ts";
import {
  type ActionValueNetwork,
  type ActionValueOptions,
  perAction,
} from "../networks/action_values.ts";

/**
 * Q(s, a) = V(s) + A(s, a) − mean_a' A(s, a'). Equation 9 of Wang et al. (2016): what is added to
 * all advantages changes nothing, so that V and A are determined.
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

/**
 * A network with two streams, each of which has the last hidden layer as its own: parameters `q/…`
 * of the shared layers, where there are any, then `value/…` and `advantage/…`.
 */
export function duellingNetwork(
  { body, actionCount, quantiles, hiddenSizes, activation }: ActionValueOptions,
): ActionValueNetwork {
  const outputs = Math.max(1, quantiles);
  const sizes = [body.size, ...hiddenSizes];
  const shared = sizes.slice(0, Math.max(1, sizes.length - 1));
  const stream = sizes.slice(shared.length - 1);
  return {
    initialParameters: (random) => ({
      ...body.initialParameters(random),
      ...fanInParameters(random, shared, "q"),
      ...fanInParameters(random, [...stream, outputs], "value"),
      ...fanInParameters(random, [...stream, actionCount * outputs], "advantage"),
    }),
    estimates(parameters, observations) {
      const features = body.features(parameters, observations);
      const x = shared.length > 1
        ? activations[activation](mlp(parameters, features, activation, "q"))
        : features;
      const value = perAction(mlp(parameters, x, activation, "value"), quantiles);
      const advantages = perAction(mlp(parameters, x, activation, "advantage"), quantiles);
      return duellingValues(value, advantages);
    },
  };
}
