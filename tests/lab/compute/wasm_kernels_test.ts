import { ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import { defaultRng } from "../../../lab/core/random.ts";
import { wasmPath } from "./backends.ts";

const { workspace } = await openWorkspace("tfjs-wasm", { wasmPath });

function onWasm(name: string, fn: () => void): void {
  Deno.test(name, () => {
    void tf.setBackend("wasm");
    const before = tf.memory().numTensors;
    const buffers = tf.backend().numDataIds();
    tf.tidy(fn);
    strictEqual(tf.memory().numTensors, before);
    strictEqual(tf.backend().numDataIds(), buffers, "buffers were left behind");
  });
}

onWasm("products with transposed operands equal float64 sums", () => {
  const random = defaultRng(1);
  const draw = (length: number) => Float32Array.from({ length }, () => random.standardNormal());
  for (const [batch, m, k, n] of [[1, 1, 1, 1], [1, 17, 33, 5], [3, 4, 2, 19], [1, 40, 16, 48]]) {
    const a = draw(batch * m * k), b = draw(batch * k * n);
    for (const [transposeA, transposeB] of [[false, true], [true, false], [true, true]]) {
      const left = tf.tensor3d(a, transposeA ? [batch, k, m] : [batch, m, k]);
      const right = tf.tensor3d(b, transposeB ? [batch, n, k] : [batch, k, n]);
      const product = tf.matMul(left, right, transposeA, transposeB);
      const values = product.dataSync();
      strictEqual(`${product.shape}`, `${[batch, m, n]}`);
      for (let at = 0; at < values.length; at++) {
        const [s, i, j] = [Math.floor(at / (m * n)), Math.floor(at / n) % m, at % n];
        let sum = 0;
        for (let l = 0; l < k; l++) {
          sum += a[s * m * k + (transposeA ? l * m + i : i * k + l)] *
            b[s * k * n + (transposeB ? j * k + l : l * n + j)];
        }
        ok(Math.abs(values[at] - sum) < 1e-5 * Math.max(1, k), `${[batch, m, k, n]} at ${at}`);
      }
    }
  }
});

onWasm("rows are added up by segment, those of no segment left out", () => {
  const x = tf.tensor2d([[1, 2], [3, 4], [5, 6], [7, 8]]);
  const sums = tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2, -1], "int32"), 4);
  strictEqual(`${sums.arraySync()}`, `${[[3, 4], [0, 0], [6, 8], [0, 0]]}`);
});

onWasm("tanh is within 3e-7 of float64, relatively, and keeps its limits", () => {
  const points = Array.from({ length: 4001 }, (_, i) => Math.fround((i - 2000) / 200));
  points.push(1e-30, -1e-8, 100, Infinity, -Infinity);
  const values = tf.tanh(tf.tensor1d(points)).dataSync();
  points.forEach((x, i) => {
    const exact = Math.tanh(x);
    ok(Math.abs(values[i] - exact) <= 3e-7 * Math.abs(exact), `tanh(${x}) is ${values[i]}`);
    if (Math.abs(x) > 10) strictEqual(values[i], Math.sign(x));
  });
  ok(Number.isNaN(tf.tanh(tf.scalar(NaN)).dataSync()[0]));
});

Deno.test("the workspace of these tests closes", () => workspace.dispose());
