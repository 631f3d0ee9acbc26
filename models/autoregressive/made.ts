/**
 * MADE: an autoencoder whose kernels are masked, so that each output depends on the inputs before its
 * own alone, and one pass gives the probability of every bit.
 *
 * Germain, Gregor, Murray, Larochelle, "MADE: Masked Autoencoder for Distribution Estimation" (2015,
 * arXiv 1502.03509): masks by degrees (equations 12 and 13), orders and masks drawn anew for each
 * minibatch (section 4), and the mean of the probabilities over orders (section 4.2).
 *
 * Differs from the paper: degrees are spread evenly, not drawn, where the order is the bits' own;
 * Adam with a falling step size; the input is not connected to the output directly.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, widths } from "../../lab/compute/sizes.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { mlpParameters } from "../../lab/compute/networks.ts";
import { defineModel } from "../define_model.ts";
import { binaryCrossEntropy } from "../losses.ts";
import type { ExampleShape, NoiseSpecs } from "../model.ts";
import { type Applied, type Network, parametersAlone } from "../networks.ts";
import { bitByBit, bitFields, chainRule, ofBits } from "./bits.ts";
import { mask, places, spread } from "./masks.ts";

const configuration = z.strictObject({
  ...bitFields,
  hiddenSizes: widths().min(1).default([256]).meta({ description: "Widths of the hidden layers" }),
  orders: z.enum(["own", "drawn"]).default("own").meta({
    description:
      "own: the bits in their order; drawn: another order and other masks for each minibatch",
  }),
  ensemble: count(1, 64).default(8).meta({
    description:
      "K, orders whose probabilities are averaged by `likelihood` where orders are drawn",
  }),
});

type Fields = z.output<typeof configuration>;

/** Its one network: kernels and biases of dense layers. */
export type Masked = { readonly layers: Network<[], Tensors> };

/** Degrees of the inputs, which the outputs share, and of each hidden layer. */
export type Degrees = readonly tf.Tensor[];

/** Degrees of the bits' own order. */
export function ownDegrees(size: number, hiddenSizes: readonly number[]): Degrees {
  return [places(size), ...hiddenSizes.map((units) => spread(units, size))];
}

/** Kernels below their masks, from the input's to the output's. */
function kernels(parameters: Tensors, degrees: Degrees): tf.Tensor2D[] {
  const all = [...degrees, degrees[0]];
  return degrees.map((from, i) =>
    tf.mul(parameters[`${i}/kernel`], mask(from, all[i + 1], i + 1 === degrees.length))
  );
}

/** Hidden layers above the first one's sums, [B, H] to [B, H′]. */
function hidden(parameters: Tensors, masked: readonly tf.Tensor2D[], sums: tf.Tensor): tf.Tensor2D {
  return masked.slice(1, -1).reduce(
    (h, kernel, i) => tf.relu(tf.add(tf.matMul(h, kernel), parameters[`${i + 1}/bias`])),
    tf.relu(sums) as tf.Tensor2D,
  );
}

/** The logits of all bits, [B, D] to [B, D], under an order. */
export function madeLogits(
  { layers }: Applied<Masked>,
  x: tf.Tensor,
  degrees: Degrees,
): tf.Tensor {
  const parameters = layers();
  const masked = kernels(parameters, degrees);
  const sums = tf.add(tf.matMul(x as tf.Tensor2D, masked[0]), parameters["0/bias"]);
  const above = hidden(parameters, masked, sums);
  return tf.add(tf.matMul(above, masked.at(-1)!), parameters[`${degrees.length - 1}/bias`]);
}

/** Uniform noise as degrees, of so many orders. */
function degreeNoise({ size }: ExampleShape, { hiddenSizes }: Fields, orders: number): NoiseSpecs {
  const layers = [size, ...hiddenSizes].map((units, i) => [`degrees${i}`, units] as const);
  return Object.fromEntries(
    layers.map(([name, units]) => [name, ["uniform", [orders, units], "batch"] as const]),
  );
}

/** The degrees of one drawn order. */
function drawnDegrees(noise: Tensors, order: number): Degrees {
  return Object.values(noise).map((degrees) =>
    tf.reshape(tf.slice(degrees, [order, 0], [1, degrees.shape[1]!]), [-1])
  );
}

const rule = chainRule<Masked, Fields>((networks, { x, noise }, { hiddenSizes }) => {
  const isDrawn = Object.keys(noise).length > 0;
  return madeLogits(
    networks,
    x,
    isDrawn ? drawnDegrees(noise, 0) : ownDegrees(x.shape[1], hiddenSizes),
  );
});

/** The masked autoencoder. */
export const made = defineModel({
  ...ofBits,
  ...rule,
  name: "made",
  summary: "Masked autoencoder: each output sees the bits before its own, all in one pass",
  configuration,
  networks: ({ size }, { hiddenSizes }): Masked => ({
    layers: parametersAlone((random) => mlpParameters(random, [size, ...hiddenSizes, size])),
  }),
  steps: rule.steps.map((step) => ({
    ...step,
    noise: (shape: ExampleShape, fields: Fields) =>
      fields.orders === "drawn" ? degreeNoise(shape, fields, 1) : {},
  })),
  weightDraws: ({ ensemble }) => ensemble,
  weightNoise: (shape, fields) =>
    fields.orders === "drawn" ? degreeNoise(shape, fields, fields.ensemble) : {},
  logWeights: (networks, batch, fields) => {
    if (fields.orders === "own") return rule.logWeights(networks, batch, fields);
    const weights = Array.from({ length: fields.ensemble }, (_, order) => {
      const logits = madeLogits(networks, batch.x, drawnDegrees(batch.noise, order));
      return tf.neg(binaryCrossEntropy(logits, batch.x));
    });
    return tf.stack(weights, 1);
  },
  ...bitByBit<Masked, Fields>({
    sums: (_, { hiddenSizes }) => hiddenSizes[0],
    start: ({ layers }) => layers()["0/bias"],
    row: ({ layers }, place, { hiddenSizes: [units] }) => {
      const kernel = layers()["0/kernel"];
      return tf.mul(tf.gather(kernel, place), mask(place, spread(units, kernel.shape[0]!)));
    },
    logit: ({ layers }, sums, place, { hiddenSizes }) => {
      const parameters = layers();
      const last = hiddenSizes.length;
      const kernel = parameters[`${last}/kernel`];
      const degrees = ownDegrees(kernel.shape[1]!, hiddenSizes);
      const above = hidden(parameters, kernels(parameters, degrees), sums);
      const column = tf.mul(tf.gather(kernel, place, 1), mask(degrees[last], place, true));
      const bias = tf.gather(parameters[`${last}/bias`], place);
      return tf.add(tf.matMul(above, column as tf.Tensor2D), bias);
    },
  }),
});
