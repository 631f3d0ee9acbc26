/**
 * What an expansion is: a composite kernel, appended as primitive ones.
 *
 * @module
 */
import type { Attributes, Dtype, Operation, Value, View } from "../ir.ts";

/** Appends primitives for one composite operation; undefined where it is none. */
export type Expansion = (operation: Operation, add: Adder) => View | undefined;

/** Short forms for appending operations of the composite's origin; these are expanded in turn. */
export interface Adder {
  /** A float32 elementwise kernel: the result has the shape to which the inputs broadcast. */
  (kernel: string, inputs: readonly View[], attributes?: Attributes): View;
  /** A kernel with the shape and type of its result. */
  typed(
    kernel: string,
    inputs: readonly View[],
    shape: readonly number[],
    dtype: Dtype,
    attributes?: Attributes,
  ): View;
  /** A float32 scalar. */
  constant(value: number): View;
  /** A row of int32. */
  integers(values: readonly number[]): View;
  /** Known float32 elements. */
  matrix(values: Float32Array, shape: readonly number[]): View;
  /** x as another type. */
  cast(x: View, dtype: Dtype): View;
  /** What a fused kernel does at its end: its other inputs are a bias and slopes. */
  activated(x: View, rest: readonly View[], attributes: Attributes): View;
  /** The value behind a view. */
  valueOf(view: View): Value;
}
