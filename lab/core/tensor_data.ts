/**
 * Tensors as plain data: what crosses between a training program, a checkpoint, a worker and a
 * file, without TensorFlow.js.
 *
 * @module
 */

/** Element types that the lab stores. */
export type Dtype = "float32" | "float64" | "int32" | "uint8";

/** The typed array of each element type. */
export interface TypedArrays {
  /** 32-bit floating point: what networks compute with. */
  float32: Float32Array;
  /** 64-bit floating point. */
  float64: Float64Array;
  /** Signed 32-bit integers. */
  int32: Int32Array;
  /** Bytes. */
  uint8: Uint8Array;
}

/** A tensor as plain data, row-major. `values.length` is the product of `shape`. */
export interface TensorData<D extends Dtype = Dtype> {
  /** Lengths of its axes; empty for a single number. */
  readonly shape: readonly number[];
  /** Type of the elements. */
  readonly dtype: D;
  /** The elements, row-major. */
  readonly values: TypedArrays[D];
}

/** Tensors by name. */
export type NamedTensors = Record<string, TensorData>;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
} as const;

/** A zero-filled typed array for `length` elements of `dtype`. */
export function allocate<D extends Dtype>(dtype: D, length: number): TypedArrays[D] {
  return new constructors[dtype](length) as TypedArrays[D];
}

/** A zero-filled tensor. */
export function zeros<D extends Dtype>(shape: readonly number[], dtype: D): TensorData<D> {
  return { shape, dtype, values: allocate(dtype, sizeOf(shape)) };
}

/** A typed array as a tensor of its type, without a copy. */
export function tensorOf(values: TypedArrays[Dtype], shape: readonly number[]): TensorData {
  const dtype = (Object.keys(constructors) as Dtype[])
    .find((dtype) => values instanceof constructors[dtype])!;
  return { shape, dtype, values };
}

/** The bytes of an array, without a copy. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** The tensors with `prefix` before their names. */
export function prefixed<Tensor>(
  tensors: Readonly<Record<string, Tensor>>,
  prefix: string,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]),
  );
}

/** The tensors whose names begin with `prefix`, without it: `0/actions` is `actions` below `0/`. */
export function belowPrefix<Tensor>(
  tensors: Readonly<Record<string, Tensor>>,
  prefix: string,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );
}
