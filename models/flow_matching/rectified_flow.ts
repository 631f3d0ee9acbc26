/**
 * Rectified flow: a velocity field is learned a second time, from the pairs of noise and sample that the
 * first one makes. Paths of these pairs do not cross, so that the second field is nearly straight, and few
 * steps follow it.
 *
 * Liu, Gong, Liu, "Flow Straight and Fast: Learning to Generate and Transfer Data with Rectified Flow"
 * (2023, arXiv 2209.03003): the loss of equation 1, reflow (section 2.2, algorithm 1), straightness
 * (section 2.3).
 *
 * Differs from the paper: one run has both rounds; pairs are made anew for each gradient step, by
 * `couplingSteps` steps of the first field, in place of once beforehand; the second field goes on from one
 * that has learned the first round, as the authors do in their code.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { stopGradient } from "../../lab/compute/gradients.ts";
import { cosine } from "../../lab/compute/schedules.ts";
import { count } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import {
  denoiser,
  denoiserFields,
  dropNoise,
  guidanceFits,
  signed,
  toldLabels,
} from "../denoiser.ts";
import { averageField, noisyExampleFields } from "../fields.ts";
import { transportMetrics } from "../metrics/transport.ts";
import type { NoiseSpecs } from "../model.ts";
import { everywhere, type TimeNetwork } from "../time_network.ts";
import { flowMatchingLoss } from "./flow_matching.ts";
import { alongVelocity, pathPoint } from "./paths.ts";
import { solverFields, solvers, type Velocity } from "./solvers.ts";

// Configuration.

const configuration = z.strictObject({
  ...noisyExampleFields,
  firstRound: z.number().gt(0).lt(1).default(0.5).meta({
    description: "Share of the budget in which the first field is learned, from any pairs",
  }),
  couplingSteps: count(1, 1000).default(5).meta({
    description: "Steps of rk4 from noise to the sample that it is paired with",
    unit: "steps",
  }),
  ...denoiserFields,
  ...averageField,
  ...solverFields,
}).superRefine(guidanceFits);

// Reflow.

/** Where a velocity carries points [B, D] from time 0 to 1: a constant to every gradient. */
export function carried(velocity: Velocity, from: tf.Tensor, steps: number): tf.Tensor {
  let x = from;
  for (let k = 0; k < steps; k++) {
    x = solvers.rk4(velocity, x, tf.scalar(k / steps), tf.scalar(1 / steps));
  }
  return stopGradient(x);
}

/** A step size by progress, as each round has its own: half a cosine wave from the one to the other. */
function inRound(
  { learningRate, finalLearningRate }: { learningRate: number; finalLearningRate: number },
  [from, to]: readonly [number, number],
) {
  const wave = cosine(learningRate, finalLearningRate);
  return (progress: number) => wave((progress - from) / (to - from));
}

// The model.

type Networks = { readonly velocity: TimeNetwork; readonly first: TimeNetwork };

/** Two rounds of rectified flow. */
export const rectifiedFlow = defineModel<z.output<typeof configuration>, Networks>({
  name: "rectified-flow",
  summary: "A velocity field learned twice, the second time from its own pairs: nearly straight",
  takes: { examples: ["points", "images"], labels: "optional" },
  looksAtLabels: ({ conditional }) => conditional,
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/energy_distance", goal: "minimize" },
  networks: (shape, configuration) => ({
    velocity: denoiser(shape, configuration),
    first: denoiser(shape, configuration),
  }),
  noise: ({ size }, configuration): NoiseSpecs => ({
    ...{ start: ["normal", [size]], time: ["uniform", [1]] },
    ...dropNoise(configuration),
  }),
  steps: [{
    name: "flow-matching",
    during: ({ firstRound }) => [0, firstRound],
    schedule: (configuration) => inRound(configuration, [0, configuration.firstRound]),
    // Both learn: the first field is what pairs are made by, the other goes on from here.
    loss: ({ velocity, first }, batch, configuration) => {
      const { start, time } = batch.noise;
      const x = signed(batch.x, batch.shape);
      const point = pathPoint(start, x, time, start, 0);
      const labels = toldLabels(batch, configuration);
      const loss = (network: typeof first) =>
        flowMatchingLoss(network(point, time, labels), start, x);
      const mine = loss(first);
      return { loss: tf.add(mine, loss(velocity)), "flow-matching": mine };
    },
  }, {
    name: "reflow",
    changes: ["velocity"],
    during: ({ firstRound }) => [firstRound, Infinity],
    schedule: (configuration) => inRound(configuration, [configuration.firstRound, 1]),
    loss: ({ velocity, first }, batch, configuration) => {
      const { start, time } = batch.noise;
      const labels = toldLabels(batch, configuration);
      const field: Velocity = (x, t) => first(x, everywhere(t, x), labels);
      const end = carried(field, start, configuration.couplingSteps);
      const given = velocity(pathPoint(start, end, time, start, 0), time, labels);
      return { loss: flowMatchingLoss(given, start, end) };
    },
  }],
  average: ["velocity"],
  ...alongVelocity,
  sampleNoise: ({ size }) => ({ start: ["normal", [size]] }),
  metrics: transportMetrics("one_step", 1),
});
