/**
 * Cubic convolution: weights by hand from Keys' kernel with a = −1/2; images that it gives back exactly.
 */
import { deepStrictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { cubicWeights, enlarged } from "../../../models/adversarial/enlarged.ts";
import { near, onCpu, values } from "../worked.ts";

Deno.test("a row is enlarged by Keys' weights, and its ends go on", () => {
  const weights = cubicWeights(4, 2);
  deepStrictEqual([...weights.subarray(12, 16)], [-0.0703125, 0.8671875, 0.2265625, -0.0234375]);
  // The first pixel lies a quarter before the first centre: three of its four weights are at the end.
  deepStrictEqual(
    [...weights.subarray(0, 4)],
    [1.0234375, -0.0234375, 0, 0].map((w, i) =>
      i === 0 ? -0.0234375 + 0.2265625 + 0.8671875 : i === 1 ? -0.0703125 : w
    ),
  );
});

Deno.test("a flat image stays flat, a slope stays a slope, channel by channel", () =>
  onCpu(() => {
    near(values(enlarged(tf.fill([1, 2 * 3 * 2], 0.4), [2, 3, 2], 2)), new Array(48).fill(0.4));
    // x of [1, 8, 8, 2] is the column in channel 0 and the row in channel 1.
    const x = Float32Array.from(
      { length: 128 },
      (_, i) => i % 2 === 0 ? (i >> 1) % 8 : Math.floor(i / 16),
    );
    const made = values(enlarged(tf.tensor(x, [1, 128]), [8, 8, 2], 2));
    const at = (row: number, column: number, channel: number) =>
      made[(row * 16 + column) * 2 + channel];
    near([at(7, 6, 0), at(7, 9, 0), at(6, 7, 1), at(9, 7, 1)], [2.75, 4.25, 2.75, 4.25], 1e-5);
  }));
