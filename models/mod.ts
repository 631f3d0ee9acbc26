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
    name: "ensemble-autoencoder",
    summary: "Ensemble of dense autoencoders: their mean, and where they are unsure",
    load: async () => (await import("./autoencoders/ensemble.ts")).ensembleAutoencoder,
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
    name: "vae-vampprior",
    summary: "Variational autoencoder whose prior is the posterior of learned pseudo-inputs",
    load: async () => (await import("./variational/vampprior.ts")).vampPrior,
  },
  {
    name: "convolutional-vae",
    summary: "Variational autoencoder of convolutions that halve the image and double it again",
    load: async () => (await import("./variational/convolutional_vae.ts")).convolutionalVae,
  },
  {
    name: "conditional-vae",
    summary: "Variational autoencoder that is told the class, and draws the one asked for",
    load: async () => (await import("./variational/conditional_vae.ts")).conditionalVae,
  },
  {
    name: "iwae",
    summary: "Variational autoencoder with a tighter bound, of several importance weights",
    load: async () => (await import("./variational/iwae.ts")).iwae,
  },
  {
    name: "beta-tcvae",
    summary: "Variational autoencoder whose latent coordinates are held independent",
    load: async () => (await import("./variational/beta_tcvae.ts")).betaTcvae,
  },
  {
    name: "factor-vae",
    summary: "Variational autoencoder whose total correlation a discriminator estimates",
    load: async () => (await import("./variational/factor_vae.ts")).factorVae,
  },
  {
    name: "ladder-vae",
    summary: "Variational autoencoder of two layers of latent variables",
    load: async () => (await import("./variational/ladder_vae.ts")).ladderVae,
  },
  {
    name: "semi-supervised-vae",
    summary: "Variational autoencoder and classifier that learn from few labels together (M2)",
    load: async () => (await import("./variational/semi_supervised_vae.ts")).semiSupervisedVae,
  },
  {
    name: "vq-vae",
    summary: "Autoencoder whose code is a small image of indices into a learned codebook",
    load: async () => (await import("./variational/vq_vae.ts")).vqVae,
  },
  {
    name: "wgan-gp",
    budgetUnit: "gradientSteps",
    summary: "Wasserstein GAN with gradient penalty, for points",
    load: async () => (await import("./adversarial/wgan_gp.ts")).wganGp,
  },
  {
    name: "rbm",
    budgetUnit: "gradientSteps",
    summary: "Restricted Boltzmann machine: binary units in two layers, learned by Gibbs steps",
    load: async () => (await import("./energy/rbm.ts")).rbm,
  },
  {
    name: "dbn",
    budgetUnit: "gradientSteps",
    summary: "Deep belief network: restricted Boltzmann machines learned one on the other",
    load: async () => (await import("./energy/dbn.ts")).dbn,
  },
  {
    name: "boltzmann-machine",
    budgetUnit: "gradientSteps",
    summary: "Boltzmann machine: a few binary units, all connected, some of them hidden",
    load: async () => (await import("./energy/boltzmann_machine.ts")).boltzmannMachine,
  },
  {
    name: "hopfield",
    budgetUnit: "gradientSteps",
    summary: "Hopfield network: patterns remembered by Hebb's rule, recalled from damaged ones",
    load: async () => (await import("./energy/hopfield.ts")).hopfield,
  },
  {
    name: "perceptron",
    budgetUnit: "gradientSteps",
    summary: "One layer of threshold units, by the perceptron's rule or by Hebb's",
    load: async () => (await import("./energy/perceptron.ts")).perceptron,
  },
  {
    name: "noise-contrastive",
    summary: "Energy of points, learned by telling them from noise",
    load: async () => (await import("./energy/noise_contrastive.ts")).noiseContrastive,
  },
  {
    name: "energy-based",
    summary: "Energy of points, learned against Langevin chains that go on in a replay buffer",
    load: async () => (await import("./energy/energy_based.ts")).energyBased,
  },
  {
    name: "gpt",
    summary: "Transformer that draws text, or images, token by token",
    load: async () => (await import("./autoregressive/gpt.ts")).gpt,
  },
  {
    name: "flow-matching",
    summary: "A velocity field that carries noise to the data along straight lines",
    load: async () => (await import("./flow_matching/flow_matching.ts")).flowMatching,
  },
  {
    name: "rectified-flow",
    summary: "A velocity field learned twice, the second time from its own pairs: nearly straight",
    load: async () => (await import("./flow_matching/rectified_flow.ts")).rectifiedFlow,
  },
  {
    name: "diffusion",
    summary: "Denoising diffusion: noise is learned, and taken away step by step",
    load: async () => (await import("./diffusion/diffusion.ts")).diffusion,
  },
  {
    name: "nice",
    summary: "Flow of additive couplings, which keep volumes: exact likelihood of points",
    load: async () => (await import("./flows/nice.ts")).nice,
  },
  {
    name: "real-nvp",
    summary: "Flow of affine couplings: exact likelihood of points, and samples in one pass",
    load: async () => (await import("./flows/real_nvp.ts")).realNvp,
  },
  {
    name: "glow",
    summary: "Flow of affine couplings between learned rotations: exact likelihood of points",
    load: async () => (await import("./flows/glow.ts")).glow,
  },
  {
    name: "real-nvp-images",
    summary:
      "Flow of images by couplings of a checkerboard's fields and of channels, at several scales",
    load: async () => (await import("./flows/real_nvp_images.ts")).realNvpImages,
  },
  {
    name: "glow-images",
    summary: "Flow of images at several scales, by convolutions: likelihood of 8-bit pixels",
    load: async () => (await import("./flows/glow_images.ts")).glowImages,
  },
  {
    name: "maf",
    summary: "Flow of masked autoregressive networks: exact likelihood in one pass, samples in D",
    load: async () => (await import("./flows/maf.ts")).maf,
  },
  {
    name: "spline-flow",
    summary: "Flow of rational-quadratic splines: exact likelihood of points with sharp edges",
    load: async () => (await import("./flows/spline_flow.ts")).splineFlow,
  },
  {
    name: "continuous-flow",
    summary: "Velocity field from data to noise, trained by its exact likelihood (FFJORD)",
    load: async () => (await import("./flows/continuous_flow.ts")).continuousFlow,
  },
  {
    name: "edm",
    summary: "Diffusion with a network scaled alike at every noise, sampled by Heun's method",
    load: async () => (await import("./diffusion/edm.ts")).edm,
  },
  {
    name: "consistency",
    summary: "One step from noise to a sample: every noise of a path leads to the same example",
    load: async () => (await import("./diffusion/consistency.ts")).consistency,
  },
  {
    name: "score-matching",
    summary: "The gradient of the log-density under noise, followed by annealed Langevin steps",
    load: async () => (await import("./diffusion/score_matching.ts")).scoreMatching,
  },
  {
    name: "fvsbn",
    summary: "Fully visible sigmoid belief network: each bit a logistic regression on those before",
    load: async () => (await import("./autoregressive/fvsbn.ts")).fvsbn,
  },
  {
    name: "nade",
    summary: "Neural autoregressive estimator: a hidden layer for each bit, over those before it",
    load: async () => (await import("./autoregressive/nade.ts")).nade,
  },
  {
    name: "made",
    summary: "Masked autoencoder: each output sees the bits before its own, all in one pass",
    load: async () => (await import("./autoregressive/made.ts")).made,
  },
  {
    name: "pixelcnn",
    summary: "Gated PixelCNN: convolutions that see the pixels above and to the left",
    load: async () => (await import("./autoregressive/pixelcnn.ts")).pixelcnn,
  },
  {
    name: "conditional-pixelcnn",
    summary: "Gated PixelCNN that is told the class, and draws the one asked for",
    load: async () => (await import("./autoregressive/pixelcnn.ts")).conditionalPixelcnn,
  },
  {
    name: "gan",
    budgetUnit: "gradientSteps",
    summary: "Generative adversarial network of dense layers, for points or images",
    load: async () => (await import("./adversarial/gan.ts")).gan,
  },
  {
    name: "dcgan",
    budgetUnit: "gradientSteps",
    summary: "GAN of convolutions with batch normalisation, for images",
    load: async () => (await import("./adversarial/dcgan.ts")).dcgan,
  },
  {
    name: "lsgan",
    budgetUnit: "gradientSteps",
    summary: "GAN of convolutions with the least-squares loss, for images",
    load: async () => (await import("./adversarial/dcgan.ts")).lsgan,
  },
  {
    name: "sn-gan",
    budgetUnit: "gradientSteps",
    summary: "GAN of convolutions whose discriminator is normalised spectrally, for images",
    load: async () => (await import("./adversarial/sn_gan.ts")).snGan,
  },
  {
    name: "wgan",
    budgetUnit: "gradientSteps",
    summary: "Wasserstein GAN with weight clipping, for points or images",
    load: async () => (await import("./adversarial/wgan.ts")).wgan,
  },
  {
    name: "wgan-gp-images",
    budgetUnit: "gradientSteps",
    summary: "Wasserstein GAN with gradient penalty, for images",
    load: async () => (await import("./adversarial/wgan_gp_images.ts")).wganGpImages,
  },
  {
    name: "cgan",
    budgetUnit: "gradientSteps",
    summary: "Conditional GAN: draws images of the class that it is asked for",
    load: async () => (await import("./adversarial/cgan.ts")).cgan,
  },
  {
    name: "acgan",
    budgetUnit: "gradientSteps",
    summary: "GAN whose discriminator also names the class: draws images of a class",
    load: async () => (await import("./adversarial/acgan.ts")).acgan,
  },
  {
    name: "infogan",
    budgetUnit: "gradientSteps",
    summary: "GAN that learns, without labels, codes which can be read off its images",
    load: async () => (await import("./adversarial/infogan.ts")).infogan,
  },
  {
    name: "r3gan",
    budgetUnit: "gradientSteps",
    summary: "Relativistic GAN with gradient penalties on real and generated images",
    load: async () => (await import("./adversarial/r3gan.ts")).r3gan,
  },
  {
    name: "progressive-gan",
    budgetUnit: "gradientSteps",
    summary: "GAN that grows from small images to large ones, size by size",
    load: async () => (await import("./adversarial/progressive_gan.ts")).progressiveGan,
  },
  {
    name: "pix2pix",
    budgetUnit: "gradientSteps",
    summary: "Translates images into their partners, by a U-Net and a discriminator of patches",
    load: async () => (await import("./adversarial/pix2pix.ts")).pix2pix,
  },
  {
    name: "cyclegan",
    budgetUnit: "gradientSteps",
    summary: "Translates between two kinds of images there and back, without pairs",
    load: async () => (await import("./adversarial/cyclegan.ts")).cyclegan,
  },
  {
    name: "srgan",
    budgetUnit: "gradientSteps",
    summary: "Enlarges images, by content and a discriminator",
    load: async () => (await import("./adversarial/srgan.ts")).srgan,
  },
  {
    name: "seqgan",
    budgetUnit: "gradientSteps",
    summary: "Draws texts by an LSTM that a discriminator rewards, after maximum likelihood",
    load: async () => (await import("./adversarial/seqgan.ts")).seqgan,
  },
  {
    name: "classifier",
    summary: "Dense classifier: names the class of an image, and judges samples",
    load: async () => (await import("./classifiers/classifier.ts")).classifier,
  },
];
