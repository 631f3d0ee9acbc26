/**
 * First and second derivatives against finite differences; values at kinks and ties are conventions
 * and tested apart.
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { openWorkspace } from "../../../lab/compute/backend.ts";
import {
  clipByGlobalNorm,
  safeNorm,
  safeSqrt,
  stopGradient,
  valueAndGradients,
} from "../../../lab/compute/gradients.ts";
import { type Case, close, differences, type Plain, sweep } from "./derivatives.ts";

const ROWS = 2, COLUMNS = 3;
/** Away from every kink and tie below. */
const X = [0.7, -0.4, 1.3, -1.1, 0.25, 0.9];
const LABELS = [0.2, 0.5, 0.3, 0.1, 0.7, 0.2];
/** Of a linear layer. */
const W = [1, 2, -1.5, 0.7, -0.4, 1.2];

const each = (f: (x: number, i: number) => number): Plain => (x) => x.map((v, i) => f(v, i));
const rows = (f: (row: number[], r: number) => number[]): Plain => (x) =>
  Array.from({ length: ROWS }, (_, r) => f(x.slice(r * COLUMNS, (r + 1) * COLUMNS), r)).flat();
const total = (x: number[]) => x.reduce((a, b) => a + b, 0);
const logSumExp = (x: number[]) => Math.log(total(x.map(Math.exp)));
const logistic = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.log1p(Math.exp(x));

const labels = (r = 0) => LABELS.slice(r * COLUMNS, (r + 1) * COLUMNS);
const tensorLabels = () => tf.tensor2d(LABELS, [ROWS, COLUMNS]);

const cases: readonly (readonly [string, Case["tensors"], Plain])[] = [
  ["tanh", tf.tanh, each(Math.tanh)],
  ["sigmoid", tf.sigmoid, each(logistic)],
  ["exp", tf.exp, each(Math.exp)],
  ["elu", tf.elu, each((x) => x > 0 ? x : Math.expm1(x))],
  ["softplus", tf.softplus, each(softplus)],
  ["relu", tf.relu, each((x) => Math.max(x, 0))],
  ["relu6", (x) => tf.relu6(tf.mul(x, 5)), each((x) => Math.min(6, Math.max(0, 5 * x)))],
  [
    "selu",
    tf.selu,
    each((x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))),
  ],
  ["prelu", (x) => tf.prelu(x, tf.scalar(0.3)), each((x) => x > 0 ? x : 0.3 * x)],
  ["softmax", (x) => tf.softmax(x), rows((x) => x.map((v) => Math.exp(v - logSumExp(x))))],
  ["log softmax", (x) => tf.logSoftmax(x), rows((x) => x.map((v) => v - logSumExp(x)))],
  ["log sum exp", (x) => tf.logSumExp(x, 1), rows((x) => [logSumExp(x)])],
  [
    "cross entropy from log softmax",
    (x) => tf.neg(tf.sum(tf.mul(tensorLabels(), tf.logSoftmax(x)), 1)),
    rows((x, r) => [-total(x.map((v, i) => labels(r)[i] * (v - logSumExp(x))))]),
  ],
  [
    "sigmoid cross entropy by softplus",
    (x) => tf.sub(tf.softplus(x), tf.mul(x, tensorLabels())),
    each((x, i) => softplus(x) - x * LABELS[i]),
  ],
  [
    "tf.losses.sigmoidCrossEntropy",
    (x) => tf.reshape(tf.losses.sigmoidCrossEntropy(tensorLabels(), x), [1]),
    (x) => [total(x.map((v, i) => softplus(v) - v * LABELS[i])) / x.length],
  ],
  ["max", (x) => tf.max(x, 1), rows((x) => [Math.max(...x)])],
  ["min", (x) => tf.min(x, 0), (x) => [0, 1, 2].map((i) => Math.min(x[i], x[i + 3]))],
  ["maximum", (x) => tf.maximum(x, tf.square(x)), each((x) => Math.max(x, x * x))],
  ["minimum", (x) => tf.minimum(x, tf.square(x)), each((x) => Math.min(x, x * x))],
  [
    "maximum of a row",
    (x) => tf.maximum(tf.square(x), tf.slice(x, [0, 0], [1, 3])),
    (x) => x.map((v, i) => Math.max(v * v, x[i % 3])),
  ],
  [
    "minimum of a column",
    (x) => tf.minimum(tf.slice(x, [0, 1], [2, 1]), tf.square(x)),
    (x) => x.map((v, i) => Math.min(v * v, x[i < 3 ? 1 : 4])),
  ],
  [
    "squared difference of a row",
    (x) => tf.squaredDifference(tf.slice(x, [0, 0], [1, 3]), tf.square(x)),
    (x) => x.map((v, i) => (x[i % 3] - v * v) ** 2),
  ],
  [
    "a part of a split that the step replaces",
    (x) => {
      const parts = tf.split(x, COLUMNS, 1);
      parts[1] = tf.tanh(parts[1]);
      return tf.square(tf.concat(parts, 1));
    },
    each((x, i) => (i % COLUMNS === 1 ? Math.tanh(x) : x) ** 2),
  ],
  [
    "rows that the step reverses in place",
    (x) => tf.square(tf.mul(tf.stack(tf.unstack(x).reverse()), tf.tensor2d([[1], [2]]))),
    (x) => [...x.slice(COLUMNS), ...x.slice(0, COLUMNS)].map((v, i) => (i < 3 ? v : 2 * v) ** 2),
  ],
  [
    "columns of which the step takes the first away",
    (x) => {
      const columns = tf.unstack(x, 1);
      const first = columns.shift()!;
      return tf.mul(first, tf.addN(columns));
    },
    (x) => [0, COLUMNS].map((i) => x[i] * (x[i + 1] + x[i + 2])),
  ],
  [
    "running sum along the first axis",
    (x) => tf.cumsum(tf.square(x), 0),
    (x) => x.map((v, i) => v * v + (i < 3 ? 0 : x[i - 3] ** 2)),
  ],
  [
    "running sum along the last axis, counted from the end",
    (x) => tf.cumsum(tf.square(x), -1),
    rows((x) => x.map((_, i) => total(x.slice(0, i + 1).map((v) => v * v)))),
  ],
  [
    "product along the last axis, counted from the end",
    (x) => tf.prod(x, -1),
    rows((x) => [x[0] * x[1] * x[2]]),
  ],
  [
    "a batch of products with one matrix",
    (x) => tf.matMul(tf.stack([x, tf.square(x)]), tf.transpose(tf.square(x))),
    (x) =>
      [1, 2].flatMap((power) =>
        [0, 1].flatMap((r) =>
          [0, 1].map((s) => total([0, 1, 2].map((i) => x[3 * r + i] ** power * x[3 * s + i] ** 2)))
        )
      ),
  ],
  [
    "one piece alone",
    (x) => tf.unstack(tf.split(tf.square(tf.reshape(x, [1, 6])), 1, 0)[0], 0)[0],
    each((x) => x * x),
  ],
  [
    "where(greater)",
    (x) => tf.where(tf.greater(x, 0.5), tf.square(x), tf.mul(3, x)),
    each((x) => x > 0.5 ? x * x : 3 * x),
  ],
  [
    "a mask from less and logicalNot",
    (x) => tf.mul(tf.cast(tf.logicalNot(tf.less(x, 0)), "float32"), tf.square(x)),
    each((x) => x < 0 ? 0 : x * x),
  ],
  [
    "clip by value",
    (x) => tf.clipByValue(tf.square(x), 0.2, 1),
    each((x) => Math.min(1, Math.max(0.2, x * x))),
  ],
  [
    "gather at argMax",
    (x) => tf.sum(tf.mul(tf.oneHot(tf.argMax(x, 1), COLUMNS), tf.square(x)), 1),
    rows((x) => [Math.max(...x) ** 2]),
  ],
  ["safe norm", (x) => safeNorm(x, 1), rows((x) => [Math.sqrt(total(x.map((v) => v * v)))])],
  ["safe square root", (x) => safeSqrt(tf.square(x)), each((x) => Math.abs(x))],
  ["mean", (x) => tf.mean(tf.square(x), 1), rows((x) => [total(x.map((v) => v * v)) / 3])],
  [
    "sum",
    (x) => tf.sum(tf.exp(x), 0),
    (x) => [0, 1, 2].map((i) => Math.exp(x[i]) + Math.exp(x[i + 3])),
  ],
  ["tile", (x) => tf.tile(tf.square(x), [1, 2]), rows((x) => [...x, ...x].map((v) => v * v))],
  [
    "dense(tanh)",
    (x) => tf.tanh(tf.matMul(x as tf.Tensor2D, tf.tensor2d(W, [3, 2]))),
    rows((x) => [0, 1].map((j) => Math.tanh(total(x.map((v, i) => v * W[2 * i + j]))))),
  ],
  [
    "product with a transpose",
    (x) => tf.matMul(x as tf.Tensor2D, tf.square(x) as tf.Tensor2D, false, true),
    (x) =>
      [0, 1].flatMap((r) =>
        [0, 1].map((s) => total([0, 1, 2].map((i) => x[3 * r + i] * x[3 * s + i] ** 2)))
      ),
  ],
  ["log, square root and quotient", (x) => {
    const y = tf.add(tf.square(x), 1);
    return tf.div(tf.log(y), tf.sqrt(y));
  }, each((x) => Math.log(x * x + 1) / Math.sqrt(x * x + 1))],
];

sweep(
  "first and second derivatives",
  cases.map(([name, tensors, plain]) => ({ name, tensors, plain, shape: [ROWS, COLUMNS], x: X })),
);

await openWorkspace("cpu");
const onCpu = (name: string, fn: () => void) =>
  Deno.test(name, () =>
    tf.tidy(() => {
      void tf.setBackend("cpu");
      fn();
    }));

onCpu("a maximum shares its gradient among equals", () => {
  const gradient = tf.grad((x) => tf.sum(tf.max(x, 1)))(tf.tensor2d([[2, 2, 1], [0, 5, 5]]));
  deepStrictEqual(gradient.arraySync(), [[0.5, 0.5, 0], [0, 0.5, 0.5]]);
});

onCpu("a column under slopes of its own for each place has the gradient of all of them", () => {
  const slopes = tf.tensor2d([[1, 2, 3], [4, 5, 6]]);
  const gradient = tf.grad((x) => tf.sum(tf.prelu(x, slopes)))(tf.tensor2d([[2], [-1]]));
  deepStrictEqual(gradient.arraySync(), [[3], [15]]);
});

onCpu("safe roots and norms have finite derivatives of both orders at zero", () => {
  for (const f of [safeNorm, (x: tf.Tensor) => tf.sum(safeSqrt(x))]) {
    const first = tf.grad((x) => f(x) as tf.Scalar);
    const second = tf.grad((x) => tf.sum(first(x)));
    for (const values of [first(tf.zeros([3])), second(tf.zeros([3]))]) {
      ok(values.dataSync().every(Number.isFinite), `${values}`);
    }
  }
});

onCpu("stopGradient keeps the value and cuts the gradient", () => {
  const x = tf.scalar(3);
  const gradient = tf.grad((x) => tf.mul(x, stopGradient(x)))(x);
  strictEqual(gradient.dataSync()[0], 3);
});

onCpu("clipping by the global norm scales all gradients together", () => {
  const gradients = { a: tf.tensor1d([3]), b: tf.tensor1d([4]) };
  const { gradients: clipped, norm } = clipByGlobalNorm(gradients, 1);
  strictEqual(norm.dataSync()[0], 5);
  deepStrictEqual([clipped.a, clipped.b].map((g) => g.dataSync()[0]), [0.6, 0.8].map(Math.fround));
  const untouched = clipByGlobalNorm(gradients, 6).gradients;
  deepStrictEqual([untouched.a, untouched.b].map((g) => g.dataSync()[0]), [3, 4]);
  const zero = clipByGlobalNorm({ a: tf.zeros([2]) }, 1).gradients.a;
  deepStrictEqual([...zero.dataSync()], [0, 0]);
});

onCpu("values beside the loss survive and leak nothing", () => {
  const parameters = { w: tf.tensor1d([1, 2]) };
  const outer = tf.scalar(7);
  const before = tf.memory().numTensors;
  const norms = tf.tidy(() => {
    const { values, gradients } = valueAndGradients(({ w }) => {
      const square = tf.square(w);
      const loss = tf.sum(square) as tf.Scalar;
      return { loss, square, twice: square, given: w, outer, same: loss };
    }, parameters);
    deepStrictEqual([...gradients.w.dataSync()], [2, 4]);
    deepStrictEqual([...values.square.dataSync()], [1, 4]);
    deepStrictEqual([...values.twice.dataSync()], [1, 4]);
    strictEqual(values.same.dataSync()[0], 5);
    return values.loss;
  });
  strictEqual(tf.memory().numTensors, before + 1);
  norms.dispose();
  deepStrictEqual([...parameters.w.dataSync()], [1, 2]);
  strictEqual(outer.dataSync()[0], 7);
});

onCpu("gradients nest: a gradient penalty trains the critic", () => {
  // P(w) = (‖∂/∂x tanh(w·x)‖ − 1)² with one input: (|w·(1 − tanh²(wx))| − 1)².
  const penalty = (w: number) => (Math.abs(w * (1 - Math.tanh(w * 0.5) ** 2)) - 1) ** 2;
  const { gradients } = valueAndGradients(({ w }) => {
    const inner = valueAndGradients(
      ({ x }) => ({ loss: tf.sum(tf.tanh(tf.mul(w, x))) as tf.Scalar }),
      { x: tf.scalar(0.5) },
    );
    return { loss: tf.square(tf.sub(safeNorm(inner.gradients.x), 1)) as tf.Scalar };
  }, { w: tf.scalar(1.7) });
  const [expected] = differences(([w]) => penalty(w), [1.7]);
  close("penalty′", gradients.w.dataSync(), [expected], 1e-5);
});

onCpu("a parameter that the loss does not reach is named", () => {
  const parameters = { used: tf.scalar(1), idle: tf.scalar(2) };
  throws(
    () => valueAndGradients(({ used }) => ({ loss: tf.square(used) as tf.Scalar }), parameters),
    {
      name: "InputError",
      message: /"idle".*no gradient/,
    },
  );
});

onCpu("a loss that is no scalar is refused", () => {
  throws(
    () => valueAndGradients(({ w }) => ({ loss: tf.square(w) as tf.Scalar }), { w: tf.ones([2]) }),
    { name: "InputError", message: /float32 scalar: float32 \[2\]/ },
  );
});

onCpu("tf.losses.softmaxCrossEntropy is right where labels do not sum to 1", () => {
  const labels = tf.tensor2d([[0, 0, 0], [2, 0, 0.5]]);
  const logits = tf.tensor2d([[5, 4, 2], [0, 0, 0]]);
  const slopes = tf.grad((x) => tf.losses.softmaxCrossEntropy(labels, x))(logits);
  // The mean over two rows of softmax · Σ labels − labels.
  close("logits", slopes.dataSync(), [0, 0, 0, ...[2, 0, 0.5].map((l) => (2.5 / 3 - l) / 2)], 1e-6);
});

onCpu("tf.losses.softmaxCrossEntropy is right once and refuses twice", () => {
  const labels = tf.tensor2d([[1, 0, 0]]);
  const first = (x: tf.Tensor) => tf.grad((x) => tf.losses.softmaxCrossEntropy(labels, x))(x);
  const logits = tf.tensor2d([[5, 4, 2]]);
  close("logits", first(logits).dataSync(), [0.7053845127 - 1, 0.2594964603, 0.0351190270], 1e-6);
  throws(() => tf.grad((x) => tf.sum(tf.square(first(x))))(logits), { name: "InputError" });
});
