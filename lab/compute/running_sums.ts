/**
 * A repair of running sums and products of TensorFlow.js 4.22: along an axis that is counted from the
 * end its cpu kernels give no elements, those of wasm write where nothing of theirs is, and those of webgpu
 * are refused by the device.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** Has the running sums and products of a backend count their axis from the front; once for each. */
export function repairRunningSums(backendName: "cpu" | "wasm" | "webgpu"): void {
  for (const kernelName of ["Cumsum", "Cumprod"]) {
    const { kernelFunc, ...stock } = tf.getKernel(kernelName, backendName);
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      ...stock,
      kernelFunc(call) {
        const { axis } = call.attrs as { readonly axis: number };
        const [counted] = tf.util.parseAxisParam(axis, call.inputs.x!.shape);
        return kernelFunc({ ...call, attrs: { ...call.attrs, axis: counted } });
      },
    });
  }
}
