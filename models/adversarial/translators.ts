/**
 * Networks from images to images, and a discriminator of parts of images.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { activations } from "../../lab/compute/networks.ts";
import { sizeOf } from "../../lab/core/tensor_data.ts";
import { smallestOf } from "../convolutional.ts";
import type { Network } from "../networks.ts";
import {
  convolutionLayer,
  normalizationLayer,
  preluLayer,
  reshaped,
  residualLayer,
  transposedLayer,
} from "../layers.ts";
import { type LayerLike, sequential } from "../sequential.ts";
import { enlarged } from "./enlarged.ts";
import { KERNEL, signed, smallNormal, unsigned } from "./bodies.ts";

/**
 * A discriminator of patches: each score, [B, h, w, 1], is of the part of the two images that its
 * convolutions see. Isola et al. (2017, arXiv 1611.07004), section 3.2.2.
 *
 * @param shape [H, W, C], the channels of both images together.
 */
export function patchDiscriminator(
  shape: readonly number[],
  filters: readonly number[],
): Network<tf.Tensor[], tf.Tensor> {
  const [height, width, inputs] = shape;
  smallestOf(shape, filters.length);
  const channels = [inputs, ...filters];
  const network = sequential("discriminator", [
    ...filters.flatMap((count, i): LayerLike[] => [
      convolutionLayer({
        ...{ inputs: channels[i], filters: count },
        ...{ size: KERNEL, stride: 2, initializer: smallNormal, bias: i === 0 },
      }),
      ...i === 0 ? [] : [normalizationLayer("instance", count)],
      activations["leaky-relu"],
    ]),
    convolutionLayer({ inputs: channels.at(-1)!, filters: 1, size: 3, initializer: smallNormal }),
  ]);
  return {
    initial: network.initial,
    apply: (parameters, ...images) => {
      const rows = images.map((x) => tf.reshape(x, [x.shape[0]!, height, width, -1]));
      return network.apply(parameters, signed(tf.concat(rows, 3))).outputs;
    },
  };
}

/**
 * A generator from images to images of the same shape, [B, H·W·C] in [0, 1] to the same: convolutions that
 * halve, residual blocks, transposed convolutions, instance normalisation. Johnson et al. (2016, arXiv
 * 1603.08155), as Zhu et al. (2017, arXiv 1703.10593) use it.
 *
 * @throws InputError where the sides cannot be halved so often.
 */
export function translatorNetwork(
  shape: readonly number[],
  filters: readonly number[],
  blocks: number,
): Network<[x: tf.Tensor], tf.Tensor> {
  smallestOf(shape, filters.length);
  const channels = [shape[2], ...filters];
  const moving = (inputs: number, filters: number, bias: boolean) => ({
    ...{ inputs, filters, size: KERNEL, stride: 2, initializer: smallNormal, bias },
  });
  const network = sequential("generator", [
    reshaped(shape),
    signed,
    ...filters.flatMap((count, i): LayerLike[] => [
      convolutionLayer(moving(channels[i], count, false)),
      normalizationLayer("instance", count),
      activations.relu,
    ]),
    ...Array.from({ length: blocks }, () => residualLayer(channels.at(-1)!, "instance")),
    ...filters.flatMap((_, i): LayerLike[] => {
      const [from, to] = [channels[filters.length - i], channels[filters.length - i - 1]];
      const isLast = i + 1 === filters.length;
      const doubled = transposedLayer(moving(from, to, isLast));
      if (isLast) return [doubled];
      return [doubled, normalizationLayer("instance", to), activations.relu];
    }),
    reshaped([sizeOf(shape)]),
    unsigned,
  ]);
  return {
    initial: network.initial,
    apply: (parameters, x) => network.apply(parameters, x).outputs,
  };
}

/** What cubic convolution makes of the rows, and a residual network adds: [B, f·H·f·W·C]. */
export function residualGenerator(
  shape: readonly number[],
  factor: number,
  { width, blocks }: { readonly width: number; readonly blocks: number },
): Network<[x: tf.Tensor], tf.Tensor> {
  const channels = shape[2];
  const doubling = { inputs: width, filters: width, size: 4, stride: 2 };
  const last = { inputs: width, filters: channels, size: 3, initializer: smallNormal };
  const network = sequential("generator", [
    convolutionLayer({ inputs: channels, filters: width, size: 3 }),
    preluLayer(width),
    ...Array.from({ length: blocks }, () => residualLayer(width, "none")),
    ...Array.from({ length: [1, 2, 4, 8].indexOf(factor) }, () => [
      transposedLayer(doubling),
      preluLayer(width),
    ]).flat(),
    convolutionLayer(last),
  ]);
  return {
    initial: network.initial,
    apply: (parameters, x) => {
      const { outputs } = network.apply(parameters, tf.reshape(x, [-1, ...shape]));
      return tf.add(enlarged(x, shape, factor), tf.reshape(outputs, [x.shape[0]!, -1]));
    },
  };
}
