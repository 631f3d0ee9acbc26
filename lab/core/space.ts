/**
 * Spaces: which observations a world shows and which actions it takes. Gymnasium's names.
 *
 * @module
 */
import { checkNames, InputError } from "./errors.ts";
import { isRecord, show } from "./plain.ts";
import type { Generator } from "./random.ts";
import { sizeOf } from "./tensor_data.ts";

/** A set of values with a way to draw from it and a flat float form for networks. */
export interface Space<T = unknown> {
  /** Which of the four spaces it is. */
  readonly kind: "discrete" | "box" | "multi-discrete" | "tuple";
  /** Whether `value` lies in the space. */
  contains(value: unknown): value is T;
  /** Draws a value uniformly. */
  sample(random: Generator): T;
  /** Length of the flat form: Discrete n (one-hot), Box its size. */
  readonly flatSize: number;
  /** Writes the flat form of `value` into `out` from `offset` on. */
  flatten(value: T, out: Float32Array, offset?: number): void;
  /** One line for people: `Box([-1, 0], [1, 2])`, `Box(0, 1, [64])`. */
  toString(): string;
}

/** The integers start … start + n − 1. */
export class Discrete implements Space<number> {
  readonly kind = "discrete";
  readonly flatSize: number;
  /** `n` integers from `start` on. @throws InputError where `n` is no whole number ≥ 1, or `start` none. */
  constructor(readonly n: number, readonly start = 0) {
    const action = "Cannot make a Discrete space as";
    if (!Number.isInteger(n) || n < 1) {
      throw new InputError(`${action} n must be a whole number ≥ 1: ${show(n)}`);
    }
    if (!Number.isInteger(start)) {
      throw new InputError(`${action} start must be a whole number: ${show(start)}`);
    }
    this.flatSize = n;
  }
  contains(value: unknown): value is number {
    return Number.isInteger(value) && (value as number) >= this.start &&
      (value as number) < this.start + this.n;
  }
  sample(random: Generator): number {
    return this.start + random.integers(this.n);
  }
  flatten(value: number, out: Float32Array, offset = 0): void {
    out.fill(0, offset, offset + this.n);
    out[offset + value - this.start] = 1;
  }
  toString(): string {
    return this.start === 0 ? `Discrete(${this.n})` : `Discrete(${this.n}, start=${this.start})`;
  }
}

/** Whether `value` is an array of numbers, typed or not. */
function isNumbers(value: unknown): value is readonly number[] {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
  return isList && Array.prototype.every.call(value, (each) => typeof each === "number");
}

/** Float arrays between bounds, which may be infinite. */
export class Box implements Space<Float32Array> {
  readonly kind = "box";
  /** Lengths of the axes; values are row-major. */
  readonly shape: readonly number[];
  /** Least value of each element. */
  readonly low: Float32Array;
  /** Most value of each element. */
  readonly high: Float32Array;
  readonly flatSize: number;
  /**
   * Bounds of every element.
   *
   * @throws InputError where bounds and shape do not fit, or no number lies between a low and its high.
   */
  constructor(bounds: {
    low: number | ArrayLike<number>;
    high: number | ArrayLike<number>;
    /** Needed where both bounds are single numbers. */
    shape?: readonly number[];
  }) {
    const action = "Cannot make a Box space as";
    if (!isRecord(bounds)) {
      throw new InputError(`${action} it takes { low, high, shape }: ${show(bounds)}`);
    }
    checkNames("make a Box space", "field", bounds, ["low", "high", "shape"]);
    const { low, high, shape } = bounds;
    for (const [name, bound] of Object.entries({ low, high })) {
      if (typeof bound === "number" || isNumbers(bound)) continue;
      throw new InputError(`${action} ${name} must be a number or a list of them: ${show(bound)}`);
    }
    if (shape !== undefined && !isNumbers(shape)) {
      throw new InputError(`${action} its shape must be a list of numbers: ${show(shape)}`);
    }
    const length = typeof low !== "number"
      ? low.length
      : typeof high !== "number"
      ? high.length
      : undefined;
    this.shape = shape ?? [length ?? 1];
    if (!this.shape.every((axis) => Number.isInteger(axis) && axis >= 0)) {
      throw new InputError(
        `${action} the lengths of its shape must be whole numbers ≥ 0: [${this.shape.join(", ")}]`,
      );
    }
    this.flatSize = sizeOf(this.shape);
    const fill = (bound: number | ArrayLike<number>) =>
      typeof bound === "number"
        ? new Float32Array(this.flatSize).fill(bound)
        : Float32Array.from(bound);
    this.low = fill(low);
    this.high = fill(high);
    if (this.low.length !== this.flatSize || this.high.length !== this.flatSize) {
      throw new InputError(
        `${action} its bounds must have ${this.flatSize} values: ` +
          `${this.low.length} and ${this.high.length}`,
      );
    }
    const wrong = this.low.findIndex((low, i) => !(low <= this.high[i]));
    if (wrong >= 0) {
      throw new InputError(
        `${action} every low must be ≤ its high: ` +
          `${this.low[wrong]} and ${this.high[wrong]} at ${wrong}`,
      );
    }
    const empty = this.low.findIndex((low, i) => low === Infinity || this.high[i] === -Infinity);
    if (empty >= 0) {
      throw new InputError(
        `${action} a number must lie between each low and its high: ` +
          `${this.low[empty]} and ${this.high[empty]} at ${empty}`,
      );
    }
  }
  contains(value: unknown): value is Float32Array {
    if (!(value instanceof Float32Array) || value.length !== this.flatSize) return false;
    for (let i = 0; i < value.length; i++) {
      if (!(value[i] >= this.low[i] && value[i] <= this.high[i])) return false;
    }
    return true;
  }
  /** Uniform between finite bounds; normal or exponential where one or both are infinite. */
  sample(random: Generator): Float32Array {
    return this.low.map((low, i) => {
      const high = this.high[i];
      if (Number.isFinite(low) && Number.isFinite(high)) return random.uniform(low, high);
      if (Number.isFinite(low)) return low + random.standardExponential();
      if (Number.isFinite(high)) return high - random.standardExponential();
      return random.standardNormal();
    });
  }
  flatten(value: Float32Array, out: Float32Array, offset = 0): void {
    out.set(value, offset);
  }
  toString(): string {
    const [low, high] = [this.low, this.high].map((bounds) =>
      Array.from(bounds, (bound) => Number(bound.toPrecision(7)))
    );
    const isUniform = low.length > 1 && new Set(low).size === 1 && new Set(high).size === 1;
    if (isUniform) return `Box(${low[0]}, ${high[0]}, [${this.shape.join(", ")}])`;
    return `Box([${low.join(", ")}], [${high.join(", ")}])`;
  }
}

/** Several Discrete choices at once. */
export class MultiDiscrete implements Space<Int32Array> {
  readonly kind = "multi-discrete";
  readonly flatSize: number;
  /** The count of each choice. @throws InputError where it is no list of whole numbers ≥ 1. */
  constructor(readonly nvec: readonly number[]) {
    if (!isNumbers(nvec) || !nvec.every((n) => Number.isInteger(n) && n >= 1)) {
      throw new InputError(
        `Cannot make a MultiDiscrete space as nvec must be a list of whole numbers ≥ 1: ` +
          show(nvec),
      );
    }
    this.flatSize = nvec.reduce((sum, n) => sum + n, 0);
  }
  contains(value: unknown): value is Int32Array {
    return value instanceof Int32Array && value.length === this.nvec.length &&
      this.nvec.every((n, i) => value[i] >= 0 && value[i] < n);
  }
  sample(random: Generator): Int32Array {
    return Int32Array.from(this.nvec, (n) => random.integers(n));
  }
  flatten(value: Int32Array, out: Float32Array, offset = 0): void {
    out.fill(0, offset, offset + this.flatSize);
    for (let i = 0; i < this.nvec.length; i++) {
      out[offset + value[i]] = 1;
      offset += this.nvec[i];
    }
  }
  toString(): string {
    return `MultiDiscrete([${this.nvec.join(", ")}])`;
  }
}

/** Several spaces side by side. */
export class Tuple implements Space<unknown[]> {
  readonly kind = "tuple";
  readonly flatSize: number;
  /** The spaces in the order of their values. @throws InputError where it is no list of spaces. */
  constructor(readonly spaces: readonly Space[]) {
    if (
      !Array.isArray(spaces) || !spaces.every((space) => Object.hasOwn(spaceNames, space?.kind))
    ) {
      throw new InputError(
        `Cannot make a Tuple space as it takes a list of spaces: ${show(spaces)}`,
      );
    }
    this.flatSize = spaces.reduce((sum, space) => sum + space.flatSize, 0);
  }
  contains(value: unknown): value is unknown[] {
    return Array.isArray(value) && value.length === this.spaces.length &&
      this.spaces.every((space, i) => space.contains(value[i]));
  }
  sample(random: Generator): unknown[] {
    return this.spaces.map((space) => space.sample(random));
  }
  flatten(value: unknown[], out: Float32Array, offset = 0): void {
    this.spaces.forEach((space, i) => {
      space.flatten(value[i], out, offset);
      offset += space.flatSize;
    });
  }
  toString(): string {
    return `Tuple(${this.spaces.join(", ")})`;
  }
}

/** The kinds of spaces by the names that messages use. */
export const spaceNames: Readonly<Record<Space["kind"], string>> = {
  "discrete": "Discrete",
  "multi-discrete": "MultiDiscrete",
  "box": "Box",
  "tuple": "Tuple",
};
