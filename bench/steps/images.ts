/**
 * What the convolutional steps share.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Generator } from "../../lab/core/random.ts";
import type { NamedTensors } from "../../lab/core/tensor_data.ts";
import { constant, heNormal } from "../../lab/compute/initializers.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";

/** Side of an image. */
export const side = 28;

/** A kernel and a bias: [height, width, in, out]; of a transposed one [height, width, out, in]. */
export function convolutionParameters(
  random: Generator,
  name: string,
  shape: readonly [number, number, number, number],
  biases: number,
): NamedTensors {
  return {
    [`${name}/kernel`]: heNormal(random, shape),
    [`${name}/bias`]: constant([biases], 0),
  };
}

/** A convolution of stride 2 that halves [B, H, W, C]. */
export function halve(parameters: Tensors, x: tf.Tensor, name: string): tf.Tensor4D {
  const kernel = parameters[`${name}/kernel`] as tf.Tensor4D;
  return tf.add(tf.conv2d(x as tf.Tensor4D, kernel, 2, "same"), parameters[`${name}/bias`]);
}

/** A transposed convolution of stride 2 that doubles [B, H, W, C]. */
export function double(parameters: Tensors, x: tf.Tensor, name: string): tf.Tensor4D {
  const kernel = parameters[`${name}/kernel`] as tf.Tensor4D;
  const [batch, height, width] = x.shape;
  const shape: [number, number, number, number] = [
    batch,
    2 * height!,
    2 * width!,
    kernel.shape[2],
  ];
  const y = tf.conv2dTranspose(x as tf.Tensor4D, kernel, shape, 2, "same");
  return tf.add(y, parameters[`${name}/bias`]);
}
