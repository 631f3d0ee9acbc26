/**
 * One formula of every method that bootstraps: the target of an action value.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** What an action led to. */
export interface Outcomes {
  /** r, or R over n steps, [B]. */
  readonly rewards: tf.Tensor;
  /** 1 where s' is terminal, [B]; a truncated transition is 0. */
  readonly terminated: tf.Tensor;
}

/**
 * r + γ(1 − terminated) · V(s'). The shapes broadcast.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * await tf.setBackend("cpu");
 * const row = (...values: number[]) => tf.tensor1d(values);
 * const outcomes = { rewards: row(1, 1), terminated: row(0, 1) };
 * bootstrapped(outcomes, row(2, 2), 0.5).print(); // [2, 1]
 * ```
 *
 * @param nextValues V(s'), [B].
 * @param discounts γ in [0, 1], or one for each transition, [B].
 */
export function bootstrapped<T extends tf.Tensor>(
  { rewards, terminated }: Outcomes,
  nextValues: tf.Tensor,
  discounts: tf.Tensor | number,
): T {
  return tf.add(rewards, tf.mul(tf.mul(tf.sub(1, terminated), nextValues), discounts));
}
