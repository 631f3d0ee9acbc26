/**
 * my-model: an autoencoder that learns to fill in pixels that were put out at random (Vincent et al.
 * 2008, denoising autoencoders). Change its networks and its loss, keep the shape of the file.
 *
 *   deno task -q experiment run my-model.ts
 *   deno task -q experiment run my-model.ts --set model.name=autoencoder  # the same data, to compare
 *   deno task -q experiment check my-model.ts                             # resumes to the same bits?
 */
import { defineExperiment } from "reverie";
import { binaryCrossEntropy, defineModel, exampleFields, modelNetworks, tf } from "reverie/blocks";
import * as z from "zod";

// Batch size, learning rate and what else all models have, and fields of its own.
const configuration = z.strictObject({
  ...exampleFields,
  hiddenSizes: z.array(z.int().min(1)).default([128]).meta({ description: "Hidden layers" }),
  codeSize: z.int().min(1).default(64).meta({ description: "Length of the code" }),
  masked: z.number().min(0).lt(1).default(0.3).meta({ description: "Share of pixels put out" }),
});

/** Images [B, D] with pixels put out where the noise [B, D], from 0 to 1, is below the share. */
const corrupted = (x: tf.Tensor, noise: tf.Tensor, share: number) =>
  tf.mul(x, tf.cast(tf.greaterEqual(noise, share), "float32"));

export const model = defineModel({
  name: "my-model",
  summary: "Fills in pixels that were put out",
  takes: { examples: ["images"] },
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/reconstruction", goal: "minimize" },
  // Networks by name, for images of `size` pixels. Each is drawn from a stream of its own.
  networks: ({ size }, { hiddenSizes, codeSize }) => ({
    encoder: modelNetworks.dense([size, ...hiddenSizes, codeSize], "relu", { last: "relu" }),
    decoder: modelNetworks.dense([codeSize, ...hiddenSizes.toReversed(), size]),
  }),
  // What is drawn for every example.
  noise: ({ size }) => ({ masks: ["uniform", [size]] }),
  // Gradient steps of a round: one number an example to descend; means come by themselves.
  steps: [{
    name: "reconstruction",
    loss: ({ encoder, decoder }, { x, noise: { masks } }, { masked }) => ({
      loss: binaryCrossEntropy(decoder(encoder(corrupted(x, masks, masked))), x),
    }),
  }],
  // Measured on the test images as evaluation/reconstruction, on others as validation/reconstruction.
  evaluate: ({ encoder, decoder }, { x, noise: { masks } }, { masked }) => ({
    reconstruction: binaryCrossEntropy(decoder(encoder(corrupted(x, masks, masked))), x),
  }),
  // What it can be asked for: pictures of reconstructions and codes follow from these two.
  encode: ({ encoder }, { x }) => encoder(x),
  decode: ({ decoder }, { codes }) => tf.sigmoid(decoder(codes)),
});

export default defineExperiment({
  name: "glyphs-my-model",
  summary: "My model learns drawn digits",
  dataset: { name: "glyphs" },
  model, // or with other fields: { definition: model, masked: 0.5 }
  budget: 20_000, // examples
});
