/**
 * The variational family on drawn digits and on shapes of known factors.
 *
 * @module
 */
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";

const glyphs = { name: "glyphs" } as const;

/** Twelve passes over the digits; the longer form has forty. */
function onGlyphs(
  name: string,
  summary: string,
  [quick, long]: readonly [quick: number, long: number],
  { tunedOn = 0, ...fields }: { readonly tunedOn?: number; readonly beta?: number } = {},
): ModelExperiment[] {
  const shared = { dataset: glyphs, model: { name, ...fields }, tunedOn };
  return [
    defineExperiment({
      ...shared,
      name: `glyphs-${name}`,
      summary: `${summary} on drawn digits`,
      expectedSeconds: long,
      budget: 400_000,
    }),
    defineExperiment({
      ...shared,
      name: `glyphs-${name}-quick`,
      summary: `A short run of the ${name} on drawn digits`,
      expectedSeconds: quick,
      budget: 120_000,
    }),
  ];
}

/** 784-200-200 and a latent vector of 50, as Burda et al. (2016): black and white digits, 100 passes. */
function likelihood(draws: number, seconds: number): ModelExperiment {
  return defineExperiment({
    name: `glyphs-iwae-${draws}`,
    summary: `Importance weighted autoencoder on black and white digits, K = ${draws}`,
    tunedOn: 0,
    expectedSeconds: seconds,
    dataset: glyphs,
    model: { name: "iwae", draws, batchSize: 100, learningRate: 1e-3, finalLearningRate: 1e-5 },
    budget: 900_000,
  });
}

/** A model of shapes with 1024-256-256 networks and ten latent coordinates, 15,000 steps. */
function onShapes(
  name: string,
  summary: string,
  model: ModelExperiment["model"],
): ModelExperiment {
  return defineExperiment({
    name: `shapes-${name}`,
    summary,
    tunedOn: 0,
    expectedSeconds: 150,
    dataset: { name: "shapes" },
    model,
    budget: 960_000,
  });
}

const ofShapes = { latentSize: 10, learningRate: 1e-3, batchSize: 64, judge: false };

/** Models of the family; the dense VAE's are in `glyphs.ts`. */
export const variationalExperiments: readonly ModelExperiment[] = [
  ...onGlyphs("convolutional-vae", "Convolutional VAE", [60, 200]),
  // With β = 1 a tenth of the samples shows another class than was asked for.
  ...onGlyphs("conditional-vae", "VAE that is told the class", [14, 40], {
    tunedOn: 3,
    beta: 3,
  }),
  ...onGlyphs("vae-vampprior", "VAE under the posteriors of pseudo-inputs", [40, 130]),
  defineExperiment({
    name: "glyphs-semi-supervised-vae",
    summary: "Drawn digits of which a hundred have a label",
    tunedOn: 6,
    expectedSeconds: 270,
    dataset: glyphs,
    model: { name: "semi-supervised-vae", hiddenSizes: [256, 256] },
    budget: 480_000,
  }),
  defineExperiment({
    name: "glyphs-classifier-100",
    summary: "The same classifier from those hundred digits alone",
    tunedOn: 0,
    expectedSeconds: 3,
    dataset: { name: "glyphs", train: 100 },
    model: { name: "classifier", hiddenSizes: [256, 256] },
    budget: 20_000,
  }),
  ...onGlyphs("ladder-vae", "VAE of two layers of latent variables", [16, 50]),
  ...onGlyphs("vq-vae", "Autoencoder with a discrete code", [70, 230]),
  defineExperiment({
    name: "glyphs-autoencoder-11",
    summary: "Dense autoencoder with a code of 11 numbers, as many bits as the VQ-VAE's 49 indices",
    tunedOn: 0,
    expectedSeconds: 9,
    dataset: glyphs,
    model: { name: "autoencoder", codeSize: 11 },
    budget: 120_000,
  }),
  likelihood(1, 240),
  likelihood(5, 500),
  likelihood(50, 1500),
  defineExperiment({
    name: "glyphs-iwae-quick",
    summary: "A short run of the importance weighted autoencoder on black and white digits",
    tunedOn: 0,
    expectedSeconds: 40,
    dataset: glyphs,
    model: { name: "iwae", finalDraws: 64 },
    budget: 60_000,
  }),
  onShapes("beta-tcvae", "VAE with its total correlation weighed, on shapes of known factors", {
    name: "beta-tcvae",
    ...ofShapes,
  }),
  onShapes("factor-vae", "VAE with a discriminator of its latent vectors, on shapes", {
    name: "factor-vae",
    ...ofShapes,
  }),
  onShapes("vae", "The VAE beside it: every part of the KL weighs 1", {
    name: "beta-tcvae",
    ...ofShapes,
    beta: 1,
  }),
];
