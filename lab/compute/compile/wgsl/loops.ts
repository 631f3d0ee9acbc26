/**
 * A fused loop as tasks: a lane for each element, or lanes that walk what they reduce and then fold
 * their parts in a tree. The order of a reduction depends on its shape alone.
 *
 * @module
 */
import { type Dtype, NoLowering } from "../ir.ts";
import type { Loop, Node, Operand, Reduction } from "../items.ts";
import { bitsOf, expression, immediate, load } from "./expressions.ts";
import { begin, columnTasks, fold, nameOf, type Place, type Sink, take } from "./reductions.ts";
import { index, lanes, type Lowering, type Span, span, type Task } from "./tasks.ts";

/** Rows up to this length are one lane's work; longer ones a workgroup's. */
const longestRow = 32;

/** The tasks of a loop, in order. */
export function loopTasks(item: Loop, lowering: Lowering): Task[] {
  const kinds = [...new Set(item.reductions.map((each) => each.over))];
  const storing = item.nodes.filter((node) => lowering.stored(node.output));
  // One walk for each kind of reduction; the last one stores, as it may replace what others read.
  const tasks = kinds.flatMap((over, i) => {
    const reductions = item.reductions.filter((each) => each.over === over);
    return new Walk(item, lowering, reductions, i === kinds.length - 1 ? storing : []).tasks();
  });
  return kinds.length > 0 ? tasks : new Walk(item, lowering, [], storing).tasks();
}

/** One pass over a loop's elements for some of its results. */
class Walk {
  readonly #columns: number;
  readonly #rows: number;
  readonly #nodes: readonly Node[];
  readonly #own: ReadonlySet<number>;
  readonly #numbers = new Map<number, number>();

  constructor(
    private readonly item: Loop,
    private readonly lowering: Lowering,
    private readonly reductions: readonly Reduction[],
    private readonly storing: readonly Node[],
  ) {
    this.#columns = item.columns ?? item.size;
    this.#rows = item.size / this.#columns;
    this.#nodes = needed(item.nodes, [
      ...storing.map((node) => node.output),
      ...reductions.flatMap(({ operand }) => operand.access === "immediate" ? [] : [operand.value]),
    ]);
    this.#own = new Set(item.nodes.map((node) => node.output));
  }

  tasks(): Task[] {
    const [first] = this.reductions;
    if (first === undefined) return [this.#elementwise()];
    if (first.over === "row") {
      return [this.#columns <= longestRow ? this.#rowByLane() : this.#rowByGroup()];
    }
    const sinks = this.#sinks();
    const length = first.over === "column" ? this.#columns : 1;
    return columnTasks({
      length,
      count: this.item.size / length,
      sinks,
      body: (place) => this.#body(first.over === "column" ? place : this.#flat(place.element)),
      reads: this.#reads(),
      writes: this.#stores(),
    }, this.lowering);
  }

  #elementwise(): Task {
    const { size } = this.item;
    return {
      groups: Math.ceil(size / lanes),
      body: `let i = group * ${lanes}u + lane;
  if (i < ${size}u) {
    ${this.#body(this.#flat("i"))}
  }`,
      reads: this.#reads(),
      writes: this.#stores(),
    };
  }

  #rowByLane(): Task {
    const sinks = this.#sinks();
    return {
      groups: Math.ceil(this.#rows / lanes),
      body: `let r = group * ${lanes}u + lane;
  if (r < ${this.#rows}u) {
    ${begin(sinks)}
    for (var c = 0u; c < ${this.#columns}u; c++) {
      ${this.#rowBody(sinks)}
    }
    ${sinks.map((sink, s) => this.#finish(sink, s, "r")).join("\n    ")}
  }`,
      reads: this.#reads(),
      writes: [...this.#stores(), ...this.#results()],
    };
  }

  #rowByGroup(): Task {
    const sinks = this.#sinks();
    return {
      groups: this.#rows,
      body: `let r = group;
  ${begin(sinks)}
  for (var c = lane; c < ${this.#columns}u; c += ${lanes}u) {
    ${this.#rowBody(sinks)}
  }
  ${sinks.map((sink, s) => fold(sink, s, 1)).join("\n  ")}
  if (lane == 0u) {
    ${sinks.map((sink, s) => this.#finish(sink, s, "r")).join("\n    ")}
  }`,
      reads: this.#reads(),
      writes: [...this.#stores(), ...this.#results()],
    };
  }

  #rowBody(sinks: readonly Sink[]): string {
    const place = { element: "i", row: "r", column: "c" };
    return `let i = r * ${this.#columns}u + c;
      ${this.#body(place)}
      ${sinks.map(take).join(" ")}`;
  }

  #finish(sink: Sink, place: number, at: string): string {
    const to = index(sink.target / 4, [at, 1]);
    return `m[${to}] = ${bitsOf(sink.dtype, nameOf(place))};`;
  }

  /** A place by the element's number alone. */
  #flat(element: string): Place {
    return {
      element,
      row: this.#columns === 1 ? element : `(${element} / ${this.#columns}u)`,
      column: this.#rows === 1 ? element : `(${element} % ${this.#columns}u)`,
    };
  }

  /** Loads, nodes and stores at a place. */
  #body(place: Place): string {
    const nodes = this.#nodes.map((node) =>
      `let ${this.#nameOf(node.output)} = ${this.#node(node)};`
    );
    const stores = this.storing.map(({ output, dtype }) =>
      `m[${index(this.lowering.address(output) / 4, [place.element, 1])}] = ${
        bitsOf(dtype, this.#nameOf(output))
      };`
    );
    const loads = [...this.#operands().values()].map((operand) => {
      const { dtype } = this.lowering.values[operand.value];
      const at = index(this.lowering.address(operand.value) / 4, [
        offsetOf(operand, place),
        operand.access === "single" ? 0 : 1,
      ]);
      return `let ${this.#localOf(operand)} = ${load(dtype, at)};`;
    });
    return [...loads, ...nodes, ...stores].join("\n    ");
  }

  #node({ kernel, operands, attributes, origin }: Node): string {
    const dtypes = operands.map((operand) => this.#dtypeOf(operand));
    const alone = operands.every((operand) => operand.access === "immediate");
    const codes = operands.map((operand) => this.#read(operand, alone));
    const code = expression(kernel, codes, dtypes, attributes);
    if (code === undefined) throw new NoLowering(`${kernel} on ${dtypes.join(", ")}`, origin);
    return code;
  }

  #read(operand: Operand, alone: boolean): string {
    if (operand.access === "immediate") return immediate(operand.number, operand.dtype, alone);
    return this.#isOwn(operand) ? this.#nameOf(operand.value) : this.#localOf(operand);
  }

  #dtypeOf(operand: Operand): Dtype {
    return operand.access === "immediate"
      ? operand.dtype
      : this.lowering.values[operand.value].dtype;
  }

  /** The local of a node's value. */
  #nameOf(value: number): string {
    return `node${this.#numberOf(value)}`;
  }

  /** The local of an operand that is read from memory. */
  #localOf({ access, value }: Operand & { value: number }): string {
    return `${prefixes[access as keyof typeof prefixes]}${this.#numberOf(value)}`;
  }

  /** Values are numbered as they are first named: loops that compute alike have one code. */
  #numberOf(value: number): number {
    if (!this.#numbers.has(value)) this.#numbers.set(value, this.#numbers.size);
    return this.#numbers.get(value)!;
  }

  #isOwn(operand: Operand): boolean {
    return operand.access === "full" && this.#own.has(operand.value);
  }

  /** Operands read from memory, by local. */
  #operands(): Map<string, Operand & { value: number }> {
    const operands = [
      ...this.#nodes.flatMap((node) => node.operands),
      ...this.reductions.map((each) => each.operand),
    ];
    const read = new Map<string, Operand & { value: number }>();
    for (const operand of operands) {
      if (operand.access === "immediate" || this.#isOwn(operand)) continue;
      read.set(this.#localOf(operand), operand);
    }
    return read;
  }

  #sinks(): Sink[] {
    return this.reductions.map(({ combine, dtype, output, operand }) => ({
      combine,
      dtype,
      target: this.lowering.address(output),
      taken: this.#read(operand, true),
    }));
  }

  #reads(): Span[] {
    return [...this.#operands().values()].map(({ value }) => this.#span(value));
  }

  #stores(): Span[] {
    return this.storing.map(({ output }) => this.#span(output));
  }

  #results(): Span[] {
    return this.reductions.map(({ output }) => this.#span(output));
  }

  #span(value: number): Span {
    return span(this.lowering.address(value), this.lowering.values[value].size);
  }
}

/** The nodes that some values depend on, in order. */
function needed(nodes: readonly Node[], values: readonly number[]): Node[] {
  const live = new Set(values);
  return nodes.toReversed().filter((node) => {
    if (!live.has(node.output)) return false;
    for (const operand of node.operands) {
      if (operand.access !== "immediate") live.add(operand.value);
    }
    return true;
  }).toReversed();
}

function offsetOf(operand: Operand, place: Place): string {
  switch (operand.access) {
    case "perColumn":
      return place.column;
    case "perRow":
      return place.row;
    default:
      return place.element;
  }
}

const prefixes = { full: "x", perColumn: "column", perRow: "row", single: "single" } as const;
