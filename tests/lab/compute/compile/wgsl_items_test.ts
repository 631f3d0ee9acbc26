/** Loops, reductions, products and copies as WGSL. */
import * as tf from "@tensorflow/tfjs";
import { agree, normal, type Outputs, whole } from "./wgsl_agree.ts";

const range = Float32Array.of(
  -88,
  -20,
  -3,
  -0.6,
  -0.3,
  -1e-3,
  -1e-7,
  1e-7,
  1e-3,
  0.3,
  0.6,
  3,
  20,
  80,
);

agree(
  "elementary functions are within 1e-6 of the strict build's, element by element",
  { ofEach: 1e-6 },
  { x: [[range.length], "float32"], nearOne: [[range.length], "float32"] },
  // Given, as a driver may fuse what makes it: log loses nothing that its argument has.
  { x: range, nearOne: range.map((x) => 1 + x * 1e-4) },
  ({ x, nearOne }) => {
    const positive = tf.abs(x);
    return {
      exp: tf.exp(x),
      expm1: tf.expm1(x),
      log: tf.log(tf.add(positive, 0.1)),
      nearOne: tf.log(nearOne),
      log1p: tf.log1p(positive),
      negativeLog1p: tf.log1p(tf.mul(positive, -0.01)),
      tanh: tf.tanh(x),
      sigmoid: tf.sigmoid(tf.maximum(x, -80)),
      erf: tf.erf(tf.mul(tf.sign(x), tf.maximum(positive, 0.3))),
      sin: tf.sin(x),
      cos: tf.cos(x),
      softplus: tf.softplus(tf.maximum(x, -80)),
    };
  },
);

const large = Float32Array.from(
  { length: 499 },
  (_, i) => (i % 2 === 0 ? 1 : -1) * 8000 * (3.4e38 / 8000) ** (i / 498),
);

agree(
  "elementary functions of large numbers are within 2e-7 of the largest element",
  { ofLargest: 2e-7 },
  { x: [[large.length], "float32"] },
  { x: large },
  ({ x }) => ({
    sin: tf.sin(x),
    cos: tf.cos(x),
    log1p: tf.log1p(tf.abs(x)),
    asinh: tf.asinh(x),
    acosh: tf.acosh(tf.abs(x)),
  }),
);

agree(
  "arithmetic with broadcasts is within 1e-6 of the largest element",
  { ofLargest: 1e-6 },
  { x: [[6, 37], "float32"], bias: [[37], "float32"], weight: [[6, 1], "float32"] },
  { x: normal(6 * 37), bias: normal(37, 2), weight: normal(6, 3) },
  ({ x, bias, weight }) => ({
    sum: tf.mul(tf.add(x, bias), weight),
    quotient: tf.div(x, tf.add(tf.abs(bias), 0.5)),
    root: tf.sqrt(tf.abs(tf.sub(x, weight))),
    inverseRoot: tf.rsqrt(tf.add(tf.square(x), 0.1)),
    reciprocal: tf.reciprocal(tf.add(tf.square(x), 0.5)),
    difference: tf.squaredDifference(x, bias),
    clipped: tf.clipByValue(x, -0.5, 1),
    relu: tf.relu(x),
    leaky: tf.leakyRelu(x, 0.1),
    elu: tf.elu(x),
    wave: tf.add(tf.sin(x), tf.cos(x)),
    addN: tf.addN([x, tf.square(x), tf.neg(x)]),
  }),
);

agree(
  "rounding, comparison, masks and integers are bit-equal",
  "bits",
  { x: [[5, 13], "float32"], n: [[5, 13], "int32"], k: [[13], "int32"] },
  {
    x: normal(65).map((x, i) => i % 7 === 0 ? Math.round(x) + 0.5 : 3 * x),
    n: whole(65),
    k: whole(13, 2),
  },
  ({ x, n, k }) => {
    const positive = tf.greater(x, 0);
    const even = tf.equal(n, k);
    return {
      floor: tf.floor(x),
      ceil: tf.ceil(x),
      round: tf.round(x),
      sign: tf.sign(x),
      step: tf.step(x, 0.25),
      truncated: tf.cast(x, "int32"),
      widened: tf.cast(n, "float32"),
      truth: tf.cast(n, "bool"),
      positive,
      counted: tf.sum(tf.cast(positive, "int32"), 1),
      logic: tf.logicalOr(tf.logicalAnd(positive, even), tf.logicalNot(even)),
      ordered: tf.greater(positive, even),
      chosen: tf.where(positive, x, tf.neg(x)),
      integers: tf.add(tf.mul(n, k), tf.sub(n, 3)),
      bounds: tf.maximum(tf.minimum(n, k), -4),
      totals: tf.sum(n, 0),
      largest: tf.max(n, 1),
      smallest: tf.min(n),
      best: tf.argMax(x, 1),
      bestRow: tf.argMax(x, 0),
      oneHot: tf.oneHot(tf.cast(tf.abs(k), "int32") as tf.Tensor1D, 5),
    };
  },
);

const special = Float32Array.of(NaN, Infinity, -Infinity, -0, 0, 1, -1, 200, -200);

agree(
  "NaN and infinities come out as in the strict build",
  "bits",
  { x: [[9], "float32"], y: [[9], "float32"] },
  { x: special, y: Float32Array.of(1, NaN, 1, 0, -0, NaN, Infinity, -Infinity, 0) },
  ({ x, y }) => ({
    maximum: tf.maximum(x, y),
    minimum: tf.minimum(x, y),
    relu: tf.relu(x),
    clipped: tf.clipByValue(x, -2, 2),
    step: tf.step(x),
    exp: tf.cast(tf.greaterEqual(tf.exp(tf.mul(x, 2)), Infinity), "int32"),
    small: tf.exp(tf.minimum(x, -150)),
    log: tf.log(tf.mul(tf.relu(x), Infinity)),
    negative: tf.log(tf.minimum(x, -0.5)),
    tanh: tf.tanh(tf.mul(x, 1000)),
    equal: tf.equal(x, y),
    notEqual: tf.notEqual(x, x),
    less: tf.less(x, y),
    most: tf.max(x),
    least: tf.min(tf.slice(x, [1], [8])),
    best: tf.argMax(tf.reshape(x, [3, 3]), 1),
    left: tf.mod(x, Infinity),
    under: tf.mod(x, -Infinity),
    waves: tf.isNaN(tf.sin(x)),
  }),
);

const sizes = {
  wide: [7, 130],
  narrow: [700, 3],
  tall: [9001, 3],
  long: [20000],
  one: [1],
} as const;

agree(
  "reductions of rows, columns and all are within 1e-5, short, long and split",
  { ofLargest: 1e-5 },
  Object.fromEntries(Object.entries(sizes).map(([name, shape]) => [name, [shape, "float32"]])),
  Object.fromEntries(
    Object.entries(sizes).map(([name, shape]) => [
      name,
      normal(shape.reduce((a: number, b: number) => a * b, 1)).map(Math.abs),
    ]),
  ),
  (input) =>
    Object.fromEntries(
      Object.entries(input).flatMap(([name, x]) => [
        [`${name}/all`, tf.sum(x)],
        [`${name}/squares`, tf.mean(tf.square(x))],
        [`${name}/max`, tf.max(x, 0)],
        ...x.shape.length === 1 ? [] : [
          [`${name}/columns`, tf.sum(x, 0)],
          [`${name}/rows`, tf.sum(x, 1)],
          [`${name}/min`, tf.min(x, 1)],
          [`${name}/softmax`, tf.softmax(x as tf.Tensor2D)],
          [`${name}/product`, tf.prod(tf.clipByValue(x, 0.9, 1.1), 1)],
        ],
      ]),
    ),
);

const products = [
  ...[[1, 1, 1], [5, 3, 2], [40, 17, 9], [33, 64, 70], [130, 70, 150]],
  // Panels of a step.
  [300, 1, 120],
] as const;

agree(
  "matrix products are within 1e-6 of their largest element, for every transposition and batch",
  { ofLargest: 1e-6 },
  Object.fromEntries(products.flatMap(([rows, inner, columns], i) => [
    [`a${i}`, [[rows * inner], "float32"]],
    [`b${i}`, [[inner * columns], "float32"]],
  ])),
  Object.fromEntries(products.flatMap(([rows, inner, columns], i) => [
    [`a${i}`, normal(rows * inner, i)],
    [`b${i}`, normal(inner * columns, i + 10)],
  ])),
  (input) => {
    const outputs: Outputs = {};
    products.forEach(([rows, inner, columns], i) => {
      const [a, b] = [input[`a${i}`], input[`b${i}`]];
      const first = tf.reshape(a, [rows, inner]) as tf.Tensor2D;
      const turned = tf.reshape(b, [columns, inner]) as tf.Tensor2D;
      outputs[`nn ${i}`] = tf.matMul(first, tf.reshape(b, [inner, columns]));
      outputs[`nt ${i}`] = tf.matMul(first, turned, false, true);
      outputs[`tn ${i}`] = tf.matMul(
        tf.reshape(a, [inner, rows]),
        tf.reshape(b, [inner, columns]),
        true,
      );
      outputs[`tt ${i}`] = tf.matMul(tf.reshape(a, [inner, rows]), turned, true, true);
    });
    const batch = tf.reshape(tf.slice(input.a3, [0], [2100]), [3, 7, 100]) as tf.Tensor3D;
    outputs.batch = tf.matMul(batch, batch, false, true);
    outputs.shared = tf.matMul(batch, tf.reshape(tf.slice(input.b3, [0], [600]), [1, 100, 6]));
    return outputs;
  },
);

agree(
  "copies are bit-equal",
  "bits",
  { x: [[4, 5, 6], "float32"], n: [[4, 5], "int32"] },
  { x: normal(120), n: whole(20) },
  ({ x, n }) => ({
    transposed: tf.transpose(x, [2, 0, 1]),
    turned: tf.transpose(n),
    slice: tf.slice(x, [1, 2, 3], [2, 3, 2]),
    concat: tf.concat([x, tf.slice(x, [0, 0, 0], [4, 2, 6])], 1),
    gapped: tf.concat([n, tf.zerosLike(n), n], 0),
    stack: tf.stack([n, tf.neg(n)], 1),
    padded: tf.pad(x, [[1, 0], [0, 2], [3, 1]], 0.5),
    tiled: tf.tile(n, [2, 3]),
    broadcast: tf.add(tf.reshape(x, [4, 1, 5, 6]), tf.reshape(x, [4, 5, 1, 6])),
    largestInside: tf.max(x, 1),
  }),
);
