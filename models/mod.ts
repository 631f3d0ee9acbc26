/**
 * The registry of generative models, and of the classifier that judges them.
 *
 * @module
 */
import type { TrainerEntry } from "../lab/core/registry.ts";
import type { ModelDefinition } from "../lab/compute/definitions.ts";

/** Every model of the lab; `load` brings its code and TensorFlow.js. */
export const models: readonly TrainerEntry<ModelDefinition>[] = [
  {
    name: "autoencoder",
    summary: "Dense autoencoder: images through a narrow code and back",
    load: async () => (await import("./autoencoders/autoencoder.ts")).autoencoder,
  },
  {
    name: "sparse-autoencoder",
    summary: "Autoencoder with a wide code of which few units are active",
    load: async () => (await import("./autoencoders/sparse.ts")).sparseAutoencoder,
  },
  {
    name: "denoising-autoencoder",
    summary: "Dense autoencoder that gives clean images back from corrupted ones",
    load: async () => (await import("./autoencoders/denoising.ts")).denoisingAutoencoder,
  },
  {
    name: "contractive-autoencoder",
    summary: "Autoencoder whose code changes little with the image",
    load: async () => (await import("./autoencoders/contractive.ts")).contractiveAutoencoder,
  },
  {
    name: "convolutional-autoencoder",
    summary: "Autoencoder of convolutions that halve the image and double it again",
    load: async () => (await import("./autoencoders/convolutional.ts")).convolutionalAutoencoder,
  },
  {
    name: "stacked-autoencoder",
    summary: "Deep autoencoder whose layers learn one by one, then together",
    load: async () => (await import("./autoencoders/stacked.ts")).stackedAutoencoder,
  },
  {
    name: "sequence-autoencoder",
    summary: "LSTM autoencoder: sequences through a code and back; its error finds anomalies",
    load: async () => (await import("./autoencoders/sequence.ts")).sequenceAutoencoder,
  },
  {
    name: "vae",
    summary: "Variational autoencoder: a decoder that draws images from a prior",
    load: async () => (await import("./variational/vae.ts")).vae,
  },
  {
    name: "vae-mixture",
    summary: "Variational autoencoder whose prior is a learned mixture of Gaussians",
    load: async () => (await import("./variational/vae_mixture.ts")).vaeMixture,
  },
  {
    name: "wgan-gp",
    budgetUnit: "gradientSteps",
    summary: "Wasserstein GAN with gradient penalty, for points",
    load: async () => (await import("./adversarial/wgan_gp.ts")).wganGp,
  },
  {
    name: "classifier",
    summary: "Dense classifier: names the class of an image, and judges samples",
    load: async () => (await import("./classifiers/classifier.ts")).classifier,
  },
];
