/**
 * Deep ensemble of autoencoders: members that differ by their random weights alone give an image back
 * as their mean, and are unsure where they differ.
 *
 * Lakshminarayanan, Pritzel, Blundell, "Simple and Scalable Predictive Uncertainty Estimation using
 * Deep Ensembles" (NIPS 2017, arXiv 1612.01474), algorithm 1 without its adversarial examples.
 *
 * Differs from the paper: members are dense autoencoders, which say no variance of their own, and see
 * the same minibatches.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, WIDEST, widths } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields } from "../fields.ts";
import { squaredError } from "../losses.ts";
import type { Codes } from "../model.ts";
import { dense, type Network } from "../networks.ts";
import { images, losses, lossFields, ofImages } from "./reconstruction.ts";

// Configuration.

const configuration = z.strictObject({
  ...exampleFields,
  members: count(2, 100).default(5).meta({ description: "Autoencoders" }),
  hiddenSizes: widths().default([128, 64]).meta({
    description: "Widths of each encoder's hidden layers; its decoder has them in reverse",
  }),
  codeSize: count(1, WIDEST).default(32).meta({ description: "Length of each code" }),
  ...lossFields,
});

/** Encoders and decoders by name, as functions: `encoder0`, `decoder0`, …. */
type Members = Readonly<Record<string, (x: tf.Tensor) => tf.Tensor2D>>;

const numbers = (members: number) => Array.from({ length: members }, (_, k) => k);

/** Each member's outputs for its own code, [B, D]. */
const decoded = (networks: Members, codes: readonly tf.Tensor[]) =>
  codes.map((code, k) => networks[`decoder${k}`](code));

/** Each member's code of an image, [B, Z]. */
const encoded = (networks: Members, x: tf.Tensor, members: number) =>
  numbers(members).map((k) => networks[`encoder${k}`](x));

/** The mean over members. */
const meanOf = (each: readonly tf.Tensor[]) => tf.div(tf.addN([...each]), each.length);

/** Pearson's correlation over pixels of each image, [B]; 0 where one of both does not vary. */
function correlation(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const centred = (map: tf.Tensor) => tf.sub(map, tf.mean(map, 1, true));
  const [u, v] = [centred(a), centred(b)];
  const lengths = tf.mul(tf.sum(tf.square(u), 1), tf.sum(tf.square(v), 1));
  return tf.div(tf.sum(tf.mul(u, v), 1), tf.sqrt(tf.maximum(lengths, 1e-12)));
}

// The model.

/**
 * Dense autoencoders, trained side by side. A code is theirs, one after the other, and then a number
 * for each member, how far its image is left out of the mean: 0 of a code that was encoded, 1 where it
 * has no say.
 */
export const ensembleAutoencoder = defineModel({
  name: "ensemble-autoencoder",
  summary: "Ensemble of dense autoencoders: their mean, and where they are unsure",
  ...ofImages,
  configuration,
  networks: ({ size }, { members, hiddenSizes, codeSize }) => {
    const networks: Record<string, Network<[x: tf.Tensor], tf.Tensor2D>> = {};
    for (const k of numbers(members)) {
      networks[`encoder${k}`] = dense([size, ...hiddenSizes, codeSize]);
      networks[`decoder${k}`] = dense([codeSize, ...hiddenSizes.toReversed(), size]);
    }
    return networks;
  },
  steps: [{
    name: "reconstruction",
    loss: (networks, { x }, { members, loss }) => {
      const outputs = decoded(networks, encoded(networks, x, members));
      const each = outputs.map((member) => losses[loss](member, x));
      return { loss: tf.addN(each), reconstruction: meanOf(each) };
    },
  }],
  evaluate: (networks, { x, shape }, { members, loss }) => {
    const outputs = decoded(networks, encoded(networks, x, members));
    const made = outputs.map(images[loss]);
    const mean = meanOf(made);
    const variance = meanOf(made.map((member) => tf.square(tf.sub(member, mean))));
    const deviation = tf.sqrt(variance);
    return {
      reconstruction: meanOf(outputs.map((member) => losses[loss](member, x))),
      mean_squared_error: tf.div(squaredError(mean, x), shape.size),
      alone_squared_error: tf.div(
        meanOf(made.map((member) => squaredError(member, x))),
        shape.size,
      ),
      uncertainty: tf.mean(deviation, 1),
      uncertainty_correlation: correlation(deviation, tf.abs(tf.sub(mean, x))),
    };
  },
  encode: (networks, { x, rows }, { members }) =>
    tf.concat([...encoded(networks, x, members), tf.zeros([rows, members])], 1),
  decode: (networks, { codes }: Codes, { members, codeSize, loss }) => {
    const parts = tf.split(codes, [...numbers(members).map(() => codeSize), members], 1);
    const made = decoded(networks, parts.slice(0, members)).map(images[loss]);
    const says = tf.sub(1, parts[members]);
    const weighed = tf.split(says, members, 1).map((weight, k) => tf.mul(weight, made[k]));
    return tf.div(tf.addN(weighed), tf.sum(says, 1, true));
  },
});
