/**
 * A fused loop as tasks: a lane for each element, or lanes that walk what they reduce and then fold
 * their parts in a tree. The order of a reduction depends on its shape alone.
 *
 * @module
 */
import type { Dtype, Value } from "../ir.ts";
import type { Loop, Node, Operand, Reduction } from "../schedule.ts";
import { bitsOf, expression, immediate, load, typeOf } from "./expressions.ts";
import { opaque } from "./functions.ts";
import { index, lanes, type Span, span, type Task } from "./tasks.ts";

/** What a loop's code depends on beside the loop. */
export interface LoopContext {
  readonly values: readonly Value[];
  /** Byte address of a value. */
  address(value: number): number;
  /** Whether a node's value is read outside its loop, and so must be stored. */
  stored(value: number): boolean;
  /** Address of scratch memory of `size` elements that is this task's alone. */
  scratch(size: number): number;
}

/** A kernel without code for its element types. */
export class NoCode extends Error {
  constructor(readonly kernel: string, readonly dtypes: readonly Dtype[]) {
    super(`no WGSL of ${kernel} on ${dtypes.join(", ")}`);
  }
}

/** Rows up to this length are one lane's work; longer ones a workgroup's. */
const longestRow = 32;
/** Elements that a lane folds before the rows of a column are split over more workgroups. */
const longestColumn = 64;
/** About as many workgroups as a split aims at. */
const aim = 256;

/** Where a lane is: code of the element's number, its row and its column. */
interface Place {
  readonly element: string;
  readonly row: string;
  readonly column: string;
}

/** A reduction's running value in code. */
interface Sink {
  readonly combine: Reduction["combine"];
  readonly dtype: Dtype;
  readonly output: number;
  /** Code of the next value to take in, at a place. */
  readonly taken: (place: Place) => string;
}

/** The tasks of a loop, in order. */
export function loopTasks(item: Loop, context: LoopContext): Task[] {
  const kinds = [...new Set(item.reductions.map((each) => each.over))];
  const storing = item.nodes.filter((node) => context.stored(node.output));
  // One walk for each kind of reduction; the last one stores, as it may replace what others read.
  const tasks = kinds.flatMap((over, i) => {
    const reductions = item.reductions.filter((each) => each.over === over);
    return new Walk(item, context, reductions, i === kinds.length - 1 ? storing : []).tasks();
  });
  return kinds.length > 0 ? tasks : new Walk(item, context, [], storing).tasks();
}

/** One pass over a loop's elements for some of its results. */
class Walk {
  readonly #columns: number;
  readonly #rows: number;
  readonly #nodes: readonly Node[];
  readonly #own: ReadonlySet<number>;

  constructor(
    private readonly item: Loop,
    private readonly context: LoopContext,
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
      body: (place) => this.#body(place),
      reads: this.#reads(),
      writes: this.#stores(),
    }, this.context);
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
    ${sinks.map((sink) => this.#finish(sink, "r")).join("\n    ")}
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
  ${sinks.map((sink) => fold(sink, 1)).join("\n  ")}
  if (lane == 0u) {
    ${sinks.map((sink) => this.#finish(sink, "r")).join("\n    ")}
  }`,
      reads: this.#reads(),
      writes: [...this.#stores(), ...this.#results()],
    };
  }

  #rowBody(sinks: readonly Sink[]): string {
    const place = { element: "i", row: "r", column: "c" };
    return `let i = r * ${this.#columns}u + c;
      ${this.#body(place)}
      ${sinks.map((sink) => take(sink, place)).join(" ")}`;
  }

  #finish(sink: Sink, at: string): string {
    const to = index(this.context.address(sink.output) / 4, [at, 1]);
    return `m[${to}] = ${bitsOf(sink.dtype, nameOf(sink))};`;
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
  #body(given: Place): string {
    const place = given.row === "" ? this.#flat(given.element) : given;
    const nodes = this.#nodes.map((node) => `let node${node.output} = ${this.#node(node)};`);
    const stores = this.storing.map(({ output, dtype }) =>
      `m[${index(this.context.address(output) / 4, [place.element, 1])}] = ${
        bitsOf(dtype, `node${output}`)
      };`
    );
    const loads = [...this.#operands().values()].map((operand) => {
      const { dtype } = this.context.values[operand.value];
      const at = index(this.context.address(operand.value) / 4, [
        offsetOf(operand, place),
        operand.access === "single" ? 0 : 1,
      ]);
      return `let ${localOf(operand)} = ${load(dtype, at)};`;
    });
    return [...loads, ...nodes, ...stores].join("\n    ");
  }

  #node({ kernel, operands, attributes }: Node): string {
    const dtypes = operands.map((operand) => this.#dtypeOf(operand));
    const alone = operands.every((operand) => operand.access === "immediate");
    const codes = operands.map((operand) => this.#read(operand, alone));
    const code = expression(kernel, codes, dtypes, attributes);
    if (code === undefined) throw new NoCode(kernel, dtypes);
    return code;
  }

  #read(operand: Operand, alone: boolean): string {
    if (operand.access === "immediate") return immediate(operand.number, operand.dtype, alone);
    return this.#isOwn(operand) ? `node${operand.value}` : localOf(operand);
  }

  #dtypeOf(operand: Operand): Dtype {
    return operand.access === "immediate"
      ? operand.dtype
      : this.context.values[operand.value].dtype;
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
      read.set(localOf(operand), operand);
    }
    return read;
  }

  #sinks(): Sink[] {
    return this.reductions.map(({ combine, dtype, output, operand }) => ({
      combine,
      dtype,
      output,
      taken: () => this.#read(operand, true),
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
    return span(this.context.address(value), this.context.values[value].size);
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

/** Columns of [count, length], each folded to one element. */
interface Columns {
  readonly count: number;
  readonly length: number;
  readonly sinks: readonly Sink[];
  /** Code at a place, before the sinks take their values; a place without row: by number alone. */
  readonly body: (place: Place) => string;
  readonly reads: readonly Span[];
  readonly writes: readonly Span[];
}

/**
 * A workgroup takes up to eight columns side by side, its lanes every so manieth row. Where rows
 * are many, several workgroups share a column and a second task folds their parts.
 */
function columnTasks(columns: Columns, context: LoopContext): Task[] {
  const { count, length, sinks } = columns;
  const width = Math.min(8, 2 ** Math.ceil(Math.log2(length)));
  const rowLanes = lanes / width;
  const across = Math.ceil(length / width);
  const wanted = Math.ceil(count / (rowLanes * longestColumn / 2));
  const parts = count <= rowLanes * longestColumn
    ? 1
    : Math.max(1, Math.min(wanted, Math.floor(aim / across)));
  const targets = sinks.map(({ output }) =>
    parts === 1 ? context.address(output) : context.scratch(parts * length)
  );
  const place = length === 1
    ? { element: "i", row: "", column: "" }
    : { element: "i", row: "k", column: "j" };
  const body = `let j = group % ${across}u * ${width}u + lane % ${width}u;
  let part = group / ${across}u;
  ${begin(sinks)}
  if (j < ${length}u) {
    for (var k = part * ${rowLanes}u + lane / ${width}u; k < ${count}u; k += ${rowLanes * parts}u) {
      let i = k * ${length}u + j;
      ${columns.body(place)}
      ${sinks.map((sink) => take(sink, place)).join(" ")}
    }
  }
  ${sinks.map((sink) => fold(sink, width)).join("\n  ")}
  if (lane < ${width}u && j < ${length}u) {
    ${
    sinks.map((sink, s) => {
      const at = index(targets[s] / 4, ["part", parts === 1 ? 0 : length], ["j", 1]);
      return `m[${at}] = ${bitsOf(sink.dtype, nameOf(sink))};`;
    }).join("\n    ")
  }
  }`;
  const written = targets.map((target) => span(target, parts * length));
  const first: Task = {
    groups: across * parts,
    body,
    reads: columns.reads,
    writes: [...columns.writes, ...written],
  };
  if (parts === 1) return [first];
  const rest = columnTasks({
    count: parts,
    length,
    sinks: sinks.map((sink, s) => ({
      ...sink,
      taken: () => load(sink.dtype, index(targets[s] / 4, ["i", 1])),
    })),
    body: () => "",
    reads: written,
    writes: [],
  }, context);
  return [first, ...rest];
}

/** Elements of scratch memory that a loop may need: `aim` workgroups of at most eight columns. */
export function scratchElements(item: Loop): number {
  return item.reductions.filter(({ over }) => over !== "row").length * 8 * aim;
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

function localOf(operand: Operand & { value: number }): string {
  return `${prefixes[operand.access as keyof typeof prefixes]}${operand.value}`;
}

function nameOf(sink: Sink): string {
  return `sum${sink.output}`;
}

function begin(sinks: readonly Sink[]): string {
  return sinks.map((sink) =>
    `var ${nameOf(sink)}: ${typeOf[sink.dtype]} = ${identityOf(sink.combine, sink.dtype)};`
  ).join("\n  ");
}

function take(sink: Sink, place: Place): string {
  const name = nameOf(sink);
  return `${name} = ${combined(sink.combine, sink.dtype, name, sink.taken(place))};`;
}

/** The lanes' parts into the first `width` lanes. */
function fold(sink: Sink, width: number): string {
  const name = nameOf(sink);
  return `${name} = fold${sink.combine}_${typeOf[sink.dtype]}(lane, ${width}u, ${name});`;
}

/** The function that {@linkcode fold} calls, for each kind of reduction that code contains. */
export function foldFunctions(code: string): string {
  const wanted = new Set(code.match(/\bfold(?:Sum|Max|Min|Prod)_(?:f32|i32)/g));
  return [...wanted].map((name) => {
    const [, combine, type] = name.match(/^fold(\w+)_(\w+)$/)!;
    const dtype = type === "f32" ? "float32" : "int32";
    const next = combined(
      combine as Reduction["combine"],
      dtype,
      load(dtype, "lane").replace("m[", "pool["),
      load(dtype, "lane + s").replace("m[", "pool["),
    );
    return `fn ${name}(lane: u32, width: u32, x: ${type}) -> ${type} {
  pool[lane] = bitcast<u32>(x);
  workgroupBarrier();
  for (var s = ${lanes / 2}u; s >= width; s >>= 1u) {
    if (lane < s) { pool[lane] = bitcast<u32>(${next}); }
    workgroupBarrier();
  }
  let folded = bitcast<${type}>(pool[lane]);
  workgroupBarrier();
  return folded;
}`;
  }).join("\n");
}

function combined(combine: Reduction["combine"], dtype: Dtype, a: string, b: string): string {
  const float = dtype === "float32";
  switch (combine) {
    case "Sum":
      return `${a} + ${b}`;
    case "Prod":
      return `${a} * ${b}`;
    case "Max":
      return float ? `maximum(${a}, ${b})` : `max(${a}, ${b})`;
    case "Min":
      return float ? `minimum(${a}, ${b})` : `min(${a}, ${b})`;
  }
}

function identityOf(combine: Reduction["combine"], dtype: Dtype): string {
  const float = dtype === "float32";
  switch (combine) {
    case "Sum":
      return float ? "0.0f" : "0";
    case "Prod":
      return float ? "1.0f" : "1";
    case "Max":
      return float ? opaque(-Infinity) : "i32(-2147483648)";
    case "Min":
      return float ? opaque(Infinity) : "2147483647";
  }
}
