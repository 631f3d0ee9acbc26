/**
 * Adversarial models: of points, and of drawn digits.
 *
 * @module
 */
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";

const ring = { name: "ring-8" } as const;
const grid = { name: "grid-25" } as const;
const glyphs = { name: "glyphs" } as const;

/** What keeps a discriminator that is normalised over batches from winning at once. */
const softened = { learningRate: 5e-4, smoothing: 0.1, instanceNoise: 0.3 };

/** Every experiment of this file. */
export const adversarialExperiments: readonly ModelExperiment[] = [
  {
    name: "ring-gan",
    summary: "GAN with the non-saturating loss on eight Gaussians",
    tunedOn: 1,
    expectedSeconds: 30,
    dataset: ring,
    model: {
      ...{ name: "gan", batchSize: 128, learningRate: 2e-3, latentSize: 2, averageDecay: 0.995 },
      roundsPerIteration: 200,
    },
    budget: 24_000,
  },
  {
    name: "grid-gan",
    summary: "GAN with a slow discriminator on 25 Gaussians: it collapses",
    tunedOn: 1,
    expectedSeconds: 20,
    dataset: grid,
    model: {
      ...{ name: "gan", learningRate: 1e-3, discriminatorRate: 0.1, averageDecay: 0.9 },
      roundsPerIteration: 200,
    },
    budget: 8000,
  },
  {
    name: "grid-wgan-gp",
    summary: "Wasserstein GAN with gradient penalty on 25 Gaussians",
    tunedOn: 1,
    expectedSeconds: 90,
    dataset: grid,
    model: { name: "wgan-gp", batchSize: 128, learningRate: 3e-3 },
    budget: 36_000,
  },
  {
    name: "glyphs-dcgan",
    summary: "Deep convolutional GAN on drawn digits, told kinds without labels",
    tunedOn: 1,
    expectedSeconds: 480,
    dataset: glyphs,
    model: { name: "dcgan", ...softened, kinds: 128 },
    budget: 12_000,
  },
  {
    name: "glyphs-lsgan",
    summary: "GAN with the least-squares loss on drawn digits",
    tunedOn: 1,
    expectedSeconds: 400,
    dataset: glyphs,
    model: { name: "lsgan", ...softened },
    budget: 12_000,
  },
  {
    name: "glyphs-sn-gan",
    summary: "GAN with spectral normalisation on drawn digits, told kinds without labels",
    tunedOn: 1,
    expectedSeconds: 480,
    dataset: glyphs,
    model: {
      ...{ name: "sn-gan", learningRate: 4e-4, finalLearningRate: 1.6e-4, discriminatorRate: 2 },
      ...{ kinds: 256, spectralNorm: 2 },
    },
    budget: 12_000,
  },
  {
    name: "glyphs-wgan",
    summary: "Wasserstein GAN with weight clipping on drawn digits",
    tunedOn: 0,
    expectedSeconds: 400,
    dataset: glyphs,
    model: { name: "wgan", learningRate: 2e-4 },
    budget: 12_000,
  },
  {
    name: "glyphs-wgan-gp",
    summary: "Wasserstein GAN with gradient penalty on drawn digits, told kinds without labels",
    tunedOn: 1,
    expectedSeconds: 1200,
    dataset: glyphs,
    model: {
      ...{ name: "wgan-gp-images", learningRate: 5e-4, discriminatorRate: 4, kinds: 256 },
      ...{ latentSize: 16, normalization: "layer" },
    },
    budget: 16_000,
  },
  {
    name: "glyphs-cgan",
    summary: "Conditional GAN on drawn digits: draws the class that it is asked for",
    tunedOn: 1,
    expectedSeconds: 400,
    dataset: glyphs,
    model: { name: "cgan", ...softened },
    budget: 12_000,
  },
  {
    name: "glyphs-acgan",
    summary: "GAN with an auxiliary classifier on drawn digits",
    tunedOn: 1,
    expectedSeconds: 400,
    dataset: glyphs,
    model: { name: "acgan", ...softened },
    budget: 12_000,
  },
  {
    name: "glyphs-infogan",
    summary: "GAN that finds the digits' classes without labels",
    tunedOn: 1,
    expectedSeconds: 400,
    dataset: glyphs,
    model: { name: "infogan", ...softened },
    budget: 12_000,
  },
  {
    name: "glyphs-r3gan",
    summary: "Relativistic GAN with gradient penalties on drawn digits",
    tunedOn: 0,
    expectedSeconds: 1000,
    dataset: glyphs,
    model: { name: "r3gan" },
    budget: 12_000,
  },
  {
    name: "glyphs-progressive-gan",
    summary: "GAN that grows from 7 to 14 to 28 pixels on drawn digits",
    tunedOn: 0,
    expectedSeconds: 700,
    dataset: glyphs,
    model: { name: "progressive-gan" },
    budget: 8000,
  },
  {
    name: "shapes-edges-pix2pix",
    summary: "Fills the outlines of squares, ellipses and hearts",
    tunedOn: 1,
    expectedSeconds: 50,
    dataset: { name: "pairs", of: "shapes" },
    model: { name: "pix2pix", learningRate: 5e-4 },
    budget: 2400,
  },
  {
    name: "glyphs-bold-cyclegan",
    summary: "Makes strokes bolder and thinner again, without pairs",
    tunedOn: 1,
    expectedSeconds: 400,
    dataset: { name: "pairs", task: "bold" },
    model: { name: "cyclegan" },
    budget: 8000,
  },
  {
    name: "glyphs-super-resolution",
    summary: "Enlarges drawn digits from 14 to 28 pixels, pixel by pixel",
    tunedOn: 1,
    expectedSeconds: 200,
    dataset: { name: "pairs", task: "enlarge" },
    model: { name: "srgan", content: "pixels", adversarial: 0 },
    budget: 1500,
  },
  {
    name: "glyphs-srgan",
    summary: "Enlarges drawn digits from 14 to 28 pixels, by features and a discriminator",
    tunedOn: 3,
    expectedSeconds: 400,
    dataset: { name: "pairs", task: "enlarge" },
    model: { name: "srgan", pixelShare: 0.6 },
    budget: 3000,
  },
  {
    name: "glyphs-stacked-wgan-gp",
    summary: "Wasserstein GAN with gradient penalty on a thousand modes of stacked digits",
    tunedOn: 1,
    expectedSeconds: 600,
    dataset: { name: "glyphs-stacked" },
    model: { name: "wgan-gp-images", filters: [64], learningRate: 3e-4 },
    budget: 6000,
  },
  {
    name: "glyphs-stacked-dcgan",
    summary: "Deep convolutional GAN on a thousand modes of stacked digits",
    tunedOn: 1,
    expectedSeconds: 600,
    dataset: { name: "glyphs-stacked" },
    model: { name: "dcgan", filters: [64] },
    budget: 6000,
  },
].map((experiment) => defineExperiment(experiment as ModelExperiment));
