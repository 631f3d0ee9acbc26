/**
 * NADE: each bit's probability comes from a hidden layer of its own over the bits before it, all of
 * whose kernels are tied, so that one bit more adds one row to its sums.
 *
 * Larochelle, Murray, "The Neural Autoregressive Distribution Estimator" (AISTATS 2011), equations 10
 * and 11: h_d = σ(c + Σ_{i<d} x_i W_i), p(x_d = 1 | x_<d) = σ(b_d + V_d·h_d).
 *
 * Differs from the paper: Adam with a falling step size; V is not tied to W.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { lecunNormal, normal } from "../../lab/compute/initializers.ts";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import { zeros } from "../../lab/core/tensor_data.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { defineModel } from "../define_model.ts";
import { type Applied, type Network, parametersAlone } from "../networks.ts";
import { bitByBit, bitFields, chainRule, ofBits } from "./bits.ts";

const configuration = z.strictObject({
  ...bitFields,
  hiddenUnits: count(1, WIDEST).default(64).meta({ description: "H, hidden units of each bit" }),
});

type Fields = z.output<typeof configuration>;

/** Its one network: W [D, H], c [H], V [D, H], b [D]. */
export type Tied = { readonly tied: Network<[], Tensors> };

/** The logits of all bits, [B, D] to [B, D]. */
export function nadeLogits({ tied }: Applied<Tied>, x: tf.Tensor): tf.Tensor {
  const { kernel, hiddenBias, outputs, bias } = tied();
  const added = tf.mul(tf.expandDims(x, 2), kernel);
  const sums = tf.add(tf.cumsum(added, 1, true), hiddenBias);
  return tf.add(tf.sum(tf.mul(tf.sigmoid(sums), outputs), 2), bias);
}

/** The neural autoregressive distribution estimator. */
export const nade = defineModel({
  ...ofBits,
  name: "nade",
  summary: "Neural autoregressive estimator: a hidden layer for each bit, over those before it",
  configuration,
  networks: ({ size }, { hiddenUnits }): Tied => ({
    tied: parametersAlone((random) => ({
      kernel: lecunNormal(random, [size, hiddenUnits]),
      hiddenBias: zeros([hiddenUnits], "float32"),
      outputs: normal(random, [size, hiddenUnits], 1 / Math.sqrt(hiddenUnits)),
      bias: zeros([size], "float32"),
    })),
  }),
  ...chainRule<Tied, Fields>((networks, { x }) => nadeLogits(networks, x)),
  ...bitByBit<Tied, Fields>({
    sums: (_, { hiddenUnits }) => hiddenUnits,
    start: ({ tied }) => tied().hiddenBias,
    row: ({ tied }, place) => tf.gather(tied().kernel, place),
    logit: ({ tied }, sums, place) => {
      const { outputs, bias } = tied();
      const row = tf.gather(outputs, place);
      return tf.add(tf.sum(tf.mul(tf.sigmoid(sums), row), 1, true), tf.gather(bias, place));
    },
  }),
});
