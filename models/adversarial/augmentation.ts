/**
 * Differentiable augmentation: what a discriminator sees of real and of generated images is moved, and a
 * square of it put out, so that it cannot learn few images by heart; gradients pass to the generator.
 *
 * Zhao, Liu, Lin, Zhu, Han, "Differentiable Augmentation for Data-Efficient GAN Training" (2020, arXiv
 * 2006.10738), section 3.2: translation and cutout.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { InputError } from "../../lab/core/errors.ts";
import type { Network } from "../networks.ts";

/** Side of the square that is put out, in those of the largest shift: ½ and ⅛ of the image. */
const CUT = 4;

/** [B, n, n] that moves n rows by as many places as `by`, [B, 1, 1], says; what enters is 0. */
function shifting(by: tf.Tensor, count: number): tf.Tensor3D {
  const to = tf.reshape(tf.range(0, count), [1, count, 1]);
  const from = tf.reshape(tf.range(0, count), [1, 1, count]);
  const apart = tf.abs(tf.sub(tf.sub(to, by), from));
  return tf.cast(tf.less(apart, 0.5), "float32");
}

/** [B, n, 1]: 1 for places at most `reach` from a random one. */
function near(center: tf.Tensor, count: number, reach: number): tf.Tensor3D {
  const apart = tf.abs(tf.sub(tf.reshape(tf.range(0, count), [1, count, 1]), center));
  return tf.cast(tf.less(apart, reach), "float32");
}

/**
 * Images moved by up to `share` of their sides each way, with a square of four times that share put to 0.
 *
 * @param x [B, H·W·C]
 * @param noise U[0, 1), [B, 4]: the shifts down and right, the middle of the square.
 * @returns [B, H·W·C]
 */
export function augmented(
  x: tf.Tensor,
  noise: tf.Tensor,
  [height, width, channels]: readonly number[],
  share: number,
): tf.Tensor2D {
  const batch = x.shape[0]!;
  const [down, right, row, column] = tf.split(noise, 4, 1)
    .map((u) => tf.reshape(u, [batch, 1, 1]));
  const places = (u: tf.Tensor, count: number) =>
    tf.round(tf.mul(tf.sub(tf.mul(u, 2), 1), share * count));
  const rows = tf.reshape(x, [batch, height, width * channels]) as tf.Tensor3D;
  const moved = tf.matMul(shifting(places(down, height), height), rows);
  const turned = tf.transpose(tf.reshape(moved, [batch, height, width, channels]), [0, 2, 1, 3]);
  const columns = tf.reshape(turned, [batch, width, height * channels]) as tf.Tensor3D;
  const both = tf.reshape(
    tf.matMul(shifting(places(right, width), width), columns),
    [batch, width, height, channels],
  );
  const reach = (count: number) => CUT / 2 * share * count;
  const across = near(tf.mul(column, width), width, reach(width));
  const along = near(tf.mul(row, height), height, reach(height));
  const cut = tf.mul(across, tf.transpose(along, [0, 2, 1]));
  const kept = tf.mul(both, tf.expandDims(tf.sub(1, cut), 3));
  return tf.reshape(tf.transpose(kept, [0, 2, 1, 3]), [batch, -1]) as tf.Tensor2D;
}

/**
 * The augmentation of examples of a shape, without parameters.
 *
 * @throws InputError for points, which cannot be moved within an image.
 */
export function augmentation(
  shape: readonly number[],
  share: number,
): Network<[x: tf.Tensor, noise: tf.Tensor], tf.Tensor> {
  if (share > 0 && shape.length !== 3) {
    throw new InputError(
      `Cannot augment examples of [${shape.join(", ")}] as they must be images: set augmentation 0`,
    );
  }
  return { initial: () => ({}), apply: (_, x, noise) => augmented(x, noise, shape, share) };
}
