/**
 * Sparse autoencoder: a code that may be wider than the image, of which few units are active for any
 * one image, so that each unit comes to stand for something.
 *
 * - `penalty: "kl"`: every unit's mean activity over the batch is held to a target ρ. Ng, "Sparse
 *   Autoencoder" (CS294A lecture notes, 2011), section 3; Lee, Ekanadham, Ng (2007).
 * - `penalty: "l1"`: λ Σ_j |h_j| of each example (Goodfellow, Bengio, Courville 2016, 14.2.1).
 *
 * Differs from the notes: Adam and minibatches, whose mean activity stands for the data's; summed
 * cross-entropy in place of ½‖x̂ − x‖²; no weight decay.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields } from "../fields.ts";
import { maskedMean } from "../losses.ts";
import { dense } from "../networks.ts";
import { coding, losses, lossFields, ofImages, reconstructionTerms } from "./reconstruction.ts";

// Configuration.

const configuration = z.strictObject({
  ...exampleFields,
  ...lossFields,
  codeSize: count(1, WIDEST).default(256).meta({ description: "Length of the code" }),
  penalty: z.enum(["kl", "l1"]).default("kl").meta({
    description: "kl: a sigmoid code's mean activity near the target; l1: the sum of a relu code",
  }),
  weight: z.number().min(0).default(2).meta({
    description: "β of the KL, or λ of the sum, beside a reconstruction summed over pixels",
    unit: "nats",
  }),
  activity: z.number().gt(0).lt(1).default(0.05).meta({
    description: "ρ, the mean activity that the KL asks of each unit (0.05: the notes)",
  }),
});

// Penalties.

/**
 * Σ_j KL(ρ ‖ ρ̂_j), KL = ρ log(ρ/ρ̂) + (1 − ρ) log((1 − ρ)/(1 − ρ̂)), with ρ̂ the mean activity of each
 * unit over the examples that are there.
 *
 * @param code In (0, 1), [B, Z].
 * @param mask [B] of 0 and 1.
 * @param activity ρ
 * @returns A scalar, nats, ≥ 0.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * activityKl(tf.tensor([[0.2, 0.1]]), tf.tensor([1]), 0.05).print(); // 0.0939430 + 0.0167065
 * ```
 */
export function activityKl(code: tf.Tensor, mask: tf.Tensor, activity: number): tf.Scalar {
  const present = tf.div(tf.expandDims(mask, 1), tf.sum(mask));
  // Kept off 0 and 1, where sigmoids round to them.
  const mean = tf.clipByValue(tf.sum(tf.mul(code, present), 0), 1e-6, 1 - 1e-6);
  const on = tf.mul(tf.sub(tf.log(tf.scalar(activity)), tf.log(mean)), activity);
  const off = tf.mul(
    tf.sub(tf.log(tf.scalar(1 - activity)), tf.log(tf.sub(1, mean))),
    1 - activity,
  );
  return tf.sum(tf.add(on, off));
}

// The model.

/** The code's activation: between 0 and 1 for the KL, not negative for the sum. */
const activations = { kl: "sigmoid", l1: "relu" } as const;

/** An autoencoder of one hidden layer, whose activity is penalised. */
export const sparseAutoencoder = defineModel({
  name: "sparse-autoencoder",
  summary: "Autoencoder with a wide code of which few units are active",
  ...ofImages,
  configuration,
  networks: ({ size }, { codeSize, penalty }) => ({
    encoder: dense([size, codeSize], "relu", { last: activations[penalty] }),
    decoder: dense([codeSize, size]),
  }),
  steps: [{
    name: "reconstruction",
    loss: ({ encoder, decoder }, { x, mask }, { loss, penalty, weight, activity }) => {
      const code = encoder(x);
      const reconstruction = losses[loss](decoder(code), x);
      const sparsity = penalty === "kl"
        ? activityKl(code, mask, activity)
        : maskedMean(tf.sum(tf.abs(code), 1), mask);
      const total = tf.add(maskedMean(reconstruction, mask), tf.mul(sparsity, weight));
      return { loss: total, reconstruction, sparsity };
    },
  }],
  evaluate: ({ encoder, decoder }, { x }, { loss }) => {
    const code = encoder(x);
    return {
      ...reconstructionTerms(decoder(code), x, loss),
      activity: tf.mean(code, 1),
      active_share: tf.mean(tf.cast(tf.greater(code, 0.1), "float32"), 1),
    };
  },
  ...coding,
});
