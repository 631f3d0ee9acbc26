/**
 * Pools over images: what is left of each window is its largest or its mean element, channel by
 * channel. They have no parameters. Padding is never an element: a maximum is one of the image's,
 * and a mean is taken over the elements that lie inside the image.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../../core/errors.ts";
import { type Movement, requireWindows } from "../windows.ts";

/** The windows of a pool; they touch and do not overlap where no stride is given. */
export interface Pool extends Movement {
  /** Side K of the square window in pixels, ≥ 1. */
  readonly size: number;
}

/**
 * y = max over each window of K × K pixels: [B, H, W, C] to [B, H′, W′, C]. Its gradient goes to
 * the window's largest element, the first among equals.
 *
 * @throws InputError for windows that are larger than the image, a padding that is not smaller than they
 *   are, or numbers that are none.
 */
export function maximumPool(
  x: tf.Tensor,
  { size, stride = size, padding = "valid" }: Pool,
): tf.Tensor4D {
  requirePool(x, { size, stride, padding });
  return tf.maxPool(x as tf.Tensor4D, size, stride, padding);
}

/**
 * y = mean over each window of K × K pixels: [B, H, W, C] to [B, H′, W′, C].
 *
 * @throws InputError as {@linkcode maximumPool} does.
 */
export function averagePool(
  x: tf.Tensor,
  { size, stride = size, padding = "valid" }: Pool,
): tf.Tensor4D {
  requirePool(x, { size, stride, padding });
  return tf.avgPool(x as tf.Tensor4D, size, stride, padding);
}

/** Every window has a pixel of the image. */
function requirePool(x: tf.Tensor, { size, ...movement }: Required<Pool>): void {
  if (!(Number.isInteger(size) && size >= 1)) {
    throw new InputError(`Cannot pool images as size must be a whole number ≥ 1: ${size}`);
  }
  requireWindows("pool", x, [size, size], movement);
  if (typeof movement.padding !== "number" || movement.padding < size) return;
  throw new InputError(
    `Cannot pool images as the padding must be smaller than the window, ${size}: ${movement.padding}`,
  );
}

/**
 * The mean over the whole of each image, [B, H, W, C] to [B, C]. Lin, Chen, Yan, "Network In
 * Network" (2013, arXiv 1312.4400), section 3.2.
 */
export function globalAveragePool(x: tf.Tensor): tf.Tensor2D {
  return tf.mean(x, [1, 2]);
}
