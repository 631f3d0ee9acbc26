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
