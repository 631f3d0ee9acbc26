/**
 * A learned variance of the steps back, and the variational bound that it is learned by: Nichol & Dhariwal,
 * "Improved Denoising Diffusion Probabilistic Models" (2021, arXiv 2102.09672), section 3.1.
 *
 * Differs from the paper: the last term of the bound is a density of x₀, in place of the probability of an
 * 8-bit level.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { log } from "../../lab/core/elementary.ts";
import { stopGradient } from "../../lab/compute/gradients.ts";
import { type SamplerFields, type ScheduleFields, sharesOf, visitedLevels } from "./schedules.ts";

/** The logarithm of a variance that is none: e^(−60) adds nothing. */
const NONE = -60;
/** λ of L_hybrid = L_simple + λ L_vlb. Equation 16. */
const WEIGHT = 1e-3;

/** The variances between which that of a step from ᾱ_t to ᾱ_s > ᾱ_t lies, as logarithms. */
interface Bounds {
  /** ln β, β = 1 − ᾱ_t / ᾱ_s. */
  readonly most: number;
  /** ln β̃, β̃ = (1 − ᾱ_s) / (1 − ᾱ_t) β. */
  readonly least: number;
}

function boundsOf(from: number, to: number): Bounds {
  const beta = 1 - from / to;
  return { most: log(beta), least: to === 1 ? NONE : log((1 - to) / (1 - from) * beta) };
}

/** ln Σ = w ln β + (1 − w) ln β̃ with w = (told + 1)/2. Equation 15. */
export function logVariance(
  told: tf.Tensor,
  { most, least }: { readonly most: tf.Tensor; readonly least: tf.Tensor },
): tf.Tensor {
  const share = tf.div(tf.add(told, 1), 2);
  return tf.add(tf.mul(share, tf.sub(most, least)), least);
}

/** The numbers of step k of a sampler: none of its variance is left in the last one. */
export function varianceNumbers(k: number, configuration: SamplerFields): Bounds {
  const shares = sharesOf(configuration);
  const [from, to] = visitedLevels(configuration.levels, configuration.samplerSteps).slice(k)
    .map((level) => shares[level]);
  return to === 1 ? { most: NONE, least: NONE } : boundsOf(from, to);
}

/**
 * L_simple + λ T L_t, with L_t = KL(q(x_{t−1} | x_t, x₀) ‖ p(x_{t−1} | x_t)) and L_1 = −ln p(x₀ | x₁), which
 * learns the variance alone: x₀ as the network tells it is a constant there. Equations 4 to 6 and 16.
 *
 * @param simple L_simple, [B]
 * @param level t of 1 … T, [B, 1]
 * @param x x₀, [B, D]
 * @param example x₀ as the network tells it, [B, D]
 * @param told What it tells of the variance, [B, D]
 * @returns Terms, [B] each; `bound` is T L_t, in nats.
 */
export function hybridLoss(
  simple: tf.Tensor,
  { level, x, example, told }: {
    readonly level: tf.Tensor;
    readonly x: tf.Tensor;
    readonly example: tf.Tensor;
    readonly told: tf.Tensor;
  },
  configuration: ScheduleFields,
) {
  const { levels } = configuration;
  const table = boundTable(configuration);
  const columns = tf.gather(
    tf.tensor2d(table, [levels + 1, 5]),
    tf.cast(tf.reshape(level, [-1]), "int32"),
  );
  const [most, least, scale, inner, variance] = tf.split(columns, 5, 1);
  const logged = logVariance(told, { most, least });
  const off = tf.mul(tf.square(tf.sub(x, stopGradient(example))), scale);
  // ½(ln Σ + (β̃ + c²(x₀ − x̂₀)²)/Σ), less what the true step has of it: 1 + ln β̃, or −ln 2π at t = 1.
  const spread = tf.mul(tf.add(variance, off), tf.exp(tf.neg(logged)));
  const divergence = tf.sum(tf.mul(tf.sub(tf.add(logged, spread), inner), 0.5), 1);
  const bound = tf.mul(divergence, levels);
  return { loss: tf.add(simple, tf.mul(bound, WEIGHT)), denoising: simple, bound };
}

/** By level t: ln β, ln β̃ (that of t = 2 at t = 1), c² of x₀ in the posterior's mean, what L_t lacks, β̃. */
function boundTable(configuration: ScheduleFields): Float32Array {
  const shares = sharesOf(configuration);
  const table = new Float32Array(5 * shares.length);
  for (let t = 1; t < shares.length; t++) {
    const { most, least } = boundsOf(shares[t], shares[t - 1]);
    const second = shares.length > 2 ? boundsOf(shares[2], shares[1]).least : most;
    const beta = 1 - shares[t] / shares[t - 1];
    const scale = shares[t - 1] * beta * beta / ((1 - shares[t]) * (1 - shares[t]));
    table.set(
      t === 1
        ? [most, second, scale, -log(2 * Math.PI), 0]
        : [most, least, scale, 1 + least, (1 - shares[t - 1]) / (1 - shares[t]) * beta],
      5 * t,
    );
  }
  return table;
}
