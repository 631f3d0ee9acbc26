/**
 * Flows and diffusion: noise is carried to data.
 *
 * @module
 */
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";

/** Eight Gaussians on a circle to two half circles, each minibatch coupled by optimal transport. */
const ringToMoons = defineExperiment({
  name: "ring-moons-optimal-transport",
  summary: "Flow matching from eight Gaussians to two half circles, by optimal transport",
  tunedOn: 1,
  expectedSeconds: 40,
  dataset: { name: "two-moons" },
  model: { name: "flow-matching", source: "ring", coupling: "optimal-transport" },
  budget: 1_280_000,
  evaluation: { every: 640_000 },
});

/** Flows and diffusion of points. */
export const flowExperiments: readonly ModelExperiment[] = [
  defineExperiment({
    name: "moons-flow-matching",
    summary: "Flow matching from noise to two half circles",
    tunedOn: 1,
    expectedSeconds: 15,
    dataset: { name: "two-moons" },
    model: { name: "flow-matching" },
    budget: 1_500_000,
    evaluation: { every: 500_000 },
  }),
  defineExperiment({
    name: "moons-diffusion",
    summary: "Denoising diffusion of two half circles",
    tunedOn: 1,
    expectedSeconds: 15,
    dataset: { name: "two-moons" },
    model: { name: "diffusion" },
    budget: 1_500_000,
    evaluation: { every: 500_000 },
  }),
  defineExperiment({
    name: "glyphs-flow-matching",
    summary: "Flow matching from noise to drawn digits, by a small U-Net",
    tunedOn: 1,
    expectedSeconds: 480,
    dataset: { name: "glyphs" },
    model: {
      ...{ name: "flow-matching", batchSize: 64, samplerSteps: 20, solver: "heun" },
      averageDecay: 0.999,
    },
    budget: 500_000,
    evaluation: { every: 250_000 },
  }),
  ringToMoons,
  defineExperiment({
    ...ringToMoons,
    name: "ring-moons-flow-matching",
    summary: "The same with independent pairs",
    model: { name: "flow-matching", source: "ring" },
  }),
];
