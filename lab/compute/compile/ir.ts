/**
 * The intermediate representation of a traced step: values in flat memory, and the kernels that
 * make one from another, in order. A reshape is another view of the same value and costs nothing.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";

/** Element types. A bool is a lane mask: all bits set or none. Every element has four bytes. */
export type Dtype = "float32" | "int32" | "bool";

/** Where a value comes from. */
export type ValueKind = "input" | "random" | "scalar" | "state" | "constant" | "temporary";

/** A tensor's elements, row-major. */
export interface Value {
  readonly id: number;
  readonly kind: ValueKind;
  readonly dtype: Dtype;
  readonly size: number;
  /** Of inputs, random numbers, scalars and state: `group/name` for state. */
  readonly name?: string;
  /** Of constants: one element where all are equal, else `size` elements. */
  readonly elements?: Float32Array | Int32Array;
}

/** A value seen with a shape. */
export interface View {
  readonly value: number;
  readonly shape: readonly number[];
}

/** Attributes of a kernel as TensorFlow.js gives them, save that its axes are parsed as `axes`. */
export type Attributes = { readonly [name: string]: unknown };

/** One kernel: it makes `output` from `inputs`. */
export interface Operation {
  readonly kernel: string;
  readonly inputs: readonly View[];
  readonly attributes: Attributes;
  readonly output: View;
  /** Made where the step asked for it: its stack has the line. */
  readonly origin?: Error;
}

/** A whole step. */
export interface Graph {
  readonly values: readonly Value[];
  readonly operations: readonly Operation[];
  readonly outputs: readonly { readonly name: string; readonly view: View }[];
  /** What each replaced piece of state becomes. */
  readonly updates: readonly { readonly state: number; readonly view: View }[];
}

/** Number of elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The element that all elements of a constant are equal to; undefined where they differ. */
export function uniform(value: Value): number | undefined {
  return value.kind === "constant" && value.elements!.length === 1 ? value.elements![0] : undefined;
}

/** A graph under construction: new values and operations are appended. */
export class GraphBuilder {
  readonly values: Value[];
  readonly operations: Operation[] = [];

  /** Begins with the values of a graph, without its operations. */
  constructor(values: readonly Value[] = []) {
    this.values = [...values];
  }

  /** Adds a value. */
  value(kind: ValueKind, dtype: Dtype, size: number, extra: Partial<Value> = {}): Value {
    const value: Value = { ...extra, id: this.values.length, kind, dtype, size };
    this.values.push(value);
    return value;
  }

  /** Adds a constant; equal elements are kept as one. */
  constant(all: ArrayLike<number>, dtype: Dtype, size = all.length): Value {
    let same = true;
    for (let i = 1; same && i < all.length; i++) same = Object.is(all[i], all[0]);
    const kept = same && all.length > 0 ? [all[0]] : all;
    const made = dtype === "float32" ? Float32Array.from(kept) : Int32Array.from(kept);
    return this.value("constant", dtype, size, { elements: made });
  }

  /**
   * Adds an operation with a new temporary as its output.
   *
   * @returns The view of it.
   */
  apply(
    kernel: string,
    inputs: readonly View[],
    shape: readonly number[],
    dtype: Dtype,
    attributes: Attributes = {},
    origin?: Error,
  ): View {
    const output = { value: this.value("temporary", dtype, elements(shape)).id, shape };
    this.operations.push({ kernel, inputs, attributes, output, origin });
    return output;
  }
}

/** The folder whose frames are not the step's: gradients and optimizers are called by it. */
const own = import.meta.url.replace(/compile\/[^/]*$/, "");

/** Frames of TensorFlow.js. */
export const ofTensorFlow = /\/tfjs|tf\.node/;

/** Where an operation was asked for: the first frame outside TensorFlow.js and that folder. */
export function lineOf(origin: Error | undefined): string {
  const frames = origin?.stack?.split("\n").slice(1) ?? [];
  const frame = frames.find((each) =>
    /(?:file|https?):/.test(each) && !ofTensorFlow.test(each) && !each.includes(own)
  );
  const at = frame?.match(/((?:file|https?):\S*?:\d+:\d+)\)?$/)?.[1];
  return at === undefined ? "" : ` (${at})`;
}

/** A kernel that cannot be compiled: the step runs kernel by kernel instead where that is known. */
export class NoLowering extends InputError {
  /**
   * @param what The kernel, and its types where they matter.
   * @param origin Made where the step asked for it.
   */
  constructor(what: string, origin?: Error) {
    super(`Cannot compile as there is no lowering of the kernel ${what}${lineOf(origin)}`);
  }
}
