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
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { activationNames } from "../../lab/compute/networks.ts";
import { count, WIDEST, widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields } from "../fields.ts";
import { binaryCrossEntropy, squaredError } from "../losses.ts";
import { dense } from "../networks.ts";

// Configuration.

/** The field of every autoencoder of images: what a reconstruction is measured by. */
export const lossFields = {
  loss: z.enum(["bce", "mse"]).default("bce").meta({
    description: "bce: cross-entropy of sigmoid outputs; mse: squared error of linear outputs",
  }),
};

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

// Losses, summed over pixels, and what the decoder's outputs are as images.

/** −log p(x | outputs) but for a constant, [B], by the field `loss`. */
export const losses = { bce: binaryCrossEntropy, mse: squaredError };

/** Images of a decoder's outputs, by the field `loss`. */
export const images = { bce: tf.sigmoid, mse: (outputs: tf.Tensor): tf.Tensor => outputs };

/** What every autoencoder of images reports of each example: its loss, and the squared error a pixel. */
export function reconstructionTerms(
  outputs: tf.Tensor,
  x: tf.Tensor,
  loss: keyof typeof losses,
): { readonly reconstruction: tf.Tensor; readonly mean_squared_error: tf.Tensor } {
  return {
    reconstruction: losses[loss](outputs, x),
    mean_squared_error: tf.div(squaredError(images[loss](outputs), x), x.shape[1]!),
  };
}

// The model.

/** A dense encoder and decoder, trained to give images back. */
export const autoencoder = defineModel({
  name: "autoencoder",
  summary: "Dense autoencoder: images through a narrow code and back",
  takes: { examples: ["images"] },
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/reconstruction", goal: "minimize" },
  networks: ({ size }, { hiddenSizes, codeSize, activation, codeActivation }) => ({
    encoder: dense([size, ...hiddenSizes, codeSize], activation, { last: codeActivation }),
    decoder: dense([codeSize, ...hiddenSizes.toReversed(), size], activation),
  }),
  steps: [{
    name: "reconstruction",
    loss: ({ encoder, decoder }, { x }, { loss }) => ({
      loss: losses[loss](decoder(encoder(x)), x),
    }),
  }],
  evaluate: ({ encoder, decoder }, { x }, { loss }) =>
    reconstructionTerms(decoder(encoder(x)), x, loss),
  encode: ({ encoder }, { x }) => encoder(x),
  decode: ({ decoder }, { codes }, { loss }) => images[loss](decoder(codes)),
});
