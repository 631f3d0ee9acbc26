/**
 * Sequence autoencoder: a recurrent encoder reads a sequence into its memory, of which a code is made;
 * a recurrent decoder writes the sequence from it. What is unlike the sequences that it learned from is
 * given back badly, which finds anomalies.
 *
 * Srivastava, Mansimov, Salakhutdinov, "Unsupervised Learning of Video Representations using LSTMs"
 * (ICML 2015, arXiv 1502.04681), section 2.2: LSTM encoder and decoder, the target in reverse order.
 *
 * Differs from the paper: a code between the two, which is the decoder's input at each step
 * (unconditioned on what it wrote).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import { lecunNormal } from "../../lab/compute/initializers.ts";
import { dense as denseLayer, mlpParameters } from "../../lab/compute/networks.ts";
import { memorySize, recurrentParameters, unroll } from "../../lab/compute/recurrent.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields } from "../fields.ts";
import { squaredError } from "../losses.ts";
import type { Network } from "../networks.ts";

// Configuration.

const configuration = z.strictObject({
  ...exampleFields,
  recurrentSize: count(1, WIDEST).default(48).meta({
    description: "Hidden units of the LSTM of encoder and decoder",
  }),
  codeSize: count(1, WIDEST).default(8).meta({ description: "Length of the code" }),
  learningRate: z.number().positive().default(5e-3).meta({
    description: "Adam's step size at the start",
  }),
  maximumGradientNorm: z.number().positive().default(10).meta({
    description: "Longer gradients are scaled down to this norm",
  }),
});

// Networks.

/** Reads [B, T·F], gives [B, Z]. */
function reader(
  [steps, features]: readonly number[],
  hidden: number,
  codeSize: number,
): Network<[x: tf.Tensor], tf.Tensor2D> {
  return {
    initial: (random) => ({
      ...recurrentParameters(random, "lstm", features, hidden, "lstm"),
      ...mlpParameters(random, [hidden, codeSize], { hidden: lecunNormal, prefix: "code" }),
    }),
    apply: (parameters, x) => {
      const batch = x.shape[0]!;
      // Time first: [T·B, F].
      const inTime = tf.transpose(tf.reshape(x, [batch, steps, features]), [1, 0, 2]);
      const { memory } = unroll(parameters, "lstm", "lstm", {
        x: tf.reshape(inTime, [steps * batch, features]),
        memory: tf.zeros([batch, memorySize("lstm", hidden)]),
        steps,
      });
      return denseLayer(parameters, tf.slice(memory, [0, 0], [batch, hidden]), "code/0");
    },
  };
}

/** Writes [B, T·F] from [B, Z], last step first. */
function writer(
  [steps, features]: readonly number[],
  hidden: number,
  codeSize: number,
): Network<[codes: tf.Tensor], tf.Tensor2D> {
  return {
    initial: (random) => ({
      ...recurrentParameters(random, "lstm", codeSize, hidden, "lstm"),
      ...mlpParameters(random, [hidden, features], { hidden: lecunNormal, prefix: "outputs" }),
    }),
    apply: (parameters, codes) => {
      const batch = codes.shape[0]!;
      const { outputs } = unroll(parameters, "lstm", "lstm", {
        x: tf.tile(codes, [steps, 1]),
        memory: tf.zeros([batch, memorySize("lstm", hidden)]),
        steps,
      });
      const written = denseLayer(parameters, outputs, "outputs/0");
      const backwards = tf.reshape(written, [steps, batch, features]);
      const inOrder = tf.transpose(tf.reverse(backwards, 0), [1, 0, 2]);
      return tf.reshape(inOrder, [batch, steps * features]) as tf.Tensor2D;
    },
  };
}

// The model.

/** A recurrent encoder and decoder, trained to give sequences back. */
export const sequenceAutoencoder = defineModel({
  name: "sequence-autoencoder",
  summary: "LSTM autoencoder: sequences through a code and back; its error finds anomalies",
  takes: { examples: ["sequences"] },
  configuration,
  budget: "examples",
  bestBy: { metric: "validation/reconstruction", goal: "minimize" },
  networks: ({ shape }, { recurrentSize, codeSize }) => ({
    encoder: reader(shape, recurrentSize, codeSize),
    decoder: writer(shape, recurrentSize, codeSize),
  }),
  steps: [{
    name: "reconstruction",
    maximumGradientNorm: ({ maximumGradientNorm }) => maximumGradientNorm,
    loss: ({ encoder, decoder }, { x }) => ({ loss: squaredError(decoder(encoder(x)), x) }),
  }],
  evaluate: ({ encoder, decoder }, { x }) => {
    const reconstruction = squaredError(decoder(encoder(x)), x);
    return { reconstruction, mean_squared_error: tf.div(reconstruction, x.shape[1]) };
  },
  encode: ({ encoder }, { x }) => encoder(x),
  decode: ({ decoder }, { codes }) => decoder(codes),
  score: ({ encoder, decoder }, { x }) => squaredError(decoder(encoder(x)), x),
});
