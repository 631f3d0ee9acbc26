/**
 * From operations to items of work: elementwise chains and reductions become single loops over
 * memory, matrix products and copies stand alone.
 *
 * @module
 */
import {
  elements,
  type Graph,
  GraphBuilder,
  NoLowering,
  type Operation,
  uniform,
  type Value,
  type View,
} from "./ir.ts";
import { copyOf, strides } from "./copies.ts";
import { hostCallOf } from "./host_kernels.ts";
import { convolutionOf, windowItemOf } from "./images.ts";
import { indexedOf, scanOf } from "./indices.ts";
import type { Item, Loop, Node, Operand, Reduction } from "./items.ts";
import { axesOf, elementwise } from "./shapes.ts";

export type * from "./items.ts";
export { strides } from "./copies.ts";

/** Items in order, over the graph's values and those that the schedule adds. */
export interface Schedule {
  readonly values: readonly Value[];
  readonly items: readonly Item[];
  readonly outputs: Graph["outputs"];
  readonly updates: Graph["updates"];
}

/** Truth is −1 in every lane: all are true where the largest is, any where the least is. */
const reductions: ReadonlyMap<string, Reduction["combine"]> = new Map([
  ...(["Sum", "Max", "Min", "Prod"] as const).map((each) => [each, each] as const),
  ["All", "Max"],
  ["Any", "Min"],
]);

/** Most kernels in one loop: beyond it registers spill. */
const mostNodes = 48;

/** Schedules a graph that the passes have expanded. */
export function schedule(graph: Graph): Schedule {
  const scheduler = new Scheduler(graph);
  for (const operation of graph.operations) scheduler.add(operation);
  return {
    values: scheduler.builder.values,
    items: scheduler.items,
    outputs: graph.outputs,
    updates: graph.updates,
  };
}

/**
 * Places operations. `readyAt` is the item from which on a value can be read: an elementwise
 * result within its own loop (its index), everything else after its item (its index + ½).
 */
class Scheduler {
  readonly items: Item[] = [];
  readonly builder: GraphBuilder;
  readonly #readyAt = new Map<number, number>();

  constructor(graph: Graph) {
    this.builder = new GraphBuilder(graph.values);
  }

  add(operation: Operation): void {
    const { kernel } = operation;
    if (elementwise.has(kernel)) return this.#addNode(operation);
    if (reductions.has(kernel)) return this.#addReduction(operation);
    if (kernel === "BatchMatMul") return this.#addMatMul(operation);
    if (kernel === "ArgMax") return this.#addArgMax(operation);
    const item = copyOf(operation, (view) => this.#fillOf(view)) ?? convolutionOf(operation) ??
      windowItemOf(operation) ?? indexedOf(operation) ?? scanOf(operation) ??
      hostCallOf(operation);
    if (item === undefined) throw new NoLowering(operation.kernel, operation.origin);
    this.#append(item);
  }

  #append(item: Exclude<Item, Loop>): void {
    this.items.push(item);
    this.#readyAt.set(item.output, this.items.length - 0.5);
  }

  #fillOf(view: View): number | undefined {
    return uniform(this.builder.values[view.value]);
  }

  #addNode({ kernel, inputs, attributes, output, origin }: Operation): void {
    const { dtype } = this.builder.values[output.value];
    const shape = output.shape;
    let operands: Operand[];
    let columns: number | undefined;
    if (kernel === "OneHot") {
      columns = attributes.depth as number;
      const iota = Array.from({ length: columns }, (_, i) => i);
      const row = this.builder.constant(iota, "int32", columns);
      operands = [
        { access: columns === 1 ? "full" : "perRow", value: inputs[0].value },
        { access: columns === 1 ? "single" : "perColumn", value: row.id },
      ];
    } else {
      operands = inputs.map((input) => {
        const known = operandOf(this.builder.values[input.value], input.shape, shape, columns);
        if (known === undefined) {
          return { access: "full", value: this.#broadcast(input, shape) };
        }
        columns = known.columns ?? columns;
        return known.operand;
      });
    }
    const node: Node = { kernel, attributes, operands, output: output.value, dtype, origin };
    const at = this.#place(elements(shape), columns, operands);
    (this.items[at] as Loop).nodes.push(node);
    this.#readyAt.set(output.value, at);
  }

  /** A copy of a value, broadcast to a shape that a loop cannot read it in. */
  #broadcast(input: View, shape: readonly number[]): number {
    const own = strides(input.shape);
    const lead = shape.length - input.shape.length;
    const value = this.builder.values[input.value];
    const made = this.builder.value("temporary", value.dtype, elements(shape));
    this.#append({
      kind: "copy",
      output: made.id,
      moves: [{
        source: input.value,
        shape,
        sourceOffset: 0,
        sourceStrides: shape.map((_, i) =>
          i < lead || input.shape[i - lead] === 1 ? 0 : own[i - lead]
        ),
        targetOffset: 0,
        targetStrides: strides(shape),
      }],
    });
    return made.id;
  }

  #addReduction(operation: Operation): void {
    const { kernel, attributes, output } = operation;
    let input = operation.inputs[0];
    const { dtype } = this.builder.values[output.value];
    let plan = reductionOf(input.shape, axesOf(attributes, input.shape.length));
    if (plan === undefined) {
      input = this.#transposeForRows(input, axesOf(attributes, input.shape.length));
      const kept = elements(output.shape);
      plan = { over: "row", columns: elements(input.shape) / kept };
    }
    const { operand } = operandOf(this.builder.values[input.value], input.shape, input.shape)!;
    const at = this.#place(elements(input.shape), plan.columns, [operand]);
    (this.items[at] as Loop).reductions.push({
      over: plan.over,
      combine: reductions.get(kernel)!,
      operand,
      output: output.value,
      dtype,
    });
    this.#readyAt.set(output.value, at + 0.5);
  }

  /** Moves the reduced axes to the end, so that each result is one row. */
  #transposeForRows(input: View, axes: readonly number[]): View {
    const kept = input.shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const permutation = [...kept, ...axes];
    const shape = permutation.map((axis) => input.shape[axis]);
    const { dtype } = this.builder.values[input.value];
    const made = this.builder.value("temporary", dtype, elements(shape));
    const view = { value: made.id, shape };
    this.#append(
      copyOf({
        kernel: "Transpose",
        inputs: [input],
        attributes: { perm: permutation },
        output: view,
      }, () => undefined)!,
    );
    return view;
  }

  #addMatMul({ inputs, attributes, output }: Operation): void {
    const outer = output.shape.slice(0, -2);
    const batch = elements(outer);
    // A batch that is neither whole nor shared is spread first.
    const [a, b] = inputs.map((input) => {
      const own = elements(input.shape.slice(0, -2));
      if (own === batch || own === 1) return input;
      const shape = [...outer, ...input.shape.slice(-2)];
      return { value: this.#broadcast(input, shape), shape };
    });
    const [aRows, aColumns] = a.shape.slice(-2);
    const [bRows, bColumns] = b.shape.slice(-2);
    const { transposeA, transposeB } = attributes;
    const aBatch = elements(a.shape.slice(0, -2));
    const bBatch = elements(b.shape.slice(0, -2));
    this.#append({
      kind: "matMul",
      a: a.value,
      b: b.value,
      output: output.value,
      rows: transposeA ? aColumns : aRows,
      inner: transposeA ? aRows : aColumns,
      columns: transposeB ? bRows : bColumns,
      aStrides: transposeA ? [1, aColumns] : [aColumns, 1],
      bStrides: transposeB ? [1, bColumns] : [bColumns, 1],
      batch,
      batchStrides: [aBatch === 1 ? 0 : aRows * aColumns, bBatch === 1 ? 0 : bRows * bColumns],
    });
  }

  #addArgMax(operation: Operation): void {
    const { attributes, output } = operation;
    let input = operation.inputs[0];
    const [axis] = axesOf(attributes, input.shape.length);
    if (axis !== input.shape.length - 1) input = this.#transposeForRows(input, [axis]);
    const columns = input.shape.at(-1)!;
    const rows = elements(input.shape) / columns;
    this.#append({ kind: "argMax", input: input.value, output: output.value, rows, columns });
  }

  /** The loop that takes work over `size` elements with these operands; a new one if none can. */
  #place(size: number, columns: number | undefined, operands: readonly Operand[]): number {
    const earliest = Math.max(
      -1,
      ...operands.map((operand) => {
        if (operand.access === "immediate") return -1;
        const ready = this.#readyAt.get(operand.value) ?? -1;
        // Inside the loop that makes it, a value can only be read at the same element.
        return operand.access === "full" || ready < 0 ? ready : Math.floor(ready) + 0.5;
      }),
    );
    for (let i = this.items.length - 1; i >= earliest && i >= 0; i--) {
      const item = this.items[i];
      if (item.kind !== "loop" || item.size !== size) continue;
      if (columns !== undefined && item.columns !== undefined && columns !== item.columns) continue;
      if (item.nodes.length + item.reductions.length >= mostNodes) continue;
      item.columns ??= columns;
      return i;
    }
    this.items.push({ kind: "loop", size, columns, nodes: [], reductions: [] });
    return this.items.length - 1;
  }
}

/** How a loop over `shape` reads a value; undefined where no access fits. */
function operandOf(
  value: Value,
  from: readonly number[],
  shape: readonly number[],
  columns?: number,
): { operand: Operand; columns?: number } | undefined {
  const number = uniform(value);
  if (number !== undefined) {
    return { operand: { access: "immediate", number, dtype: value.dtype } };
  }
  const [size, own] = [elements(shape), elements(from)];
  if (own === size) return { operand: { access: "full", value: value.id } };
  if (own === 1) return { operand: { access: "single", value: value.id } };
  const padded = [...new Array(shape.length - from.length).fill(1), ...from];
  const first = padded.findIndex((length) => length !== 1);
  if (padded.slice(first).every((length, i) => length === shape[first + i])) {
    return fits(columns, own)
      ? { operand: { access: "perColumn", value: value.id }, columns: own }
      : undefined;
  }
  const last = padded.findLastIndex((length) => length !== 1);
  if (padded.slice(0, last + 1).every((length, i) => length === shape[i])) {
    const row = size / own;
    return fits(columns, row)
      ? { operand: { access: "perRow", value: value.id }, columns: row }
      : undefined;
  }
  return undefined;
}

function fits(columns: number | undefined, wanted: number): boolean {
  return columns === undefined || columns === wanted;
}

/** The plan of a reduction over neighbouring leading, trailing or all axes; undefined otherwise. */
function reductionOf(
  shape: readonly number[],
  axes: readonly number[],
): { over: Reduction["over"]; columns: number | undefined } | undefined {
  const long = shape.map((length, i) => ({ length, reduced: axes.includes(i) }))
    .filter(({ length }) => length !== 1);
  if (long.every(({ reduced }) => reduced)) return { over: "all", columns: undefined };
  const changes = long.filter(({ reduced }, i) => i > 0 && reduced !== long[i - 1].reduced).length;
  if (changes !== 1) return undefined;
  const product = (reduced: boolean) =>
    long.filter((axis) => axis.reduced === reduced).reduce((n, { length }) => n * length, 1);
  return long.at(-1)!.reduced
    ? { over: "row", columns: product(true) }
    : { over: "column", columns: product(false) };
}
