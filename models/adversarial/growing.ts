/**
 * Parts of a generator and a discriminator that grow: one for each size of image, faded in beside what
 * those before it make (put together in `grown.ts`).
 *
 * Karras, Aila, Laine, Lehtinen, "Progressive Growing of GANs for Improved Quality, Stability, and
 * Variation" (2018, arXiv 1710.10196): section 2 and figure 2 (growing), section 4.1 (weights), section
 * 4.2 (pixel normalisation), section 3 (minibatch deviation), table 2 (layers).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { normal } from "../../lab/compute/initializers.ts";
import { pixelNormalization } from "../../lab/compute/layers/normalization.ts";
import { averagePool } from "../../lab/compute/layers/pooling.ts";
import { activations } from "../../lab/compute/networks.ts";
import { convolutionLayer, denseLayer, reshaped } from "../layers.ts";
import { applied, initialParameters, type Network } from "../networks.ts";
import { type Layer, sequential } from "../sequential.ts";
import { signed } from "./bodies.ts";
import { withMinibatchDeviation } from "./regularizers.ts";

/** Each pixel four times: [B, H, W, C] to [B, 2H, 2W, C]. */
export function doubled(x: tf.Tensor): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const wide = tf.reshape(tf.concat([x, x], 3), [batch, height, 2 * width * channels]);
  return tf.reshape(tf.concat([wide, wide], 2), [batch, 2 * height, 2 * width, channels]);
}

/** The mean of each square of four pixels: [B, 2H, 2W, C] to [B, H, W, C]. */
export function halved(x: tf.Tensor): tf.Tensor {
  return averagePool(x, { size: 2 });
}

/** (1 − α)·old + α·new: figure 2 (b). */
export function faded(old: tf.Tensor, next: tf.Tensor, share: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(tf.sub(1, share), old), tf.mul(share, next));
}

/**
 * A layer whose kernel is multiplied by `gain`/√(what enters a unit) wherever it is used, He's constant:
 * drawn from N(0, 1), all weights then learn at one pace under Adam. Section 4.1.
 *
 * @param layer A convolution or a dense layer.
 */
export function equalized(layer: Layer, gain = Math.SQRT2): Layer {
  return {
    ...layer,
    apply: (x, name, surroundings) => {
      const kernel = surroundings.parameters[`${name}/kernel`];
      const scaled = tf.mul(kernel, gain / Math.sqrt(kernel.size / kernel.shape.at(-1)!));
      const parameters = { ...surroundings.parameters, [`${name}/kernel`]: scaled };
      return layer.apply(x, name, { ...surroundings, parameters });
    },
  };
}

const leaky = activations["leaky-relu"];
const initializer = normal;
/** A convolution of 3 × 3, rectified. */
const convolved = (inputs: number, filters: number) => [
  equalized(convolutionLayer({ inputs, filters, size: 3, initializer })),
  leaky,
];
/** One of 1 × 1 between images and filters. */
const written = (inputs: number, filters: number, gain?: number) =>
  equalized(convolutionLayer({ inputs, filters, size: 1, initializer }), gain);
const connected = (inputs: number, outputs: number, gain?: number) =>
  equalized(denseLayer(inputs, outputs, initializer), gain);

/** What a generator has made up to a size: its filters and the image, [B, h, w, F] and [B, h, w, C]. */
export interface Grown {
  readonly hidden: tf.Tensor;
  readonly image: tf.Tensor;
}

/** A generator's smallest part: codes [B, Z] on the hypersphere to an image of sides [h, w]. */
export function firstGenerator(
  latentSize: number,
  [height, width, channels]: readonly number[],
  filters: number,
): Network<[codes: tf.Tensor], Grown> {
  const parts = {
    hidden: sequential("hidden", [
      pixelNormalization,
      connected(latentSize, height * width * filters),
      reshaped([height, width, filters]),
      ...[leaky, pixelNormalization],
      ...[...convolved(filters, filters), pixelNormalization],
    ]),
    image: sequential("image", [written(filters, channels, 1)]),
  };
  return {
    initial: (random) => initialParameters(parts, () => random),
    apply: (parameters, codes) => {
      const own = applied(parts, parameters);
      const hidden = own.hidden(codes).outputs;
      return { hidden, image: own.image(hidden).outputs };
    },
  };
}

/** A generator's part of twice the sides, whose image counts by `share`, the one before by the rest. */
export function nextGenerator(
  inputs: number,
  filters: number,
  channels: number,
): Network<[before: Grown, share: tf.Tensor], Grown> {
  const parts = {
    hidden: sequential("hidden", [doubled, ...convolved(inputs, filters), pixelNormalization]),
    image: sequential("image", [written(filters, channels, 1)]),
  };
  return {
    initial: (random) => initialParameters(parts, () => random),
    apply: (parameters, before, share) => {
      const own = applied(parts, parameters);
      const hidden = own.hidden(before.hidden).outputs;
      return { hidden, image: faded(doubled(before.image), own.image(hidden).outputs, share) };
    },
  };
}

/**
 * A discriminator's part: an image of its size, and by `share` what the part above it made, to the filters
 * of half the sides; of the smallest part to scores, [B, 1].
 *
 * @param filters Of its size.
 * @param below Those of half the sides; left out: it is the smallest.
 */
export function discriminatorPart(
  [height, width, channels]: readonly number[],
  filters: number,
  below?: number,
): Network<[image: tf.Tensor, above?: tf.Tensor, share?: tf.Tensor], tf.Tensor> {
  const smallest = [
    withMinibatchDeviation,
    ...convolved(filters + 1, filters),
    reshaped([height * width * filters]),
    connected(height * width * filters, 1, 1),
  ];
  const parts = {
    image: sequential("image", [signed, written(channels, filters), leaky]),
    hidden: sequential(
      "hidden",
      below === undefined ? smallest : [...convolved(filters, below), halved],
    ),
  };
  return {
    initial: (random) => initialParameters(parts, () => random),
    apply: (parameters, image, above, share) => {
      const own = applied(parts, parameters);
      const read = () => own.image(image).outputs;
      return own.hidden(above === undefined ? read() : faded(read(), above, share!)).outputs;
    },
  };
}
