/**
 * Fully visible sigmoid belief network: each bit is a logistic regression on the bits before it.
 *
 * Frey, Hinton, Dayan, "Does the wake-sleep algorithm produce good density estimators?" (NIPS 1996),
 * section 3, there called logistic autoregressive network; Neal, "Connectionist learning of belief
 * networks" (1992). p(x_d = 1 | x_<d) = σ(b_d + Σ_{i<d} x_i W_id).
 *
 * Differs from the papers: Adam, with a step size that falls on a cosine wave.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { zeros } from "../../lab/core/tensor_data.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { defineModel } from "../define_model.ts";
import { type Applied, type Network, parametersAlone } from "../networks.ts";
import { bitByBit, bitFields, chainRule, ofBits } from "./bits.ts";
import { mask, places } from "./masks.ts";

const configuration = z.strictObject(bitFields);

/** Its one network: W [D, D], of which the part above the diagonal counts, and b [D]. */
export type Regressions = { readonly regressions: Network<[], Tensors> };

/** W below its mask. */
function weights({ regressions }: Applied<Regressions>): tf.Tensor2D {
  const { kernel } = regressions();
  const order = places(kernel.shape[0]!);
  return tf.mul(kernel, mask(order, order, true));
}

/** The logits of all bits, [B, D] to [B, D]. */
export function fvsbnLogits(networks: Applied<Regressions>, x: tf.Tensor): tf.Tensor {
  return tf.add(tf.matMul(x as tf.Tensor2D, weights(networks)), networks.regressions().bias);
}

/** The fully visible sigmoid belief network. */
export const fvsbn = defineModel({
  ...ofBits,
  name: "fvsbn",
  summary: "Fully visible sigmoid belief network: each bit a logistic regression on those before",
  configuration,
  networks: ({ size }): Regressions => ({
    regressions: parametersAlone(() => ({
      kernel: zeros([size, size], "float32"),
      bias: zeros([size], "float32"),
    })),
  }),
  ...chainRule<Regressions, z.output<typeof configuration>>((networks, { x }) =>
    fvsbnLogits(networks, x)
  ),
  ...bitByBit<Regressions, z.output<typeof configuration>>({
    sums: ({ size }) => size,
    start: ({ regressions }) => regressions().bias,
    row: ({ regressions }, place) => {
      const { kernel } = regressions();
      return tf.mul(tf.gather(kernel, place), mask(place, places(kernel.shape[0]!), true));
    },
    logit: (_, sums, place) => tf.gather(sums, place, 1),
  }),
});
