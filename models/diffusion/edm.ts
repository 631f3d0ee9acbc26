/**
 * EDM: diffusion by the deviation σ of its noise, with inputs, outputs and losses of the network scaled so
 * that all of them have variance 1 at every σ, and samples by Heun's method from σ_max down to 0.
 *
 * Karras, Aittala, Aila, Laine, "Elucidating the Design Space of Diffusion-Based Generative Models" (2022,
 * arXiv 2206.00364): the preconditioning of equation 7 and table 1, the loss of equation 8, the steps of
 * equation 5, algorithm 1.
 *
 * Differs from the paper: small networks (`denoiser.ts`), which see ln σ as a share of its range; no churn;
 * samples begin about what is told of noise alone, in place of 0, and what is told of an image while it is
 * drawn is cut off to the range of pixels.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, LONGEST } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import {
  type Denoiser,
  denoiser,
  denoiserFields,
  dropNoise,
  guidanceAt,
  guidanceFits,
  guidanceSettings,
  guided,
  inRange,
  signed,
  toldLabels,
  unguided,
  unsigned,
} from "../denoiser.ts";
import { averageField, noisyExampleFields } from "../fields.ts";
import { type Guide, guidedSteps, guideField, guideOf } from "../guide.ts";
import { squaredError } from "../losses.ts";
import type { Batch } from "../model.ts";
import { LIKELIHOOD_STEPS } from "../probability_flow.ts";
import { everywhere, type TimeNetwork } from "../time_network.ts";
import { heunStep, noiseLevels } from "./heun.ts";
import {
  drawnNoiseFields,
  noiseFields,
  type NoiseRange,
  noiseRangeFits,
  noiseShare,
  preconditioned,
  scalesAt,
} from "./preconditioning.ts";

// Configuration.

const configuration = z.strictObject({
  ...noisyExampleFields,
  ...noiseFields,
  ...drawnNoiseFields(-1.2, 1.2),
  samplerSteps: count(1, LONGEST).default(18).meta({
    description: "Steps from noise to sample",
    unit: "steps",
  }),
  solver: z.enum(["heun", "euler"]).default("heun").meta({
    description: "What a step is: two evaluations of the network, or one",
  }),
  ...denoiserFields,
  ...guideField,
  ...averageField,
})
  .superRefine(guidanceFits)
  .refine(...noiseRangeFits);

type Configuration = z.output<typeof configuration>;

// The loss.

/** D(x; σ) of a network, for one σ for all rows or one for each. */
function denoised(
  network: (x: tf.Tensor, time: tf.Tensor) => tf.Tensor,
  range: NoiseRange & { readonly deviation: number },
): (x: tf.Tensor, sigma: tf.Tensor) => tf.Tensor {
  return (x, sigma) => {
    const rows = everywhere(sigma, x);
    const time = noiseShare(rows, range);
    return preconditioned((x) => network(x, time), x, scalesAt(rows, range.deviation));
  };
}

/**
 * λ(σ) ‖D(x + n; σ) − x‖² with λ = 1/c_out², [B]: equation 8.
 *
 * @param example D(x + n; σ), [B, D]
 * @param x [B, D]
 */
export function edmLoss(
  example: tf.Tensor,
  x: tf.Tensor,
  sigma: tf.Tensor,
  deviation: number,
): tf.Tensor1D {
  const weight = tf.reshape(tf.div(1, tf.square(scalesAt(sigma, deviation).out)), [-1]);
  return tf.mul(squaredError(example, x), weight) as tf.Tensor1D;
}

/** {@linkcode edmLoss} of a network at noises that are drawn for a minibatch. */
function denoisingLoss(network: Denoiser, batch: Batch, configuration: Configuration) {
  const { noiseMean, noiseDeviation, deviation } = configuration;
  const x = signed(batch.x, batch.shape);
  const sigma = tf.exp(tf.add(tf.mul(batch.noise.level, noiseDeviation), noiseMean));
  const labels = toldLabels(batch, configuration);
  const told = denoised((x, time) => network(x, time, labels), configuration);
  const example = told(tf.add(x, tf.mul(batch.noise.epsilon, sigma)), sigma);
  return { loss: edmLoss(example, x, sigma, deviation) };
}

// The model.

/** Diffusion by the deviation of its noise, of points and images. */
export const edm = defineModel<Configuration, { readonly denoiser: TimeNetwork } & Guide>({
  name: "edm",
  summary: "Diffusion with a network scaled alike at every noise, sampled by Heun's method",
  takes: { examples: ["points", "images"], labels: "optional" },
  looksAtLabels: ({ conditional }) => conditional,
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/energy_distance", goal: "minimize" },
  networks: (shape, configuration) => {
    const network = denoiser(shape, configuration);
    return { denoiser: network, ...guideOf(network, configuration) };
  },
  noise: ({ size }, configuration) => ({
    ...{ level: ["normal", [1]], epsilon: ["normal", [size]] },
    ...dropNoise(configuration),
  }),
  steps: guidedSteps("denoiser", "denoising", denoisingLoss),
  average: ["denoiser", "guide"],
  sampleNoise: ({ size }) => ({ start: ["normal", [size]] }),
  // Noise lies about the examples' mean, which is what D tells of noise alone.
  sample: ({ denoiser }, drawn, configuration) => {
    const noise = tf.mul(drawn.noise.start, configuration.mostNoise);
    const told = denoised(unguided(denoiser, drawn, configuration), configuration);
    return tf.add(noise, inRange(told(noise, tf.scalar(configuration.mostNoise)), drawn.shape));
  },
  sampler: {
    steps: (_, { samplerSteps }) => samplerSteps,
    at: (k, _, configuration) => {
      const [sigma, next] = noiseLevels(configuration.samplerSteps, configuration).slice(k);
      const second = next === 0 ? { probe: sigma, weight: 0 } : { probe: next, weight: 0.5 };
      return { sigma, next, ...second, ...guidanceAt(sigma, configuration) };
    },
    step: ({ denoiser, guide }, drawn, configuration) => {
      const told = denoised(guided(denoiser, drawn, configuration, guide), configuration);
      const denoise = (x: tf.Tensor, sigma: tf.Tensor) => inRange(told(x, sigma), drawn.shape);
      return heunStep(denoise, drawn.x, drawn.at, configuration.solver === "heun");
    },
    noised: (_, { x, at: { sigma }, noise: { start }, shape }) =>
      tf.add(signed(x, shape), tf.mul(start, sigma)),
    finish: (_, { x, shape }) => unsigned(x, shape),
  },
  // −dx/dσ, as σ falls: the slope of algorithm 1.
  field: {
    by: "sigma",
    direction: ({ denoiser, guide }, drawn, configuration) => {
      const told = denoised(guided(denoiser, drawn, configuration, guide), configuration);
      return tf.div(tf.sub(told(drawn.x, drawn.at.sigma), drawn.x), drawn.at.sigma);
    },
  },
  samplingFields: ["samplerSteps", "solver", "curvature", ...guidanceSettings],
  // dx/dσ = (x − D(x; σ)) / σ from σ_min to N(0, σ_max²): equation 4 of the paper.
  flow: {
    places: (configuration) =>
      noiseLevels(LIKELIHOOD_STEPS + 1, configuration).slice(0, -1).reverse()
        .map((place) => ({ place })),
    field: ({ denoiser }, drawn, configuration) => {
      const denoise = denoised(unguided(denoiser, drawn, configuration), configuration);
      return (x, { place }) => tf.div(tf.sub(x, denoise(x, place)), place);
    },
    deviation: ({ mostNoise }) => mostNoise,
  },
});
