/**
 * Rows in typed columns, as memories keep them and as snapshots hold them.
 *
 * @module
 */
import type { Column } from "../../lab/core/rows.ts";
import { type NamedTensors, tensorOf } from "../../lab/core/tensor_data.ts";

/** Columns by name, with the numbers in a row; left out: one, whose tensor has a single axis. */
export type Columns = Readonly<Record<string, readonly [values: Column, width?: number]>>;

/** The first `count` rows as tensors, views all of them. */
export function tensorsOf(columns: Columns, count: number): NamedTensors {
  return Object.fromEntries(
    Object.entries(columns).map(([name, [values, width]]) => {
      const shape = width === undefined ? [count] : [count, width];
      return [name, tensorOf(values.subarray(0, count * (width ?? 1)), shape)];
    }),
  );
}

/** Overwrites the first rows with those of tensors that {@linkcode tensorsOf} made. */
export function restoreColumns(columns: Columns, tensors: NamedTensors): void {
  for (const [name, [values]] of Object.entries(columns)) values.set(tensors[name].values);
}

/** Copies of tensors that others go on writing to. */
export function copied(tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { values, shape }]) => [
      name,
      tensorOf(values.slice(), shape),
    ]),
  );
}
