/**
 * Denoising diffusion: noise is added to an example level by level until nothing of it is left, and a
 * network learns to tell the noise, so that samples are made from noise by taking it away again.
 *
 * Ho, Jain, Abbeel, "Denoising Diffusion Probabilistic Models" (2020, arXiv 2006.11239): equation 4,
 * the loss of equation 14, the sampler of algorithm 2. What the network gives may be the noise, the
 * example, or v (Salimans & Ho 2022, arXiv 2202.00512, appendix D). Samplers between DDPM's and DDIM's
 * by equation 12 of Song, Meng, Ermon (2021, arXiv 2010.02502), and Heun's method along the same flow, in
 * the angle φ = arctan(√(1 − ᾱ) / √ᾱ) of Salimans & Ho, in which dx/dφ = v.
 *
 * Differs from the papers: small networks (`denoiser.ts`), times as sines and cosines of 2ᵏπt/T; while
 * images are drawn what is told of x₀ is cut off to the range of pixels.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, LONGEST } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { averageField, noiseShiftField, noisyExampleFields } from "../fields.ts";
import {
  type Denoiser,
  denoiser,
  denoiserFields,
  dropNoise,
  guidanceAt,
  guidanceFits,
  guidanceSettings,
  signed,
  toldLabels,
  unguided,
  unsigned,
} from "../denoiser.ts";
import { type Guide, guidedSteps, guideField, guideOf } from "../guide.ts";
import { squaredError } from "../losses.ts";
import type { Batch } from "../model.ts";
import type { TimeNetwork } from "../time_network.ts";
import { entering, placesOf, velocityOf } from "./likelihood.ts";
import { noisy, seenThrough, targets } from "./parameterizations.ts";
import { BETAS, numbersAt } from "./schedules.ts";
import { drawnLevels, followed, predictor, stepBack } from "./steps.ts";
import { hybridLoss, varianceNumbers } from "./variances.ts";

// Configuration.

const configuration = z.strictObject({
  ...noisyExampleFields,
  levels: count(1, LONGEST).default(1000).meta({ description: "T, levels of noise" }),
  schedule: z.enum(["linear", "cosine"]).default("cosine").meta({
    description:
      "How fast noise is added: linear β (Ho et al. 2020) or a cosine (Nichol & Dhariwal " +
      "2021)",
  }),
  betaStart: z.number().gt(0).lt(1).default(BETAS[0]).meta({
    description: "β of the linear schedule's first level, for 1000 levels",
  }),
  betaEnd: z.number().gt(0).lt(1).default(BETAS[1]).meta({
    description: "β of the linear schedule's last level, for 1000 levels",
  }),
  predicts: z.enum(["noise", "example", "velocity"]).default("velocity").meta({
    description: "What the network gives: ε, x₀, or v = √ᾱ ε − √(1 − ᾱ) x₀",
  }),
  learnedVariance: z.boolean().optional().meta({
    description: "Whether ddpm's fresh noise has a variance that the network tells (Nichol & " +
      "Dhariwal 2021); left out: the posterior's",
  }),
  samplerSteps: count(1, LONGEST).default(50).meta({
    description: "Levels that a sample passes through, evenly apart; at most levels",
    unit: "steps",
  }),
  solver: z.enum(["ddpm", "ddim", "heun"]).default("ddpm").meta({
    description:
      "What a step is: DDPM's with fresh noise, DDIM's without, or one of second order " +
      "without, which evaluates the network twice",
  }),
  stochasticity: z.number().min(0).max(1).default(1).meta({
    description: "η of ddpm: 1 is DDPM's sampler, 0 adds no noise (as ddim)",
  }),
  ...noiseShiftField,
  ...denoiserFields,
  ...guideField,
  ...averageField,
})
  .superRefine(guidanceFits)
  .superRefine(({ samplerSteps, levels }, { addIssue }) => {
    if (samplerSteps <= levels) return;
    const least = `levels must be samplerSteps, ${samplerSteps}, at least`;
    addIssue({ code: "custom", path: ["levels"], message: least });
    const most = `samplerSteps must be levels, ${levels}, at most`;
    addIssue({ code: "custom", path: ["samplerSteps"], message: most });
  })
  .refine(({ learnedVariance, stochasticity }) => !learnedVariance || stochasticity === 1, {
    path: ["stochasticity"],
    message: "stochasticity must be 1 with learnedVariance, which is that of DDPM's steps",
  })
  .refine(
    ({ solver, predicts, schedule }) =>
      solver !== "heun" || predicts !== "noise" || schedule !== "cosine",
    {
      path: ["solver"],
      message:
        "heun does not fit predicts=noise under the cosine schedule, where the first levels " +
        "leave nothing of x₀ to tell: ddpm or ddim",
    },
  );

type Configuration = z.output<typeof configuration>;

// The loss.

/** The loss of a network at levels that are drawn for a minibatch. */
function denoisingLoss(network: Denoiser, batch: Batch, configuration: Configuration) {
  const { level, epsilon } = batch.noise;
  const x = signed(batch.x, batch.shape);
  const { predicts, learnedVariance } = configuration;
  const drawn = drawnLevels(level, configuration);
  const { time, mix } = drawn;
  const target = targets[predicts](x, epsilon, mix);
  const mixed = noisy(x, epsilon, mix);
  const given = network(mixed, time, toldLabels(batch, configuration));
  if (!learnedVariance) return { loss: squaredError(given, target) };
  const [predicted, told] = tf.split(given, 2, 1);
  const { example } = seenThrough(predicts, predicted, mixed, mix, batch.shape);
  const simple = squaredError(predicted, target);
  return hybridLoss(simple, { level: drawn.level, x, example, told }, configuration);
}

// The model.

/** Denoising diffusion of points and images. */
export const diffusion = defineModel<Configuration, { readonly denoiser: TimeNetwork } & Guide>({
  name: "diffusion",
  summary: "Denoising diffusion: noise is learned, and taken away step by step",
  takes: { examples: ["points", "images"], labels: "optional" },
  looksAtLabels: ({ conditional }) => conditional,
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/energy_distance", goal: "minimize" },
  networks: (shape, configuration) => {
    const network = denoiser(shape, configuration, configuration.learnedVariance ? 2 : 1);
    return { denoiser: network, ...guideOf(network, configuration) };
  },
  noise: ({ size }, configuration) => ({
    ...{ level: ["uniform", [1]], epsilon: ["normal", [size]] },
    ...dropNoise(configuration),
  }),
  steps: guidedSteps("denoiser", "denoising", denoisingLoss),
  average: ["denoiser", "guide"],
  sampleNoise: ({ size }) => ({ start: ["normal", [size]] }),
  sample: (_, { noise: { start } }) => start,
  sampler: {
    steps: (_, { samplerSteps }) => samplerSteps,
    at: (k, _, configuration) => {
      const numbers = numbersAt(k, configuration);
      return {
        ...numbers,
        ...configuration.learnedVariance && varianceNumbers(k, configuration),
        ...guidanceAt(numbers.noise / numbers.signal, configuration),
      };
    },
    noise: ({ size }) => ({ fresh: ["normal", [size]] }),
    step: stepBack,
    noised: (_, { x, at, noise: { start }, shape }) =>
      noisy(signed(x, shape), start, { signal: at.signal, noise: at.noise }),
    finish: (_, { x, shape }) => unsigned(x, shape),
  },
  // −dx/dφ, as φ falls.
  field: {
    by: "time",
    direction: (networks, drawn, configuration) => {
      const network = followed(networks, drawn, configuration);
      return tf.neg(velocityOf(network, configuration)(drawn.x, drawn.at));
    },
  },
  samplingFields: ["samplerSteps", "solver", "stochasticity", ...guidanceSettings],
  flow: {
    places: placesOf,
    field: ({ denoiser }, drawn, configuration) =>
      velocityOf(unguided(predictor(denoiser, configuration), drawn, configuration), configuration),
    scale: entering,
  },
});
