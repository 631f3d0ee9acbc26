/**
 * A step's graph for any number of rows: what two graphs of it, of few rows and of one more, have
 * in common. A length that grows with the rows stands as a multiple of them.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import type { Attributes, Dtype, Graph, Value } from "../compile/ir.ts";

/** The numbers of rows of the two graphs: not 1, which broadcasts. */
export const COUNTS = [2, 3] as const;

/** So many times the number of rows. */
export interface Multiple {
  readonly rows: number;
}

/** Of an axis: a number, or a multiple of the number of rows. */
export type Length = number | Multiple;

/** Of a tensor. */
export type Lengths = readonly Length[];

/** A value seen with a shape. */
export interface RowView {
  readonly value: number;
  readonly shape: Lengths;
}

/** One kernel. */
export interface RowOperation {
  readonly kernel: string;
  readonly inputs: readonly RowView[];
  readonly attributes: Attributes;
  readonly output: RowView;
}

/** A step for any number of rows. */
export interface RowGraph {
  readonly values: readonly (Pick<Value, "kind" | "dtype" | "name" | "elements">)[];
  readonly operations: readonly RowOperation[];
  readonly outputs: readonly { readonly name: string; readonly view: RowView }[];
}

/** Whether two lengths are one. */
export function equalLengths(a: Lengths, b: Lengths): boolean {
  return a.length === b.length && a.every((length, i) => {
    const other = b[i];
    if (typeof length === "number" || typeof other === "number") return length === other;
    return length.rows === other.rows;
  });
}

/**
 * The graph for any number of rows.
 *
 * @param graphs For as many rows as {@linkcode COUNTS} says, in this order.
 * @throws InputError that names the kernel where rows depend on how many there are.
 */
export function joinedGraph([few, more]: readonly [Graph, Graph]): RowGraph {
  const values = few.values.map(({ kind, dtype, name, elements }, i) => ({
    ...{ kind, dtype: dtype as Dtype, name },
    elements: elements && joined(elements, more.values[i]?.elements, "a constant") as Float32Array,
  }));
  const operations = few.operations.map(({ origin: _, ...operation }, i) => {
    const { origin: __, ...other } = more.operations[i] ?? {};
    return joined(operation, other, operation.kernel) as RowOperation;
  });
  const outputs = few.outputs.map((output, i) =>
    joined(output, more.outputs[i], output.name) as RowGraph["outputs"][number]
  );
  return { values, operations, outputs };
}

/** Plain data in which what differs is a multiple of the rows. */
function joined(a: unknown, b: unknown, where: string): unknown {
  if (Object.is(a, b)) return a;
  if (typeof a === "number" && typeof b === "number") {
    const [each, other] = [a / COUNTS[0], b / COUNTS[1]];
    if (each === other && Number.isInteger(each)) return { rows: each };
  } else if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    if (`${a}` === `${b}`) return a;
  } else if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length === b.length) return a.map((each, i) => joined(each, b[i], where));
  } else if (a !== null && b !== null && typeof a === "object" && typeof b === "object") {
    const other = b as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(a).map(([name, each]) => [name, joined(each, other[name], where)]),
    );
  }
  throw new InputError(
    `Cannot write a function of any number of rows as each row must be computed alone: ${where}`,
  );
}
