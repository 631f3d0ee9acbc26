/**
 * Scales by which inputs and targets of a network have variance 1 at every noise: Karras, Aittala, Aila,
 * Laine (2022, arXiv 2206.00364), equation 7 and table 1.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { log } from "../../lab/core/elementary.ts";
import { spread } from "../fields.ts";

/** Fields of models whose noise is said by its deviation σ. */
export const noiseFields = {
  deviation: spread().default(0.5).meta({
    description: "σ_data, the examples' own deviation (pixels count from −1 to 1)",
  }),
  leastNoise: spread().default(0.002).meta({
    description: "σ_min, the least noise from which samples jump to none",
  }),
  mostNoise: spread().default(80).meta({
    description: "σ_max, the noise in which samples begin",
  }),
  curvature: z.number().min(1).max(1000).default(7).meta({
    description: "ρ, by which more steps are taken where there is little noise",
  }),
};

/** Fields of models that learn at noises σ with ln σ ~ N(P_mean, P_std²), section 5 of the paper. */
export function drawnNoiseFields(mean: number, deviation: number) {
  return {
    noiseMean: z.number().default(mean).meta({
      description: "P_mean, the mean of ln σ while training",
    }),
    noiseDeviation: z.number().positive().default(deviation).meta({
      description: "P_std, the deviation of ln σ while training",
    }),
  };
}

/** What a configuration's noises must fulfil, and what is said where they do not. */
export const noiseRangeFits: [(range: NoiseRange) => boolean, { path: string[]; message: string }] =
  [
    ({ leastNoise, mostNoise }) => leastNoise < mostNoise,
    { path: ["leastNoise"], message: "leastNoise must be below mostNoise" },
  ];

/** The factors of table 1 at noise σ, each of its shape. */
export interface Scales {
  /** c_skip: the share of the noisy example in what is told. */
  readonly skip: tf.Tensor;
  /** c_out: the scale of what the network adds. */
  readonly out: tf.Tensor;
  /** c_in: the scale of the noisy example as the network sees it. */
  readonly into: tf.Tensor;
}

/**
 * c_skip = σ_d² / (σ² + σ_d²), c_out = σ σ_d / √(σ² + σ_d²), c_in = 1 / √(σ² + σ_d²).
 *
 * @param sigma σ > 0, [B, 1]
 * @param deviation σ_d
 */
export function scalesAt(sigma: tf.Tensor, deviation: number): Scales {
  const variance = tf.add(tf.square(sigma), deviation * deviation);
  const into = tf.rsqrt(variance);
  return {
    skip: tf.div(deviation * deviation, variance),
    out: tf.mul(tf.mul(sigma, deviation), into),
    into,
  };
}

/** The range of noises that a network is trained for. */
export interface NoiseRange {
  /** σ_min > 0. */
  readonly leastNoise: number;
  /** σ_max. */
  readonly mostNoise: number;
}

/** ln σ as a share of its range: 0 at σ_min, 1 at σ_max. */
export function noiseShare(sigma: tf.Tensor, { leastNoise, mostNoise }: NoiseRange): tf.Tensor {
  const least = log(leastNoise);
  return tf.div(tf.sub(tf.log(sigma), least), log(mostNoise) - least);
}

/**
 * D(x; σ) = c_skip x + c_out F(c_in x): the example that x is of. Equation 7.
 *
 * @param network F at this noise.
 * @param x The example and noise of deviation σ, [B, D]
 */
export function preconditioned(
  network: (x: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  { skip, out, into }: Scales,
): tf.Tensor {
  const told = network(tf.mul(x, into));
  return tf.add(tf.mul(x, skip), tf.mul(told, out));
}
