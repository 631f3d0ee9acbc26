/**
 * Rows of flat columns: a column of N rows of width W is a typed array of N · W numbers.
 *
 * @module
 */

/** A flat column: row i stands at i · width. */
export type Column = Float32Array | Float64Array | Int32Array | Uint8Array;

/** From this width on a block copy is faster than a loop. */
const BLOCK = 32;

/**
 * Copies chosen rows of a column into the first places of another, in the order chosen: row
 * `rows[i]` of `from` becomes row i of `to`. Numbers are converted as typed arrays do; places of
 * `to` beyond the rows keep what they hold.
 *
 * @param from [N, width]
 * @param rows Indices, each in [0, N).
 * @param width Numbers a row, ≥ 1.
 * @param to At least [rows.length, width].
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * const to = new Float32Array(4);
 * gatherRows(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 0], 2, to);
 * deepStrictEqual([...to], [5, 6, 1, 2]);
 * ```
 */
export function gatherRows(
  from: Column,
  rows: ArrayLike<number>,
  width: number,
  to: Column,
): void {
  if (width >= BLOCK) {
    for (let i = 0; i < rows.length; i++) {
      to.set(from.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
    }
    return;
  }
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] * width;
    for (let j = 0; j < width; j++) to[i * width + j] = from[row + j];
  }
}

/**
 * Copies chosen rows of several columns into the first places of others: {@linkcode gatherRows} for
 * every name in `to`. A row's width there is that of a view which the chosen rows fill.
 *
 * @param from Columns by name; those that `to` lacks are passed over.
 * @param rows Indices, as many as the columns of `to` have rows.
 * @param to Columns by name, all of which `from` has.
 */
export function gatherColumns<Name extends string>(
  from: Readonly<Record<NoInfer<Name>, Column | undefined>>,
  rows: ArrayLike<number>,
  to: Readonly<Record<Name, Column>>,
): void {
  for (const [name, column] of Object.entries<Column>(to)) {
    gatherRows(from[name as Name]!, rows, column.length / rows.length, column);
  }
}

/**
 * Copies the first rows of several columns into others, as many as these hold.
 *
 * @param from Columns by name; those that `to` lacks are passed over.
 * @param to Columns by name, all of which `from` has, as long at least.
 */
export function copyColumns<Name extends string>(
  from: Readonly<Record<NoInfer<Name>, Column | undefined>>,
  to: Readonly<Record<Name, Column>>,
): void {
  for (const [name, column] of Object.entries<Column>(to)) {
    column.set(from[name as Name]!.subarray(0, column.length));
  }
}

/** Rows that stand side by side. */
export interface RowRange {
  /** Index of the first. */
  readonly first: number;
  /** How many there are, ≥ 1. */
  readonly length: number;
}

/** The rows 0 … count − 1 in order, `size` at a time, the last part shorter where they do not divide. */
export function* rowRanges(count: number, size: number): Iterable<RowRange> {
  for (let first = 0; first < count; first += size) {
    yield { first, length: Math.min(size, count - first) };
  }
}
