/**
 * What every flow is but for its steps: it is trained by its exact likelihood, and examples are drawn by
 * noise that goes back.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { constant } from "../../lab/compute/initializers.ts";
import { activationNames } from "../../lab/compute/networks.ts";
import { count, widths } from "../../lab/compute/sizes.ts";
import { averageField, exampleFields } from "../fields.ts";
import { byLikelihood, knownLikelihood, ownLikelihood } from "../likelihood.ts";
import type { Batch, Codes, Drawn, ExampleShape, Look, NoiseSpecs } from "../model.ts";
import { type Applied, dense } from "../networks.ts";
import type { Conditioner } from "./coupling.ts";
import {
  type FlowNetwork,
  flowNetwork,
  type FlowStep,
  normalLogDensity,
  type Surroundings,
} from "./flow.ts";

/** Fields of every flow of points. */
export const flowFields = {
  ...exampleFields,
  batchSize: count(1).default(256).meta({
    description: "Examples a gradient step",
    unit: "examples",
  }),
  learningRate: z.number().positive().default(2e-3).meta({
    description: "Adam's step size at the start",
  }),
  hiddenSizes: widths().min(1).default([64, 64]).meta({
    description: "Widths of the hidden layers of each step's network",
  }),
  averageDecay: averageField.averageDecay.default(0.99),
};

/** Fields of flows of several layers, each with a dense network. */
export const layeredFields = {
  ...flowFields,
  depth: count(1, 1000).default(8).meta({ description: "Steps of flow with a network each" }),
  activation: z.enum(activationNames).default("relu").meta({
    description: "Units of the hidden layers",
  }),
};

/** Dense networks whose last kernel is 0, so that each step begins as the identity. */
export function denseConditioner(
  { hiddenSizes, activation }: Pick<
    z.output<z.ZodObject<typeof layeredFields>>,
    "hiddenSizes" | "activation"
  >,
): Conditioner {
  const output = (_: unknown, shape: readonly number[]) => constant(shape, 0);
  return (inputs, outputs) => dense([inputs, ...hiddenSizes, outputs], activation, { output });
}

/** A flow's networks. */
export type FlowNetworks = { readonly flow: FlowNetwork };

/** log p(x) of each example, [B], and what the steps keep. */
export function densityOf(
  { flow }: Applied<FlowNetworks>,
  x: tf.Tensor,
  around: Omit<Surroundings, "parameters">,
) {
  const { x: z, logDeterminant, kept } = flow(around).forward(x);
  return { logDensity: tf.add(normalLogDensity(z), logDeterminant), kept };
}

/** The parts of a flow's model that follow from its steps, whatever its examples are. */
export function ofSteps<C extends { readonly averageDecay: number }>(
  stepsOf: (shape: ExampleShape, configuration: C) => readonly FlowStep[],
) {
  const network = (shape: ExampleShape, configuration: C) =>
    flowNetwork("flow", stepsOf(shape, configuration));
  return {
    budget: "examples" as const,
    bestBy: byLikelihood,
    networks: (shape: ExampleShape, configuration: C): FlowNetworks => ({
      flow: network(shape, configuration),
    }),
    keeps: (shape: ExampleShape, configuration: C): NamedTensors | undefined => {
      const kept = network(shape, configuration).keeps();
      return Object.keys(kept).length === 0 ? undefined : kept;
    },
    average: ["flow" as const],
    invertible: true,
    sampleNoise: ({ size }: ExampleShape): NoiseSpecs => ({ noise: ["normal", [size]] }),
  };
}

/** The parts of a flow of points that follow from its steps. */
export function flowOfPoints<C extends z.output<z.ZodObject<typeof flowFields>>>(
  stepsOf: (shape: ExampleShape, configuration: C) => readonly FlowStep[],
) {
  return {
    ...ofSteps(stepsOf),
    takes: { examples: ["points" as const], values: "continuous" as const },
    steps: [{
      name: "negative_log_likelihood",
      loss: (networks: Applied<FlowNetworks>, { x, mask, kept, noise: { probe } }: Batch) => {
        const moved = densityOf(networks, x, { kept, mask, probe });
        return { loss: tf.neg(moved.logDensity), kept: moved.kept };
      },
    }],
    ...knownLikelihood((networks: Applied<FlowNetworks>, { x, kept }: Batch) =>
      densityOf(networks, x, { kept }).logDensity
    ),
    encode: ({ flow }: Applied<FlowNetworks>, { x, kept }: Batch) => flow({ kept }).forward(x).x,
    decode: ({ flow }: Applied<FlowNetworks>, { codes, kept }: Codes) =>
      flow({ kept }).inverse(codes),
    sample: ({ flow }: Applied<FlowNetworks>, { noise: { noise }, kept }: Drawn) =>
      flow({ kept }).inverse(noise),
    // deno-lint-ignore require-await
    metrics: async ({ dataset }: Look) => ownLikelihood(dataset),
  };
}
