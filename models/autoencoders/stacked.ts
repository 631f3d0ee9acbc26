/**
 * Stacked autoencoder: each layer first learns alone to give back what the layers below make of an
 * image, then all are trained together.
 *
 * Bengio, Lamblin, Popovici, Larochelle, "Greedy Layer-Wise Training of Deep Networks" (NIPS 2006),
 * section 4 and algorithm of the appendix: sigmoid units, whose activations are taken as Bernoulli
 * means, so that each layer's loss is a cross-entropy.
 *
 * Differs from the paper: weights of encoder and decoder not tied, Adam, fine-tuned to reconstruct
 * instead of to classify; three layers.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import * as z from "zod";
import { widths } from "../../lab/compute/sizes.ts";
import { glorotUniform } from "../../lab/compute/initializers.ts";
import { defineModel } from "../define_model.ts";
import { exampleFields } from "../fields.ts";
import { binaryCrossEntropy } from "../losses.ts";
import { dense } from "../networks.ts";
import { ofImages, reconstructionTerms } from "./reconstruction.ts";

// Configuration.

const configuration = z.strictObject({
  ...exampleFields,
  layerSizes: widths().length(3).default([256, 128, 32]).meta({
    description: "Widths of the three layers; the last one is the code",
  }),
  pretraining: z.number().min(0).max(1).default(0.5).meta({
    description: "Share of the budget in which layers learn alone, a third of it each; 0: none",
  }),
});

/** The part of the budget in which layer k of 1, 2, 3 learns alone. */
const alone = (k: number, pretraining: number) =>
  [(k - 1) / 3 * pretraining, k / 3 * pretraining] as const;

/** A layer of sigmoid units. */
const layer = (inputs: number, outputs: number) =>
  dense([inputs, outputs], "sigmoid", { output: glorotUniform, last: "sigmoid" });

/** Its decoder, to logits of what it was given. */
const back = (inputs: number, outputs: number) =>
  dense([inputs, outputs], "sigmoid", { output: glorotUniform });

// The model.

/** Three layers, greedily pretrained and then fine-tuned together. */
export const stackedAutoencoder = defineModel({
  name: "stacked-autoencoder",
  summary: "Deep autoencoder whose layers learn one by one, then together",
  ...ofImages,
  configuration,
  networks: ({ size }, { layerSizes: [first, second, third] }) => ({
    encoder1: layer(size, first),
    encoder2: layer(first, second),
    encoder3: layer(second, third),
    decoder3: back(third, second),
    decoder2: back(second, first),
    decoder1: back(first, size),
  }),
  steps: [
    {
      name: "layer1",
      changes: ["encoder1", "decoder1"],
      during: ({ pretraining }) => alone(1, pretraining),
      loss: ({ encoder1, decoder1 }, { x }) => ({
        loss: binaryCrossEntropy(decoder1(encoder1(x)), x),
      }),
    },
    {
      name: "layer2",
      changes: ["encoder2", "decoder2"],
      during: ({ pretraining }) => alone(2, pretraining),
      loss: ({ encoder1, encoder2, decoder2 }, { x }) => {
        const below = encoder1(x);
        return { loss: binaryCrossEntropy(decoder2(encoder2(below)), below) };
      },
    },
    {
      name: "layer3",
      changes: ["encoder3", "decoder3"],
      during: ({ pretraining }) => alone(3, pretraining),
      loss: ({ encoder1, encoder2, encoder3, decoder3 }, { x }) => {
        const below = encoder2(encoder1(x));
        return { loss: binaryCrossEntropy(decoder3(encoder3(below)), below) };
      },
    },
    {
      name: "reconstruction",
      during: ({ pretraining }) => [pretraining, Infinity],
      loss: (networks, { x }) => ({
        loss: binaryCrossEntropy(decoded(networks, encoded(networks, x)), x),
      }),
    },
  ],
  evaluate: (networks, { x }) =>
    reconstructionTerms(decoded(networks, encoded(networks, x)), x, "bce"),
  encode: (networks, { x }) => encoded(networks, x),
  decode: (networks, { codes }) => tf.sigmoid(decoded(networks, codes)),
});

/** Layers by name, as functions. */
type Layers = Readonly<Record<string, (x: tf.Tensor) => tf.Tensor2D>>;

/** The code, [B, Z]. */
function encoded({ encoder1, encoder2, encoder3 }: Layers, x: tf.Tensor): tf.Tensor2D {
  return encoder3(encoder2(encoder1(x)));
}

/** Pixels' logits, [B, D]. */
function decoded({ decoder1, decoder2, decoder3 }: Layers, codes: tf.Tensor): tf.Tensor2D {
  return decoder1(tf.sigmoid(decoder2(tf.sigmoid(decoder3(codes)))));
}
