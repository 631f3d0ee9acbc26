/** ONNX files: what ONNX Runtime computes of them is what TensorFlow.js computes of the function. */
import { deepStrictEqual, throws } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import { onnxOf } from "../../../../lab/compute/onnx/onnx.ts";
import type { RowStep } from "../../../../lab/compute/row_step.ts";
import { agree, opened } from "./runtime.ts";

/** A function of rows of 32 numbers with two tensors of its own. */
function stepOf(f: (x: tf.Tensor2D, own: Record<string, tf.Tensor>) => tf.Tensor): RowStep {
  return {
    name: "f",
    state: { own: { filter: tensor([3, 3, 2, 4]), matrix: tensor([32, 5]) } },
    inputs: (rows) => ({ x: [[rows, 32], "float32"] }),
    step: ({ input, state }) => ({ rows: f(input.x as tf.Tensor2D, state.own) }),
  };
}

/** Numbers of both signs, none near 0 or a half. */
function tensor(shape: readonly number[]) {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, (_, i) => ((i * 37) % 23) / 7 - 1.6);
  return { shape, dtype: "float32", values } as const;
}

const images = (x: tf.Tensor) => tf.reshape(x, [-1, 4, 4, 2]) as tf.Tensor4D;
const filter4 = (filter: tf.Tensor) => filter as tf.Tensor4D;

const functions: Readonly<Record<string, Parameters<typeof stepOf>[0]>> = {
  "a dense layer": (x, { matrix }) => tf.softplus(tf.matMul(x, matrix as tf.Tensor2D)),
  "a dense layer turned about": (x, { matrix }) => tf.matMul(x, tf.reverse(matrix as tf.Tensor2D)),
  "rare functions": (x) =>
    tf.addN([tf.expm1(x), tf.log1p(tf.abs(x)), tf.erf(x), tf.selu(x), tf.atan(x), tf.asinh(x)]),
  "powers and remainders": (x) =>
    tf.concat([tf.mod(x, tf.scalar(0.7)), tf.pow(tf.abs(x), tf.scalar(1.3)), tf.square(x)], 1),
  "whole numbers": (x) => {
    const whole = tf.cast(tf.floor(tf.mul(x, 5)), "int32");
    const halves = tf.floorDiv(whole, tf.scalar(2, "int32"));
    return tf.cast(tf.concat([halves, tf.mod(whole, tf.scalar(3, "int32"))], 1), "float32");
  },
  "waves and roots": (x) => tf.concat([tf.sin(x), tf.cos(x), tf.rsqrt(tf.add(tf.abs(x), 0.1))], 1),
  "truth": (x) => {
    const [over, under] = [tf.greater(x, 0.3), tf.less(x, -1)];
    const each = [tf.logicalOr(over, under), tf.logicalNot(over)];
    const ofRows = [
      tf.all(over, 1, true),
      tf.any(over, 1, true),
      tf.any(tf.less(x, -1.6), 1, true),
    ];
    return tf.cast(tf.concat([...each, ...ofRows], 1), "float32");
  },
  "choices": (x) => {
    const best = tf.argMax(x, 1);
    const hot = tf.cast(tf.oneHot(best as tf.Tensor1D, 32), "float32");
    return tf.where(tf.logicalAnd(tf.greater(x, 0), tf.notEqual(hot, 1)), x, tf.neg(hot));
  },
  "reductions": (x) =>
    tf.stack(
      [tf.max(x, 1), tf.min(x, 1), tf.mean(x, 1), tf.prod(tf.slice(x, [0, 0], [-1, 4]), 1)],
      1,
    ),
  "normalised rows": (x) => tf.logSoftmax(x),
  "moves": (x) => {
    const grid = tf.reshape(x, [-1, 4, 8]) as tf.Tensor3D;
    const turned = tf.reverse(tf.transpose(grid, [0, 2, 1]), [1]);
    return tf.concat([
      tf.reshape(
        tf.stridedSlice(turned, [0, 1, 3], [1e6, 8, 0], [1, 2, -1]),
        [-1, 12],
      ),
      tf.reshape(tf.mirrorPad(grid, [[0, 0], [1, 1], [2, 0]], "reflect"), [-1, 60]),
      tf.reshape(tf.pad(grid, [[0, 0], [0, 2], [1, 0]], 0.5), [-1, 54]),
      tf.reshape(tf.tile(grid, [1, 2, 1]), [-1, 64]),
    ], 1);
  },
  "rows put beside rows": (x) => {
    const first = tf.transpose(tf.reshape(x, [-1, 4, 8]), [1, 0, 2]);
    return tf.reshape(tf.slice(first, [2, 0, 0], [1, -1, -1]), [-1, 8]);
  },
  "gathers": (x) => tf.cumsum(tf.gather(x, tf.tensor1d([3, 0, 31, 3], "int32"), 1), 1, true, true),
  "running products": (x) => {
    const grid = tf.reshape(tf.add(1, tf.mul(x, 0.3)), [-1, 4, 8]);
    const all = [[false, false], [true, false], [false, true], [true, true]].flatMap((
      [exclusive, reverse],
    ) => [1, 2].map((axis) => tf.cumprod(grid, axis, exclusive, reverse)));
    return tf.reshape(tf.stack(all, 1), [-1, 256]);
  },
  "a running product of whole numbers": (x) =>
    tf.cast(tf.cumprod(tf.cast(tf.slice(x, [0, 0], [-1, 7]), "int32"), 1), "float32"),
  "a symmetric padding": (x) => {
    const grid = tf.reshape(x, [-1, 4, 8]) as tf.Tensor3D;
    return tf.reshape(tf.mirrorPad(grid, [[0, 0], [2, 1], [0, 8]], "symmetric"), [-1, 112]);
  },
  "a convolution": (x, { filter }) =>
    tf.reshape(tf.conv2d(images(x), filter4(filter), 2, "same"), [-1, 16]),
  "a convolution of each channel": (x, { filter }) =>
    tf.reshape(tf.depthwiseConv2d(images(x), filter4(filter), 1, "same"), [-1, 128]),
  "a transposed convolution": (x, { filter }) => {
    const wide = tf.reshape(x, [-1, 4, 2, 4]) as tf.Tensor4D;
    const [rows] = wide.shape;
    return tf.reshape(tf.conv2dTranspose(wide, filter4(filter), [rows, 8, 4, 2], 2, "same"), [
      -1,
      64,
    ]);
  },
  "a transposed convolution to an even length": (x, { filter }) => {
    const tall = tf.reshape(tf.slice(x, [0, 0], [-1, 12]), [-1, 3, 1, 4]) as tf.Tensor4D;
    const shape = [tall.shape[0], 8, 4, 2] as [number, number, number, number];
    return tf.reshape(tf.conv2dTranspose(tall, filter4(filter), shape, 2, "valid"), [-1, 64]);
  },
  "pools": (x) => {
    const pooled = [tf.maxPool(images(x), 3, 2, "same"), tf.avgPool(images(x), 3, 2, "same")];
    return tf.reshape(tf.concat(pooled, 3), [-1, 16]);
  },
  "an image resized": (x) => tf.reshape(tf.image.resizeBilinear(images(x), [6, 6]), [-1, 72]),
  "a constant for each row": (x) => tf.ones([x.shape[0], 3]),
};

for (const [what, f] of Object.entries(functions)) {
  Deno.test(`ONNX Runtime computes ${what} of any number of rows`, async () => {
    const step = stepOf(f);
    const network = await opened(onnxOf(step), step);
    await tf.setBackend("cpu");
    for (const rows of [1, 5]) {
      const { values } = tensor([rows, 32]);
      const { matrix, filter } = step.state.own;
      const expected = tf.tidy(() =>
        f(tf.tensor2d(values, [rows, 32]), {
          matrix: tf.tensor(matrix.values as Float32Array, [...matrix.shape]),
          filter: tf.tensor(filter.values as Float32Array, [...filter.shape]),
        }).dataSync()
      );
      agree((await network.run(rows, { x: values })).rows, expected, `${rows} rows`);
    }
  });
}

/** Where functions break off, jump or turn, and where operands are equal. */
const edges = [-2.5, -2, -1.5, -1, -0.5, -0, 0, 0.5, 1, 1.5, 2, 2.5, 6, 7];

const atEdges: Readonly<Record<string, (x: tf.Tensor2D, y: tf.Tensor2D) => tf.Tensor>> = {
  ...Object.fromEntries(
    (["greater", "greaterEqual", "less", "lessEqual", "equal", "notEqual"] as const)
      .map((name) => [name, (x, y) => tf.cast(tf[name](x, y), "float32")]),
  ),
  ...Object.fromEntries(
    (["maximum", "minimum"] as const).map((name) => [name, (x, y) => tf[name](x, y)]),
  ),
  ...Object.fromEntries(
    ([
      "abs",
      "ceil",
      "floor",
      "round",
      "sign",
      "relu",
      "relu6",
      "elu",
      "selu",
      "sigmoid",
      "tanh",
    ] as const)
      .map((name) => [name, (x) => tf[name](x)]),
  ),
  "floorDiv": (x, y) => tf.floorDiv(tf.add(x, 0.25), tf.add(tf.abs(y), 0.75)),
  "mod": (x, y) => tf.mod(tf.add(x, 0.25), tf.add(y, 0.75)),
  "squaredDifference": (x, y) => tf.squaredDifference(x, y),
  "step": (x) => tf.step(x),
  "step with a slope": (x) => tf.step(x, 0.25),
  "clipByValue": (x) => tf.clipByValue(x, -1, 1.5),
  "leakyRelu": (x) => tf.leakyRelu(x, 0.2),
  "prelu": (x) => tf.prelu(x, [[0.3]]),
  "where of NaN": (x) => tf.where(tf.isNaN(tf.sub(x, x)), tf.zerosLike(x), x),
};

for (const [what, f] of Object.entries(atEdges)) {
  Deno.test(`ONNX Runtime computes ${what} at its edges`, async () => {
    const step: RowStep = {
      name: "f",
      state: {},
      inputs: (rows) => ({ x: [[rows, 1], "float32"], y: [[rows, 1], "float32"] }),
      step: ({ input }) => ({ rows: f(input.x as tf.Tensor2D, input.y as tf.Tensor2D) }),
    };
    const pairs = edges.flatMap((x) => edges.map((y) => [x, y]));
    const [x, y] = [0, 1].map((at) => Float32Array.from(pairs, (pair) => pair[at]));
    const network = await opened(onnxOf(step), step);
    await tf.setBackend("cpu");
    const shape: [number, number] = [pairs.length, 1];
    const expected = tf.tidy(() => f(tf.tensor2d(x, shape), tf.tensor2d(y, shape)).dataSync());
    agree((await network.run(pairs.length, { x, y })).rows, expected, what);
  });
}

Deno.test("rows that depend on each other are refused by the function's name", () => {
  throws(
    () => onnxOf(stepOf((x) => tf.sub(x, tf.mean(x, 0)))),
    /^InputError: Cannot write a function of any number of rows as each row must be computed alone: a constant \(in f\)$/,
  );
});

Deno.test("a kernel without operators is refused by its name", () => {
  throws(
    () => onnxOf(stepOf((x) => tf.topk(x, 2).values)),
    /^InputError: Cannot write the kernel TopK as ONNX as no operators stand for it \(in f\)$/,
  );
});

Deno.test("where a network comes from stands in its file, and weights once", () => {
  const step = stepOf((x, { matrix }) => {
    const product = tf.matMul(x, matrix as tf.Tensor2D);
    return tf.add(product, tf.matMul(x, matrix as tf.Tensor2D));
  });
  const text = new TextDecoder("latin1").decode(onnxOf(step, { run: "1w8q3z" }));
  deepStrictEqual(text.split("1w8q3z").length, 2);
  // Once as an initializer, once where the only product reads it.
  deepStrictEqual(text.split("own/matrix").length, 3);
});
