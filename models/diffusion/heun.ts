/**
 * The levels and steps of EDM's deterministic sampler: Karras, Aittala, Aila, Laine (2022, arXiv
 * 2206.00364).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { power } from "../../lab/core/elementary.ts";

/** σ_min, σ_max and ρ. */
export interface NoiseLevels {
  readonly leastNoise: number;
  readonly mostNoise: number;
  readonly curvature: number;
}

/**
 * σ_0 = σ_max … σ_{N−1} = σ_min, σ_N = 0, evenly apart in σ^(1/ρ). Equation 5.
 *
 * @example
 * ```ts
 * const range = { leastNoise: 0.002, mostNoise: 80, curvature: 7 };
 * noiseLevels(3, range).map((sigma) => sigma.toFixed(3)); // ["80.000", "2.515", "0.002", "0.000"]
 * ```
 */
export function noiseLevels(
  steps: number,
  { leastNoise, mostNoise, curvature }: NoiseLevels,
): number[] {
  const [from, to] = [power(mostNoise, 1 / curvature), power(leastNoise, 1 / curvature)];
  const levels = Array.from(
    { length: steps },
    (_, k) => steps === 1 ? mostNoise : power(from + k / (steps - 1) * (to - from), curvature),
  );
  return [...levels, 0];
}

/**
 * The next x: along (x − D)/σ to the next σ, and where there still is noise, along the mean of that and
 * the same there. Algorithm 1.
 *
 * @param denoise D(x; σ) of a scalar σ.
 * @param at `sigma`, `next`; `weight`: ½, and 0 in the last step, for which `probe`, where D is asked a
 *   second time, is not `next`.
 */
export function heunStep(
  denoise: (x: tf.Tensor, sigma: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  at: Readonly<Record<string, tf.Tensor>>,
  second: boolean,
): tf.Tensor {
  const length = tf.sub(at.next, at.sigma);
  const slope = tf.div(tf.sub(x, denoise(x, at.sigma)), at.sigma);
  const moved = tf.add(x, tf.mul(slope, length));
  if (!second) return moved;
  const there = tf.div(tf.sub(moved, denoise(moved, at.probe)), at.probe);
  return tf.add(moved, tf.mul(tf.sub(there, slope), tf.mul(length, at.weight)));
}
