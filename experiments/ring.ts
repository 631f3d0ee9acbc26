/**
 * Models of `ring-8`, eight narrow Gaussians on a circle.
 *
 * @module
 */
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";

/** WGAN with gradient penalty. */
export const ringWganGp: ModelExperiment = defineExperiment({
  name: "ring-wgan-gp",
  summary: "Wasserstein GAN with gradient penalty on eight Gaussians",
  tunedOn: 2,
  expectedSeconds: 45,
  dataset: { name: "ring-8" },
  model: { name: "wgan-gp", batchSize: 128, learningRate: 3e-3 },
  budget: 18_000,
});
