/**
 * Kernels of the wasm backend that the stock package does several times slower than need be, gets
 * wrong, or lacks.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { hyperbolicTangent } from "./compile/series.ts";
import { repairRunningSums } from "./running_sums.ts";

interface Call {
  readonly inputs: Record<string, tf.TensorInfo>;
  readonly attrs: Record<string, unknown>;
  readonly backend: BackendWasm;
}

/** Replaces or adds them. Call it after the package is loaded and before the backend starts. */
export function registerWasmKernels(): void {
  repairRunningSums("wasm");
  replace("BatchMatMul", matMul);
  replace("Tanh", () => tanh);
  replace("MaxPoolGrad", () => maxPoolGradient);
  replace("GatherV2", (stock) => (call) => call.attrs.batchDims === 0 ? stock(call) : gather(call));
  tf.registerKernel({
    kernelName: "UnsortedSegmentSum",
    backendName: "wasm",
    kernelFunc: segmentSum as unknown as tf.KernelFunc,
  });
}

type Kernel = (call: Call) => tf.TensorInfo;

function replace(kernelName: string, make: (stock: Kernel) => Kernel): void {
  const stock = tf.getKernel(kernelName, "wasm");
  const kernelFunc = make(stock.kernelFunc as unknown as Kernel);
  tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel({ ...stock, kernelFunc: kernelFunc as unknown as typeof stock.kernelFunc });
}

/** Stock transposed products leave XNNPACK for plain loops: transpose first. */
function matMul(stock: Kernel): Kernel {
  return ({ inputs, attrs, backend }) => {
    const a = attrs.transposeA ? transpose(inputs.a, backend) : inputs.a;
    const b = attrs.transposeB ? transpose(inputs.b, backend) : inputs.b;
    const plain = { ...attrs, transposeA: false, transposeB: false };
    const product = stock({ inputs: { a, b }, attrs: plain, backend });
    if (a !== inputs.a) backend.disposeData(a.dataId);
    if (b !== inputs.b) backend.disposeData(b.dataId);
    return product;
  };
}

/** Side of the squares that are copied at once, so that both sides stay in the cache. */
const BLOCK = 16;

/** `x` with its last two axes swapped. */
function transpose(x: tf.TensorInfo, backend: BackendWasm): tf.TensorInfo {
  const [rows, columns] = x.shape.slice(-2);
  const y = backend.makeOutput([...x.shape.slice(0, -2), columns, rows], x.dtype);
  const from = backend.typedArrayFromHeap(x) as Float32Array;
  const to = backend.typedArrayFromHeap(y) as Float32Array;
  const area = rows * columns;
  for (let start = 0; start < from.length; start += area) {
    for (let top = 0; top < rows; top += BLOCK) {
      const bottom = Math.min(rows, top + BLOCK);
      for (let left = 0; left < columns; left += BLOCK) {
        const right = Math.min(columns, left + BLOCK);
        for (let column = left; column < right; column++) {
          let source = start + top * columns + column;
          let target = start + column * rows + top;
          for (let row = top; row < bottom; row++) {
            to[target++] = from[source];
            source += columns;
          }
        }
      }
    }
  }
  return y;
}

/** 2e-7 below 1 at the end of the approximation. */
const { limit, above: [a7, a6, a5, a4, a3, a2, a1], below: [b4, b3, b2, b1] } = hyperbolicTangent;

/** From here on tanh is 1 in float32. */
const SATURATED = 9.02;

/** A rational approximation of tanh in float64: within 3e-7 of it, relatively. */
function tanh({ inputs: { x }, backend }: Call): tf.TensorInfo {
  const y = backend.makeOutput(x.shape, "float32");
  const from = backend.typedArrayFromHeap(x);
  const to = backend.typedArrayFromHeap(y);
  for (let i = 0; i < from.length; i++) {
    const value = Math.max(-limit, Math.min(limit, from[i]));
    const s = value * value;
    const p = (((((a7 * s + a6) * s + a5) * s + a4) * s + a3) * s + a2) * s + a1;
    const q = ((b4 * s + b3) * s + b2) * s + b1;
    to[i] = from[i] >= SATURATED ? 1 : from[i] <= -SATURATED ? -1 : value * p / q;
  }
  return y;
}

/** Elements of x along an axis by their indices, other ones in each batch, which stock gets wrong. */
function gather({ inputs: { x, indices }, attrs, backend }: Call): tf.TensorInfo {
  const named = attrs.batchDims as number;
  const batchDims = named < 0 ? named + indices.shape.length : named;
  const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0];
  const [batches, outer, width] = [
    x.shape.slice(0, batchDims),
    x.shape.slice(batchDims, axis),
    x.shape.slice(axis + 1),
  ].map(tf.util.sizeFromShape);
  const chosen = indices.shape.slice(batchDims);
  const [length, count] = [x.shape[axis], tf.util.sizeFromShape(chosen)];
  const y = backend.makeOutput(
    [...x.shape.slice(0, axis), ...chosen, ...x.shape.slice(axis + 1)],
    x.dtype,
  );
  const from = backend.typedArrayFromHeap(x);
  const ids = backend.typedArrayFromHeap(indices);
  const to = backend.typedArrayFromHeap(y);
  for (let row = 0; row < batches * outer; row++) {
    const batch = Math.floor(row / outer);
    for (let i = 0; i < count; i++) {
      const start = (row * length + ids[batch * count + i]) * width;
      to.set(from.subarray(start, start + width), (row * count + i) * width);
    }
  }
  return y;
}

/** Rows of x added up by the segment that each is of; those of no segment are left out. */
function segmentSum({ inputs: { x, segmentIds }, attrs, backend }: Call): tf.TensorInfo {
  const segments = attrs.numSegments as number;
  const inner = x.shape.slice(segmentIds.shape.length);
  const width = inner.reduce((product, length) => product * length, 1);
  const y = backend.makeOutput([segments, ...inner], x.dtype);
  const from = backend.typedArrayFromHeap(x);
  const ids = backend.typedArrayFromHeap(segmentIds);
  const to = backend.typedArrayFromHeap(y).fill(0);
  for (let row = 0; row < ids.length; row++) {
    if (ids[row] < 0 || ids[row] >= segments) continue;
    for (let i = 0; i < width; i++) to[ids[row] * width + i] += from[row * width + i];
  }
  return y;
}

/**
 * The gradient of a maximum pool: the first largest element of each window takes all of it. Stock
 * gives it to none where all elements of a window are negative.
 */
function maxPoolGradient({ inputs: { dy, input }, attrs, backend }: Call): tf.TensorInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const w = tf.backend_util.computePool2DInfo(
    input.shape as [number, number, number, number],
    filterSize as number,
    strides as number,
    1,
    pad as "same",
    dimRoundingMode as "floor",
  );
  const dx = backend.makeOutput(input.shape, "float32");
  const x = backend.typedArrayFromHeap(input);
  const from = backend.typedArrayFromHeap(dy);
  const to = backend.typedArrayFromHeap(dx).fill(0);
  const channels = w.inChannels;
  for (let at = 0; at < from.length; at++) {
    const [window, channel] = [Math.floor(at / channels), at % channels];
    const [row, column] = [Math.floor(window / w.outWidth), window % w.outWidth];
    const top = row % w.outHeight * w.strideHeight - w.padInfo.top;
    const left = column * w.strideWidth - w.padInfo.left;
    const first = Math.floor(row / w.outHeight) * w.inHeight;
    let winner = -1;
    for (let i = Math.max(0, top); i < Math.min(w.inHeight, top + w.filterHeight); i++) {
      for (let j = Math.max(0, left); j < Math.min(w.inWidth, left + w.filterWidth); j++) {
        const place = ((first + i) * w.inWidth + j) * channels + channel;
        if (winner < 0 || x[place] > x[winner]) winner = place;
      }
    }
    if (winner >= 0) to[winner] += from[at];
  }
  return dx;
}
