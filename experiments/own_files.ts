/**
 * Experiments whose data lie in a folder of the user's: the reference set-ups on real MNIST, which
 * published likelihoods are of, and a flow of anybody's pictures. None of them has a measured row.
 *
 * @module
 */
import { defineExperiment, type ModelExperiment } from "../lab/experiment/definition.ts";

/** MNIST's fixed black and white digits (Larochelle & Murray 2011), by default fifty passes over them. */
function onBits(
  name: string,
  summary: string,
  expectedSeconds: number,
  fields: object,
  budget = 2_500_000,
): ModelExperiment {
  return defineExperiment({
    name: `mnist-${name}`,
    summary: `${summary} on binarised MNIST, from a folder of its files`,
    tunedOn: 0,
    expectedSeconds,
    dataset: { name: "binarized-mnist" },
    model: { name, batchSize: 100, learningRate: 1e-3, ...fields },
    budget,
    evaluation: { every: budget / 10 },
  });
}

/**
 * Burda et al. (2016): 784-200-200, a latent vector of 50, minibatches of 20, greys binarised anew each
 * time they are seen; a hundred passes in place of 3,280.
 */
function bound(draws: number, expectedSeconds: number): ModelExperiment {
  const budget = 5_400_000;
  return defineExperiment({
    name: `mnist-iwae-${draws}`,
    summary: `${
      draws === 1 ? "VAE" : `Importance weighted autoencoder, K = ${draws},`
    } on MNIST, from a folder of its files`,
    tunedOn: 0,
    expectedSeconds,
    dataset: { name: "idx" },
    model: { name: "iwae", draws, batchSize: 20, learningRate: 1e-3, finalLearningRate: 1e-4 },
    budget,
    evaluation: { every: budget / 10 },
  });
}

/** What is trained on a user's own files. */
export const ownFilesExperiments: readonly ModelExperiment[] = [
  onBits("fvsbn", "Logistic regressions of each pixel on those before", 400, {}),
  onBits("nade", "Neural autoregressive estimator of 200 hidden units", 6000, { hiddenUnits: 200 }),
  onBits("made", "Masked autoencoder of drawn orders", 2000, {
    ...{ hiddenSizes: [2000], orders: "drawn", ensemble: 32 },
  }),
  onBits("pixelcnn", "Gated PixelCNN", 12_000, { batchSize: 50, features: 32 }, 500_000),
  bound(1, 2000),
  bound(5, 3500),
  bound(50, 10_000),
  defineExperiment({
    name: "images-glow",
    summary: "Glow of the pictures of a folder of your own",
    tunedOn: 0,
    expectedSeconds: 3000,
    dataset: { name: "images" },
    model: { name: "glow-images", batchSize: 32, scales: 3, depth: 8, temperature: 0.7 },
    budget: 200_000,
    evaluation: { every: 50_000 },
  }),
];
