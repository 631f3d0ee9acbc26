/**
 * Contractive autoencoder: the code is to change little where the image does, but for the directions
 * that reconstruction needs, which are those of the data.
 *
 * Rifai, Vincent, Muller, Glorot, Bengio, "Contractive Auto-Encoders" (ICML 2011): equations 3 (the
 * loss) and 5 (the penalty of sigmoid units in closed form).
 *
 * Differs from the paper: weights of encoder and decoder not tied, Adam.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { count, WIDEST } from "../../lab/compute/sizes.ts";
import { glorotUniform } from "../../lab/compute/initializers.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields } from "../fields.ts";
import { dense, type Network } from "../networks.ts";
import { images, losses, lossFields, ofImages, reconstructionTerms } from "./reconstruction.ts";

// Configuration.

const configuration = z.strictObject({
  ...exampleFields,
  ...lossFields,
  codeSize: count(1, WIDEST).default(128).meta({ description: "Length of the code" }),
  weight: z.number().min(0).default(0.1).meta({
    description: "λ of the penalty, beside a reconstruction summed over pixels",
  }),
});

// Penalty.

/**
 * ‖∂h/∂x‖²_F of h = sigmoid(xW + b): Σ_j (h_j(1 − h_j))² Σ_i W_ij². Equation 5.
 *
 * @param code h, [B, Z]
 * @param kernel W, [D, Z]
 * @returns [B]
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * const kernel = tf.tensor([[1, 0], [2, -1]]);
 * contraction(tf.tensor([[0.5, 0.8]]), kernel).print(); // 0.3381
 * ```
 */
export function contraction(code: tf.Tensor, kernel: tf.Tensor): tf.Tensor1D {
  const slopes = tf.square(tf.mul(code, tf.sub(1, code)));
  return tf.sum(tf.mul(slopes, tf.sum(tf.square(kernel), 0)), 1);
}

// Network.

/** One sigmoid layer, with its kernel beside its code. */
function sigmoidLayer(
  size: number,
  codeSize: number,
): Network<[x: tf.Tensor], { code: tf.Tensor; kernel: tf.Tensor }> {
  const layer = dense([size, codeSize], "sigmoid", { output: glorotUniform, last: "sigmoid" });
  return {
    initial: (random) => layer.initial(random),
    apply: (parameters, x) => ({
      code: layer.apply(parameters, x),
      kernel: parameters["0/kernel"],
    }),
  };
}

// The model.

/** An autoencoder of one sigmoid layer, whose slope is penalised. */
export const contractiveAutoencoder = defineModel({
  name: "contractive-autoencoder",
  summary: "Autoencoder whose code changes little with the image",
  ...ofImages,
  configuration,
  networks: ({ size }, { codeSize }) => ({
    encoder: sigmoidLayer(size, codeSize),
    decoder: dense([codeSize, size]),
  }),
  steps: [{
    name: "reconstruction",
    loss: ({ encoder, decoder }, { x }, { loss, weight }) => {
      const { code, kernel } = encoder(x);
      const reconstruction = losses[loss](decoder(code), x);
      const slope = contraction(code, kernel);
      return { loss: tf.add(reconstruction, tf.mul(slope, weight)), reconstruction, slope };
    },
  }],
  evaluate: ({ encoder, decoder }, { x }, { loss }) => {
    const { code, kernel } = encoder(x);
    return {
      ...reconstructionTerms(decoder(code), x, loss),
      slope: contraction(code, kernel),
    };
  },
  encode: ({ encoder }, { x }) => encoder(x).code,
  decode: ({ decoder }, { codes }, { loss }) => images[loss](decoder(codes)),
});
