/**
 * Generalised state-dependent exploration: the noise of an action is a linear function of the
 * policy's features, drawn anew every few steps only, so that equal states get equal actions for a
 * while and the course of actions is smooth.
 *
 * Raffin, Kober, Stulp, "Smooth Exploration for Robotic Reinforcement Learning" (2021, arXiv
 * 2005.05719): a = μ(s) + Eᵀz(s) with E ~ N(0, σ²) elementwise, and so a ~ N(μ(s), Σ_i σ_ik² z_i²).
 * As in Stable-Baselines3, gradients of σ̂ do not reach the features z (in SAC they do:
 * `networks/squashed_policy.ts`) and each environment has matrices of its own, drawn at the start of
 * each rollout too: no snapshot between iterations needs to keep them.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { stopGradient } from "../../lab/compute/gradients.ts";
import { constant } from "../../lab/compute/initializers.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { type ActionRows, undrawable } from "./actions.ts";
import { DiagonalGaussian, negatedLogDensity } from "./gaussian.ts";

/** Added to a variance before its root is taken, as Stable-Baselines3. */
const EPSILON = 1e-6;

/**
 * Inputs are means, log standard deviations ln σ̂ and scaled features σ_ik z_i, [B, 2K + L·K]. The
 * noise is these times ε ~ N(0, 1), held from one `renewNoise` to the next: E = σ ⊙ ε.
 */
export class StateDependentGaussian extends DiagonalGaussian {
  /** ε, [N, L, K]. */
  #noise = new Float64Array(0);

  /**
   * @param outputSize K, elements of an action.
   * @param features L, width of what enters the policy's last layer.
   * @param initialLogStd ln σ at the start.
   * @param every Steps after which ε is drawn anew; 0: at the start of rollouts only.
   */
  constructor(
    outputSize: number,
    private readonly features: number,
    initialLogStd: number,
    private readonly every: number,
  ) {
    super(outputSize, initialLogStd, 2 * outputSize + features * outputSize);
  }

  override initialParameters(): NamedTensors {
    return { "policy/logStd": constant([this.features, this.outputSize], this.initialLogStd) };
  }

  override inputs(parameters: Tensors, outputs: tf.Tensor, features: tf.Tensor): tf.Tensor {
    const z = stopGradient(features);
    const std = tf.exp(parameters["policy/logStd"]);
    const logStd = tf.mul(0.5, tf.log(gsdeVariance(z, std)));
    const scaled = tf.mul(tf.expandDims(z, 2), std);
    return tf.concat([outputs, logStd, tf.reshape(scaled, [z.shape[0], -1])], 1);
  }

  /** Draws ε of `environments` where step `t` of a rollout asks for it. */
  renewNoise(t: number, environments: number, random: Generator): void {
    const isDue = t === 0 || (this.every > 0 && t % this.every === 0);
    if (!isDue) return;
    const size = environments * this.features * this.outputSize;
    if (this.#noise.length !== size) this.#noise = new Float64Array(size);
    for (let i = 0; i < size; i++) this.#noise[i] = random.standardNormal();
  }

  /** The action that ε gives, and its log density. Draws nothing. */
  override sample(
    inputs: ArrayLike<number>,
    _random: Generator,
    actions: ActionRows,
    logProbabilities: Float64Array,
  ): void {
    const { outputSize: size, features, inputSize: width } = this;
    for (let b = 0; b < logProbabilities.length; b++) {
      let sum = 0;
      for (let k = 0; k < size; k++) {
        const mean = inputs[width * b + k];
        let noise = 0;
        for (let i = 0; i < features; i++) {
          const at = size * i + k;
          noise += inputs[width * b + 2 * size + at] * this.#noise[features * size * b + at];
        }
        actions[size * b + k] = mean + noise;
        if (Number.isNaN(actions[size * b + k])) throw undrawable(inputs, width * b, 2 * size);
        sum -= negatedLogDensity(actions[size * b + k], mean, inputs[width * b + size + k]);
      }
      logProbabilities[b] = sum;
    }
  }
}

/**
 * σ̂_k² = Σ_i z_i² σ_ik² + 1e-6, [B, K]: the variance of an action over the matrices E.
 *
 * @param z Features, [B, L].
 * @param std σ, [L, K].
 */
export function gsdeVariance(z: tf.Tensor, std: tf.Tensor): tf.Tensor {
  return tf.add(tf.matMul(tf.square(z) as tf.Tensor2D, tf.square(std) as tf.Tensor2D), EPSILON);
}
