/**
 * What every flow of images is but for its steps: the likelihood of 8-bit pixels by uniform
 * dequantisation (Theis et al. 2016, arXiv 1511.01844; equation 2 of Kingma & Dhariwal 2018, arXiv
 * 1807.03039), and images drawn by noise that goes back through several scales.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import { averageField, exampleFields, judgeFields } from "../fields.ts";
import { dequantized, likelihoodTerms, ofLevels } from "../likelihood.ts";
import type { Batch, Codes, Drawn, NoiseSpecs } from "../model.ts";
import type { Applied } from "../networks.ts";
import type { Conditioner } from "./coupling.ts";
import { densityOf, type FlowNetworks, ofSteps } from "./exact.ts";
import type { FlowStep } from "./flow.ts";
import { convolutionalConditioner, multiScale } from "./multi_scale.ts";

/** Fields of a flow of images, whose steps at each scale are so many. */
export const imageFlowFields = (depth: number, ofDepth: string) => ({
  ...exampleFields,
  learningRate: z.number().positive().default(1e-3).meta({
    description: "Adam's step size at the start",
  }),
  scales: count(1, 16).default(2).meta({ description: "L, times that an image is halved" }),
  depth: count(1, 1000).default(depth).meta({ description: ofDepth }),
  channels: count(1, WIDEST).default(32).meta({
    description: "Channels inside the network of each coupling",
  }),
  temperature: z.number().min(0).default(1).meta({
    description:
      "Deviation of the noise that samples come from: below 1 they are likelier, and alike",
  }),
  // A flat background teaches couplings to expand twentyfold, and an edge that they miss then weighs
  // more than all other pixels together.
  maximumGradientNorm: z.number().positive().default(100).meta({
    description: "Gradients are scaled down to this norm",
  }),
  averageDecay: averageField.averageDecay.default(0.99),
  ...judgeFields,
});

/** Values of {@linkcode imageFlowFields}. */
type ImageFlowFields = z.output<z.ZodObject<ReturnType<typeof imageFlowFields>>>;

/** log-probability of each image's 8-bit pixels, at least, [B], and what the steps keep. */
function likelihoodOf(
  networks: Applied<FlowNetworks>,
  { x, noise: { uniform }, kept }: Batch,
  mask?: tf.Tensor,
) {
  const moved = densityOf(networks, tf.sub(dequantized(x, uniform), 0.5), { kept, mask });
  return { logLikelihood: ofLevels(moved.logDensity, x.shape[1]), kept: moved.kept };
}

/** Pixels in [0, 1] of what the flow gives. */
const pixels = (x: tf.Tensor) => tf.clipByValue(tf.add(x, 0.5), 0, 1);

/** Noise below one level of each pixel. */
const dequantization = ({ size }: { readonly size: number }): NoiseSpecs => ({
  uniform: ["uniform", [size]],
});

/**
 * The parts of a flow of images that follow from its steps.
 *
 * @param stepsAt The steps of one scale, of so many channels, whose couplings go by such networks.
 */
export function flowOfImages(
  stepsAt: (channels: number, depth: number, conditioner: Conditioner) => readonly FlowStep[],
) {
  return {
    takes: { examples: ["images" as const], values: "continuous" as const },
    ...ofSteps<ImageFlowFields>(({ shape }, { scales, depth, channels: inside }) => {
      const conditioner = convolutionalConditioner(inside);
      return [
        multiScale(
          shape as [number, number, number],
          scales,
          (channels) => stepsAt(channels, depth, conditioner),
        ),
      ];
    }),
    noise: dequantization,
    steps: [{
      name: "negative_log_likelihood",
      loss: (networks: Applied<FlowNetworks>, batch: Batch) => {
        const { logLikelihood, kept } = likelihoodOf(networks, batch, batch.mask);
        return { loss: tf.neg(logLikelihood), kept };
      },
      maximumGradientNorm: ({ maximumGradientNorm }: ImageFlowFields) => maximumGradientNorm,
    }],
    evaluate: (networks: Applied<FlowNetworks>, batch: Batch) =>
      likelihoodTerms(tf.neg(likelihoodOf(networks, batch).logLikelihood), batch.x.shape[1]),
    weightNoise: dequantization,
    // Of one draw log p(x′) is the bound of Theis et al.; the mean of more under the log is a tighter one.
    weightDraws: () => 1,
    logWeights: (networks: Applied<FlowNetworks>, batch: Batch) =>
      tf.expandDims(likelihoodOf(networks, batch).logLikelihood, 1),
    encode: ({ flow }: Applied<FlowNetworks>, { x, kept }: Batch) =>
      flow({ kept }).forward(tf.sub(x, 0.5)).x,
    decode: ({ flow }: Applied<FlowNetworks>, { codes, kept }: Codes) =>
      pixels(flow({ kept }).inverse(codes)),
    sample: (
      { flow }: Applied<FlowNetworks>,
      { noise: { noise }, kept }: Drawn,
      { temperature }: ImageFlowFields,
    ) => pixels(flow({ kept }).inverse(tf.mul(noise, temperature))),
    samplingFields: ["temperature" as const],
  };
}
