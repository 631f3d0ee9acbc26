/**
 * Flow matching: a network learns the velocity that carries points of a source distribution to the
 * data along straight lines, and samples are made by following it from time 0 to 1.
 *
 * Lipman, Chen, Ben-Hamu, Nickel, Le, "Flow Matching for Generative Modeling" (2023, arXiv 2210.02747);
 * Tong et al., "Improving and Generalizing Flow-Based Generative Models with Minibatch Optimal
 * Transport" (2024, arXiv 2302.00482): the path of equation 14, the loss of equation 10, the couplings
 * of sections 3.2.2 (independent) and 3.2.3 (optimal transport over each minibatch, exact). With the
 * independent one and a normal source it is rectified flow's first round (Liu, Gong, Liu 2023, arXiv
 * 2209.03003, equation 1).
 *
 * Differs from the papers: time enters as sines and cosines; samples come from a moving average of the
 * weights.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, widths } from "../../lab/compute/sizes.ts";
import { assignment, squaredDistances } from "../../lab/statistics/assignment.ts";
import { defineModel } from "../define_model.ts";
import { averageField, exampleFields } from "../fields.ts";
import { squaredError } from "../losses.ts";
import type { NoiseSpecs } from "../model.ts";
import { squaredTransport, transportFloor } from "../metrics/transport.ts";
import { everywhere, timeNetwork } from "../time_network.ts";
import { solverFields, solvers } from "./solvers.ts";
import { sources } from "./sources.ts";

// Configuration.

const configuration = z.strictObject({
  ...exampleFields,
  batchSize: count(2).default(256).meta({
    description: "Points a gradient step, over which the coupling is made",
    unit: "points",
  }),
  learningRate: z.number().positive().default(2e-3).meta({
    description: "Adam's step size at the start",
  }),
  hiddenSizes: widths().min(1).default([128, 128, 128]).meta({
    description: "Widths of the network's hidden layers",
  }),
  source: z.enum(["normal", "ring"]).default("normal").meta({
    description: "Where paths begin: N(0, I), or eight Gaussians on a circle (points of a plane)",
  }),
  coupling: z.enum(["independent", "optimal-transport"]).default("independent").meta({
    description:
      "Which source point goes to which example of a minibatch: any, or so that all of " +
      "them together move least (exact)",
  }),
  deviation: z.number().min(0).default(0).meta({
    description: "σ, the spread about the straight path",
  }),
  ...averageField,
  ...solverFields,
});

// The path and its loss.

/**
 * x_t = (1 − t) x₀ + t x₁ + σε: a point on the way. Equation 14 of Tong et al.
 *
 * @param from x₀, [B, D]
 * @param to x₁, [B, D]
 * @param time t in [0, 1], [B, 1]
 * @param noise ε ~ N(0, I), [B, D]
 * @returns [B, D]
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * const [from, to] = [tf.tensor2d([[0, 2]]), tf.tensor2d([[4, 0]])];
 * pathPoint(from, to, tf.tensor2d([[0.25]]), tf.tensor2d([[1, -1]]), 0.5).print(); // [1.5, 1]
 * ```
 */
export function pathPoint(
  from: tf.Tensor,
  to: tf.Tensor,
  time: tf.Tensor,
  noise: tf.Tensor,
  deviation: number,
): tf.Tensor {
  const straight = tf.add(from, tf.mul(time, tf.sub(to, from)));
  return deviation === 0 ? straight : tf.add(straight, tf.mul(noise, deviation));
}

/** ‖v(x_t, t) − (x₁ − x₀)‖², [B]. Equation 10 of Tong et al. with the velocity of equation 15. */
export function flowMatchingLoss(
  velocity: tf.Tensor,
  from: tf.Tensor,
  to: tf.Tensor,
): tf.Tensor1D {
  return squaredError(velocity, tf.sub(to, from));
}

/** Reorders points in place so that those of x [n, D] have the nearest of them: see `assignment`. */
export function coupleOptimally(points: Float32Array, x: Float32Array, dimensions: number): void {
  const count = x.length / dimensions;
  const drawn = points.slice();
  assignment(squaredDistances(x, drawn, dimensions), count).forEach((from, to) => {
    points.set(drawn.subarray(dimensions * from, dimensions * (from + 1)), dimensions * to);
  });
}

// The model.

/** Flow matching with independent or optimal coupling. */
export const flowMatching = defineModel({
  name: "flow-matching",
  summary: "A velocity field that carries noise to the data along straight lines",
  takes: { examples: ["points"] },
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/energy_distance", goal: "minimize" },
  networks: ({ size }, { hiddenSizes }) => ({ velocity: timeNetwork(size, hiddenSizes) }),
  noise: ({ size }, { source }): NoiseSpecs => ({
    start: [sources[source], [size]],
    time: ["uniform", [1]],
    noise: ["normal", [size]],
  }),
  steps: [{
    name: "flow-matching",
    couple: ({ coupling }) =>
      coupling === "independent" ? undefined : { noise: "start", arrange: coupleOptimally },
    loss: ({ velocity }, { x, noise: { start, time, noise } }, { deviation }) => {
      const point = pathPoint(start, x, time, noise, deviation);
      return { loss: flowMatchingLoss(velocity(point, time), start, x) };
    },
  }],
  average: { networks: ["velocity"], decay: ({ averageDecay }) => averageDecay },
  sampleNoise: ({ size }, { source }) => ({ start: [sources[source], [size]] }),
  sample: (_, { noise: { start } }) => start,
  sampler: {
    steps: (_, { samplerSteps }) => samplerSteps,
    at: (k, _, { samplerSteps }) => ({ time: k / samplerSteps, length: 1 / samplerSteps }),
    step: ({ velocity }, { x, at: { time, length } }, { solver }) =>
      solvers[solver]((x, t) => velocity(x, everywhere(t, x)), x, time, length),
  },
  samplingFields: ["samplerSteps", "solver"],
  metrics: async ({ samples, dataset, draw }) => {
    const oneStep = await draw!(samples!.count, { samplerSteps: 1 });
    return {
      "evaluation/squared_wasserstein": squaredTransport(samples!.values, dataset),
      "evaluation/squared_wasserstein_one_step": squaredTransport(oneStep.values, dataset),
      "ceiling/squared_wasserstein": transportFloor(dataset),
    };
  },
});
