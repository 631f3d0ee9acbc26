/**
 * Examples of a data set's test split as a file, for pages.
 *
 * @module
 */
import type { Dataset } from "../lab/core/dataset.ts";
import { decodeSafetensors, encodeSafetensors } from "../lab/core/safetensors.ts";
import { sizeOf } from "../lab/core/tensor_data.ts";

/** Examples that a page gets, at most. */
const MOST = 600;

/** Examples as a page takes them. */
export interface Examples {
  /** [count, D]. */
  readonly values: Float32Array;
  /** [count]; undefined: there are no classes. */
  readonly labels: Uint8Array | undefined;
  readonly count: number;
  /** What the classes are called. */
  readonly names: readonly string[];
}

/** The first examples of the test split. */
export function encodeExamples(
  { test, shape, classes = 0, classNames }: Dataset,
): Uint8Array<ArrayBuffer> {
  const count = Math.min(MOST, test.count);
  const size = sizeOf(shape);
  const names = classNames ?? Array.from({ length: classes }, (_, i) => String(i));
  const { labels } = test;
  return encodeSafetensors({
    values: { shape: [count, size], dtype: "float32", values: test.values.slice(0, count * size) },
    ...labels &&
      { labels: { shape: [count], dtype: "uint8", values: labels.slice(0, count) } },
  }, { names: JSON.stringify(names) });
}

/** Examples of such a file. */
export function decodeExamples(bytes: Uint8Array): Examples {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const { values, labels } = tensors;
  return {
    values: values.values as Float32Array,
    labels: labels?.values as Uint8Array | undefined,
    count: values.shape[0],
    names: JSON.parse(metadata.names ?? "[]"),
  };
}
