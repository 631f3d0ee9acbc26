/**
 * The flow that has the densities of a learned diffusion: Song et al. (2021, arXiv 2011.13456), section
 * 4.3. It is taken in the angle φ = arctan(√(1 − ᾱ) / √ᾱ), in which dx/dφ = v (Salimans & Ho 2022, arXiv
 * 2202.00512, appendix D), from the first level of noise, where an example counts as √ᾱ_1 x, to the last.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { angleOf } from "../../lab/core/elementary.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { FlowPlace } from "../model.ts";
import { LIKELIHOOD_STEPS } from "../probability_flow.ts";
import { everywhere } from "../time_network.ts";
import { parts, targets } from "./parameterizations.ts";
import { type ScheduleFields, sharesOf, visitedLevels } from "./schedules.ts";

type Fields = ScheduleFields & { readonly predicts: keyof typeof parts };

/**
 * Levels from the first to the last: φ, and what the field is taken with.
 *
 * @throws InputError where the network gives noise under the cosine schedule.
 */
export function placesOf(configuration: Fields): FlowPlace[] {
  const { predicts, schedule, levels } = configuration;
  if (predicts === "noise" && schedule === "cosine") {
    throw new InputError(
      "Cannot take the likelihood as under the cosine schedule, whose last levels leave nothing of " +
        "x₀ to tell, the network must give velocity or example: noise",
    );
  }
  const shares = sharesOf(configuration);
  const visited = visitedLevels(levels, Math.min(LIKELIHOOD_STEPS, levels)).reverse();
  return [1, ...visited.slice(visited[1] === 1 ? 2 : 1)].map((level) => {
    const [signal, noise] = [Math.sqrt(shares[level]), Math.sqrt(1 - shares[level])];
    return { place: angleOf(signal, noise), time: level / levels, signal, noise };
  });
}

/**
 * dx/dφ at a place.
 *
 * @param network What is given of x [B, D] at times [B, 1].
 */
export function velocityOf(
  network: (x: tf.Tensor, time: tf.Tensor) => tf.Tensor,
  { predicts }: Fields,
): (x: tf.Tensor, at: Tensors) => tf.Tensor {
  return (x, { time, signal, noise }) => {
    const mix = { signal, noise };
    const { example, epsilon } = parts[predicts](network(x, everywhere(time, x)), x, mix);
    return targets.velocity(example, epsilon, mix);
  };
}

/** √ᾱ_1. */
export function entering(configuration: Fields): number {
  return Math.sqrt(sharesOf(configuration)[1]);
}
