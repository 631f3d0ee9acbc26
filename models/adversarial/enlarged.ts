/**
 * Enlarging images by cubic convolution: what super-resolution begins from, and is held against.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Keys (1981), equation 15: the cubic kernel with a = −½, 0 beyond a distance of 2. */
function cubic(distance: number): number {
  const d = Math.abs(distance);
  if (d >= 2) return 0;
  if (d >= 1) return ((-0.5 * d + 2.5) * d - 4) * d + 2;
  return (1.5 * d - 2.5) * d * d + 1;
}

/**
 * The weights [from·factor, from] by which cubic convolution enlarges a row of pixels, whose centres lie
 * at halves; beyond the ends their last pixel goes on.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * const weights = cubicWeights(4, 2);
 * deepStrictEqual([...weights.subarray(12, 16)], [-0.0703125, 0.8671875, 0.2265625, -0.0234375]);
 * ```
 */
export function cubicWeights(from: number, factor: number): Float32Array {
  const weights = new Float32Array(from * factor * from);
  for (let row = 0; row < from * factor; row++) {
    const center = (row + 0.5) / factor - 0.5;
    const first = Math.floor(center) - 1;
    for (let at = first; at < first + 4; at++) {
      const column = Math.min(from - 1, Math.max(0, at));
      weights[row * from + column] += cubic(center - at);
    }
  }
  return weights;
}

/** [B, H·W·C] to [B, fH·fW·C] by cubic convolution along both axes. */
export function enlarged(
  x: tf.Tensor,
  [height, width, channels]: readonly number[],
  factor: number,
): tf.Tensor2D {
  const weights = (length: number) =>
    tf.tensor2d(cubicWeights(length, factor), [length * factor, length]);
  const batch = x.shape[0]!;
  // Rows in front, then columns: [fH, H]·[H, B·W·C], [fW, W]·[W, …].
  const columns = tf.transpose(tf.reshape(x, [batch, height, width * channels]), [1, 0, 2]);
  const tall = tf.matMul(
    weights(height),
    tf.reshape(columns, [height, batch * width * channels]) as tf.Tensor2D,
  );
  const rows = tf.transpose(tf.reshape(tall, [height * factor * batch, width, channels]), [
    1,
    0,
    2,
  ]);
  const wide = tf.matMul(
    weights(width),
    tf.reshape(rows, [width, height * factor * batch * channels]) as tf.Tensor2D,
  );
  const back = tf.reshape(wide, [width * factor, height * factor * batch, channels]);
  const images = tf.reshape(tf.transpose(back, [1, 0, 2]), [
    height * factor,
    batch,
    width * factor * channels,
  ]);
  return tf.reshape(tf.transpose(images, [1, 0, 2]), [batch, -1]) as tf.Tensor2D;
}
