/**
 * Black and white images as tokens: each square of pixels is one of 2^(pixels of a square).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** How an image is cut: its side, and that of a square, which divides it. */
export interface Cut {
  readonly side: number;
  readonly patch: number;
}

/** What a token may be. */
export function patchTokens({ patch }: Pick<Cut, "patch">): number {
  return 2 ** (patch * patch);
}

/** Squares row by row, [B, side²] to [B, squares, patch²]; its own inverse with `back`. */
function squares(x: tf.Tensor, { side, patch }: Cut, back = false): tf.Tensor {
  const across = side / patch;
  const [from, to] = back
    ? [[across, across, patch, patch], [side * side]]
    : [[across, patch, across, patch], [across * across, patch * patch]];
  const inOrder = tf.transpose(tf.reshape(x, [-1, ...from]), [0, 1, 3, 2, 4]);
  return tf.reshape(inOrder, [-1, ...to]);
}

/** Tokens [B, squares] of images [B, side²]; a pixel is white from ½ on. */
export function tokensOfImages(x: tf.Tensor, cut: Cut): tf.Tensor2D {
  const white = tf.cast(tf.greaterEqual(squares(x, cut), 0.5), "float32");
  const places = Array.from({ length: cut.patch * cut.patch }, (_, i) => 2 ** i);
  return tf.sum(tf.mul(white, tf.tensor1d(places)), 2) as tf.Tensor2D;
}

/** Images [B, side²] of tokens [B, squares]. */
export function imagesOfTokens(tokens: tf.Tensor, cut: Cut): tf.Tensor2D {
  const pixels = Array.from({ length: cut.patch * cut.patch }, (_, i) => i);
  const table = Array.from(
    { length: patchTokens(cut) },
    (_, token) => pixels.map((i) => Math.floor(token / 2 ** i) % 2),
  );
  const white = tf.gather(tf.tensor2d(table), tf.cast(tokens, "int32"));
  return squares(white, cut, true) as tf.Tensor2D;
}
