/**
 * Dense autoencoder: an encoder presses an image into a short code, a decoder makes the image from
 * the code again, and what the code cannot hold is lost. It compresses; it is no model of the data
 * to draw new images from.
 *
 * Hinton & Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks" (Science 313,
 * 2006): the sizes shrink towards the code and grow again, and the loss is the cross-entropy between
 * pixels and their reconstructions (supporting material). With linear layers and squared error it
 * finds the subspace of the principal components (Baldi & Hornik, Neural Networks 2, 1989).
 *
 * Differs from the paper: rectified units and Adam from random weights, in place of logistic units
 * after layer-wise pretraining.
 *
 * @module
 */
import * as z from "zod";
import { activationNames } from "../../lab/compute/networks.ts";
import { count, WIDEST, widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields } from "../fields.ts";
import { dense } from "../networks.ts";
import {
  coding,
  evaluateReconstruction,
  lossFields,
  ofImages,
  reconstructing,
} from "./reconstruction.ts";

// Configuration.

const configuration = z.strictObject({
  ...exampleFields,
  hiddenSizes: widths().default([128, 64]).meta({
    description: "Widths of the encoder's hidden layers; the decoder has them in reverse",
  }),
  codeSize: count(1, WIDEST).default(32).meta({ description: "Length of the code" }),
  activation: z.enum(activationNames).default("relu").meta({
    description: "Activation of the hidden layers",
  }),
  codeActivation: z.enum(activationNames).default("linear").meta({
    description: "Activation of the code",
  }),
  ...lossFields,
});

// The model.

/** A dense encoder and decoder, trained to give images back. */
export const autoencoder = defineModel({
  name: "autoencoder",
  summary: "Dense autoencoder: images through a narrow code and back",
  ...ofImages,
  configuration,
  networks: ({ size }, { hiddenSizes, codeSize, activation, codeActivation }) => ({
    encoder: dense([size, ...hiddenSizes, codeSize], activation, { last: codeActivation }),
    decoder: dense([codeSize, ...hiddenSizes.toReversed(), size], activation),
  }),
  steps: [reconstructing()],
  evaluate: evaluateReconstruction,
  ...coding,
});
