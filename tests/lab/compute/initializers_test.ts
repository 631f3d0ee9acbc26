import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import {
  constant,
  fanInUniform,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  lecunNormal,
  lecunUniform,
  normal,
  orthogonal,
  truncatedNormal,
  uniform,
} from "../../../lab/compute/initializers.ts";
import { defaultRng } from "../../../lab/core/random.ts";

function moments(values: Float32Array): { mean: number; variance: number; largest: number } {
  let sum = 0, squares = 0, largest = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
    largest = Math.max(largest, Math.abs(value));
  }
  const mean = sum / values.length;
  return { mean, variance: squares / values.length - mean * mean, largest };
}

/** [in, out] = [100, 300]: 30,000 draws, so a variance's relative error is about 0.008. */
const SHAPE = [100, 300];
const scaled: [name: string, initializer: Initializer, variance: number, limit: number][] = [
  ["glorotUniform", glorotUniform, 2 / 400, Math.sqrt(6 / 400)],
  ["glorotNormal", glorotNormal, 2 / 400, Infinity],
  ["heUniform", heUniform, 2 / 100, Math.sqrt(6 / 100)],
  ["heNormal", heNormal, 2 / 100, Infinity],
  ["lecunUniform", lecunUniform, 1 / 100, Math.sqrt(3 / 100)],
  ["lecunNormal", lecunNormal, 1 / 100, Infinity],
  ["fanInUniform", fanInUniform, 1 / 300, 1 / 10],
  ["uniform", (random, shape) => uniform(random, shape, -2, 2), 4 / 3, 2],
  ["normal", (random, shape) => normal(random, shape, 0.02), 0.0004, Infinity],
  ["truncatedNormal", (random, shape) => truncatedNormal(random, shape, 0.5), 0.25, 1.1369],
];

for (const [name, initializer, variance, limit] of scaled) {
  Deno.test(`${name} has its declared variance and limit`, () => {
    const weights = initializer(defaultRng(11), SHAPE);
    deepStrictEqual([weights.shape, weights.dtype, weights.values.length], [
      SHAPE,
      "float32",
      30_000,
    ]);
    const found = moments(weights.values);
    ok(
      Math.abs(found.variance / variance - 1) < 0.03,
      `variance ${found.variance}, not ${variance}`,
    );
    ok(Math.abs(found.mean) < 4 * Math.sqrt(variance / 30_000), `mean ${found.mean}`);
    ok(found.largest <= limit * (1 + 1e-6), `largest ${found.largest}`);
  });
}

Deno.test("a convolution's fans count its receptive field", () => {
  const { variance } = moments(heNormal(defaultRng(1), [5, 5, 8, 64]).values);
  ok(Math.abs(variance / (2 / 200) - 1) < 0.05, `${variance}`);
  // Fan-in 5 · 5 · 8, fan-out 5 · 5 · 64.
  const glorot = moments(glorotUniform(defaultRng(1), [5, 5, 8, 64]).values);
  ok(Math.abs(glorot.variance / (2 / (25 * 72)) - 1) < 0.05, `${glorot.variance}`);
});

for (const [rows, columns] of [[64, 64], [4, 64], [64, 2], [1, 5], [256, 100]]) {
  Deno.test(`orthogonal [${rows}, ${columns}] has orthonormal vectors times its gain`, () => {
    const gain = Math.SQRT2;
    const { values } = orthogonal(defaultRng(3), [rows, columns], gain);
    const tall = rows >= columns;
    const entry = (vector: number, i: number) =>
      tall ? values[i * columns + vector] : values[vector * columns + i];
    const count = Math.min(rows, columns), length = Math.max(rows, columns);
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let i = 0; i < length; i++) product += entry(a, i) * entry(b, i);
        const expected = a === b ? gain * gain : 0;
        ok(Math.abs(product - expected) < 1e-5, `${a}·${b} is ${product}`);
      }
    }
  });
}

Deno.test("the same generator state gives the same weights, another one others", () => {
  const [first, second] = [orthogonal(defaultRng(1), [8, 8]), orthogonal(defaultRng(1), [8, 8])];
  deepStrictEqual(first, second);
  ok(orthogonal(defaultRng(2), [8, 8]).values[0] !== first.values[0]);
  strictEqual(constant([3], 0.5).values[2], 0.5);
});

Deno.test("weights without a fan-in cannot be scaled", () => {
  throws(() => heNormal(defaultRng(1), [3]), { name: "InputError", message: /fan-in: \[3\]/ });
});
