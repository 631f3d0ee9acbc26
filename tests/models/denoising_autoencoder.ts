/**
 * Denoising autoencoder: pixels are put out at random, and the network learns to give the whole image
 * back, so that its code holds what pixels say of each other.
 *
 * Vincent, Larochelle, Bengio, Manzagol, "Extracting and Composing Robust Features with Denoising
 * Autoencoders" (ICML 2008): masking noise of section 2.3, the cross-entropy of section 2.2.
 *
 * Differs from the paper: rectified units, Adam, weights of encoder and decoder not tied.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { defineModel } from "../../models/define_model.ts";
import { exampleFields } from "../../models/fields.ts";
import { binaryCrossEntropy } from "../../models/losses.ts";
import { dense } from "../../models/networks.ts";

const configuration = z.strictObject({
  ...exampleFields,
  hiddenSizes: z.array(z.int().min(1)).default([128]).meta({
    description: "Widths of the encoder's hidden layers; the decoder has them in reverse",
  }),
  codeSize: z.int().min(1).default(64).meta({ description: "Length of the code" }),
  masked: z.number().min(0).lt(1).default(0.3).meta({
    description: "Share of the pixels that are put out",
  }),
});

/** x with pixels put out where the noise, U[0, 1), is below the share; [B, D]. */
export function corrupted(x: tf.Tensor, noise: tf.Tensor, share: number): tf.Tensor {
  return tf.mul(x, tf.cast(tf.greaterEqual(noise, share), "float32"));
}

/** A dense encoder and decoder, trained to give whole images back from corrupted ones. */
export const denoisingAutoencoder = defineModel({
  name: "denoising-autoencoder",
  summary: "Dense autoencoder of images with pixels put out",
  takes: { examples: ["images"] },
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/reconstruction", goal: "minimize" },
  networks: ({ size }, { hiddenSizes, codeSize }) => ({
    encoder: dense([size, ...hiddenSizes, codeSize], "relu", { last: "relu" }),
    decoder: dense([codeSize, ...hiddenSizes.toReversed(), size]),
  }),
  noise: ({ size }) => ({ noise: ["uniform", [size]] }),
  steps: [{
    name: "reconstruction",
    loss: ({ encoder, decoder }, { x, noise: { noise } }, { masked }) => ({
      loss: binaryCrossEntropy(decoder(encoder(corrupted(x, noise, masked))), x),
    }),
  }],
  evaluate: ({ encoder, decoder }, { x, noise: { noise } }, { masked }) => ({
    reconstruction: binaryCrossEntropy(decoder(encoder(corrupted(x, noise, masked))), x),
  }),
  encode: ({ encoder }, { x }) => encoder(x),
  decode: ({ decoder }, { codes }) => tf.sigmoid(decoder(codes)),
});
