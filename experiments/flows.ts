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

/** What those of drawn digits share: fifty passes by a small U-Net. */
const digits = {
  tunedOn: 1,
  expectedSeconds: 480,
  dataset: { name: "glyphs" },
  budget: 500_000,
  evaluation: { every: 250_000 },
} as const;
const unet = { batchSize: 64, samplerSteps: 10 } as const;

/** Flows and diffusion of points, and of drawn digits. */
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
    name: "moons-score-matching",
    summary: "The score of two half circles under noise, followed by Langevin's steps",
    tunedOn: 1,
    expectedSeconds: 20,
    dataset: { name: "two-moons" },
    model: { name: "score-matching" },
    budget: 1_500_000,
    evaluation: { every: 500_000 },
  }),
  ringToMoons,
  defineExperiment({
    ...ringToMoons,
    name: "ring-moons-flow-matching",
    summary: "The same with independent pairs",
    model: { name: "flow-matching", source: "ring" },
  }),
  defineExperiment({
    ...digits,
    name: "glyphs-flow-matching",
    summary: "Flow matching from noise to drawn digits, by a small U-Net",
    model: { ...unet, name: "flow-matching", solver: "heun" },
  }),
  defineExperiment({
    ...digits,
    name: "glyphs-diffusion",
    summary: "Denoising diffusion of drawn digits, by a small U-Net",
    model: { ...unet, name: "diffusion", solver: "heun" },
  }),
  defineExperiment({
    ...digits,
    name: "glyphs-edm",
    summary: "EDM of drawn digits: noise by its deviation, samples by Heun's method",
    model: { ...unet, name: "edm" },
  }),
  defineExperiment({
    ...digits,
    name: "glyphs-guided",
    summary: "EDM of drawn digits that is told the class and guided by it",
    model: { ...unet, name: "edm", conditional: true, guidance: 1.5 },
  }),
];
