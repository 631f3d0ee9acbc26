/**
 * Autoencoders of every kind: short runs on the data that each is for.
 *
 * @module
 */
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";

function onGlyphs(name: string, summary: string, budget: number, seconds: number): ModelExperiment {
  return defineExperiment({
    name: `glyphs-${name}-quick`,
    summary,
    expectedSeconds: seconds,
    dataset: { name: "glyphs" },
    model: { name },
    budget,
    tunedOn: 0,
  });
}

/** Six to twenty-four passes over the digits, and one preset of sequences with anomalies. */
export const autoencoderExperiments: readonly ModelExperiment[] = [
  onGlyphs("sparse-autoencoder", "Sparse code of 256 units on drawn digits", 120_000, 8),
  onGlyphs("denoising-autoencoder", "Digits of which 30 % of the pixels are put out", 240_000, 30),
  onGlyphs("contractive-autoencoder", "Contractive autoencoder on drawn digits", 120_000, 8),
  onGlyphs("convolutional-autoencoder", "Convolutional autoencoder on drawn digits", 60_000, 9),
  onGlyphs("stacked-autoencoder", "Layers learned one by one on drawn digits", 240_000, 20),
  defineExperiment({
    name: "sine-sequence-autoencoder-quick",
    summary: "LSTM autoencoder of noisy sines, one in twenty with an anomaly",
    expectedSeconds: 25,
    dataset: { name: "sine" },
    model: { name: "sequence-autoencoder" },
    budget: 60_000,
    tunedOn: 0,
  }),
];
