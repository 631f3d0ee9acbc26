import * as tf from "@tensorflow/tfjs";
import { deepStrictEqual } from "node:assert";
import { oneHot } from "../../../lab/compute/one_hot.ts";

Deno.test("a one-hot row has one number where there is one place, as where there are several", async () => {
  await tf.setBackend("cpu");
  const rows = (indices: number[], depth: number) =>
    tf.tidy(() => {
      const made = oneHot(tf.tensor1d(indices, "int32"), depth);
      return [made.dtype, made.arraySync()];
    });
  deepStrictEqual(rows([0, 0, 1, -1], 1), ["int32", [[1], [1], [0], [0]]]);
  deepStrictEqual(rows([1, 0, 2, -1], 2), ["int32", [[0, 1], [1, 0], [0, 0], [0, 0]]]);
});
