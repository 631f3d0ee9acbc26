/**
 * Quantile regression of returns: targets and loss of QR-DQN.
 *
 * Dabney et al., "Distributional Reinforcement Learning with Quantile Regression" (2018, arXiv
 * 1710.10044).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { maskedLogits } from "../distributions/categorical.ts";
import { huber } from "../losses.ts";
import { bootstrapped, type Outcomes } from "../returns/targets.ts";
import type { ReturnEstimate } from "./parts.ts";
import { oneHot } from "../../lab/compute/one_hot.ts";

/** τ̂ᵢ = (i + ½)/N for i = 0 … N − 1: the midpoints of N equal shares. Lemma 2. */
export function quantileMidpoints(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (i + 0.5) / count);
}

/**
 * The quantiles of the taken actions, [B, N], differentiable with respect to `quantiles`.
 *
 * @param quantiles [B, A, N].
 * @param actions [B], int32.
 */
export function quantilesOf(quantiles: tf.Tensor, actions: tf.Tensor): tf.Tensor2D {
  const mask = oneHot(actions, quantiles.shape[1]!);
  return tf.sum(tf.mul(quantiles, tf.expandDims(mask, 2)), 1);
}

/**
 * Σᵢ mean_j |τ̂ᵢ − 1{u < 0}| · huber(u) with u = target_j − quantileᵢ and κ = 1, [B]: equation 10,
 * with the sum over i and the mean over j of algorithm 1. With N = 1 it is half of DQN's Huber loss.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * quantileHuberLoss(tf.tensor2d([[0, 1]]), tf.tensor2d([[0.5]])).print(); // [0.0625]
 * ```
 *
 * @param quantiles θ(s, a), [B, N], in the order of {@linkcode quantileMidpoints}.
 * @param targets Samples of the target distribution, [B, M], a constant.
 */
export function quantileHuberLoss(quantiles: tf.Tensor, targets: tf.Tensor): tf.Tensor1D {
  const midpoints = tf.expandDims(tf.tensor1d(quantileMidpoints(quantiles.shape[1]!)), 1);
  const errors = tf.sub(tf.expandDims(targets, 1), tf.expandDims(quantiles, 2));
  const below = tf.cast(tf.less(errors, 0), "float32");
  const slopes = tf.abs(tf.sub(midpoints, below));
  return tf.sum(tf.mean(tf.mul(slopes, huber(errors)), 2), 1);
}

/**
 * y_j = r + γ(1 − terminated) · θ⁻_j(s', a*) with a* = argmax_a of the mean over `choosing`: the
 * samples of the target distribution in algorithm 1 of Dabney et al. (2018).
 *
 * @param choosing Quantiles that choose a*, [B, A, N]: those of the target network, or with double
 *   Q-learning of the online one.
 * @param next Quantiles of the target network θ⁻(s', ·), [B, A, N].
 * @param discounts One for each transition, [B].
 * @returns [B, N].
 */
export function quantileTargets(
  { rewards, terminated }: Outcomes,
  choosing: tf.Tensor,
  next: tf.Tensor,
  discounts: tf.Tensor,
): tf.Tensor2D {
  const column = (x: tf.Tensor) => tf.expandDims(x, 1);
  const chosen = quantilesOf(next, tf.argMax(tf.mean(choosing, 2), 1));
  const columns = { rewards: column(rewards), terminated: column(terminated) };
  return bootstrapped(columns, chosen, column(discounts));
}

/** `quantiles` quantiles of each return, N ≥ 1, learned by quantile regression. */
export function quantileReturns(quantiles: number): ReturnEstimate {
  return {
    quantiles,
    mean: (estimates) => tf.mean(estimates, -1),
    masked: (estimates, masks) => maskedLogits(estimates, masks && tf.expandDims(masks, 2)),
    taken: quantilesOf,
    targets: (outcomes, next, discounts, choosing = next) =>
      quantileTargets(outcomes, choosing, next, discounts),
    losses: quantileHuberLoss,
  };
}
