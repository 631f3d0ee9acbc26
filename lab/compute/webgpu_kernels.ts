/**
 * Kernels of the tfjs-webgpu backend that the stock package gets wrong.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { repairRunningSums } from "./running_sums.ts";

type Kernel = (call: {
  readonly inputs: Record<string, tf.TensorInfo>;
  readonly attrs: Record<string, unknown>;
  readonly backend: { disposeData(id: object): void };
}) => tf.TensorInfo;

const stockOf = (name: string) => tf.getKernel(name, "webgpu");
const functionOf = (name: string) => stockOf(name).kernelFunc as unknown as Kernel;

/** Replaces them, once: call it after the package is loaded. */
export function registerWebgpuKernels(): void {
  for (const kernelName of ["Cumsum", "Cumprod"]) {
    const stock = stockOf(kernelName);
    const forwards = functionOf(kernelName);
    tf.unregisterKernel(kernelName, "webgpu");
    const kernelFunc = running(forwards) as unknown as typeof stock.kernelFunc;
    tf.registerKernel({ ...stock, kernelFunc });
  }
  repairRunningSums("webgpu");
}

/**
 * A running sum or product from the end, as one from the front over the reversed axis: stock
 * programs from the end hold the length of the axis that they were first made for.
 */
function running(forwards: Kernel): Kernel {
  return ({ inputs: { x }, attrs, backend }) => {
    if (!attrs.reverse) return forwards({ inputs: { x }, attrs, backend });
    const turn = (x: tf.TensorInfo) =>
      functionOf("Reverse")({ inputs: { x }, attrs: { dims: [attrs.axis] }, backend });
    const turned = turn(x);
    const sums = forwards({ inputs: { x: turned }, attrs: { ...attrs, reverse: false }, backend });
    const back = turn(sums);
    for (const { dataId } of [turned, sums]) backend.disposeData(dataId);
    return back;
  };
}
