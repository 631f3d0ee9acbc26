/** Pools, depthwise convolutions, resizing and normalisation, compiled, against the cpu. */
import * as tf from "@tensorflow/tfjs";
import { agree, noise, wholes } from "./agree.ts";

const geometries = [
  [2, 2, "valid"],
  [3, 2, "same"],
  [3, 1, "same"],
  [2, 1, "valid"],
  [3, 2, 1],
] as const;
const bound = { absolute: 1e-5, relative: 1e-5 };

Deno.test("pools and their gradients", () => {
  geometries.forEach(([size, stride, pad], i) => {
    for (const channels of [[1, 8], [3, 4], [17, 1]][i % 3]) {
      const what = `${size}×${size}, stride ${stride}, ${pad}, ${channels} channels`;
      agree(what, { x: noise([2, 7, 6, channels]) }, ({ x }) => {
        const max = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, size, stride, pad as "same");
        const mean = (x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, size, stride, pad as "same");
        const gradient = (pool: typeof max) => tf.grad((x) => tf.sum(tf.square(pool(x))))(x);
        return {
          ...{ max: max(x), mean: mean(x) },
          ...{ maxGradient: gradient(max), meanGradient: gradient(mean) },
        };
      }, bound);
    }
  });
  agree("the whole image", { x: noise([2, 3, 5, 7]) }, ({ x }) => ({
    mean: tf.avgPool(x as tf.Tensor4D, [3, 5], 1, "valid"),
    max: tf.maxPool(x as tf.Tensor4D, [3, 5], 1, "valid"),
  }), bound);
});

Deno.test("a pool as large as the image, and windows of a pixel that skip some, with a border", () => {
  const beside: Parameters<typeof tf.avgPool>[3] = [[0, 0], [0, 2], [2, 1], [0, 0]];
  agree("a border", { x: noise([2, 9, 9, 3]), filter: noise([1, 1, 3, 5], 2) }, (given) => {
    const [x, filter] = [given.x, given.filter] as [tf.Tensor4D, tf.Tensor4D];
    const skipping = (x: tf.Tensor4D, filter: tf.Tensor4D) =>
      tf.conv2d(x, filter, 2, [[0, 0], [0, 9], [0, 8], [0, 0]], "NHWC", 1, "floor");
    const [dx, dFilter] = tf.grads((x, filter) =>
      tf.sum(tf.square(skipping(x as tf.Tensor4D, filter as tf.Tensor4D)))
    )([x, filter]);
    return {
      ...{ around: tf.avgPool(x, 9, 3, 1, "floor"), beside: tf.avgPool(x, 9, 9, beside, "floor") },
      ...{ skipping: skipping(x, filter), dx, dFilter },
    };
  }, bound);
});

Deno.test("the first of equal elements takes a pool's whole gradient", () => {
  const x = { shape: [1, 4, 4, 1], dtype: "float32" as const, values: new Float32Array(16) };
  agree("ties", { x }, ({ x }) => ({
    gradient: tf.grad((x) => tf.sum(tf.maxPool(x as tf.Tensor4D, 2, 2, "valid")))(x),
  }));
});

Deno.test("depthwise convolutions and their gradients, one and two filters a channel", () => {
  geometries.forEach(([size, stride, pad], i) => {
    for (const [channels, multiplier] of [[[1, 1], [8, 2]], [[3, 2], [4, 1]], [[17, 1]]][i % 3]) {
      const given = {
        x: noise([2, 7, 6, channels], 1, 1),
        filter: noise([size, size, channels, multiplier], 3, 1),
      };
      agree(`${size}×${size}, ${pad}, ${channels} × ${multiplier}`, given, ({ x, filter }) => {
        const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
          tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad as "same");
        const loss = (x: tf.Tensor, filter: tf.Tensor) => tf.sum(tf.square(convolve(x, filter)));
        const [dx, df] = tf.grads(loss)([x, filter]);
        return { y: convolve(x, filter), dx, df };
      }, { absolute: 3e-5, relative: 1e-5 });
    }
  });
});

Deno.test("images of whole numbers and truth values are pooled and resized as such", () => {
  agree("whole", { n: wholes([2, 5, 4, 3], -9, 9) }, ({ n }) => {
    const truths = tf.greater(n, 0) as tf.Tensor4D;
    const whole = n as tf.Tensor4D;
    return {
      ...{ max: tf.maxPool(whole, 3, 2, "same"), any: tf.maxPool(truths, 2, 1, "same") },
      ...{ nearest: tf.image.resizeNearestNeighbor(whole, [7, 3]) },
      ...{ halves: tf.floorDiv(tf.image.resizeNearestNeighbor(whole, [7, 3]), 2) },
      ...{ linear: tf.image.resizeBilinear(whole, [7, 3]) },
    };
  }, bound);
});

Deno.test("images are resized in every mode, gradients with them", () => {
  const modes = [[false, false], [true, false], [false, true]];
  for (const [aligned, half] of modes) {
    for (const size of [[6, 10], [4, 7], [2, 3], [1, 1]] as [number, number][]) {
      agree(`to ${size}, ${aligned}, ${half}`, { x: noise([2, 3, 5, 3]) }, ({ x }) => {
        const nearest = (x: tf.Tensor) =>
          tf.image.resizeNearestNeighbor(x as tf.Tensor4D, size, aligned, half);
        const linear = (x: tf.Tensor) =>
          tf.image.resizeBilinear(x as tf.Tensor4D, size, aligned, half);
        const gradient = (f: typeof linear) => tf.grad((x) => tf.sum(tf.square(f(x))))(x);
        return {
          ...{ nearest: nearest(x), linear: linear(x) },
          ...{ dNearest: gradient(nearest), dLinear: gradient(linear) },
        };
      }, { absolute: 2e-5, relative: 1e-5 });
    }
  }
  agree("depth to space", { x: noise([2, 3, 4, 12]) }, ({ x }) => ({
    y: tf.depthToSpace(x as tf.Tensor4D, 2),
  }));
});

Deno.test("batch normalisation with and without scale and offset, and its gradients", () => {
  const given = {
    x: noise([2, 3, 5, 7]),
    ...{ mean: noise([7], 2), v: noise([7], 3, 1), scale: noise([7], 4), offset: noise([7], 5) },
  };
  agree("batch norm", given, ({ x, mean, v, scale, offset }) => {
    const variance = tf.add(tf.square(v), 0.3);
    const normalized = (...[x, mean, variance, offset, scale]: tf.Tensor[]) =>
      tf.batchNorm(
        x as tf.Tensor4D,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
      );
    const gradients = tf.grads((...all) => tf.sum(tf.square(normalized(...all))))(
      [x, mean, variance, offset, scale],
    );
    return {
      all: normalized(x, mean, variance, offset, scale),
      plain: normalized(x, mean, variance),
      shifted: normalized(x, mean, variance, offset),
      ...Object.fromEntries(gradients.map((gradient, i) => [`gradient ${i}`, gradient])),
    };
  }, { absolute: 3e-4, relative: 3e-5 });
});
