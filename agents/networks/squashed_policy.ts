/**
 * SAC's policy network: means and log standard deviations of u, whose tanh is the action; with
 * generalised state-dependent exploration (gSDE) the deviation follows from the network's features.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { bodyOf, bodyWithin } from "../../lab/compute/bodies.ts";
import type { BodyDefinition } from "../../lab/compute/definitions.ts";
import { constant } from "../../lab/compute/initializers.ts";
import { fanInParameters, mlpLayers } from "../../lab/compute/networks.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import type { NetworkShape } from "./critics.ts";
import type { DenseSettings } from "./dense_settings.ts";
import { gsdeVariance } from "../distributions/gsde.ts";

/** Prefix of the policy. */
export const POLICY = "policy";
const LOG_STD = `${POLICY}/logStd`;

/** Bounds of ln σ where a layer gives it, as in the authors' code. */
const LOWEST_LOG_STD = -20;
const HIGHEST_LOG_STD = 2;

/** Bound of |μ| with gSDE, as in Stable-Baselines3: beyond it tanh is flat, and noise has no effect. */
const HIGHEST_MEAN = 2;

/** What the network is like. */
export interface SquashedPolicySettings extends DenseSettings {
  /** gSDE: σ̂ from the features in place of a layer of its own. */
  readonly stateDependentNoise: boolean;
  /** ln σ of each of gSDE's weights at the start. */
  readonly initialLogStd: number;
}

/** Distributions of u. */
export interface SquashedDistributions {
  /** μ, [B, K]. */
  readonly mean: tf.Tensor;
  /** ln σ, [B, K]; with gSDE ln σ̂ = ½ ln(Σ_i z_i² σ_ik² + 1e-6). */
  readonly logStd: tf.Tensor;
  /** z, [B, L]. */
  readonly features: tf.Tensor;
}

/** A policy over squashed Gaussians. */
export interface SquashedPolicy {
  /** Width L of z, what enters the last layer. */
  readonly featureCount: number;
  /** With gSDE a matrix ln σ, [L, K], in place of the second half of the outputs. */
  initialParameters(random: Generator): NamedTensors;
  /** The distributions of u for observations [B, D]. */
  distributions(parameters: Tensors, observations: tf.Tensor): SquashedDistributions;
}

/** The policy for a world, behind a body of its own. */
export function squashedPolicy(
  { observationSpace, flatActionSize }: NetworkShape,
  settings: SquashedPolicySettings,
  ownBody?: BodyDefinition,
): SquashedPolicy {
  const { hiddenSizes, activation, stateDependentNoise, initialLogStd } = settings;
  const body = bodyWithin(POLICY, bodyOf(observationSpace, settings, ownBody));
  const outputSize = stateDependentNoise ? flatActionSize : 2 * flatActionSize;
  const sizes = [body.size, ...hiddenSizes, outputSize];
  const featureCount = sizes.at(-2)!;
  return {
    featureCount,
    initialParameters: (random) => ({
      ...body.initialParameters(random),
      ...fanInParameters(random, sizes, POLICY),
      ...stateDependentNoise && {
        [LOG_STD]: constant([featureCount, flatActionSize], initialLogStd),
      },
    }),
    distributions(parameters, observations) {
      const x = body.features(parameters, observations);
      const { features, outputs } = mlpLayers(parameters, x, activation, POLICY);
      if (stateDependentNoise) {
        const variance = gsdeVariance(features, tf.exp(parameters[LOG_STD]));
        return {
          mean: tf.clipByValue(outputs, -HIGHEST_MEAN, HIGHEST_MEAN),
          logStd: tf.mul(0.5, tf.log(variance)),
          features,
        };
      }
      const [mean, logStd] = tf.split(outputs, 2, 1);
      return { mean, logStd: tf.clipByValue(logStd, LOWEST_LOG_STD, HIGHEST_LOG_STD), features };
    },
  };
}

/**
 * a = tanh(μ + Eᵀz) with E = σ ⊙ ε: as long as ε stays the same, equal states have equal actions. Raffin,
 * Kober, Stulp (2021, arXiv 2005.05719), equations 5 and 6.
 *
 * @param noise ε of each environment, [N, L, K].
 */
export function gsdeActions(
  parameters: Tensors,
  { mean, features }: Pick<SquashedDistributions, "mean" | "features">,
  noise: tf.Tensor,
): tf.Tensor {
  const matrices = tf.mul(noise, tf.exp(parameters[LOG_STD]));
  return tf.tanh(tf.add(mean, tf.sum(tf.mul(tf.expandDims(features, 2), matrices), 1)));
}
