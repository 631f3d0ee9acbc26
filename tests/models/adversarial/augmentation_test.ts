import { deepStrictEqual, ok } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { valueAndGradients } from "../../../lab/compute/gradients.ts";
import { augmented } from "../../../models/adversarial/augmentation.ts";
import { onCpu, values } from "../worked.ts";

// deno-fmt-ignore
const image = [
  1, 2, 3, 4,
  5, 6, 7, 8,
  9, 10, 11, 12,
  13, 14, 15, 16,
];
const shape = [4, 4, 1];

Deno.test("images are moved by whole pixels, what enters is black, and a square is put out", () =>
  onCpu(() => {
    // One down and one to the left, at most one of four; the square of 4 × 4 lies around the corner.
    const noise = tf.tensor([[0.99, 0, 0, 0]]);
    const moved = augmented(tf.tensor([image]), noise, shape, 0.25);
    // deno-fmt-ignore
    deepStrictEqual([...values(moved)], [
      0, 0, 0, 0,
      0, 0, 4, 0,
      6, 7, 8, 0,
      10, 11, 12, 0,
    ]);
  }));

Deno.test("each image and channel goes its own way, and gradients go back to where pixels were", () =>
  onCpu(() => {
    const x = tf.concat([tf.tensor([image]), tf.tensor([image])], 0);
    // Both squares lie in the last corner; the second image is not moved.
    const noise = tf.tensor([[0.99, 0.5, 0.999, 0.999], [0.5, 0.5, 0.999, 0.999]]);
    const made = values(augmented(x, noise, shape, 0.25));
    deepStrictEqual([...made.subarray(0, 8)], [0, 0, 0, 0, 1, 2, 3, 4]);
    deepStrictEqual([...made.subarray(16, 20)], [1, 2, 3, 4]);
    const { gradients } = valueAndGradients(
      ({ x }) => ({ loss: tf.sum(augmented(x, noise, shape, 0.25)) as tf.Scalar }),
      { x },
    );
    const slope = values(gradients.x);
    ok(slope[12] === 0 && slope[0] === 1 && slope[28] === 1);
    // Three channels move together.
    const colored = tf.reshape(tf.tile(tf.tensor(image, [16, 1]), [1, 3]), [1, 48]);
    const first = values(augmented(colored, tf.tensor([[0.99, 0, 0, 0]]), [4, 4, 3], 0.25));
    deepStrictEqual([...first.subarray(18, 21)], [4, 4, 4]);
  }));
