/**
 * Kernels without a lowering: TensorFlow.js's cpu backend computes them on the memory of the
 * program, between the items before and after.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Attributes, elements, NoLowering, type Operation } from "./ir.ts";
import type { HostCall } from "./items.ts";
import type { Shaped } from "./shapes.ts";

/** Those that may be: the shapes of their results depend on no values, and they draw no numbers. */
export const hostKernels: ReadonlySet<string> = new Set([
  ...["Atan2", "BitwiseAnd", "BroadcastArgs", "Diag", "TopK", "SearchSorted", "LinSpace"],
  ...["Bincount", "DenseBincount", "SparseToDense", "TensorScatterUpdate"],
  ...["SpaceToBatchND", "BatchToSpaceND", "LRN", "LRNGrad", "MaxPoolWithArgmax"],
  ...["AvgPool3D", "AvgPool3DGrad", "MaxPool3D", "MaxPool3DGrad"],
  ...["Conv3D", "Conv3DBackpropFilterV2", "Conv3DBackpropInputV2"],
  ...["Dilation2D", "Dilation2DBackpropFilter", "Dilation2DBackpropInput"],
  ...["CropAndResize", "FlipLeftRight", "RotateWithOffset", "Transform"],
]);

/** What the cpu's kernels need of their backend. */
interface CpuBackend {
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: unknown): tf.TensorInfo;
  readSync(id: object): ArrayLike<number>;
  disposeData(id: object): void;
}

/** Given by name, with their elements. */
type Given = Record<string, Shaped & { readonly values: unknown }>;

/** Runs a kernel on the cpu; `use` sees the results before they are freed. */
export function compute<T>(
  kernel: string,
  given: Given,
  attributes: Attributes,
  use: (results: tf.TensorInfo | tf.TensorInfo[], backend: CpuBackend) => T,
): T {
  const backend = tf.findBackend("cpu") as unknown as CpuBackend;
  const inputs = Object.fromEntries(
    Object.entries(given).map(([name, { shape, dtype, values }]) => [
      name,
      // Some kernels look at a tensor's rank, which its description has not.
      { ...backend.makeTensorInfo([...shape], dtype, values), rank: shape.length },
    ]),
  );
  const { kernelFunc } = tf.getKernel(kernel, "cpu");
  const attrs = attributes as unknown as tf.NamedAttrMap;
  const results = kernelFunc({ inputs, attrs, backend });
  const used = use(results, backend);
  const made = [...Object.values(inputs), ...[results].flat()];
  for (const id of new Set(made.map(({ dataId }) => dataId))) backend.disposeData(id);
  return used;
}

/** A traced call of a host kernel: of several results each is an operation of its own. */
interface TracedCall extends Attributes {
  /** Of the kernel itself. */
  readonly attributes: Attributes;
  /** Of the inputs, in order. */
  readonly names: readonly string[];
  readonly result: number;
}

/** One result of a host kernel and the call that makes it. */
export interface HostResult {
  readonly shaped: Shaped;
  readonly call: TracedCall;
}

/**
 * The results of a kernel, or its only one, with the shapes and types that it gives zeros.
 *
 * @throws NoLowering for elements of other types than a program has.
 */
export function tracedOnHost(
  kernel: string,
  names: readonly string[],
  inputs: readonly Shaped[],
  attributes: Attributes,
): HostResult | HostResult[] {
  const zeros = Object.fromEntries(
    inputs.map(({ shape, dtype }, i) => {
      const make = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype];
      return [names[i], { shape, dtype, values: new make(elements(shape)) }];
    }),
  );
  const traced = ({ shape, dtype }: tf.TensorInfo, result = 0): HostResult => {
    if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
      throw new NoLowering(`${kernel} of ${dtype}`, new Error());
    }
    const call = { attributes: structuredClone(attributes), names, result };
    return { shaped: { shape, dtype }, call };
  };
  return compute(
    kernel,
    zeros,
    attributes,
    (results) => Array.isArray(results) ? results.map(traced) : traced(results),
  );
}

/** A host kernel as an item; undefined for other kernels. */
export function hostCallOf(operation: Operation): HostCall | undefined {
  const { kernel, inputs, output, origin } = operation;
  if (!hostKernels.has(kernel)) return undefined;
  const { attributes, names, result } = operation.attributes as TracedCall;
  return {
    kind: "host",
    ...{ kernel, attributes, names, result, origin },
    inputs: inputs.map(({ value }) => value),
    shapes: inputs.map(({ shape }) => shape),
    output: output.value,
  };
}
