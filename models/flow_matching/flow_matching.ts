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
 * Differs from the papers: small networks (`denoiser.ts`), time enters as sines and cosines; samples come
 * from a moving average of the weights.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { InputError } from "../../lab/core/errors.ts";
import { count } from "../../lab/compute/sizes.ts";
import { assignment, squaredDistances } from "../../lab/statistics/assignment.ts";
import { defineModel } from "../define_model.ts";
import {
  type Denoiser,
  denoiser,
  denoiserFields,
  dropNoise,
  guidanceFits,
  signed,
  toldLabels,
  unguided,
} from "../denoiser.ts";
import { averageField, noiseShiftField, noisyExampleFields } from "../fields.ts";
import { type Guide, guidedSteps, guideField, guideOf } from "../guide.ts";
import { squaredError } from "../losses.ts";
import { transportMetrics } from "../metrics/transport.ts";
import type { Batch, Coupling, FlowPlace, NoiseSpecs } from "../model.ts";
import { LIKELIHOOD_STEPS } from "../probability_flow.ts";
import { everywhere, type TimeNetwork } from "../time_network.ts";
import { alongVelocity, pathPoint, shiftedTime } from "./paths.ts";
import { solverFields } from "./solvers.ts";
import { sources } from "./sources.ts";

// Configuration.

const configuration = z.strictObject({
  ...noisyExampleFields,
  batchSize: count(2).default(256).meta({
    description: "Examples a gradient step, over which the coupling is made",
    unit: "examples",
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
  ...noiseShiftField,
  ...denoiserFields,
  ...guideField,
  ...averageField,
  ...solverFields,
}).superRefine(guidanceFits);

type Configuration = z.output<typeof configuration>;

// The path and its loss.

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

/** The loss of a network on a minibatch, with the noise that is drawn for it. */
function lossOf(network: Denoiser, batch: Batch, configuration: Configuration) {
  const { start, noise } = batch.noise;
  const time = shiftedTime(batch.noise.time, configuration);
  const x = signed(batch.x, batch.shape);
  const point = pathPoint(start, x, time, noise, configuration.deviation);
  const given = network(point, time, toldLabels(batch, configuration));
  return { loss: flowMatchingLoss(given, start, x) };
}

/** How source points are put to examples. */
const couple = ({ coupling }: Configuration): Coupling | undefined =>
  coupling === "independent" ? undefined : { noise: "start", arrange: coupleOptimally };

// The likelihood.

/**
 * Times from an example back to the normal source.
 *
 * @throws InputError for another source.
 */
function placesBack({ source }: Configuration): FlowPlace[] {
  if (source !== "normal") {
    throw new InputError(
      `Cannot take the likelihood as paths must begin at source=normal: ${source}`,
    );
  }
  return Array.from({ length: LIKELIHOOD_STEPS + 1 }, (_, k) => ({
    place: 1 - k / LIKELIHOOD_STEPS,
  }));
}

// The model.

/** Flow matching with independent or optimal coupling. */
export const flowMatching = defineModel<
  Configuration,
  { readonly velocity: TimeNetwork } & Guide
>({
  name: "flow-matching",
  summary: "A velocity field that carries noise to the data along straight lines",
  takes: { examples: ["points", "images"], labels: "optional" },
  looksAtLabels: ({ conditional }) => conditional,
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/energy_distance", goal: "minimize" },
  networks: (shape, configuration) => {
    if (configuration.source === "ring" && shape.size !== 2) {
      throw new InputError(
        `Cannot begin at the ring as examples must be points of a plane: [${shape.shape}]`,
      );
    }
    const network = denoiser(shape, configuration);
    return { velocity: network, ...guideOf(network, configuration) };
  },
  noise: ({ size }, configuration): NoiseSpecs => ({
    start: [sources[configuration.source], [size]],
    time: ["uniform", [1]],
    noise: ["normal", [size]],
    ...dropNoise(configuration),
  }),
  steps: guidedSteps("velocity", "flow-matching", lossOf, couple),
  average: ["velocity", "guide"],
  ...alongVelocity,
  sampleNoise: ({ size }, { source }) => ({ start: [sources[source], [size]] }),
  flow: {
    places: placesBack,
    field: ({ velocity }, drawn, configuration) => {
      const network = unguided(velocity, drawn, configuration);
      return (x, { place }) => network(x, everywhere(place, x));
    },
  },
  metrics: transportMetrics("one_step", 1),
});
