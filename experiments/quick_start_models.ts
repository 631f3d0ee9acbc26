/**
 * The quick start's generative models: shorter runs of the named experiments.
 *
 * @module
 */
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";
import { glyphsVaeMixture } from "./glyphs.ts";
import { ringWganGp } from "./ring.ts";

/** VAE with a learned mixture prior; twenty-four passes over the digits. */
export const glyphsVaeMixtureQuick: ModelExperiment = defineExperiment({
  ...glyphsVaeMixture,
  name: "glyphs-vae-mixture-quick",
  summary: "The quick start's VAE with a mixture prior on drawn digits",
  tunedOn: 6,
  expectedSeconds: 27,
  budget: 240_000,
  evaluation: { every: 60_000 },
});

/** WGAN-GP; smaller batches, a third of the steps. */
export const ringWganGpQuick: ModelExperiment = defineExperiment({
  ...ringWganGp,
  name: "ring-wgan-gp-quick",
  summary: "The quick start's WGAN-GP on eight Gaussians",
  tunedOn: 6,
  expectedSeconds: 18,
  model: { name: "wgan-gp", batchSize: 64, learningRate: 4e-3 },
  budget: 6000,
  evaluation: { every: 1500 },
});
