/**
 * Convolutional autoencoder: strided convolutions see neighbouring pixels together and share their
 * weights over the image, transposed ones draw it again.
 *
 * Masci, Meier, Cireşan, Schmidhuber, "Stacked Convolutional Auto-Encoders" (ICANN 2011), section 3.
 *
 * Differs from the paper: strides in place of pooling, a dense code, rectified units, Adam, all layers
 * at once.
 *
 * @module
 */
import * as z from "zod";
import { count, WIDEST, widths } from "../../lab/compute/sizes.ts";
import { convolutionalDecoder, convolutionalEncoder } from "../convolutional.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields } from "../fields.ts";
import {
  coding,
  evaluateReconstruction,
  lossFields,
  ofImages,
  reconstructing,
} from "./reconstruction.ts";

const configuration = z.strictObject({
  ...exampleFields,
  ...lossFields,
  filters: widths().min(1).default([16, 32]).meta({
    description: "Filters of each halving convolution; the decoder has them in reverse",
  }),
  codeSize: count(1, WIDEST).default(32).meta({ description: "Length of the code" }),
  learningRate: z.number().positive().default(2e-3).meta({
    description: "Adam's step size at the start",
  }),
});

/** A convolutional encoder and decoder, trained to give images back. */
export const convolutionalAutoencoder = defineModel({
  name: "convolutional-autoencoder",
  summary: "Autoencoder of convolutions that halve the image and double it again",
  ...ofImages,
  configuration,
  networks: ({ shape }, { filters, codeSize }) => ({
    encoder: convolutionalEncoder(shape, filters, codeSize),
    decoder: convolutionalDecoder(codeSize, filters, shape),
  }),
  steps: [reconstructing()],
  evaluate: evaluateReconstruction,
  ...coding,
});
