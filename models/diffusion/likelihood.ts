/**
 * The exact likelihood of points under a learned diffusion, along the flow that has its densities: Song et
 * al. (2021, arXiv 2011.13456), section 4.3. The flow is taken in the angle φ = arctan(√(1 − ᾱ) / √ᾱ), in
 * which dx/dφ = v (Salimans & Ho 2022, arXiv 2202.00512, appendix D).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { angleOf, log } from "../../lab/core/elementary.ts";
import { InputError } from "../../lab/core/errors.ts";
import { LIKELIHOOD_STEPS, logDensityAlong } from "../probability_flow.ts";
import { everywhere } from "../time_network.ts";
import { parts, targets } from "./parameterizations.ts";
import { type ScheduleFields, sharesOf, visitedLevels } from "./schedules.ts";

/**
 * log p(x), [B]: an example counts as one at the first level of noise, √ᾱ_1 x, and goes with the flow to
 * the last.
 *
 * @param network What is given of x [B, D] at times [B, 1].
 * @param x [B, D]
 * @throws InputError where the network gives noise under the cosine schedule.
 */
export function diffusionLogDensity(
  network: (x: tf.Tensor, time: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  configuration: ScheduleFields & { readonly predicts: keyof typeof parts },
): tf.Tensor1D {
  const { predicts, schedule, levels } = configuration;
  if (predicts === "noise" && schedule === "cosine") {
    throw new InputError(
      "Cannot take the likelihood as under the cosine schedule, whose last levels leave nothing of " +
        "x₀ to tell, the network must give velocity or example: noise",
    );
  }
  const shares = sharesOf(configuration);
  const visited = visitedLevels(levels, Math.min(LIKELIHOOD_STEPS, levels)).reverse();
  const places = [1, ...visited.slice(visited[1] === 1 ? 2 : 1)].map((level) => {
    const [signal, noise] = [Math.sqrt(shares[level]), Math.sqrt(1 - shares[level])];
    return {
      place: angleOf(signal, noise),
      velocity: (x: tf.Tensor) => {
        const mix = { signal: tf.scalar(signal), noise: tf.scalar(noise) };
        const given = network(x, everywhere(tf.scalar(level / levels), x));
        const { example, epsilon } = parts[predicts](given, x, mix);
        return targets.velocity(example, epsilon, mix);
      },
    };
  });
  const first = Math.sqrt(shares[1]);
  const moved = logDensityAlong(tf.mul(x, first), places);
  return tf.add(moved, x.shape[1]! * log(first));
}
