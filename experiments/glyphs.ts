/**
 * Models of `glyphs`, the digits drawn from strokes.
 *
 * @module
 */
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";

const dataset = { name: "glyphs" } as const;

/** Dense autoencoder with a code of 32 numbers; forty passes. */
export const glyphsAutoencoder: ModelExperiment = defineExperiment({
  name: "glyphs-autoencoder",
  summary: "Dense autoencoder on drawn digits",
  tunedOn: 5,
  expectedSeconds: 20,
  dataset,
  model: { name: "autoencoder" },
  budget: 400_000,
});

/** VAE with the standard normal prior; forty passes. */
export const glyphsVae: ModelExperiment = defineExperiment({
  name: "glyphs-vae",
  summary: "Variational autoencoder on drawn digits",
  tunedOn: 5,
  expectedSeconds: 60,
  dataset,
  model: { name: "vae" },
  budget: 400_000,
});

/**
 * The same in a quarter of a minute, for its samples: fewer latent coordinates and a larger weight of the
 * KL leave fewer places of the prior that no digit is at, and smooth units draw more of them as digits;
 * the bound is lower than that of `glyphs-vae`.
 */
export const glyphsVaeQuick: ModelExperiment = defineExperiment({
  ...glyphsVae,
  name: "glyphs-vae-quick",
  summary: "A short run of the variational autoencoder on drawn digits",
  tunedOn: 10,
  expectedSeconds: 10,
  model: { name: "vae", latentSize: 6, beta: 2, batchSize: 100, activation: "gelu" },
  budget: 200_000,
  evaluation: { every: 100_000 },
});

/** VAE with a learned mixture of Gaussians as its prior; forty passes. */
export const glyphsVaeMixture: ModelExperiment = defineExperiment({
  ...glyphsVae,
  name: "glyphs-vae-mixture",
  summary: "Variational autoencoder with a mixture prior on drawn digits",
  model: { name: "vae-mixture" },
});

/** The judge's kind of classifier; ten passes. */
export const glyphsClassifier: ModelExperiment = defineExperiment({
  name: "glyphs-classifier",
  summary: "Dense classifier of drawn digits",
  tunedOn: 5,
  expectedSeconds: 3,
  dataset,
  model: { name: "classifier" },
  budget: 100_000,
});
