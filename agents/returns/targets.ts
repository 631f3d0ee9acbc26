/**
 * One formula of every method that bootstraps: the target of an action value.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/**
 * r + γ(1 − terminated) · V(s'). The shapes broadcast.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * const row = (...values: number[]) => tf.tensor1d(values);
 * bootstrapped(row(1, 1), row(0, 1), row(2, 2), 0.5).print(); // [2, 1]
 * ```
 *
 * @param rewards r, [B].
 * @param terminated 1 where s' is terminal, [B]; a truncated transition is 0.
 * @param nextValues V(s'), [B].
 * @param discounts γ in [0, 1], or one for each transition, [B].
 */
export function bootstrapped<T extends tf.Tensor>(
  rewards: tf.Tensor,
  terminated: tf.Tensor,
  nextValues: tf.Tensor,
  discounts: tf.Tensor | number,
): T {
  return tf.add(rewards, tf.mul(tf.mul(tf.sub(1, terminated), nextValues), discounts));
}
