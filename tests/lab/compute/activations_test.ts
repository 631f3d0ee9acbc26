/** Every activation of the registry: worked values, and both derivatives on every backend. */
import { deepStrictEqual, ok } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { type Activation, activationNames, activations } from "../../../lab/compute/networks.ts";
import { erf, type Plain, sweep } from "./derivatives.ts";

/** Two rows of three, away from every kink; beyond both ends of the hard tangent. */
const X = [0.7, -0.4, 1.3, -1.1, 0.25, 0.9];
const ROW = 3;

const each = (f: (x: number) => number): Plain => (x) => x.map((v) => f(v));
const logistic = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.log1p(Math.exp(x));

/** The textbook formula, and a value worked out in float64. */
const known: Record<Activation, [plain: Plain, x: number, y: number]> = {
  linear: [each((x) => x), 1.5, 1.5],
  relu: [each((x) => Math.max(0, x)), -1, 0],
  tanh: [each(Math.tanh), 0.5, 0.4621171573],
  sigmoid: [each(logistic), 1, 0.7310585786],
  softplus: [each(softplus), 1, 1.3132616875],
  elu: [each((x) => x > 0 ? x : Math.exp(x) - 1), -1, -0.6321205588],
  selu: [
    each((x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.exp(x) - 1))),
    ...[-1, -1.1113307378] as const,
  ],
  "leaky-relu": [each((x) => x > 0 ? x : 0.2 * x), -1, -0.2],
  swish: [each((x) => x * logistic(x)), 1, 0.7310585786],
  mish: [each((x) => x * Math.tanh(softplus(x))), 1, 0.8650983883],
  gelu: [each((x) => x * (1 + erf(x * Math.SQRT1_2)) / 2), 1, 0.8413447461],
  arctan: [each((x) => 2 / Math.PI * Math.atan(x)), 1, 0.5],
  softsign: [each((x) => x / (1 + Math.abs(x))), -0.5, -1 / 3],
  "hard-tanh": [each((x) => Math.min(1, Math.max(-1, x))), -1.5, -1],
  gaussian: [each((x) => Math.exp(-x * x / 2)), 1, 0.6065306597],
  softmax: [
    (x) =>
      x.map((v, i) => {
        const first = i - i % ROW;
        const row = x.slice(first, first + ROW);
        return Math.exp(v) / row.reduce((sum, w) => sum + Math.exp(w), 0);
      }),
    ...[0, 1] as const,
  ],
  heaviside: [each((x) => x < 0 ? 0 : 1), 0, 1],
  sign: [each((x) => x < 0 ? -1 : 1), 0, 1],
};

Deno.test("every activation has its worked value", () => {
  deepStrictEqual(Object.keys(known).sort(), [...activationNames].sort());
  tf.tidy(() => {
    for (const name of activationNames) {
      const [, x, y] = known[name];
      const actual = activations[name](tf.tensor1d([x])).dataSync()[0];
      ok(Math.abs(actual - y) < 2e-6, `${name}(${x}) is ${actual}`);
    }
    const p = activations.softmax(tf.tensor1d([5, 4, 2])).dataSync();
    [0.7053845127, 0.2594964603, 0.0351190270].forEach((y, i) => ok(Math.abs(p[i] - y) < 1e-6));
  });
});

Deno.test("slopes have their worked values", () => {
  const worked: [Activation, x: number, slope: number][] = [
    ["softsign", 0.5, 0.4444444444],
    ["swish", 1, 0.9276705119],
    ["sigmoid", 0, 0.25],
    ["arctan", 0, 2 / Math.PI],
    ["relu", 0, 0],
  ];
  tf.tidy(() => {
    for (const [name, x, slope] of worked) {
      const [actual] = tf.grad((x) => activations[name](x))(tf.tensor1d([x])).dataSync();
      ok(Math.abs(actual - slope) < 2e-6, `${name}′(${x}) is ${actual}`);
    }
  });
});

sweep(
  "activations",
  activationNames.map((name) => ({
    name,
    shape: [X.length / ROW, ROW],
    x: X,
    tensors: activations[name],
    plain: known[name][0],
  })),
);
