/**
 * Continuous normalizing flow: the example flows along a learned velocity field to noise, and its
 * likelihood is the integral of the field's divergence.
 *
 * Chen et al. (2018, arXiv 1806.07366), section 4; Grathwohl et al., "FFJORD" (2019, arXiv 1810.01367).
 * How it differs from them stands in `continuous.ts`.
 *
 * @module
 */
import * as z from "zod";
import { count } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import type { NoiseSpecs } from "../model.ts";
import { continuous } from "./continuous.ts";
import { flowFields, flowOfPoints } from "./exact.ts";

const configuration = z.strictObject({
  ...flowFields,
  solver: z.enum(["euler", "midpoint", "rk4"]).default("rk4").meta({
    description: "What a step is: one, two or four evaluations of the network",
  }),
  trainingSteps: count(1, 1000).default(8).meta({
    description: "Steps from an example to noise while training",
    unit: "steps",
  }),
  solverSteps: count(1, 1000).default(32).meta({
    description: "Steps from an example to noise, and back, everywhere else",
    unit: "steps",
  }),
  trace: z.enum(["exact", "hutchinson"]).default("exact").meta({
    description:
      "Of the field's Jacobian while training: from D derivatives along the axes, or an " +
      "estimate from one along a random direction; evaluations take it exactly",
  }),
});

/** Continuous normalizing flow. */
export const continuousFlow = defineModel({
  name: "continuous-flow",
  summary: "Velocity field from data to noise, trained by its exact likelihood (FFJORD)",
  configuration,
  ...flowOfPoints<z.output<typeof configuration>>(
    ({ size }, { hiddenSizes, solver, trainingSteps, solverSteps: steps }) => [
      continuous({ size, hiddenSizes, trainingSteps, steps, solver }),
    ],
  ),
  solverSteps: ({ solverSteps }) => solverSteps,
  noise: ({ size }, { trace }): NoiseSpecs =>
    trace === "exact" ? {} : { probe: ["normal", [size]] },
});
