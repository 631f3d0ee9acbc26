/**
 * Points of a series in columns, and their stored form. Values are the bytes of their float64
 * (little-endian), so that NaN, infinities and −0 come back as they are. An x axis that rises by
 * equal amounts, as most do, is stored as its start and rise.
 *
 * @module
 */

/** The x axes of a point. */
export const AXES = [
  "iterations",
  "environmentSteps",
  "gradientSteps",
  "examples",
  "wallSeconds",
] as const;

/** Name of an x axis. */
export type AxisName = typeof AXES[number];

/** The database's columns of the axes, in the order of {@linkcode AXES}. */
export const AXIS_COLUMNS =
  "iterations, environment_steps, gradient_steps, examples, wall_seconds" as const;

/** A point, as `MetricPoint` without its name. */
export type Point = Readonly<Record<AxisName, number>> & { readonly value: number };

const INITIAL_CAPACITY = 16;

/** Points of one series that grow at the end. Points must come by ascending iteration. */
export class Columns {
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

  /** Stored form of the values. */
  encodeValues(): Uint8Array {
    return bytesOf(this.#values.subarray(0, this.count));
  }

  /** Stored form of the last value. */
  encodeLast(): Uint8Array {
    return bytesOf(this.#values.subarray(this.count - 1, this.count));
  }

  /** Stored forms of the axes, in the order of {@linkcode AXES}. */
  encodeAxes(): Uint8Array[] {
    return this.#axes.map((axis) => encodeAxis(axis.subarray(0, this.count)));
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
  readonly start: number;
  readonly rise: number;
  readonly values: Float64Array | null;
}

/** Coordinate `i` of an axis. */
export function axisAt(axis: Axis, i: number): number {
  return axis.values === null ? axis.start + i * axis.rise : axis.values[i];
}

/** Stored form of an axis: 16 bytes for three or more points that rise evenly, else 8 a point. */
export function encodeAxis(column: Float64Array): Uint8Array {
  if (column.length > 2) {
    const start = column[0];
    const rise = column[1] - start;
    let i = 0;
    while (i < column.length && Object.is(start + i * rise, column[i])) i++;
    if (i === column.length) return bytesOf(Float64Array.of(start, rise));
  }
  return bytesOf(column);
}

/** Reads back what {@linkcode encodeAxis} made of `count` coordinates. */
export function decodeAxis(bytes: Uint8Array, count: number): Axis {
  const values = decodeValues(bytes);
  return count > 2 && values.length === 2
    ? { start: values[0], rise: values[1], values: null }
    : { start: 0, rise: 0, values };
}

/** Reads back float64 values. */
export function decodeValues(bytes: Uint8Array): Float64Array {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  return new Float64Array(aligned.buffer as ArrayBuffer, aligned.byteOffset, bytes.length / 8);
}

function bytesOf(column: Float64Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}
