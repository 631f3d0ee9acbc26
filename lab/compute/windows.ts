/**
 * How windows move over images, and which fit into them.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { InputError } from "../core/errors.ts";

/** How a kernel moves over an image. */
export interface Movement {
  /** Pixels from one window to the next, ≥ 1; default 1. */
  readonly stride?: number;
  /**
   * Zeros around the image: as many pixels on each side, none (`valid`), or as many as make the
   * output ⌈length / stride⌉ long (`same`, the odd one behind). Default `same`.
   */
  readonly padding?: "same" | "valid" | number;
}

/** @throws InputError where a stride is no whole number ≥ 1, or a padding none ≥ 0. */
export function requireMovement(act: string, { stride, padding }: Required<Movement>): void {
  if (!(Number.isInteger(stride) && stride >= 1)) {
    throw new InputError(
      `Cannot ${act} images as the stride must be a whole number ≥ 1: ${stride}`,
    );
  }
  if (padding === "same" || padding === "valid") return;
  if (Number.isInteger(padding) && padding >= 0) return;
  throw new InputError(
    `Cannot ${act} images as the padding must be same, valid or a whole number ≥ 0: ${padding}`,
  );
}

/**
 * @param x [B, H, W, C]
 * @throws InputError for a movement that is none, or windows that are larger than the padded image.
 */
export function requireWindows(
  act: string,
  x: tf.Tensor,
  [height, width]: readonly number[],
  movement: Required<Movement>,
): void {
  requireMovement(act, movement);
  const { padding } = movement;
  if (padding === "same") return;
  const [rows, columns] = x.shape.slice(-3);
  const border = padding === "valid" ? 0 : 2 * padding;
  if (height <= rows + border && width <= columns + border) return;
  throw new InputError(
    `Cannot ${act} images of ${rows} × ${columns} as the window must not be larger: ` +
      `${height} × ${width}`,
  );
}
