/**
 * What autoencoders of images share: how a reconstruction is measured, and what a model of an encoder
 * and a decoder makes of it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { binaryCrossEntropy, squaredError } from "../losses.ts";
import type { Batch, Codes, ModelStep } from "../model.ts";
import type { Applied, Network } from "../networks.ts";

/** The field of every autoencoder of images: what a reconstruction is measured by. */
export const lossFields = {
  loss: z.enum(["bce", "mse"]).default("bce").meta({
    description: "bce: cross-entropy of sigmoid outputs; mse: squared error of linear outputs",
  }),
};

/** −log p(x | outputs) but for a constant, summed over pixels, [B], by the field `loss`. */
export const losses = { bce: binaryCrossEntropy, mse: squaredError };

/** Images of a decoder's outputs, by the field `loss`. */
export const images = { bce: tf.sigmoid, mse: (outputs: tf.Tensor): tf.Tensor => outputs };

/** A configuration with {@linkcode lossFields}. */
interface Measured {
  readonly loss: keyof typeof losses;
}

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

/** What every autoencoder of images says of itself. */
export const ofImages = {
  takes: { examples: ["images"] },
  budget: "examples",
  bestBy: { metric: "validation/reconstruction", goal: "minimize" },
} as const;

/** An encoder to codes, [B, D] to [B, Z], and a decoder to pixels' outputs, [B, Z] to [B, D]. */
type Coder = {
  readonly encoder: Network<[x: tf.Tensor], tf.Tensor2D>;
  readonly decoder: Network<[codes: tf.Tensor], tf.Tensor2D>;
};

/** Codes of images and images of codes. */
export const coding = {
  encode: ({ encoder }: Applied<Coder>, { x }: Batch): tf.Tensor => encoder(x),
  decode: (
    { decoder }: Pick<Applied<Coder>, "decoder">,
    { codes }: Codes,
    { loss }: Measured,
  ): tf.Tensor => images[loss](decoder(codes)),
};

/** The step of giving x back from what the encoder sees of it; left out: x itself. */
export function reconstructing<C extends Measured>(
  seen: (batch: Batch, configuration: C) => tf.Tensor = ({ x }) => x,
): ModelStep<Coder, C> {
  return {
    name: "reconstruction",
    loss: ({ encoder, decoder }, batch, configuration) => ({
      loss: losses[configuration.loss](decoder(encoder(seen(batch, configuration))), batch.x),
    }),
  };
}

/** The reconstruction of x itself, measured. */
export function evaluateReconstruction(
  { encoder, decoder }: Applied<Coder>,
  { x }: Batch,
  { loss }: Measured,
): ReturnType<typeof reconstructionTerms> {
  return reconstructionTerms(decoder(encoder(x)), x, loss);
}
