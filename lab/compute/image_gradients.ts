/**
 * Gradients of kernels on images [N, H, W, C] that TensorFlow.js 4.22 lacks or gets wrong. What is
 * linear is written with kernels whose own gradients are right, so that derivatives of any order
 * are.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { poolInfo } from "./compile/shapes.ts";
import { linearShares, nearestElements } from "./resize.ts";
import { oneHot } from "./one_hot.ts";

type Image = tf.Tensor4D;
type Attributes = tf.NamedAttrMap;

/** Runs a kernel that has no op of its own. */
function kernel(name: string, inputs: Record<string, tf.Tensor>, attributes: Attributes) {
  return tf.engine().runKernel(name, inputs, attributes) as tf.Tensor;
}

/** Of windows along one axis, how many of their elements lie inside the image. */
function inside(windows: number, size: number, stride: number, before: number, length: number) {
  return Array.from({ length: windows }, (_, i) => {
    const from = i * stride - before;
    return Math.min(length, from + size) - Math.max(0, from);
  });
}

/**
 * A window's size over how many of its elements lie inside the image, [1, outH, outW, 1]: the pool
 * takes the mean of those, but the kernel of its gradient divides by the size.
 */
function correction(shape: readonly number[], attributes: Attributes): tf.Tensor {
  const w = poolInfo(shape, attributes);
  const { top, left } = w.padInfo;
  const rows = inside(w.outHeight, w.filterHeight, w.strideHeight, top, w.inHeight);
  const columns = inside(w.outWidth, w.filterWidth, w.strideWidth, left, w.inWidth);
  const area = w.filterHeight * w.filterWidth;
  const ratios = rows.flatMap((row) => columns.map((column) => area / (row * column)));
  return tf.tensor(ratios, [1, w.outHeight, w.outWidth, 1]);
}

/** Of an average pool (stock divides by the whole window at padded borders, too). */
const averagePool: tf.GradConfig = {
  kernelName: "AvgPool",
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attributes) => ({
    x: () => {
      const corrected = tf.mul(dy as tf.Tensor, correction(x.shape, attributes));
      return kernel("AvgPoolGrad", { dy: corrected, input: x }, attributes);
    },
  }),
};

/** Of its gradient, which is linear: the pool without the division (stock has none). */
const averagePoolGradient: tf.GradConfig = {
  kernelName: "AvgPoolGrad",
  inputsToSave: ["input"],
  gradFunc: (ddx, [x], attributes) => ({
    dy: () => {
      const pooled = kernel("AvgPool", { x: ddx as tf.Tensor }, attributes);
      return tf.div(pooled, correction(x.shape, attributes));
    },
    input: () => tf.zerosLike(x),
  }),
};

/** The elements of each window side by side, [N, outH, outW, C, window]; `fill` outside. */
function windowed(x: Image, attributes: Attributes, fill: number): tf.Tensor {
  const w = poolInfo(x.shape, attributes);
  const { top, left } = w.padInfo;
  const height = (w.outHeight - 1) * w.strideHeight + w.filterHeight;
  const width = (w.outWidth - 1) * w.strideWidth + w.filterWidth;
  const bottom = Math.max(0, height - top - w.inHeight);
  const right = Math.max(0, width - left - w.inWidth);
  const padded = tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]], fill);
  const { batchSize, inChannels } = w;
  const each = Array.from({ length: w.filterHeight * w.filterWidth }, (_, i) => {
    const [row, column] = [Math.floor(i / w.filterWidth), i % w.filterWidth];
    const end = [
      row + (w.outHeight - 1) * w.strideHeight + 1,
      column + (w.outWidth - 1) * w.strideWidth + 1,
    ];
    const strides = [1, w.strideHeight, w.strideWidth, 1];
    return tf.stridedSlice(
      padded,
      [0, row, column, 0],
      [batchSize, ...end, inChannels],
      strides,
    );
  });
  return tf.stack(each, -1);
}

/** Of a maximum pool's gradient: each window takes what its largest element is given. */
const maximumPoolGradient: tf.GradConfig = {
  kernelName: "MaxPoolGrad",
  inputsToSave: ["input", "output"],
  gradFunc: (ddx, [x, y], attributes) => ({
    dy: () => {
      const elements = windowed(x as Image, attributes, -Infinity);
      const winners = oneHot(tf.argMax(elements, -1), elements.shape.at(-1)!);
      const given = windowed(ddx as Image, attributes, 0);
      return tf.sum(tf.mul(tf.cast(winners, "float32"), given), -1);
    },
    input: () => tf.zerosLike(x),
    output: () => tf.zerosLike(y),
  }),
};

/** The share that each element of an axis before has in each of the resized one, [after, before]. */
type Shares = (before: number, after: number, attributes: Attributes) => tf.Tensor2D;

const nearest: Shares = (before, after, attributes) => {
  const shares = tf.buffer([after, before]);
  nearestElements(before, after, attributes).forEach((at, i) => shares.set(1, i, at));
  return shares.toTensor() as tf.Tensor2D;
};

const linear: Shares = (before, after, attributes) =>
  tf.tensor2d(linearShares(before, after, attributes), [after, before]);

/** Each line of x along an axis times a matrix. */
function alongAxis(x: tf.Tensor, axis: number, matrix: tf.Tensor2D): tf.Tensor {
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
  const lines = tf.transpose(x, [...others, axis]);
  const product = tf.matMul(tf.reshape(lines, [-1, x.shape[axis]]) as tf.Tensor2D, matrix);
  const shape = [...others.map((i) => x.shape[i]), matrix.shape[1]];
  const back = x.shape.map((_, i) => i === axis ? x.rank - 1 : others.indexOf(i));
  return tf.transpose(tf.reshape(product, shape), back);
}

/**
 * Of a resize: both axes by the transposed shares (stock mixes up the images of a batch, knows no
 * half pixels, and has no second derivative).
 */
function resize(kernelName: string, shares: Shares): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: ["images"],
    gradFunc: (dy, [images], attributes) => ({
      images: () =>
        [1, 2].reduce(
          (x, axis) => alongAxis(x, axis, shares(images.shape[axis], x.shape[axis], attributes)),
          dy as tf.Tensor,
        ),
    }),
  };
}

/** Of a mirrored border: it adds to what it mirrors (stock cuts it off). */
const mirrorPad: tf.GradConfig = {
  kernelName: "MirrorPad",
  inputsToSave: ["x"],
  gradFunc: (dy, [x], { paddings, mode }) => ({
    x: () =>
      (paddings as [number, number][]).reduce(
        (y, border, axis) => folded(y, axis, x.shape[axis], border, mode === "reflect" ? 1 : 0),
        dy as tf.Tensor,
      ),
  }),
};

/** Both borders of an axis added to the `length` elements between, `edge` elements further in. */
function folded(
  y: tf.Tensor,
  axis: number,
  length: number,
  [before, after]: readonly [number, number],
  edge: number,
): tf.Tensor {
  const part = (from: number, size: number) =>
    tf.slice(y, y.shape.map((_, i) => i === axis ? from : 0), y.shape.with(axis, size));
  const placed = (border: tf.Tensor, left: number, right: number) =>
    tf.pad(tf.reverse(border, axis), y.shape.map((_, i) => i === axis ? [left, right] : [0, 0]));
  let sum = part(before, length);
  if (before > 0) sum = tf.add(sum, placed(part(0, before), edge, length - before - edge));
  if (after > 0) {
    sum = tf.add(sum, placed(part(before + length, after), length - after - edge, edge));
  }
  return sum;
}

/** Of channels that become blocks of pixels: blocks become channels (stock has none). */
const depthToSpace: tf.GradConfig = {
  kernelName: "DepthToSpace",
  inputsToSave: ["x"],
  gradFunc: (dy, [x], { blockSize, dataFormat }) => ({
    x: () => {
      const block = blockSize as number;
      const first = dataFormat === "NCHW";
      const [n, a, b, c] = x.shape;
      const [height, width, channels] = first ? [b, c, a] : [a, b, c];
      const depth = channels / (block * block);
      const split = first
        ? tf.reshape(dy as tf.Tensor, [n, depth, height, block, width, block])
        : tf.reshape(dy as tf.Tensor, [n, height, block, width, block, depth]);
      const order = first ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 2, 4, 5];
      return tf.reshape(tf.transpose(split, order), x.shape);
    },
  }),
};

/** What the kernels of a convolution and of its gradients have in common. */
function common({ strides, pad, dataFormat, dilations, dimRoundingMode }: Attributes): Attributes {
  return {
    ...{ strides, pad, dimRoundingMode },
    ...{ dataFormat: dataFormat ?? "NHWC", dilations: dilations ?? [1, 1] },
  };
}

/**
 * Of a convolution's gradient by its filter, which is linear in the image and in what comes back
 * (stock has none).
 */
function filterGradient(forward: string, filterKernel: string, input: string): tf.GradConfig {
  return {
    kernelName: filterKernel,
    inputsToSave: ["x", "dy"],
    gradFunc: (ddf, [x, dy], attributes) => {
      const filter = ddf as tf.Tensor;
      const given = common(attributes);
      return {
        x: () => kernel(input, { dy, filter }, { ...given, inputShape: x.shape }),
        dy: () => kernel(forward, { x, filter }, given),
      };
    },
  };
}

/** Of a depthwise convolution's gradient by its image (stock has none). */
const depthwiseInputGradient: tf.GradConfig = {
  kernelName: "DepthwiseConv2dNativeBackpropInput",
  inputsToSave: ["dy", "filter"],
  gradFunc: (ddx, [dy, filter], attributes) => {
    const x = ddx as tf.Tensor;
    const given = common(attributes);
    const back = { ...given, filterShape: filter.shape };
    return {
      dy: () => kernel("DepthwiseConv2dNative", { x, filter }, given),
      filter: () => kernel("DepthwiseConv2dNativeBackpropFilter", { x, dy }, back),
    };
  },
};

/** All of them. */
export const imageGradients: readonly tf.GradConfig[] = [
  averagePool,
  averagePoolGradient,
  maximumPoolGradient,
  resize("ResizeNearestNeighbor", nearest),
  resize("ResizeBilinear", linear),
  mirrorPad,
  depthToSpace,
  filterGradient("Conv2D", "Conv2DBackpropFilter", "Conv2DBackpropInput"),
  filterGradient(
    "DepthwiseConv2dNative",
    "DepthwiseConv2dNativeBackpropFilter",
    "DepthwiseConv2dNativeBackpropInput",
  ),
  depthwiseInputGradient,
];
