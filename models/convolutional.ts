/**
 * Convolutional encoders and decoders: strided convolutions halve the image layer by layer, transposed
 * ones double it again (Dumoulin & Visin 2016, arXiv 1603.07285).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../lab/core/errors.ts";
import type { Generator } from "../lab/core/random.ts";
import { heNormal, lecunNormal } from "../lab/compute/initializers.ts";
import {
  convolution,
  convolutionParameters,
  transposedConvolution,
  transposedConvolutionParameters,
} from "../lab/compute/layers/convolution.ts";
import { dense as denseLayer, mlp, mlpParameters } from "../lab/compute/networks.ts";
import type { Tensors } from "../lab/compute/workspace.ts";
import type { Network } from "./networks.ts";

/** Side of every kernel. */
const KERNEL = 3;
const HALVED = { stride: 2, padding: "same" } as const;

/**
 * Sizes of the smallest image, [h, w], after as many halvings.
 *
 * @throws InputError for examples that are no images, or whose sides are not halved so often.
 */
export function smallestOf(
  shape: readonly number[],
  halvings: number,
): [height: number, width: number] {
  const factor = 2 ** halvings;
  if (shape.length !== 3 || shape[0] % factor !== 0 || shape[1] % factor !== 0) {
    throw new InputError(
      `Cannot halve images ${halvings} times as their sides must be divisible by ${factor}: ` +
        `[${shape.join(", ")}] (one of filters less, or another side)`,
    );
  }
  return [shape[0] / factor, shape[1] / factor];
}

/** Rectified strided convolutions between images of these channels, each half as large. */
function halving(channels: readonly number[]): Network<[image: tf.Tensor], tf.Tensor> {
  return layered(
    channels,
    convolutionParameters,
    (parameters, image, name) => tf.relu(convolution(parameters, image, name, HALVED)),
  );
}

/** Transposed convolutions, each twice as large, rectified but for the last one. */
function doubling(channels: readonly number[]): Network<[image: tf.Tensor], tf.Tensor> {
  return layered(channels, transposedConvolutionParameters, (parameters, image, name, last) => {
    const doubled = transposedConvolution(parameters, image, name, HALVED);
    return last ? doubled : tf.relu(doubled);
  });
}

function layered(
  channels: readonly number[],
  draw: typeof convolutionParameters,
  apply: (parameters: Tensors, image: tf.Tensor, name: string, last: boolean) => tf.Tensor,
): Network<[image: tf.Tensor], tf.Tensor> {
  const names = channels.slice(1).map((_, i) => `convolution-${i}`);
  return {
    initial: (random) =>
      Object.assign(
        {},
        ...names.map((name, i) =>
          draw(random, { inputs: channels[i], filters: channels[i + 1], size: KERNEL }, name)
        ),
      ),
    apply: (parameters, image) =>
      names.reduce(
        (image, name, i) => apply(parameters, image, name, i + 1 === names.length),
        image,
      ),
  };
}

/** The convolution that writes pixels at full size behind doubling ones, whose checkerboards it smooths. */
function pixels(inputs: number, channels: number): Network<[image: tf.Tensor], tf.Tensor> {
  return {
    initial: (random) =>
      convolutionParameters(random, {
        ...{ inputs, filters: channels, size: KERNEL },
        initializer: lecunNormal,
      }, "pixels"),
    apply: (parameters, image) => convolution(parameters, tf.relu(image), "pixels"),
  };
}

/**
 * Rectified strided convolutions and dense layers, rectified but for the last one: [B, H·W·C] to
 * [B, outputs].
 *
 * @param hidden Widths of dense layers before the outputs.
 */
export function convolutionalEncoder(
  shape: readonly number[],
  filters: readonly number[],
  outputs: number,
  hidden: readonly number[] = [],
): Network<[x: tf.Tensor], tf.Tensor2D> {
  const [height, width] = smallestOf(shape, filters.length);
  const flat = height * width * filters.at(-1)!;
  const convolutions = halving([shape[2], ...filters]);
  return {
    initial: (random: Generator) => ({
      ...convolutions.initial(random),
      ...mlpParameters(random, [flat, ...hidden, outputs], {
        hidden: heNormal,
        output: lecunNormal,
        prefix: "outputs",
      }),
    }),
    apply: (parameters, x) => {
      const image = convolutions.apply(parameters, tf.reshape(x, [-1, ...shape]));
      return mlp(parameters, tf.reshape(image, [-1, flat]), "relu", "outputs");
    },
  };
}

/**
 * Its mirror: a rectified dense layer and transposed convolutions, the last one linear.
 *
 * @param options.smoothed With a convolution at full size behind them, so that none of the doubling
 *   ones writes pixels: their checkerboards are smoothed.
 */
export function convolutionalDecoder(
  inputs: number,
  filters: readonly number[],
  shape: readonly number[],
  { smoothed = false } = {},
): Network<[codes: tf.Tensor], tf.Tensor2D> {
  const [height, width] = smallestOf(shape, filters.length);
  const mirrored = filters.toReversed();
  const convolutions = doubling(
    smoothed ? [mirrored[0], ...mirrored] : [...mirrored, shape[2]],
  );
  const last = smoothed ? pixels(filters[0], shape[2]) : undefined;
  return {
    initial: (random: Generator) => ({
      ...mlpParameters(random, [inputs, height * width * mirrored[0]], { prefix: "inputs" }),
      ...convolutions.initial(random),
      ...last?.initial(random),
    }),
    apply: (parameters, codes) => {
      const widened = tf.relu(denseLayer(parameters, codes, "inputs/0"));
      const image = tf.reshape(widened, [-1, height, width, mirrored[0]]);
      const doubled = convolutions.apply(parameters, image);
      return flattened(last?.apply(parameters, doubled) ?? doubled, shape);
    },
  };
}

/** Rectified strided convolutions and one of 1 × 1: a vector for each place of the smallest image, from
 * [B, H·W·C] to [B·h·w, size]. */
export function placesEncoder(
  shape: readonly number[],
  filters: readonly number[],
  size: number,
): Network<[x: tf.Tensor], tf.Tensor2D> {
  const convolutions = halving([shape[2], ...filters]);
  const inputs = filters.at(-1)!;
  return {
    initial: (random) => ({
      ...convolutions.initial(random),
      ...mlpParameters(random, [inputs, size], { hidden: lecunNormal, prefix: "outputs" }),
    }),
    apply: (parameters, x) => {
      const image = convolutions.apply(parameters, tf.reshape(x, [-1, ...shape]));
      return denseLayer(parameters, tf.reshape(image, [-1, inputs]), "outputs/0");
    },
  };
}

/** Its mirror: transposed convolutions from [B·h·w, size] and one at full size, to [B, H·W·C]. */
export function placesDecoder(
  size: number,
  filters: readonly number[],
  shape: readonly number[],
): Network<[vectors: tf.Tensor], tf.Tensor2D> {
  const [height, width] = smallestOf(shape, filters.length);
  const convolutions = doubling([size, ...filters.toReversed()]);
  const last = pixels(filters[0], shape[2]);
  return {
    initial: (random) => ({ ...convolutions.initial(random), ...last.initial(random) }),
    apply: (parameters, vectors) => {
      const image = tf.reshape(vectors, [-1, height, width, size]);
      return flattened(last.apply(parameters, convolutions.apply(parameters, image)), shape);
    },
  };
}

/** [B, H, W, C] as rows of examples. */
function flattened(image: tf.Tensor, [height, width, channels]: readonly number[]): tf.Tensor2D {
  return tf.reshape(image, [-1, height * width * channels]);
}
