/**
 * Kernels on images as items: convolutions (a matrix product where the windows do not overlap),
 * pools and depthwise convolutions. Images are [N, H, W, C].
 *
 * @module
 */
import type { backend_util } from "@tensorflow/tfjs";
import { elements, type Operation } from "./ir.ts";
import type { Convolution, MatMul, WindowItem, Windows } from "./items.ts";
import { convolutionInfo, poolInfo } from "./shapes.ts";

/** The geometry that TensorFlow.js computes, in the schedule's terms. */
export function windowsOf(info: backend_util.Conv2DInfo): Windows {
  return {
    images: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    kernelHeight: info.filterHeight,
    kernelWidth: info.filterWidth,
    strideY: info.strideHeight,
    strideX: info.strideWidth,
    dilationY: info.dilationHeight,
    dilationX: info.dilationWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
}

/** Which tensor a convolution kernel computes. */
const solves: Record<string, Convolution["solves"]> = {
  Conv2D: "output",
  Conv2DBackpropInput: "input",
  Conv2DBackpropFilter: "filter",
};

/** A convolution or one of its gradients; undefined for other kernels. */
export function convolutionOf(operation: Operation): Convolution | MatMul | undefined {
  const solved = solves[operation.kernel];
  if (solved === undefined) return undefined;
  const windows = windowsOf(
    convolutionInfo(operation.kernel, operation.inputs, operation.attributes),
  );
  const item: Convolution = {
    kind: "convolution",
    solves: solved,
    inputs: operation.inputs.map((input) => input.value),
    output: operation.output.value,
    windows,
    filters: filtersOf(operation),
  };
  return productOf(item) ?? item;
}

function filtersOf({ kernel, inputs, output }: Operation): number {
  return (kernel === "Conv2D" ? output : kernel === "Conv2DBackpropInput" ? inputs[0] : inputs[1])
    .shape[3];
}

/** Elements of a window. */
export function windowSize({ kernelHeight, kernelWidth, channels }: Windows): number {
  return kernelHeight * kernelWidth * channels;
}

/** Whether there is one window, and it is the whole image. */
export function isWhole(w: Windows): boolean {
  return w.outHeight === 1 && w.outWidth === 1 && w.kernelHeight === w.height &&
    w.kernelWidth === w.width && w.dilationY === 1 && w.dilationX === 1 && w.padTop === 0 &&
    w.padLeft === 0;
}

/** Whether there is a window of one pixel on every pixel. */
function isPixelwise(w: Windows): boolean {
  return w.kernelHeight === 1 && w.kernelWidth === 1 && w.outHeight === w.height &&
    w.outWidth === w.width && (w.strideY === 1 || w.height === 1) &&
    (w.strideX === 1 || w.width === 1) && w.padTop === 0 && w.padLeft === 0;
}

/**
 * The plain product that a convolution is where its windows are the rows of the input as it lies:
 * 1×1 windows on every pixel, or one window that is the whole image.
 */
function productOf({ solves, inputs, output, windows, filters }: Convolution): MatMul | undefined {
  const w = windows;
  if (!isPixelwise(w) && !isWhole(w)) return undefined;
  const rows = w.images * w.outHeight * w.outWidth;
  const inner = windowSize(w);
  const common = { kind: "matMul", output, batch: 1, batchStrides: [0, 0] } as const;
  const [a, b] = inputs;
  switch (solves) {
    case "output":
      return {
        ...common,
        ...{ a, b, rows, columns: filters, inner },
        aStrides: [inner, 1],
        bStrides: [filters, 1],
      };
    case "input":
      return {
        ...common,
        ...{ a, b, rows, columns: inner, inner: filters },
        aStrides: [filters, 1],
        bStrides: [1, filters],
      };
    case "filter":
      return {
        ...common,
        ...{ a, b, rows: inner, columns: filters, inner: rows },
        aStrides: [1, inner],
        bStrides: [filters, 1],
      };
  }
}

const roles: Record<string, WindowItem["role"]> = {
  MaxPool: "max",
  AvgPool: "average",
  MaxPoolGrad: "maxGradient",
  AvgPoolGrad: "averageGradient",
  DepthwiseConv2dNative: "depthwise",
  DepthwiseConv2dNativeBackpropInput: "depthwiseInput",
  DepthwiseConv2dNativeBackpropFilter: "depthwiseFilter",
};

/** A pool, a depthwise convolution or a gradient of one; undefined for other kernels. */
export function windowItemOf(operation: Operation): WindowItem | undefined {
  const { kernel, inputs, attributes, output } = operation;
  const role = roles[kernel];
  if (role === undefined) return undefined;
  const pool = kernel.includes("Pool");
  const image = kernel.endsWith("Grad") ? inputs[1] : inputs[0];
  const info = pool
    ? poolInfo(image.shape, attributes)
    : convolutionInfo(kernel, inputs, attributes);
  // Of MaxPoolGrad [dy, x, y] and AvgPoolGrad [dy, x], what the item does not read is left out.
  const read = role === "maxGradient" ? 2 : role === "averageGradient" ? 1 : inputs.length;
  return {
    kind: "window",
    role,
    inputs: inputs.slice(0, read).map((input) => input.value),
    output: output.value,
    windows: windowsOf(info),
  };
}

/** Whether every window lies inside the image. */
export function allInside(w: Windows): boolean {
  const rows = (w.outHeight - 1) * w.strideY + (w.kernelHeight - 1) * w.dilationY + 1;
  const columns = (w.outWidth - 1) * w.strideX + (w.kernelWidth - 1) * w.dilationX + 1;
  return w.padTop === 0 && w.padLeft === 0 && rows <= w.height && columns <= w.width;
}

/** Images whose windows are worked on together: some 512 kB of rows, at most all of them. */
export function imageBlock(w: Windows): number {
  const most = Math.floor(131072 / (w.outHeight * w.outWidth * windowSize(w)));
  return Math.max(1, Math.min(most, w.images));
}

/** Elements of one image padded so that every window lies inside. */
export function paddedShape(w: Windows): [rows: number, columns: number, channels: number] {
  return [
    (w.outHeight - 1) * w.strideY + (w.kernelHeight - 1) * w.dilationY + 1,
    (w.outWidth - 1) * w.strideX + (w.kernelWidth - 1) * w.dilationX + 1,
    w.channels,
  ];
}

/** Elements of the scratch memory of a convolution beside its matrix product's. */
export function scratchElements(
  { solves, windows: w, filters }: Convolution,
): { padded: number; columns: number; partial: number } {
  return {
    padded: allInside(w) ? 0 : elements(paddedShape(w)),
    columns: imageBlock(w) * w.outHeight * w.outWidth * windowSize(w),
    partial: solves === "filter" ? windowSize(w) * filters : 0,
  };
}
