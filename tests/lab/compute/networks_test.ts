import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { type Activation, mlp, mlpParameters } from "../../../lab/compute/networks.ts";
import { constant, orthogonal } from "../../../lab/compute/initializers.ts";
import type { Tensors } from "../../../lab/compute/workspace.ts";
import { defaultRng } from "../../../lab/core/random.ts";

await openWorkspace("cpu");

Deno.test("a dense network's parameters are named and shaped by layer", () => {
  const parameters = mlpParameters(defaultRng(1), [4, 8, 2], {
    output: (random, shape) => orthogonal(random, shape, 0.01),
    prefix: "policy",
  });
  deepStrictEqual(Object.entries(parameters).map(([name, { shape }]) => [name, shape]), [
    ["policy/0/kernel", [4, 8]],
    ["policy/0/bias", [8]],
    ["policy/1/kernel", [8, 2]],
    ["policy/1/bias", [2]],
  ]);
  ok(parameters["policy/1/kernel"].values.every((weight) => Math.abs(weight) <= 0.01));
  deepStrictEqual([...parameters["policy/0/bias"].values], Array(8).fill(0));
});

Deno.test("two networks in one group are found by prefix, hidden layers activated, the last linear", () => {
  tf.tidy(() => {
    const parameters: Tensors = {
      "xor/0/kernel": tf.tensor2d([[1, 1], [1, 1]]),
      "xor/0/bias": tf.tensor1d([0, -1]),
      "xor/1/kernel": tf.tensor2d([[1], [-2]]),
      "xor/1/bias": tf.tensor1d([0]),
      "minus/0/kernel": tf.tensor2d([[-1], [-1]]),
      "minus/0/bias": tf.tensor1d([0.5]),
    };
    const x = tf.tensor2d([[0, 0], [0, 1], [1, 0], [1, 1]]);
    deepStrictEqual([...mlp(parameters, x, "relu", "xor").dataSync()], [0, 1, 1, 0]);
    deepStrictEqual([...mlp(parameters, x, "relu", "minus").dataSync()], [0.5, -0.5, -0.5, -1.5]);
  });
});

Deno.test("wrong sizes, activations and prefixes are answered in one line", () => {
  const zero = constant([1, 1], 0);
  throws(() => mlpParameters(defaultRng(1), [4, 0]), { name: "InputError", message: /\[4,0\]/ });
  throws(() => mlpParameters(defaultRng(1), [4]), { name: "InputError" });
  tf.tidy(() => {
    const parameters = {
      "a/0/kernel": tf.tensor2d(zero.values, [1, 1]),
      "a/0/bias": tf.zeros([1]),
    };
    const x = tf.zeros([1, 1]);
    throws(() => mlp(parameters, x, "tahn" as Activation, "a"), { message: /did you mean "tanh"/ });
    throws(() => mlp(parameters, x, "tanh", "b"), { message: /no parameter "b\/0\/kernel"/ });
    strictEqual(mlp(parameters, x, "tanh", "a").size, 1);
  });
});
