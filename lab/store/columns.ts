/**
 * Points of a series in columns, and their stored form: float64 (little-endian), so that NaN,
 * infinities and −0 come back as they are. First the values, then each x axis: `1, start, rise`
 * where it rises by equal amounts, as most do, else `0` and its coordinates.
 *
 * @module
 */
import { bytesOf } from "../core/tensor_data.ts";

/** The x axes of a point. */
export const AXES = [
  "iterations",
  "environmentSteps",
  "gradientSteps",
  "examples",
  "wallSeconds",
] as const;

/** Name of an x axis. */
type AxisName = typeof AXES[number];

/** A point, as `MetricPoint` without its name. */
type Point = Readonly<Record<AxisName, number>> & { readonly value: number };

const INITIAL_CAPACITY = 16;

/** Points of one series that grow at the end. Points must come by ascending iteration. */
export class Columns {
  /** Points so far. */
  count = 0;
  #values = new Float64Array(INITIAL_CAPACITY);
  #axes: readonly Float64Array[] = AXES.map(() => new Float64Array(INITIAL_CAPACITY));

  /** Adds a point. */
  push(point: Point): void {
    if (this.count === this.#values.length) this.#grow();
    const i = this.count++;
    this.#values[i] = point.value;
    this.#axes[0][i] = point.iterations;
    this.#axes[1][i] = point.environmentSteps;
    this.#axes[2][i] = point.gradientSteps;
    this.#axes[3][i] = point.examples;
    this.#axes[4][i] = point.wallSeconds;
  }

  /** Iterations of the first and the last point. */
  get span(): [number, number] {
    return [this.#axes[0][0], this.#axes[0][this.count - 1]];
  }

  /** The last point's value in its stored form. */
  encodeLast(): Uint8Array {
    return bytesOf(this.#values.subarray(this.count - 1, this.count));
  }

  /** All points in their stored form. */
  encode(): Uint8Array {
    const axes = this.#axes.map((axis) => axis.subarray(0, this.count));
    const rises = axes.map(riseOf);
    const lengths = rises.map((rise) => rise === undefined ? 1 + this.count : 3);
    const words = new Float64Array(lengths.reduce((sum, length) => sum + length, this.count));
    words.set(this.#values.subarray(0, this.count));
    let at = this.count;
    axes.forEach((axis, a) => {
      const rise = rises[a];
      if (rise === undefined) words.set(axis, at + 1);
      else words.set([1, axis[0], rise], at);
      at += lengths[a];
    });
    return bytesOf(words);
  }

  /** Forgets all points and the room that they took. */
  clear(): void {
    this.count = 0;
    if (this.#values.length <= 1024) return;
    this.#values = new Float64Array(INITIAL_CAPACITY);
    this.#axes = AXES.map(() => new Float64Array(INITIAL_CAPACITY));
  }

  #grow(): void {
    const grown = (column: Float64Array) => {
      const larger = new Float64Array(2 * column.length);
      larger.set(column);
      return larger;
    };
    this.#values = grown(this.#values);
    this.#axes = this.#axes.map(grown);
  }
}

/** An x axis read back: explicit values, or `start + i · rise`. */
export interface Axis {
  /** The first coordinate, where `values` is null. */
  readonly start: number;
  /** From each coordinate to the next, where `values` is null. */
  readonly rise: number;
  /** The coordinates; null where they rise evenly. */
  readonly values: Float64Array | null;
}

/** Coordinate `i` of an axis. */
export function axisAt(axis: Axis, i: number): number {
  return axis.values === null ? axis.start + i * axis.rise : axis.values[i];
}

/** By how much a column rises from each coordinate to the next; undefined where that differs. */
function riseOf(column: Float64Array): number | undefined {
  const start = column[0];
  const rise = column.length > 1 ? column[1] - start : 0;
  for (let i = 0; i < column.length; i++) {
    if (!Object.is(start + i * rise, column[i])) return undefined;
  }
  return rise;
}

/**
 * Reads back `count` points that {@linkcode Columns} encoded; axes as in {@linkcode AXES}.
 * Undefined where the bytes do not hold so many.
 */
export function decodeColumns(
  bytes: Uint8Array,
  count: number,
): { values: Float64Array; axes: Axis[] } | undefined {
  if (bytes.length % 8 !== 0) return undefined;
  const words = decodeValues(bytes);
  let at = count;
  const axes = AXES.map((): Axis => {
    const even = words[at] === 1;
    const axis = even
      ? { start: words[at + 1], rise: words[at + 2], values: null }
      : { start: 0, rise: 0, values: words.subarray(at + 1, at + 1 + count) };
    at += even ? 3 : 1 + count;
    return axis;
  });
  return at === words.length ? { values: words.subarray(0, count), axes } : undefined;
}

/** Float64 values in their stored form. */
export function encodeValues(values: readonly number[]): Uint8Array {
  return bytesOf(Float64Array.from(values));
}

/** Reads back what {@linkcode encodeValues} wrote. */
export function decodeValues(bytes: Uint8Array): Float64Array {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  return new Float64Array(aligned.buffer as ArrayBuffer, aligned.byteOffset, bytes.length / 8);
}
