/**
 * Composite kernels on images as primitive ones.
 *
 * @module
 */
import { linearShares, nearestElements } from "../../resize.ts";
import { isWhole, windowsOf } from "../images.ts";
import type { View } from "../ir.ts";
import { poolInfo } from "../shapes.ts";
import type { Adder, Expansion } from "./expansion.ts";

/** x·scale + offset after (x − mean)/√(variance + ε): scale and offset where they are given. */
const batchNorm: Expansion = ({ inputs, attributes, output }, add) => {
  const has = (name: string) => (attributes.has as string[] | undefined)?.includes(name) ?? false;
  const [x, ...rest] = inputs;
  const scale = has("scale") ? rest.shift() : undefined;
  const offset = has("offset") ? rest.shift() : undefined;
  const [mean, variance] = rest;
  const epsilon = add.constant((attributes.varianceEpsilon ?? 1e-3) as number);
  const inverse = add("Rsqrt", [add("Add", [variance, epsilon])]);
  const factor = scale === undefined ? inverse : add("Multiply", [inverse, scale]);
  const centred = add.typed("Sub", [x, mean], output.shape, "float32");
  const scaled = add.typed("Multiply", [centred, factor], output.shape, "float32");
  return offset === undefined
    ? scaled
    : add.typed("Add", [scaled, offset], output.shape, "float32");
};

/** A convolution, its bias and its activation one after the other. */
function fused(kernel: string): Expansion {
  return ({ inputs: [x, filter, ...rest], attributes, output }, add) => {
    const view = add.typed(kernel, [x, filter], output.shape, "float32", attributes);
    return add.activated(view, rest, attributes);
  };
}

/** Rows of the image by index, then columns. */
const resizeNearest: Expansion = ({ inputs: [x], attributes, output }, add) => {
  const [n, height, width, channels] = x.shape;
  const [rows, columns] = output.shape.slice(1);
  const { dtype } = add.valueOf(x);
  const tall = add.typed(
    "GatherV2",
    [x, add.integers(nearestElements(height, rows, attributes))],
    [n, rows, width, channels],
    dtype,
    { axes: [1] },
  );
  const indices = add.integers(nearestElements(width, columns, attributes));
  return add.typed("GatherV2", [tall, indices], output.shape, dtype, { axes: [2] });
};

/** Both axes as matrix products. */
const resizeBilinear: Expansion = ({ inputs: [x], attributes, output }, add) => {
  const [n, height, width, channels] = x.shape;
  const [, newHeight, newWidth] = output.shape;
  const matrix = (before: number, after: number) =>
    add.matrix(linearShares(before, after, attributes), [after, before]);
  const product = (shares: View, y: View, shape: number[]) =>
    add.typed("BatchMatMul", [shares, y], shape, "float32", {
      transposeA: false,
      transposeB: false,
    });
  const tall = product(matrix(height, newHeight), {
    value: x.value,
    shape: [n, height, width * channels],
  }, [
    n,
    newHeight,
    width * channels,
  ]);
  const wide = product(matrix(width, newWidth), {
    value: tall.value,
    shape: [n * newHeight, width, channels],
  }, [n * newHeight, newWidth, channels]);
  return { value: wide.value, shape: output.shape };
};

/** Channels become blocks of pixels: a transpose of views. */
const depthToSpace: Expansion = ({ inputs: [x], attributes, output }, add) => {
  const [n, height, width, channels] = x.shape;
  const block = attributes.blockSize as number;
  const depth = channels / (block * block);
  const split = [n, height, width, block, block, depth];
  const perm = [0, 1, 3, 2, 4, 5];
  const { dtype } = add.valueOf(x);
  const moved = add.typed(
    "Transpose",
    [{ value: x.value, shape: split }],
    perm.map((axis) => split[axis]),
    dtype,
    { perm },
  );
  return { value: moved.value, shape: output.shape };
};

/**
 * A depthwise convolution with several filters a channel, as one with a filter a channel over
 * repeated channels; undefined where it has one already.
 */
const depthwise: Expansion = ({ inputs: [x, filter], attributes, output }, add) => {
  const [kernelHeight, kernelWidth, channels, multiplier] = filter.shape;
  if (multiplier === 1) return undefined;
  return add.typed(
    "DepthwiseConv2dNative",
    [repeated(x, multiplier, add), {
      value: filter.value,
      shape: [kernelHeight, kernelWidth, channels * multiplier, 1],
    }],
    output.shape,
    "float32",
    attributes,
  );
};

/** Each channel `times` times, side by side. */
function repeated(x: View, times: number, add: Adder): View {
  const tiled = add.typed(
    "Tile",
    [{ value: x.value, shape: [...x.shape, 1] }],
    [...x.shape, times],
    "float32",
    { reps: [...x.shape.map(() => 1), times] },
  );
  return { value: tiled.value, shape: x.shape.with(3, x.shape[3] * times) };
}

const depthwiseInput: Expansion = ({ inputs: [dy, filter], attributes, output }, add) => {
  const [kernelHeight, kernelWidth, channels, multiplier] = filter.shape;
  if (multiplier === 1) return undefined;
  const inputShape = output.shape.with(3, channels * multiplier);
  const wide = add.typed(
    "DepthwiseConv2dNativeBackpropInput",
    [dy, {
      value: filter.value,
      shape: [kernelHeight, kernelWidth, channels * multiplier, 1],
    }],
    inputShape,
    "float32",
    { ...attributes, inputShape },
  );
  const split = { value: wide.value, shape: [...output.shape, multiplier] };
  return add.typed("Sum", [split], output.shape, "float32", { axes: [4] });
};

const depthwiseFilter: Expansion = ({ inputs: [x, dy], attributes, output }, add) => {
  const [kernelHeight, kernelWidth, channels, multiplier] = output.shape;
  if (multiplier === 1) return undefined;
  const filterShape = [kernelHeight, kernelWidth, channels * multiplier, 1];
  const wide = add.typed(
    "DepthwiseConv2dNativeBackpropFilter",
    [repeated(x, multiplier, add), dy],
    filterShape,
    "float32",
    { ...attributes, filterShape },
  );
  return { value: wide.value, shape: output.shape };
};

/**
 * Whether a convolution to one filter is cheaper channel by channel: a product of one column
 * would leave most of a vector idle.
 */
function single(filter: readonly number[], output: readonly number[]): boolean {
  const [kernelHeight, kernelWidth, channels, filters] = filter;
  return filters === 1 && channels >= 8 && kernelHeight * kernelWidth > 1 &&
    output[1] * output[2] > 1;
}

/** To one filter: channel by channel, then their sum. */
const convolution: Expansion = ({ inputs: [x, filter], attributes, output }, add) => {
  if (!single(filter.shape, output.shape)) return undefined;
  const shape = output.shape.with(3, filter.shape[2]);
  const each = add.typed("DepthwiseConv2dNative", [x, filter], shape, "float32", attributes);
  return add.typed("Sum", [each], output.shape, "float32", { axes: [3], keepDims: true });
};

/** The gradient of one filter's output is that of each channel's. */
function spread(dy: View, channels: number, add: Adder): View {
  return add.typed("Tile", [dy], dy.shape.with(3, channels), "float32", {
    reps: [1, 1, 1, channels],
  });
}

const convolutionInput: Expansion = ({ inputs: [dy, filter], attributes, output }, add) => {
  if (!single(filter.shape, dy.shape)) return undefined;
  const kernel = "DepthwiseConv2dNativeBackpropInput";
  const each = [spread(dy, filter.shape[2], add), filter];
  return add.typed(kernel, each, output.shape, "float32", attributes);
};

const convolutionFilter: Expansion = ({ inputs: [x, dy], attributes, output }, add) => {
  if (!single(output.shape, dy.shape)) return undefined;
  const kernel = "DepthwiseConv2dNativeBackpropFilter";
  const each = [x, spread(dy, output.shape[2], add)];
  return add.typed(kernel, each, output.shape, "float32", attributes);
};

/** A mean over a whole image of many pixels is a plain reduction. */
const averagePool: Expansion = ({ inputs: [x], attributes, output }, add) => {
  const windows = windowsOf(poolInfo(x.shape, attributes));
  if (!isWhole(windows) || x.shape[1] * x.shape[2] <= 64) return undefined;
  const sum = add.typed("Sum", [x], output.shape, "float32", { axes: [1, 2] });
  return add("Multiply", [sum, add.constant(1 / (x.shape[1] * x.shape[2]))]);
};

/** Expansions by kernel. */
export const imageExpansions: Record<string, Expansion> = {
  FusedBatchNorm: batchNorm,
  FusedConv2D: fused("Conv2D"),
  FusedDepthwiseConv2D: fused("DepthwiseConv2dNative"),
  ResizeNearestNeighbor: resizeNearest,
  ResizeBilinear: resizeBilinear,
  DepthToSpace: depthToSpace,
  DepthwiseConv2dNative: depthwise,
  DepthwiseConv2dNativeBackpropInput: depthwiseInput,
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilter,
  AvgPool: averagePool,
  Conv2D: convolution,
  Conv2DBackpropInput: convolutionInput,
  Conv2DBackpropFilter: convolutionFilter,
};
