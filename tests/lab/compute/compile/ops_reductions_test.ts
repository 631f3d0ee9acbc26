/** Reductions, arg max, running sums and products, compiled, against TensorFlow.js on the cpu. */
import * as tf from "@tensorflow/tfjs";
import { agree, type Given, noise, wholes } from "./agree.ts";
import type { Tensors } from "../../../../lab/compute/workspace.ts";

/** Every subset of the axes of a rank but the empty one. */
function subsets(rank: number): number[][] {
  return Array.from({ length: 2 ** rank - 1 }, (_, i) => i + 1)
    .map((mask) => Array.from({ length: rank }, (_, axis) => axis).filter((a) => mask >> a & 1));
}

const bound = { absolute: 2e-6, relative: 1e-5 };

Deno.test("sums, means, products and extrema over every subset of axes", () => {
  for (const shape of [[1], [7], [5, 4], [1, 9], [3, 1, 5], [2, 3, 4, 5], [2, 1, 17, 3]]) {
    agree(
      `[${shape}]`,
      { x: noise(shape) },
      ({ x }) =>
        Object.assign(
          {},
          ...subsets(shape.length).map((axes, i): Tensors => ({
            [`sum ${axes}`]: tf.sum(x, axes, i % 2 === 0),
            [`mean ${axes}`]: tf.mean(x, axes),
            [`product ${axes}`]: tf.prod(x, axes as never),
            [`max ${axes}`]: tf.max(x, axes, true),
            [`min ${axes}`]: tf.min(x, axes),
          })),
        ),
      bound,
    );
  }
});

Deno.test("rows and columns of every tail reduce", () => {
  for (const [rows, columns] of [[1, 67], [67, 1], [2, 3], [3, 8], [17, 9], [64, 5], [5, 130]]) {
    const x = noise([rows, columns]);
    agree(`[${rows}, ${columns}]`, { x }, ({ x }) => ({
      rows: tf.sum(x, 1),
      columns: tf.sum(x, 0),
      all: tf.sum(x),
      // In one loop with what goes in and what comes out.
      centred: tf.sub(x, tf.mean(x, 1, true)),
      normalized: tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), 0, true), 1))),
      softmax: tf.softmax(x),
      logSoftmax: tf.logSoftmax(x),
      logSumExp: tf.logSumExp(x, 1),
    }), bound);
  }
});

Deno.test("layer norm and cross entropies, and their gradients", () => {
  for (const [rows, columns] of [[1, 5], [7, 3], [16, 33]]) {
    const given = { x: noise([rows, columns]), scale: noise([columns], 2), y: noise([rows, 1], 3) };
    agree(`[${rows}, ${columns}]`, given, ({ x, scale, y }) => {
      const normed = (x: tf.Tensor, scale: tf.Tensor) => {
        const { mean, variance } = tf.moments(x, -1, true);
        return tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-3))), scale);
      };
      const classes = tf.oneHot(tf.range(0, rows, 1, "int32"), columns);
      const losses: Record<string, (x: tf.Tensor) => tf.Tensor> = {
        soft: (x) => tf.losses.softmaxCrossEntropy(classes, x),
        sparse: (x) => tf.neg(tf.mean(tf.sum(tf.mul(classes, tf.logSoftmax(x)), 1))),
        sigmoid: (x) => tf.losses.sigmoidCrossEntropy(tf.sigmoid(y), tf.sum(x, 1, true)),
      };
      const [dx, dScale] = tf.grads((x, scale) => tf.sum(tf.square(normed(x, scale))))([x, scale]);
      return {
        ...{ normed: normed(x, scale), dx, dScale },
        ...Object.fromEntries(
          Object.entries(losses).flatMap(([name, loss]) => [
            [name, loss(x)],
            [`${name} gradient`, tf.grad((x) => loss(x) as tf.Scalar)(x)],
          ]),
        ),
      };
    }, { absolute: 2e-5, relative: 2e-5 });
  }
});

Deno.test("whole numbers and truth values reduce", () => {
  agree("whole numbers", { x: wholes([4, 9], -5, 6) }, ({ x }) => {
    const truth = tf.greater(x, -4);
    return {
      ...{ sum: tf.sum(x, 0), max: tf.max(x, 1), min: tf.min(x), product: tf.prod(x, 0) },
      ...{ all: tf.all(truth), any: tf.any(tf.less(x, -9)), allRows: tf.all(truth, 1) },
      ...{ anyColumns: tf.any(tf.greater(x, 4), 0, true), counted: tf.sum(truth) },
    };
  });
});

Deno.test("NaN and infinities reach the results of reductions", () => {
  const values = [1, NaN, 2, 3, 4, 5, Infinity, 1, 2, 3, -Infinity, -Infinity];
  const x: Given = { shape: [4, 3], dtype: "float32", values };
  agree("not finite", { x }, ({ x }) => ({
    ...{ sum: tf.sum(x, 1), columns: tf.sum(x, 0), max: tf.max(x, 1), all: tf.sum(x) },
  }));
});

Deno.test("the first of the largest and of the smallest is found along every axis", () => {
  for (const shape of [[9], [3, 7], [2, 3, 4, 5]]) {
    const ties = wholes(shape, -3, 3);
    agree(
      `[${shape}]`,
      { x: noise(shape), ties },
      ({ x, ties }) =>
        Object.assign(
          {},
          ...shape.map((_, axis): Tensors => ({
            [`max ${axis}`]: tf.argMax(x, axis),
            [`min ${axis}`]: tf.argMin(x, axis - shape.length),
            [`max of ties ${axis}`]: tf.argMax(ties, axis),
            [`min of ties ${axis}`]: tf.argMin(ties, axis),
            [`true ${axis}`]: tf.argMax(tf.greater(ties, 0), axis),
          })),
        ),
    );
  }
});

Deno.test("sums and products run along every axis, both ways", () => {
  const shape = [2, 3, 5, 7];
  agree("runs", { x: noise(shape), whole: wholes([3, 9], -3, 4) }, ({ x, whole }) => {
    const truths = tf.greater(whole, -3);
    const results: Tensors = {
      ...{ whole: tf.cumsum(whole, 1), counted: tf.cumsum(truths, 1) },
      ...{ all: tf.cumprod(truths, 1), product: tf.cumprod(whole, 1) },
    };
    for (let axis = 0; axis < 4; axis++) {
      for (
        const [exclusive, reverse] of [[false, false], [true, false], [false, true], [true, true]]
      ) {
        results[`sum ${axis} ${exclusive} ${reverse}`] = tf.cumsum(x, axis, exclusive, reverse);
        results[`product ${axis} ${exclusive} ${reverse}`] = tf.cumprod(
          x,
          axis,
          exclusive,
          reverse,
        );
      }
    }
    return results;
  }, bound);
  agree("gradients", { x: noise([4, 5]) }, ({ x }) => ({
    sum: tf.grad((x) => tf.sum(tf.square(tf.cumsum(x, 1))))(x),
    product: tf.grad((x) => tf.sum(tf.prod(x, 1)))(x),
  }), bound);
});
