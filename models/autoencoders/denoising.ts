/**
 * Denoising autoencoder: the network sees a corrupted image and is to give the clean one back, so that
 * its code holds what pixels say of each other.
 *
 * Vincent, Larochelle, Lajoie, Bengio, Manzagol, "Stacked Denoising Autoencoders" (JMLR 11, 2010):
 * section 3.3, the three corruptions of section 3.5, the cross-entropy of section 2.2.
 *
 * Differs from the paper: rectified units, Adam, two hidden layers a side, weights of encoder and
 * decoder not tied; Gaussian noise is clipped to [0, 1], where images are.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, WIDEST, widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields } from "../fields.ts";
import { squaredError } from "../losses.ts";
import type { Batch, NoiseSpecs } from "../model.ts";
import { dense } from "../networks.ts";
import {
  coding,
  images,
  lossFields,
  ofImages,
  reconstructing,
  reconstructionTerms,
} from "./reconstruction.ts";

// Configuration.

const configuration = z.strictObject({
  ...exampleFields,
  ...lossFields,
  hiddenSizes: widths().default([256]).meta({
    description: "Widths of the encoder's hidden layers; the decoder has them in reverse",
  }),
  codeSize: count(1, WIDEST).default(128).meta({ description: "Length of the code" }),
  corruption: z.enum(["masking", "gaussian", "salt-and-pepper"]).default("masking").meta({
    description: "masking: pixels put out; gaussian: noise added; salt-and-pepper: pixels set to " +
      "0 or 1",
  }),
  level: z.number().gt(0).lt(1).default(0.3).meta({
    description: "Share of the pixels that are corrupted, or the noise's standard deviation",
  }),
});

// Corruptions.

/**
 * x̃ of the examples x by the noise: normal for `gaussian`, uniform on [0, 1) for the others, of which
 * `salt-and-pepper` takes the lower half of those below the level for 0, the upper for 1.
 *
 * @param x [B, D] in [0, 1]
 * @param noise [B, D]
 * @returns [B, D] in [0, 1]
 */
export const corruptions = {
  masking: (x: tf.Tensor, noise: tf.Tensor, level: number): tf.Tensor =>
    tf.mul(x, tf.cast(tf.greaterEqual(noise, level), "float32")),
  gaussian: (x: tf.Tensor, noise: tf.Tensor, level: number): tf.Tensor =>
    tf.clipByValue(tf.add(x, tf.mul(noise, level)), 0, 1),
  "salt-and-pepper": (x: tf.Tensor, noise: tf.Tensor, level: number): tf.Tensor => {
    const kept = tf.cast(tf.greaterEqual(noise, level), "float32");
    const salt = tf.cast(tf.greaterEqual(noise, level / 2), "float32");
    // 1 where the noise is in the upper half of the corrupted part, else x where it is kept.
    return tf.add(tf.mul(x, kept), tf.sub(salt, kept));
  },
};

/** x̃, [B, D], by the batch's noise. */
function corrupted(
  { x, noise: { noise } }: Batch,
  { corruption, level }: z.output<typeof configuration>,
): tf.Tensor {
  return corruptions[corruption](x, noise, level);
}

/** −10 log₁₀ of the mean squared error a pixel, at most 100 dB: the peak signal-to-noise ratio, [B]. */
export function signalToNoise(made: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const error = tf.div(squaredError(made, x), x.shape[1]!);
  return tf.mul(tf.log(tf.add(error, 1e-10)), -10 / Math.LN10);
}

// The model.

/** A dense encoder and decoder, trained to give clean images back from corrupted ones. */
export const denoisingAutoencoder = defineModel({
  name: "denoising-autoencoder",
  summary: "Dense autoencoder that gives clean images back from corrupted ones",
  ...ofImages,
  configuration,
  networks: ({ size }, { hiddenSizes, codeSize }) => ({
    encoder: dense([size, ...hiddenSizes, codeSize], "relu", { last: "relu" }),
    decoder: dense([codeSize, ...hiddenSizes.toReversed(), size]),
  }),
  noise: ({ size }, { corruption }): NoiseSpecs => ({
    noise: [corruption === "gaussian" ? "normal" : "uniform", [size]],
  }),
  steps: [reconstructing(corrupted)],
  evaluate: ({ encoder, decoder }, batch, configuration) => {
    const { x } = batch;
    const { loss } = configuration;
    const seen = corrupted(batch, configuration);
    const outputs = decoder(encoder(seen));
    return {
      ...reconstructionTerms(outputs, x, loss),
      signal_to_noise: signalToNoise(images[loss](outputs), x),
      corrupted_signal_to_noise: signalToNoise(seen, x),
    };
  },
  ...coding,
});
