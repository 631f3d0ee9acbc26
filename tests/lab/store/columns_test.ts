/** Points in columns, and the words in which they are stored. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import {
  AXES,
  axisAt,
  Columns,
  decodeColumns,
  decodeValues,
  encodeValues,
} from "../../../lab/store/columns.ts";

/** The float64 words of bytes, little end first. */
function wordsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

const point = (value: number, ...axes: number[]) => {
  const [iterations, environmentSteps, gradientSteps, examples, wallSeconds] = axes;
  return { value, iterations, environmentSteps, gradientSteps, examples, wallSeconds };
};

Deno.test("values come first, then each axis: start and rise where it is even, else its coordinates", () => {
  const columns = new Columns();
  columns.push(point(0.5, 3, 10, 0, -0, 1));
  columns.push(point(NaN, 5, 20, 0, -0, 1.5));
  columns.push(point(-0, 7, 40, 0, -0, 2));
  deepStrictEqual(columns.span, [3, 7]);
  const even = (start: number, rise: number) => [1, start, rise];
  deepStrictEqual(wordsOf(columns.encode()), [
    ...[0.5, NaN, -0],
    ...even(3, 2),
    ...[0, 10, 20, 40],
    ...even(0, 0),
    ...[0, -0, -0, -0], // start + i · 0 would be 0
    ...even(1, 0.5),
  ]);
  deepStrictEqual(wordsOf(columns.encodeLast()), [-0]);
});

Deno.test("any number of points is read back, wherever the bytes lie", () => {
  for (const count of [1, 2, 16, 17, 40, 1100]) {
    const columns = new Columns();
    const all = Array.from({ length: count }, (_, i) => point(i / 3, i, 2 * i, i * i, 7, i / 7));
    for (const each of all) columns.push(each);
    strictEqual(columns.count, count);
    deepStrictEqual(columns.span, [0, count - 1]);
    const encoded = columns.encode();
    const moved = new Uint8Array(encoded.length + 3);
    moved.set(encoded, 3);
    for (const bytes of [encoded, moved.subarray(3)]) {
      const { values, axes } = decodeColumns(bytes, count)!;
      deepStrictEqual([...values], all.map(({ value }) => value));
      AXES.forEach((name, a) => {
        deepStrictEqual(all.map((_, i) => axisAt(axes[a], i)), all.map((each) => each[name]));
      });
      deepStrictEqual(axes.map((axis) => axis.values === null), [
        ...[true, true, count < 3, true, count < 3],
      ]);
    }
    for (const other of [count - 1, count + 1]) {
      strictEqual(decodeColumns(encoded, other), undefined, `${other} of ${count}`);
    }
    strictEqual(decodeColumns(encoded.subarray(0, -8), count), undefined);
    strictEqual(decodeColumns(encoded.subarray(0, -1), count), undefined);
    // What is forgotten leaves nothing behind.
    columns.clear();
    strictEqual(columns.count, 0);
    columns.push(all[0]);
    deepStrictEqual(decodeColumns(columns.encode(), 1)!.values, Float64Array.of(0));
  }
});

Deno.test("values have their own form, of eight bytes each", () => {
  const values = [NaN, -0, Infinity, 5e-324, 1 / 3];
  const bytes = encodeValues(values);
  deepStrictEqual(wordsOf(bytes), values);
  const moved = new Uint8Array(bytes.length + 1);
  moved.set(bytes, 1);
  for (const each of [bytes, moved.subarray(1)]) {
    const read = decodeValues(each);
    ok(read.every((value, i) => Object.is(value, values[i])) && read.length === values.length);
  }
});
