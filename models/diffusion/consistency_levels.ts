/**
 * The levels of noise of consistency training: Song & Dhariwal, "Improved Techniques for Training
 * Consistency Models" (2023, arXiv 2310.14189), sections 3.4 and 3.5.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { log, power } from "../../lab/core/elementary.ts";
import type { Generator } from "../../lab/core/random.ts";
import { type NoiseLevels, noiseLevels } from "./heun.ts";
import type { NoiseRange } from "./preconditioning.ts";

/** Levels and noises as a configuration says them. */
export interface LevelFields extends NoiseRange {
  /** ρ */
  readonly curvature: number;
  /** P_mean */
  readonly noiseMean: number;
  /** P_std */
  readonly noiseDeviation: number;
  /** s₀ */
  readonly firstLevels: number;
  /** s₁ */
  readonly lastLevels: number;
}

/**
 * N − 1 at each stage of training, all of them equally long: s₀, 2s₀, … s₁, min(s₀·2^i, s₁) at the i-th.
 * Equation 9, whose K′ is the budget over the number of stages.
 *
 * @example
 * ```ts
 * stages({ firstLevels: 10, lastLevels: 40 }); // [10, 20, 40]
 * ```
 */
export function stages(
  { firstLevels, lastLevels }: Pick<LevelFields, "firstLevels" | "lastLevels">,
): number[] {
  const levels = [firstLevels];
  while (levels.at(-1)! < lastLevels) levels.push(Math.min(2 * levels.at(-1)!, lastLevels));
  return levels;
}

/** ln σ ~ N(P_mean, P_std²) between ln σ_min and ln σ_max: what lies beyond is drawn again. */
export function logNoise(
  { noiseMean, noiseDeviation, leastNoise, mostNoise }: LevelFields,
): (random: Generator, view: Float32Array) => void {
  const [least, most] = [log(leastNoise), log(mostNoise)];
  return (random, view) => {
    for (let i = 0; i < view.length; i++) {
      do view[i] = noiseMean + noiseDeviation * random.standardNormal(); while (
        view[i] <= least || view[i] >= most
      );
    }
  };
}

/**
 * σ_i and σ_{i+1} of N levels between which e^level lies, [B, 1] each: σ_i is as probable as equation 10
 * says.
 *
 * @param level ln σ, [B, 1]
 * @param steps N − 1, a scalar.
 */
export function neighbours(
  level: tf.Tensor,
  steps: tf.Tensor,
  { leastNoise, mostNoise, curvature }: NoiseRange & { readonly curvature: number },
): readonly [lesser: tf.Tensor, greater: tf.Tensor] {
  const [from, to] = [leastNoise, mostNoise].map((sigma) => power(sigma, 1 / curvature));
  const place = tf.div(tf.sub(tf.exp(tf.div(level, curvature)), from), to - from);
  // Kept within the levels where a noise next to their ends is rounded.
  const below = tf.maximum(tf.minimum(tf.floor(tf.mul(place, steps)), tf.sub(steps, 1)), 0);
  const sigma = (i: tf.Tensor) => {
    const root = tf.add(tf.mul(tf.div(i, steps), to - from), from);
    return tf.exp(tf.mul(tf.log(root), curvature));
  };
  return [sigma(below), sigma(tf.add(below, 1))];
}

/**
 * The numbers of step k from σ_max down: σ, and √(τ² − σ_min²) for the τ after it, the deviation of what is
 * added to an example that counts as one at σ_min. Algorithm 1 of Song et al. (2023, arXiv 2303.01469).
 */
export function numbersDown(
  k: number,
  { samplerSteps, ...range }: NoiseLevels & { readonly samplerSteps: number },
): { readonly sigma: number; readonly fresh: number } {
  const { leastNoise } = range;
  const [sigma, after] = noiseLevels(samplerSteps + 1, range).slice(k);
  const next = k + 1 === samplerSteps ? leastNoise : after;
  return { sigma, fresh: Math.sqrt(next * next - leastNoise * leastNoise) };
}
