/**
 * Glow on images: at each scale steps of flow, each an actnorm, an invertible 1 × 1 convolution and an
 * affine coupling by convolutions; then half of the channels go on at half the size.
 *
 * Kingma & Dhariwal, "Glow: Generative Flow with Invertible 1×1 Convolutions" (2018, arXiv 1807.03039):
 * table 1 and figure 2; the likelihood of 8-bit pixels by equation 2 of it, with uniform dequantisation
 * (Theis et al. 2016, arXiv 1511.01844).
 *
 * Differs from the paper: smaller; noise of all scales is N(0, I), without learned moments.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { averageField, exampleFields, judgeFields } from "../fields.ts";
import { dequantized, likelihoodTerms, ofLevels } from "../likelihood.ts";
import type { Batch, NoiseSpecs } from "../model.ts";
import type { Applied } from "../networks.ts";
import { affine } from "./bijections.ts";
import { coupling } from "./coupling.ts";
import { densityOf, type FlowNetworks, ofSteps } from "./exact.ts";
import { actnorm, invertibleConvolution } from "./mixing.ts";
import { convolutionalConditioner, multiScale } from "./multi_scale.ts";

const configuration = z.strictObject({
  ...exampleFields,
  learningRate: z.number().positive().default(1e-3).meta({
    description: "Adam's step size at the start",
  }),
  scales: count(1, 16).default(2).meta({ description: "L, times that an image is halved" }),
  depth: count(1, 1000).default(4).meta({ description: "K, steps of flow at each scale" }),
  channels: count(1, WIDEST).default(32).meta({
    description: "Channels inside the network of each coupling",
  }),
  temperature: z.number().min(0).default(1).meta({
    description:
      "Deviation of the noise that samples come from: below 1 they are likelier, and alike",
  }),
  averageDecay: averageField.averageDecay.default(0.99),
  ...judgeFields,
});

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

/** Generative flow with invertible 1 × 1 convolutions, of images. */
export const glowImages = defineModel({
  name: "glow-images",
  summary: "Flow of images at several scales, by convolutions: likelihood of 8-bit pixels",
  takes: { examples: ["images"], values: "continuous" },
  configuration,
  ...ofSteps<z.output<typeof configuration>>(({ shape }, { scales, depth, channels: inside }) => {
    const conditioner = convolutionalConditioner(inside);
    const stepsAt = (channels: number) =>
      Array.from({ length: depth }, () => [
        actnorm(channels),
        invertibleConvolution(channels),
        coupling({ channels, turn: 0, bijection: affine, conditioner }),
      ]).flat();
    return [multiScale(shape as [number, number, number], scales, stepsAt)];
  }),
  noise: dequantization,
  steps: [{
    name: "negative_log_likelihood",
    loss: (networks, batch) => {
      const { logLikelihood, kept } = likelihoodOf(networks, batch, batch.mask);
      return { loss: tf.neg(logLikelihood), kept };
    },
  }],
  evaluate: (networks, batch) =>
    likelihoodTerms(tf.neg(likelihoodOf(networks, batch).logLikelihood), batch.x.shape[1]),
  weightNoise: dequantization,
  logWeights: (networks, batch) => tf.expandDims(likelihoodOf(networks, batch).logLikelihood, 1),
  encode: ({ flow }, { x, kept }) => flow({ kept }).forward(tf.sub(x, 0.5)).x,
  decode: ({ flow }, { codes, kept }) => pixels(flow({ kept }).inverse(codes)),
  sample: ({ flow }, { noise: { noise }, kept }, { temperature }) =>
    pixels(flow({ kept }).inverse(tf.mul(noise, temperature))),
  samplingFields: ["temperature"],
});
