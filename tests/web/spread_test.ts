import { deepStrictEqual, ok } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { type Optimizer, optimizers } from "../../lab/compute/optimizers.ts";
import type { Tensors } from "../../lab/compute/workspace.ts";
import { type NamedTensors, prefixed } from "../../lab/core/tensor_data.ts";
import { meanGradients, spreadsOf } from "../../web/spread.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

Deno.test("weights are counted in even parts from the lowest to the highest, what is not finite aside", () => {
  const values = Float32Array.of(-1, -1, 0, 1, NaN, Infinity);
  const [{ counts, ...facts }] = spreadsOf({
    "a/kernel": { shape: [2, 3], dtype: "float32", values },
  });
  deepStrictEqual(facts, {
    ...{ name: "a/kernel", shape: [2, 3], low: -1, high: 1, mean: -0.25 },
    ...{ deviation: Math.sqrt((2 * 0.75 ** 2 + 0.25 ** 2 + 1.25 ** 2) / 4), broken: 2 },
  });
  deepStrictEqual(counts.flatMap((count, i) => count > 0 ? [[i, count]] : []), [
    ...[[0, 2], [20, 1], [39, 1]],
  ]);
});

Deno.test("equal weights are one bar, and those that are all not finite none", () => {
  const of = (...values: number[]) =>
    spreadsOf({ a: { shape: [], dtype: "float32", values: Float32Array.from(values) } })[0];
  deepStrictEqual([of(0.5, 0.5).counts, of(0.5, 0.5).deviation], [[2], 0]);
  deepStrictEqual([of(NaN).counts, of(NaN).broken], [[], 1]);
});

/** What each optimizer keeps of two gradients of the parameter `w`. */
function stateAfter(optimizer: Optimizer, ...gradients: number[]): NamedTensors {
  return tf.tidy(() => {
    const kept = Object.entries(
      optimizer.initialState({ w: { shape: [1], dtype: "float32", values: new Float32Array(1) } }),
    );
    let state: Tensors = Object.fromEntries(
      kept.map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
    );
    for (const gradient of gradients) {
      const given = { w: tf.tensor([gradient]) };
      ({ state } = optimizer.update({ w: tf.tensor([1]) }, given, state, tf.scalar(0.1)));
    }
    return Object.fromEntries(
      Object.entries(state).map(([name, tensor]) => [
        name,
        { shape: tensor.shape, dtype: "float32" as const, values: tensor.dataSync() },
      ]),
    );
  });
}

Deno.test("the mean of gradients is that of Adam and its kin, each parameter's of each optimizer", () => {
  // 0.9·4 + 1·(−2), over the sum of these weights.
  const expected = (0.9 * 4 - 2) / 1.9;
  for (const kind of ["adam", "adamw", "adamax", "nadam"] as const) {
    const found = meanGradients(prefixed(stateAfter(optimizers[kind](), 4, -2), "optimizer/"));
    deepStrictEqual(Object.keys(found), ["w"]);
    ok(Math.abs(found.w.values[0] - expected) < 1e-6, `${kind}: ${found.w.values[0]}`);
  }
  for (const kind of ["sgd", "momentum", "rmsprop"] as const) {
    deepStrictEqual(meanGradients(prefixed(stateAfter(optimizers[kind](), 4), "optimizer/")), {});
  }
  const two = meanGradients({
    ...prefixed(stateAfter(optimizers.adam(), 4), "one/"),
    ...prefixed(stateAfter(optimizers.adam()), "other/"),
  });
  deepStrictEqual(
    Object.entries(two).map(([name, { values }]) => [name, Math.round(values[0])]),
    [["w (one)", 4], ["w (other)", 0]],
  );
});
