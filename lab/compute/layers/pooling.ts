/**
 * Pools over images: what is left of each window is its largest or its mean element, channel by
 * channel. They have no parameters. Padding is never an element: a maximum is one of the image's,
 * and a mean is taken over the elements that lie inside the image.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Movement } from "./convolution.ts";

/** The windows of a pool; they touch and do not overlap where no stride is given. */
export interface Pool extends Movement {
  /** Side K of the square window in pixels, ≥ 1. */
  readonly size: number;
}

/**
 * y = max over each window of K × K pixels: [B, H, W, C] to [B, H′, W′, C]. Its gradient goes to
 * the window's largest element, the first among equals.
 */
export function maximumPool(
  x: tf.Tensor,
  { size, stride = size, padding = "valid" }: Pool,
): tf.Tensor4D {
  return tf.maxPool(x as tf.Tensor4D, size, stride, padding);
}

/** y = mean over each window of K × K pixels: [B, H, W, C] to [B, H′, W′, C]. */
export function averagePool(
  x: tf.Tensor,
  { size, stride = size, padding = "valid" }: Pool,
): tf.Tensor4D {
  return tf.avgPool(x as tf.Tensor4D, size, stride, padding);
}

/**
 * The mean over the whole of each image, [B, H, W, C] to [B, C]. Lin, Chen, Yan, "Network In
 * Network" (2013, arXiv 1312.4400), section 3.2.
 */
export function globalAveragePool(x: tf.Tensor): tf.Tensor2D {
  return tf.mean(x, [1, 2]);
}
