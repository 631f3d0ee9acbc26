import { deepStrictEqual, ok } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import {
  pytorchRecurrentParameters,
  type RecurrentCellName,
  recurrentCellNames,
  recurrentParameters,
  unroll,
} from "../../../lab/compute/recurrent.ts";
import type { Tensors } from "../../../lab/compute/workspace.ts";
import { defaultRng } from "../../../lab/core/random.ts";

await openWorkspace("cpu");

function near(actual: tf.Tensor, expected: readonly number[], tolerance = 1e-6) {
  const values = [...actual.dataSync()];
  const isNear = values.length === expected.length &&
    values.every((value, i) => Math.abs(value - expected[i]) < tolerance);
  ok(isNear, `${values}, not ${expected}`);
}

/** A scalar step from x = 1, h = c = ½ with W = ½, U = ¼, b = 0: every gate sees a = ½·1 + ¼·½. */
const gate = 1 / (1 + Math.exp(-0.625));
const cell = gate * 0.5 + gate * Math.tanh(0.625);
const worked: Record<RecurrentCellName, number[]> = {
  lstm: [gate * Math.tanh(cell), cell],
  gru: [gate * 0.5 + (1 - gate) * Math.tanh(0.5 + gate * 0.125)],
};

for (const cell of recurrentCellNames) {
  Deno.test(`${cell}: a scalar step has its worked value`, () => {
    const gates = cell === "lstm" ? 4 : 3;
    const parameters = {
      "l/kernel": tf.fill([1, gates], 0.5),
      "l/recurrentKernel": tf.fill([1, gates], 0.25),
      "l/bias": tf.zeros([gates]),
    };
    const memory = tf.fill([1, worked[cell].length], 0.5);
    near(
      unroll(parameters, cell, "l", { x: tf.ones([1, 1]), memory, steps: 1 }).memory,
      worked[cell],
    );
  });
}

/** Recipe: the gates written out with Python's math, K_ij = 0.1(i+1) − 0.05j, R_ij = 0.07j − 0.2i, b_j = 0.01j. */
const goldens: Record<RecurrentCellName, { memory: number[]; next: number[] }> = {
  lstm: {
    memory: [0.3, -0.2, 0.1, 0.4],
    next: [0.04100175403480631, 0.1335606230184417, 0.07672595231762344, 0.24974025986144827],
  },
  gru: { memory: [0.3, -0.2], next: [0.15925807073058185, -0.07047002256942608] },
};

for (const cell of recurrentCellNames) {
  const gates = cell === "lstm" ? 4 : 3;
  const { memory, next } = goldens[cell];

  Deno.test(`${cell}: a step with two units has the golden values`, () => {
    const matrix = (f: (i: number, j: number) => number) =>
      tf.tensor2d(
        Array.from({ length: 2 }, (_, i) => Array.from({ length: 2 * gates }, (_, j) => f(i, j))),
      );
    const parameters = {
      "l/kernel": matrix((i, j) => 0.1 * (i + 1) - 0.05 * j),
      "l/recurrentKernel": matrix((i, j) => 0.07 * j - 0.2 * i),
      "l/bias": tf.tensor1d(Array.from({ length: 2 * gates }, (_, j) => 0.01 * j)),
    };
    const unrolled = unroll(parameters, cell, "l", {
      x: tf.tensor2d([[0.5, -1]]),
      memory: tf.tensor2d([memory]),
      kept: tf.tensor1d([1]),
      steps: 1,
    });
    near(unrolled.memory, next);
    near(unrolled.outputs, next.slice(0, 2));
  });

  Deno.test(`${cell}: memory is carried from step to step, and cleared where an episode starts`, () => {
    const random = defaultRng(1);
    const drawn = recurrentParameters(random, cell, 3, 4, "l");
    const parameters: Tensors = Object.fromEntries(
      Object.entries(drawn).map(([name, { shape, values }]) => [
        name,
        tf.tensor(values as Float32Array, [...shape]),
      ]),
    );
    const [steps, batch] = [6, 2];
    const x = tf.tensor2d(
      Float32Array.from({ length: steps * batch * 3 }, () => random.standardNormal()),
      [steps * batch, 3],
    );
    const start = tf.fill([batch, cell === "lstm" ? 8 : 4], 0.3);
    // The second row's episode starts at step 3.
    const kept = tf.tensor1d([1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1]);
    const whole = unroll(parameters, cell, "l", { x, memory: start, kept, steps });
    const half = (first: number, memory: tf.Tensor) =>
      unroll(parameters, cell, "l", {
        x: tf.slice(x, [first * batch, 0], [3 * batch, 3]),
        memory,
        kept: tf.slice(kept, [first * batch], [3 * batch]),
        steps: 3,
      });
    const one = half(0, start);
    const other = half(3, one.memory);
    deepStrictEqual(
      [...tf.concat([one.outputs, other.outputs], 0).dataSync()],
      [...whole.outputs.dataSync()],
    );
    deepStrictEqual(other.memory.arraySync(), whole.memory.arraySync());
    const anew = half(3, tf.zerosLike(start)).memory.arraySync() as number[][];
    deepStrictEqual((whole.memory.arraySync() as number[][])[1], anew[1]);
    ok((whole.memory.arraySync() as number[][])[0].some((value, i) => value !== anew[0][i]));
  });
}

Deno.test("PyTorch's draw is bounded by the hidden size, the bias a sum of two", () => {
  for (const cell of recurrentCellNames) {
    const drawn = pytorchRecurrentParameters(defaultRng(1), cell, 9, 64, "l");
    const bounds = { "l/kernel": 1 / 8, "l/recurrentKernel": 1 / 8, "l/bias": 2 / 8 };
    deepStrictEqual(Object.keys(drawn).sort(), Object.keys(bounds).sort());
    for (const [name, bound] of Object.entries(bounds)) {
      const largest = Math.max(...Array.from(drawn[name].values, Math.abs));
      ok(largest <= bound && largest > 0.8 * bound, `${cell}, ${name}: ${largest}`);
    }
  }
});
