/** The one way to take a gradient step, against arithmetic by hand. */
import { deepStrictEqual, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { descend, movingAverage } from "../../../lab/compute/descend.ts";
import { parametersOf } from "../../../lab/compute/networks.ts";
import { sgd } from "../../../lab/compute/optimizers.ts";
import type { Tensors } from "../../../lab/compute/workspace.ts";

await tf.setBackend("cpu");

const plain = (tensors: Tensors) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.arraySync()]));

const parameters = () => ({ "a/x": tf.scalar(3), "b/x": tf.scalar(4) });
const half = { optimizer: sgd(), learningRate: tf.scalar(0.5) };
/** ∂/∂a = a, ∂/∂b = b. */
const loss = ({ "a/x": a, "b/x": b }: Tensors) => ({
  loss: tf.mul(tf.add(tf.square(a), tf.square(b)), 0.5) as tf.Scalar,
  sum: tf.add(a, b),
});

Deno.test("a step descends on every network, and returns what stood beside the loss", () => {
  const { values, gradientNorm, parameters: next } = descend(loss, parameters(), {}, half);
  deepStrictEqual(plain(next), { "a/x": 1.5, "b/x": 2 });
  deepStrictEqual(plain(values), { loss: 12.5, sum: 7 });
  strictEqual(gradientNorm.arraySync(), 5);
});

Deno.test("a step leaves the networks alone that it does not name", () => {
  const { parameters: next, gradientNorm } = descend(loss, parameters(), {}, {
    ...half,
    changes: ["b"],
  });
  deepStrictEqual(plain(next), { "a/x": 3, "b/x": 2 });
  strictEqual(gradientNorm.arraySync(), 4);
});

Deno.test("gradients longer than the maximum norm are scaled down to it", () => {
  const clipped = descend(loss, parameters(), {}, { ...half, maximumGradientNorm: 2.5 });
  deepStrictEqual(plain(clipped.parameters), { "a/x": 2.25, "b/x": 3 });
  strictEqual(clipped.gradientNorm.arraySync(), 5);
});

Deno.test("a network that is not there is refused by the nearest name", () => {
  throws(
    () => descend(loss, parameters(), {}, { ...half, changes: ["bb"] }),
    { name: "InputError", message: /network.*bb.*"b"/ },
  );
});

Deno.test("networks are distinguished by their whole names", () => {
  deepStrictEqual(
    parametersOf({ "policy/0": 1, "policy2/0": 2, "value/0": 3 }, "policy", "value"),
    {
      "policy/0": 1,
      "value/0": 3,
    },
  );
});

Deno.test("a moving average follows the parameters that it has", () => {
  const average = movingAverage({ x: tf.scalar(1) }, { x: tf.scalar(3), y: tf.scalar(0) }, 0.25);
  deepStrictEqual(plain(average), { x: 1.5 });
});
