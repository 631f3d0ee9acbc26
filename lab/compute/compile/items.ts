/**
 * The items of work that a program consists of: what a lowering must know how to do.
 *
 * @module
 */
import type { Attributes, Dtype } from "./ir.ts";

/** Some columns of a wider value's rows: element (r, c) lies at offset + r · stride + c. */
export interface Columns {
  readonly value: number;
  readonly offset: number;
  readonly stride: number;
}

/**
 * How a loop over [R, C] reads a value: every element, one per column (a bias), one per row, a
 * single one, every element of some columns of it, or a number that is known now.
 */
export type Operand =
  | { readonly access: "full" | "perColumn" | "perRow" | "single"; readonly value: number }
  | Columns & { readonly access: "columns" }
  | { readonly access: "immediate"; readonly number: number; readonly dtype: Dtype };

/** One elementwise kernel inside a loop. */
export interface Node {
  readonly kernel: string;
  readonly attributes: Attributes;
  readonly operands: readonly Operand[];
  readonly output: number;
  readonly dtype: Dtype;
  /** Wider values that its result is columns of. */
  readonly places: Columns[];
  /** Where the step asked for it. */
  readonly origin?: Error;
}

/** One reduction inside a loop: of each row (output [R]), of each column ([C]), or of all ([]). */
export interface Reduction {
  readonly over: "row" | "column" | "all";
  readonly combine: "Sum" | "Max" | "Min" | "Prod";
  readonly operand: Operand;
  readonly output: number;
  readonly dtype: Dtype;
}

/** Nodes and reductions over the same elements, in one pass over memory. */
export interface Loop {
  readonly kind: "loop";
  readonly size: number;
  /** Length of a row; undefined while nothing asks for rows. */
  columns: number | undefined;
  readonly nodes: Node[];
  readonly reductions: Reduction[];
}

/** c[i, j] = Σₖ a[i, k]·b[k, j], `batch` times. Strides in elements. */
export interface MatMul {
  readonly kind: "matMul";
  readonly a: number;
  readonly b: number;
  /** What the product is added to, if anything. */
  readonly addend?: number;
  readonly output: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** Of a: from row to row, and along the inner axis. */
  readonly aStrides: readonly [row: number, inner: number];
  /** Of b: along the inner axis, and from column to column. */
  readonly bStrides: readonly [inner: number, column: number];
  readonly batch: number;
  /** From one product of the batch to the next; 0 where the matrix is shared. */
  readonly batchStrides: readonly [a: number, b: number];
}

/** One box of elements, moved with strides on both sides. */
export interface Move {
  readonly source: number;
  readonly shape: readonly number[];
  readonly sourceOffset: number;
  readonly sourceStrides: readonly number[];
  readonly targetOffset: number;
  readonly targetStrides: readonly number[];
}

/** Transposes, slices, concatenations, tiles, pads and reversals: strides may be negative. */
export interface Copy {
  readonly kind: "copy";
  readonly output: number;
  readonly moves: readonly Move[];
  /** Written everywhere before the moves, where they do not cover the output. */
  readonly fill?: number;
}

/** Index of the largest element of each row; the first of equal ones. */
export interface ArgMax {
  readonly kind: "argMax";
  readonly input: number;
  readonly output: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * How windows lie over images [N, H, W, C]: that of output row y begins at input row
 * y·strideY − padTop and takes every dilationY-th row; columns alike. What lies outside is 0 (or
 * takes no part in a pool).
 */
export interface Windows {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly dilationY: number;
  readonly dilationX: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/**
 * A convolution or one of its gradients: `output` [N, outH, outW, F] from [input, filter],
 * `input` [N, H, W, C] from [output, filter], or `filter` [kH, kW, C, F] from [input, output].
 */
export interface Convolution {
  readonly kind: "convolution";
  readonly solves: "output" | "input" | "filter";
  readonly inputs: readonly number[];
  readonly output: number;
  readonly windows: Windows;
  /** F. */
  readonly filters: number;
}

/**
 * Work on windows, each channel by itself. Inputs: max and average [x]; maxGradient [dy, x];
 * averageGradient [dy]; depthwise [x, filter]; depthwiseInput [dy, filter]; depthwiseFilter
 * [x, dy], with one filter [kH, kW, C] a channel.
 */
export interface WindowItem {
  readonly kind: "window";
  readonly role:
    | "max"
    | "average"
    | "maxGradient"
    | "averageGradient"
    | "depthwise"
    | "depthwiseInput"
    | "depthwiseFilter";
  readonly inputs: readonly number[];
  readonly output: number;
  readonly windows: Windows;
}

/**
 * Rows by index: of [batch, outer, rows, inner] those that indices [batch, count, parts] name.
 * `gather` takes them: inputs [x, indices], output [batch, outer, count, inner]; an index outside
 * gives NaN (0 in integers). `scatter` adds them up: inputs [updates, indices], output
 * [batch, outer, rows, inner]; an index outside adds nothing.
 */
export interface Indexed {
  readonly kind: "gather" | "scatter";
  readonly inputs: readonly [number, number];
  readonly output: number;
  readonly batch: number;
  readonly outer: number;
  readonly rows: number;
  readonly count: number;
  readonly inner: number;
  /** The row is the sum of each part of an index times its stride. */
  readonly parts: readonly { readonly length: number; readonly stride: number }[];
}

/** Running sums or products along the middle axis of [outer, length, inner]. */
export interface Scan {
  readonly kind: "scan";
  readonly inputs: readonly [number];
  readonly output: number;
  readonly combine: "Sum" | "Prod";
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  /** Whether an element itself takes no part in its result. */
  readonly exclusive: boolean;
  /** Whether it runs from the end. */
  readonly reverse: boolean;
}

/** A kernel without a lowering, computed by TensorFlow.js on the cpu. */
export interface HostCall {
  readonly kind: "host";
  readonly kernel: string;
  readonly attributes: Attributes;
  /** Of its inputs, in order. */
  readonly names: readonly string[];
  readonly inputs: readonly number[];
  readonly shapes: readonly (readonly number[])[];
  /** Which of the kernel's results is the output. */
  readonly result: number;
  readonly output: number;
  /** Where the step asked for it. */
  readonly origin?: Error;
}

/** A piece of work of a program. */
export type Item =
  | Loop
  | MatMul
  | Copy
  | ArgMax
  | Convolution
  | WindowItem
  | Indexed
  | Scan
  | HostCall;
