/**
 * Generators and discriminators: dense ones of points and images, convolutional ones of images. Images
 * are [0, 1] outside and [−1, 1] inside.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Initializer, normal } from "../../lab/compute/initializers.ts";
import { type Activation, activations } from "../../lab/compute/networks.ts";
import { sizeOf } from "../../lab/core/tensor_data.ts";
import { smallestOf } from "../convolutional.ts";
import {
  convolutionLayer,
  denseLayer,
  type Normalization,
  normalizationLayer,
  reshaped,
  takesBias,
  transposedLayer,
} from "../layers.ts";
import { type Layer, type LayerLike, type Sequential, sequential } from "../sequential.ts";
import { withMinibatchDeviation } from "./regularizers.ts";

/** Side of the kernels of convolutions that halve and double: a multiple of their stride. */
export const KERNEL = 4;

/** What bodies of either kind are made by. */
export interface BodyOptions {
  /** Of an example: [H, W, C] of an image, [D] of a point. */
  readonly shape: readonly number[];
  /** Classes whose one-hot labels follow each row that enters; default 0. */
  readonly classes?: number;
  /** Of convolutional bodies: kinds in the place of classes, which shift a discriminator's score by a
   * projection; left out: none. */
  readonly kinds?: number;
  /** What follows each hidden layer; default none. */
  readonly normalization?: Normalization;
  /** Kernels; default that of each layer. */
  readonly initializer?: Initializer;
  /** After each hidden layer; default ReLU of generators, leaky ReLU of discriminators. */
  readonly activation?: Activation;
  /** Of a discriminator: scores that leave; default 1. */
  readonly outputs?: number;
  /** Of a discriminator: whether its last layer sees the batch's deviation; default false. */
  readonly minibatchDeviation?: boolean;
  /** Of a discriminator: what is made of each layer with a kernel, such as `spectral`. */
  readonly wrap?: (layer: Layer) => Layer;
}

/** N(0, 0.02²): Radford et al. (2015), section 4. */
export const smallNormal: Initializer = (random, shape) => normal(random, shape, 0.02);

const isImage = (shape: readonly number[]) => shape.length === 3;

/** [0, 1] to [−1, 1]. */
export const signed = (x: tf.Tensor): tf.Tensor => tf.sub(tf.mul(x, 2), 1);

/** Anything to [0, 1], by tanh. */
export const unsigned = (x: tf.Tensor): tf.Tensor => tf.mul(tf.add(tf.tanh(x), 1), 0.5);

/** [0, 1] to [−1, 1] where the examples are images. */
function entering({ shape }: BodyOptions): LayerLike[] {
  return isImage(shape) ? [signed] : [];
}

/** What a network makes of an image, [0, 1] of anything, or of a point, as it is. */
function leaving({ shape }: BodyOptions): LayerLike[] {
  return isImage(shape) ? [unsigned] : [];
}

/** Hidden dense layers, each followed by normalisation and activation. */
function hiddenLayers(
  sizes: readonly number[],
  { normalization = "none", initializer, wrap = (layer) => layer }: BodyOptions,
  activation: Activation,
): LayerLike[] {
  return sizes.slice(1).flatMap((width, i) => [
    wrap(denseLayer(sizes[i], width, initializer, takesBias(normalization))),
    normalizationLayer(normalization, width),
    activations[activation],
  ]);
}

/** A dense generator: [B, inputs] to [B, D]. */
export function denseGenerator(
  inputs: number,
  hidden: readonly number[],
  options: BodyOptions,
): Sequential {
  const { shape, classes = 0, initializer, activation = "relu" } = options;
  const sizes = [inputs + classes, ...hidden];
  return sequential("generator", [
    ...hiddenLayers(sizes, options, activation),
    denseLayer(sizes.at(-1)!, sizeOf(shape), initializer),
    ...leaving(options),
  ]);
}

/** A dense discriminator: [B, D] to [B, outputs]. */
export function denseDiscriminator(
  hidden: readonly number[],
  options: BodyOptions,
): Sequential {
  const { shape, classes = 0, initializer, outputs = 1, activation = "leaky-relu" } = options;
  const { minibatchDeviation = false, wrap = (layer) => layer } = options;
  const sizes = [sizeOf(shape) + classes, ...hidden];
  const extra = minibatchDeviation ? 1 : 0;
  return sequential("discriminator", [
    ...entering(options),
    ...hiddenLayers(sizes, options, activation),
    ...minibatchDeviation ? [withMinibatchDeviation] : [],
    wrap(denseLayer(sizes.at(-1)! + extra, outputs, initializer)),
  ]);
}

/** [B, H·W·C + classes] to [B, H, W, C + classes]: each label a plane of its own. */
function withPlanes(shape: readonly number[], classes: number): (x: tf.Tensor) => tf.Tensor {
  const [height, width] = shape;
  const size = sizeOf(shape);
  if (classes === 0) return reshaped(shape);
  return (x) => {
    const image = tf.reshape(tf.slice(x, [0, 0], [-1, size]), [-1, ...shape]);
    const labels = tf.reshape(tf.slice(x, [0, size], [-1, classes]), [-1, 1, 1, classes]);
    return tf.concat([image, tf.tile(labels, [1, height, width, 1])], 3);
  };
}

/**
 * A convolutional generator: a dense layer to the smallest image, transposed convolutions that double
 * it, [B, inputs] to [B, H·W·C].
 *
 * @param filters Of the discriminator's halving layers, widest image first; here they are reversed.
 * @throws InputError where the sides cannot be halved so often.
 */
export function convolutionalGenerator(
  inputs: number,
  filters: readonly number[],
  options: BodyOptions,
): Sequential {
  const { shape, kinds, classes = kinds ?? 0, normalization = "none", initializer } = options;
  const { activation = "relu" } = options;
  const [height, width] = smallestOf(shape, filters.length);
  const channels = [shape[2], ...filters].toReversed();
  const after = (
    count: number,
  ) => [normalizationLayer(normalization, count), activations[activation]];
  return sequential("generator", [
    denseLayer(inputs + classes, height * width * channels[0], initializer),
    reshaped([height, width, channels[0]]),
    ...filters.flatMap((_, i): LayerLike[] => [
      ...after(channels[i]),
      transposedLayer({
        ...{ inputs: channels[i], filters: channels[i + 1] },
        ...{ size: KERNEL, stride: 2, initializer },
        bias: i + 1 === filters.length || takesBias(normalization),
      }),
    ]),
    reshaped([sizeOf(shape)]),
    ...leaving(options),
  ]);
}

/**
 * A convolutional discriminator: convolutions that halve the image, a dense layer, [B, H·W·C] to
 * [B, outputs]. The first layer is never normalised (Radford et al. 2015, section 3).
 *
 * @throws InputError where the sides cannot be halved so often.
 */
export function convolutionalDiscriminator(
  filters: readonly number[],
  options: BodyOptions,
): Sequential {
  const { shape, classes = 0, normalization = "none", initializer, outputs = 1 } = options;
  const { minibatchDeviation = false, wrap = (layer) => layer } = options;
  const { activation = "leaky-relu", kinds } = options;
  const [height, width] = smallestOf(shape, filters.length);
  const channels = [shape[2] + classes, ...filters];
  const extra = minibatchDeviation ? 1 : 0;
  const flat = height * width * (channels.at(-1)! + extra);
  return sequential(
    "discriminator",
    [
      ...entering(options),
      withPlanes(shape, classes),
      ...filters.flatMap((count, i): LayerLike[] => [
        wrap(convolutionLayer({
          ...{ inputs: channels[i], filters: count },
          ...{ size: KERNEL, stride: 2, initializer },
          bias: i === 0 || takesBias(normalization),
        })),
        ...i === 0 ? [] : [normalizationLayer(normalization, count)],
        activations[activation],
      ]),
      ...minibatchDeviation ? [withMinibatchDeviation] : [],
      reshaped([flat]),
      wrap(denseLayer(flat, outputs, initializer)),
    ],
    kinds === undefined ? undefined : {
      size: sizeOf(shape),
      layer: wrap(denseLayer(kinds, flat, smallNormal, false)),
    },
  );
}
