/**
 * Double Q-learning: the online network chooses the next action, the target network values it.
 *
 * van Hasselt, Guez, Silver, "Deep Reinforcement Learning with Double Q-learning" (2015, arXiv
 * 1509.06461).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { scoresOf } from "../distributions/categorical.ts";
import { bootstrapped, type Outcomes } from "../returns/targets.ts";

/**
 * y = r + γ(1 − terminated) · Q(s', argmax_a Q(s', a; θ); θ⁻). Equation 4 of van Hasselt et al.
 * (2015). With equal networks it is the target of plain deep Q-learning.
 *
 * @param onlineScores Q(s', ·; θ), [B, A].
 * @param nextScores Q(s', ·; θ⁻), [B, A].
 * @param discounts γ in [0, 1], or one for each transition, [B].
 */
export function doubleDqnTargets(
  outcomes: Outcomes,
  onlineScores: tf.Tensor,
  nextScores: tf.Tensor,
  discounts: tf.Tensor | number,
): tf.Tensor1D {
  const chosen = tf.argMax(onlineScores, 1);
  return bootstrapped(outcomes, scoresOf(nextScores, chosen), discounts);
}
