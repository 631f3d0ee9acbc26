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
import { type Box, boxOf, copyOf, strides } from "./copies.ts";
import { hostCallOf } from "./host_kernels.ts";
import { convolutionOf, windowItemOf } from "./images.ts";
import { indexedOf, scanOf } from "./indices.ts";
import type { Copy, Item, Loop, Move, Node, Operand, Reduction } from "./items.ts";
import { elementwise } from "./shapes.ts";
import { mostAdded } from "./wasm/matmul.ts";

export type * from "./items.ts";
export { strides } from "./copies.ts";

/** Items in order, over the graph's values and those that the schedule adds. */
export interface Schedule {
  readonly values: readonly Value[];
  readonly items: readonly Item[];
  readonly outputs: Graph["outputs"];
  readonly updates: Graph["updates"];
  /** Values that are a part of another one, and at which of its elements they begin. */
  readonly within: ReadonlyMap<number, { readonly value: number; readonly offset: number }>;
}

/** Truth is −1 in every lane: all are true where the largest is, any where the least is. */
const reductions: ReadonlyMap<string, Reduction["combine"]> = new Map([
  ...(["Sum", "Max", "Min", "Prod"] as const).map((each) => [each, each] as const),
  ["All", "Max"],
  ["Any", "Min"],
]);

/** Most kernels in one loop: beyond it registers spill. */
const mostNodes = 48;

/** Elements of a vector: rows of whole ones are summed up as one long row is. */
const lanes = 4;

/**
 * Schedules a graph that the passes have expanded.
 *
 * @param options.spare Whether slices and concatenations are left out (default) where the items
 *   beside them can do without: a run of elements stays where it lies, a loop reads and writes columns
 *   where they lie.
 */
export function schedule(graph: Graph, { spare = true } = {}): Schedule {
  const scheduler = new Scheduler(graph, spare);
  for (const operation of graph.operations) scheduler.add(operation);
  return {
    values: scheduler.builder.values,
    items: scheduler.items,
    outputs: graph.outputs,
    updates: graph.updates,
    within: scheduler.within,
  };
}

/**
 * Places operations. `readyAt` is the item from which on a value can be read: an elementwise
 * result within its own loop (its index), everything else after its item (its index + ½).
 */
class Scheduler {
  readonly items: Item[] = [];
  readonly builder: GraphBuilder;
  readonly within = new Map<number, { value: number; offset: number }>();
  readonly #readyAt = new Map<number, number>();
  /** Columns of a wider value that have not been copied: loops read them where they lie. */
  readonly #columns = new Map<number, { readonly copy: Copy; readonly box: Box }>();
  /** How often operations read a value. */
  readonly #readers = new Map<number, number>();
  /** What stands at a place of its own in the end. */
  readonly #final: ReadonlySet<number>;

  constructor(graph: Graph, private readonly spare: boolean) {
    this.builder = new GraphBuilder(graph.values);
    for (const { value } of graph.operations.flatMap(({ inputs }) => inputs)) {
      this.#readers.set(value, (this.#readers.get(value) ?? 0) + 1);
    }
    this.#final = new Set([...graph.outputs, ...graph.updates].map(({ view }) => view.value));
  }

  add(operation: Operation): void {
    const { kernel } = operation;
    if (kernel === "Add" && this.spare && this.#addToProduct(operation)) return;
    if (elementwise.has(kernel)) return this.#addNode(operation);
    for (const { value } of operation.inputs) this.#copied(value);
    if (reductions.has(kernel)) return this.#addReduction(operation);
    if (kernel === "BatchMatMul") return this.#addMatMul(operation);
    if (kernel === "ArgMax") return this.#addArgMax(operation);
    const item = copyOf(operation, (view) => this.#fillOf(view)) ?? convolutionOf(operation) ??
      windowItemOf(operation) ?? indexedOf(operation) ?? scanOf(operation) ??
      hostCallOf(operation);
    if (item === undefined) throw new NoLowering(operation.kernel, operation.origin);
    if (item.kind === "copy" && this.spare) this.#addCopy(item);
    else this.#append(item);
  }

  /** A copy, or as much of it as cannot be spared. */
  #addCopy(copy: Copy): void {
    const { output, moves, fill } = copy;
    const [move] = moves;
    if (moves.length === 1 && !this.#final.has(output)) {
      const box = boxOf(move, "source");
      if (box !== undefined && box.rows * box.columns === this.builder.values[output].size) {
        if (box.rows === 1) {
          this.within.set(output, { value: move.source, offset: box.offset });
          const ready = this.#readyAt.get(move.source);
          if (ready !== undefined) this.#readyAt.set(output, after(ready));
          return;
        }
        if (box.columns % lanes === 0) {
          this.#columns.set(output, { copy, box });
          return;
        }
      }
    }
    const rest = fill === undefined ? moves.filter((move) => !this.#isMade(move, output)) : moves;
    if (rest.length > 0) return this.#append({ ...copy, moves: rest });
    const ready = moves.map(({ source }) => this.#readyAt.get(source) ?? -1);
    this.#readyAt.set(output, after(Math.max(...ready)));
  }

  /** Whether one side of a sum is a product that can be added to the other; it is then. */
  #addToProduct({ inputs, output }: Operation): boolean {
    const { size } = this.builder.values[output.value];
    if (inputs.some((input) => elements(input.shape) !== size)) return false;
    for (const [product, other] of [inputs, inputs.toReversed()]) {
      const at = Math.floor(this.#readyAt.get(product.value) ?? -1);
      const item = this.items[at];
      if (item?.kind !== "matMul" || item.output !== product.value) continue;
      if (item.addend !== undefined || item.batch > 1) continue;
      if (item.inner > mostAdded) continue;
      if (this.#readers.get(product.value)! > 1 || this.#final.has(product.value)) continue;
      const { value } = other;
      if ((this.#readyAt.get(value) ?? -1) >= at) continue;
      if (this.#columns.has(value) || uniform(this.builder.values[value]) !== undefined) continue;
      this.items[at] = { ...item, addend: value, output: output.value };
      this.#readyAt.set(output.value, after(at));
      return true;
    }
    return false;
  }

  /** Whether the item that makes a value can make it where a move would take it; it does then. */
  #isMade(move: Move, output: number): boolean {
    const source = this.builder.values[move.source];
    const box = boxOf(move, "target");
    if (box === undefined || box.rows * box.columns !== source.size) return false;
    if (source.kind !== "temporary" || this.#final.has(source.id)) return false;
    if (box.rows === 1) {
      if (this.within.has(source.id)) return false;
      this.within.set(source.id, { value: output, offset: box.offset });
      return true;
    }
    const loop = this.items[this.#readyAt.get(source.id)!];
    if (loop?.kind !== "loop" || box.columns % lanes !== 0) return false;
    if (!fits(loop.columns, box.columns)) return false;
    loop.columns = box.columns;
    const node = loop.nodes.find((node) => node.output === source.id)!;
    node.places.push({ value: output, offset: box.offset, stride: box.stride });
    return true;
  }

  /** Has columns copied that an item cannot read where they lie. */
  #copied(value: number): void {
    const columns = this.#columns.get(value);
    if (columns === undefined) return;
    this.#columns.delete(value);
    this.#append(columns.copy);
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
    const operands = new Array<Operand>(inputs.length);
    let columns: number | undefined;
    if (kernel === "OneHot") {
      columns = attributes.depth as number;
      const iota = Array.from({ length: columns }, (_, i) => i);
      const row = this.builder.constant(iota, "int32", columns);
      this.#copied(inputs[0].value);
      operands[0] = { access: columns === 1 ? "full" : "perRow", value: inputs[0].value };
      operands[1] = { access: columns === 1 ? "single" : "perColumn", value: row.id };
    } else {
      const read = (input: View): Operand => {
        const known = operandOf(this.builder.values[input.value], input.shape, shape, columns);
        if (known === undefined) return { access: "full", value: this.#broadcast(input, shape) };
        columns = known.columns ?? columns;
        return known.operand;
      };
      const isColumns = ({ value }: View) => this.#columns.has(value);
      // Those that leave no choice go first.
      inputs.forEach((input, i) => {
        if (!isColumns(input)) operands[i] = read(input);
      });
      inputs.forEach((input, i) => {
        operands[i] ??= this.#columnsOf(input, shape, columns) ?? read(input);
        if (operands[i].access === "columns") columns = this.#columns.get(input.value)!.box.columns;
      });
    }
    const node: Node = {
      ...{ kernel, attributes, operands, output: output.value, dtype, places: [], origin },
    };
    const at = this.#place(elements(shape), columns, operands);
    (this.items[at] as Loop).nodes.push(node);
    this.#readyAt.set(output.value, at);
  }

  /** How a loop reads columns where they lie; undefined where it cannot, and they are copied. */
  #columnsOf(
    { value, shape: own }: View,
    shape: readonly number[],
    columns: number | undefined,
  ): Operand | undefined {
    const known = this.#columns.get(value);
    if (known === undefined) return undefined;
    const { copy: { moves: [{ source }] }, box } = known;
    if (elements(own) === elements(shape) && fits(columns, box.columns)) {
      return { access: "columns", value: source, offset: box.offset, stride: box.stride };
    }
    this.#copied(value);
    return undefined;
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
    const axes = attributes.axes as number[];
    let plan = reductionOf(input.shape, axes);
    if (plan === undefined) {
      input = this.#transposeForRows(input, axes);
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
    const [axis] = attributes.axes as number[];
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
        return operand.access === "full" ? ready : after(ready);
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

/** When the item has ended that makes what is ready at an item. */
function after(ready: number): number {
  return ready < 0 ? ready : Math.floor(ready) + 0.5;
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
