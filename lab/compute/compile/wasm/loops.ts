/**
 * A fused loop as one function: every element is loaded once, goes through all nodes in registers
 * and is stored once; reductions ride along.
 *
 * A loop with elementary functions goes two vectors a turn where V8's re-vectorisation is on, which
 * makes one vector of 256 bits of them, lane by lane the same arithmetic. It begins at stores to
 * neighbouring addresses that no check of bounds stands between, so to constant ones: each result is
 * also stored to scratch memory that nobody reads. For the same reason it does not take two vectors as
 * they are loaded, but does once a lane of them was replaced, here by itself. Nor does it pair across a
 * branch, which some functions have for arguments that are far out: such stores come before it, and
 * such lanes after it.
 *
 * @module
 */
import { type Dtype, NoLowering, type Value } from "../ir.ts";
import type { Loop, Node, Operand, Reduction } from "../items.ts";
import {
  type Code,
  f32x4,
  get,
  i32,
  i32x4,
  Locals,
  repeat,
  sequence,
  set,
  splat,
  splatInt,
  v128,
} from "./assembler.ts";
import { expression, farther, isBounded, isElementary } from "./expressions.ts";
import { type Madd, VectorMath } from "./math.ts";

/** What a loop's code depends on beside the loop. */
interface LoopContext {
  readonly values: readonly Value[];
  /** Byte address of a value. */
  address(value: number): number;
  /** Whether a node's value is read outside its loop, and so must be stored. */
  stored(value: number): boolean;
  readonly madd: Madd;
  /** Address of {@linkcode loopScratch} bytes, where V8 is to compute pairs of vectors as one. */
  readonly scratch?: number;
}

/** From the first to the one after the last. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A part of a loop: some of its rows, all where none are named, and some of their columns. */
export interface LoopPart {
  readonly rows?: Range;
  /** `from` is a multiple of 4. */
  readonly columns?: Range;
}

/** The function's locals and body, for the whole loop or a part of it. */
export function loopFunction(
  item: Loop,
  context: LoopContext,
  part?: LoopPart,
): { locals: Locals; body: Code } {
  const writer = new LoopWriter(item, context, part);
  return { locals: writer.locals, body: writer.body() };
}

const vectorBytes = 16;
const laneBytes = 4;
const pairBytes = 2 * vectorBytes;

/** Bytes of scratch memory that a loop needs. */
export function loopScratch({ nodes }: Loop): number {
  return nodes.some(({ kernel }) => isElementary(kernel)) ? nodes.length * pairBytes : 0;
}

class LoopWriter {
  readonly locals = new Locals(0);
  readonly #math: VectorMath;
  readonly #columns: number;
  readonly #rows: number;
  /** Byte offsets: of the row (one element a row), in the row, and of the element by rows' stride. */
  readonly #row = this.locals.add("i32");
  readonly #column = this.locals.add("i32");
  readonly #elements = new Map<number, number>();
  /** Whether it goes two vectors a turn: what differs along a row has two locals then. */
  readonly #paired: boolean;
  /** Locals of operands read from memory, by value and access. */
  readonly #operands = new Map<
    string,
    { operand: Operand & { value: number }; locals: number[] }
  >();
  readonly #nodes = new Map<number, number[]>();
  /** Accumulators of row and total reductions. */
  readonly #accumulators = new Map<number, number>();
  readonly #scratch = this.locals.add("v128");

  readonly #part: Required<LoopPart>;

  constructor(
    private readonly item: Loop,
    private readonly context: LoopContext,
    part: LoopPart = {},
  ) {
    this.#math = new VectorMath(this.locals, context.madd);
    this.#columns = item.columns ?? item.size;
    this.#rows = item.size / this.#columns;
    const { rows = { from: 0, to: this.#rows }, columns = { from: 0, to: this.#columns } } = part;
    this.#part = { rows, columns };
    this.#paired = context.scratch !== undefined && loopScratch(item) > 0 &&
      (columns.to - columns.from) * laneBytes >= pairBytes;
    const vectors = () => (this.#paired ? [0, 1] : [0]).map(() => this.locals.add("v128"));
    this.#elementOf(this.#columns);
    const own = new Set(item.nodes.map((node) => node.output));
    for (
      const operand of [
        ...item.nodes.flatMap((node) => node.operands),
        ...item.reductions.map((each) => each.operand),
      ]
    ) {
      if (operand.access === "immediate") continue;
      if (operand.access === "full" && own.has(operand.value)) continue;
      const key = keyOf(operand);
      if (operand.access === "columns") this.#elementOf(operand.stride);
      if (!this.#operands.has(key)) {
        const same = operand.access === "perRow" || operand.access === "single";
        this.#operands.set(key, { operand, locals: vectors().slice(0, same ? 1 : undefined) });
      }
    }
    for (const node of item.nodes) {
      this.#nodes.set(node.output, vectors());
      for (const { stride } of node.places) this.#elementOf(stride);
    }
    for (const reduction of item.reductions) {
      if (reduction.over !== "column") {
        this.#accumulators.set(reduction.output, this.locals.add("v128"));
      }
    }
  }

  body(): Code {
    const { reductions } = this.item;
    const byColumn = reductions.filter((each) => each.over === "column");
    const total = reductions.filter((each) => each.over === "all");
    const { rows, columns } = this.#part;
    const width = columns.to - columns.from;
    const nextRow = [...this.#elements].map(([stride, local]) =>
      stride > width ? increase(local, (stride - width) * laneBytes) : []
    );
    return sequence(
      ...this.#each("single", () => i32.const(0)),
      ...total.map((each) => set(this.#accumulators.get(each.output)!, identity(each))),
      ...byColumn.map((each) => this.#fillColumns(each)),
      set(this.#row, i32.const(rows.from * laneBytes)),
      ...[...this.#elements].map(([stride, local]) =>
        set(local, i32.const((rows.from * stride + columns.from) * laneBytes))
      ),
      this.#rows === 1 ? this.#oneRow() : repeat(
        this.#row,
        i32.const(rows.to * laneBytes),
        i32.const(laneBytes),
        sequence(this.#oneRow(), ...nextRow),
      ),
      ...total.map((each) => this.#finish(each, i32.const(0))),
    );
  }

  /** Loads of the operands with one access, one element in all lanes. */
  #each(access: Operand["access"], at: () => Code): Code[] {
    return [...this.#operands.values()]
      .filter(({ operand }) => operand.access === access)
      .map(({ operand, locals: [local] }) =>
        set(local, v128.loadSplat(at(), this.context.address(operand.value)))
      );
  }

  /** The local of elements whose rows lie `stride` apart. */
  #elementOf(stride: number): number {
    const local = this.#elements.get(stride) ?? this.locals.add("i32");
    this.#elements.set(stride, local);
    return local;
  }

  /** The part's columns of a row. */
  #oneRow(): Code {
    const { from, to } = this.#part.columns;
    const rowReductions = this.item.reductions.filter((each) => each.over === "row");
    const start = from * laneBytes;
    const end = to * laneBytes;
    const whole = start + Math.floor((to - from) / 4) * vectorBytes;
    const pairs = this.#paired ? start + Math.floor((to - from) / 8) * pairBytes : start;
    const run = (first: number, limit: number, bytes: number, body: () => Code) =>
      first === limit ? [] : repeat(
        this.#column,
        i32.const(limit),
        i32.const(bytes),
        sequence(
          body(),
          ...[...this.#elements.values()].map((local) => increase(local, bytes)),
        ),
      );
    return sequence(
      ...this.#each("perRow", () => get(this.#row)),
      ...rowReductions.map((each) => set(this.#accumulators.get(each.output)!, identity(each))),
      set(this.#column, i32.const(start)),
      run(start, pairs, pairBytes, () => this.#pair()),
      run(pairs, whole, vectorBytes, () => this.#one(true)),
      run(whole, end, laneBytes, () => this.#one(false)),
      ...rowReductions.map((each) => this.#finish(each, get(this.#row))),
    );
  }

  /** All nodes on four lanes, or on one (in all lanes; the first is kept). */
  #one(vector: boolean): Code {
    return sequence(this.#load(vector), this.#compute([0]), this.#keep(vector));
  }

  /** All nodes on two vectors, as V8 makes one of them. */
  #pair(): Code {
    const operands = [...this.#operands.values()].flatMap(({ locals }) =>
      locals.length > 1 ? locals : []
    );
    const isReduced = (output: number) =>
      this.item.reductions.some(({ operand }) =>
        operand.access === "full" && operand.value === output
      );
    const seeds = this.item.nodes.flatMap((node) =>
      !this.#isBounded(node) &&
        (this.context.stored(node.output) || node.places.length > 0 || isReduced(node.output))
        ? this.#seeds(node)
        : []
    );
    return sequence(
      ...[0, 1].map((copy) => this.#load(true, copy)),
      ...operands.map(pairable),
      this.#compute([0, 1]),
      ...seeds,
      ...[0, 1].map((copy) => this.#keep(true, copy)),
    );
  }

  /** Stores a result where nobody reads it: the higher vector first, else V8 keeps the lower one, too. */
  #seeds(node: Node): Code[] {
    const at = this.context.scratch! + this.item.nodes.indexOf(node) * pairBytes;
    return [1, 0].map((copy) =>
      v128.store(i32.const(0), this.#result(node.output, copy), at + copy * vectorBytes)
    );
  }

  /** Loads the operands; the second `copy` is the vector after the first one. */
  #load(vector: boolean, copy = 0): Code {
    const loads = [...this.#operands.values()].map(({ operand, locals }) => {
      const load = (at: number, offset = 0) => {
        const from = this.context.address(operand.value) + offset * laneBytes + copy * vectorBytes;
        return set(locals[copy], vector ? v128.load(get(at), from) : v128.loadSplat(get(at), from));
      };
      switch (operand.access) {
        case "full":
          return load(this.#elementOf(this.#columns));
        case "columns":
          return load(this.#elementOf(operand.stride), operand.offset);
        case "perColumn":
          return load(this.#column);
        default:
          return [];
      }
    });
    return sequence(...loads);
  }

  /** All nodes on each vector; a bounded one is put right for all of them before the next node. */
  #compute(copies: readonly number[]): Code {
    const { nodes } = this.item;
    const ends = [
      ...nodes.flatMap((node, i) => this.#isBounded(node) ? [i + 1] : []),
      nodes.length,
    ];
    return sequence(
      ...ends.flatMap((end, i) => {
        const some = nodes.slice(ends[i - 1] ?? 0, end);
        const last = some.at(-1);
        return [
          ...copies.flatMap((copy) => some.map((node) => this.#node(node, copy))),
          last !== undefined && this.#isBounded(last) ? this.#farther(last, copies) : [],
        ];
      }),
    );
  }

  #isBounded({ kernel, operands: [x] }: Node): boolean {
    return isBounded(kernel, this.#dtypeOf(x));
  }

  #farther(node: Node, copies: readonly number[]): Code {
    const { kernel, operands, output } = node;
    const results = this.#nodes.get(output)!.slice(0, copies.length);
    const codes = copies.map((copy) => operands.map((operand) => this.#read(operand, copy)));
    const code = farther(kernel, codes, results, this.#math);
    if (copies.length === 1) return code;
    const isRead = this.item.nodes.some(({ operands }) =>
      operands.some((operand) => operand.access === "full" && operand.value === output)
    );
    // V8 pairs nothing across a branch: it ends before, and begins anew after it.
    return sequence(...this.#seeds(node), code, ...(isRead ? results.map(pairable) : []));
  }

  /** Stores results and accumulates reductions. */
  #keep(vector: boolean, copy = 0): Code {
    const { address, stored } = this.context;
    const stores = this.item.nodes.flatMap(({ output, places }) => {
      const store = (stride: number, to: number) => {
        const [at, value] = [get(this.#elementOf(stride)), this.#result(output, copy)];
        return (vector ? v128.store : v128.storeLane)(at, value, to + copy * vectorBytes);
      };
      return [
        stored(output) ? store(this.#columns, address(output)) : [],
        ...places.map(({ value, offset, stride }) =>
          store(stride, address(value) + offset * laneBytes)
        ),
      ];
    });
    const reductions = this.item.reductions.map((each) => this.#accumulate(each, vector, copy));
    return sequence(...stores, ...reductions);
  }

  #node(node: Node, copy: number): Code {
    const dtypes = node.operands.map((operand) => this.#dtypeOf(operand));
    const code = expression(node.kernel, {
      codes: node.operands.map((operand) => this.#read(operand, copy)),
      dtypes,
      attributes: node.attributes,
      math: this.#math,
    });
    if (code === undefined) {
      throw new NoLowering(`${node.kernel} on ${dtypes.join(", ")}`, node.origin);
    }
    return set(this.#nodes.get(node.output)![copy], code);
  }

  #dtypeOf(operand: Operand): Dtype {
    return operand.access === "immediate"
      ? operand.dtype
      : this.context.values[operand.value].dtype;
  }

  #read(operand: Operand, copy: number): Code {
    if (operand.access === "immediate") {
      return operand.dtype === "float32" ? splat(operand.number) : splatInt(operand.number);
    }
    const held = this.#operands.get(keyOf(operand))?.locals;
    return held === undefined ? this.#result(operand.value, copy) : get(held[copy] ?? held[0]);
  }

  /** A node's result. */
  #result(output: number, copy: number): Code {
    return get(this.#nodes.get(output)![copy]);
  }

  #accumulate(reduction: Reduction, vector: boolean, copy: number): Code {
    const value = this.#read(reduction.operand, copy);
    if (reduction.over === "column") {
      const address = this.context.address(reduction.output) + copy * vectorBytes;
      const before = vector
        ? v128.load(get(this.#column), address)
        : v128.loadSplat(get(this.#column), address);
      const after = combine(reduction, before, value);
      return vector
        ? v128.store(get(this.#column), after, address)
        : v128.storeLane(get(this.#column), after, address);
    }
    const accumulator = this.#accumulators.get(reduction.output)!;
    // One lane alone: the others take no part.
    const taken = vector ? value : v128.select(value, identity(reduction), firstLane);
    return set(accumulator, combine(reduction, get(accumulator), taken));
  }

  /** The four lanes of an accumulator into one element at `at`. */
  #finish(reduction: Reduction, at: Code): Code {
    const accumulator = this.#accumulators.get(reduction.output)!;
    const scratch = this.#scratch;
    const folded = (lanes: readonly number[]) =>
      set(
        scratch,
        combine(reduction, get(scratch), v128.shuffle(get(scratch), get(scratch), lanes)),
      );
    return sequence(
      set(scratch, get(accumulator)),
      folded([2, 3, 0, 1]),
      folded([1, 0, 3, 2]),
      v128.storeLane(at, get(scratch), this.context.address(reduction.output)),
    );
  }

  #fillColumns(reduction: Reduction): Code {
    const address = this.context.address(reduction.output);
    const { from, to } = this.#part.columns;
    const start = from * laneBytes;
    const whole = start + Math.floor((to - from) / 4) * vectorBytes;
    const end = to * laneBytes;
    const fill = (limit: number, bytes: number) =>
      repeat(
        this.#column,
        i32.const(limit),
        i32.const(bytes),
        bytes === vectorBytes
          ? v128.store(get(this.#column), identity(reduction), address)
          : v128.storeLane(get(this.#column), identity(reduction), address),
      );
    return sequence(
      set(this.#column, i32.const(start)),
      whole > start ? fill(whole, vectorBytes) : [],
      whole < end ? fill(end, laneBytes) : [],
    );
  }
}

/** What tells operands in memory apart. */
function keyOf(operand: Exclude<Operand, { access: "immediate" }>): string {
  return Object.values(operand).join();
}

/** A vector as V8 takes two of them as one: with a lane replaced by itself. */
function pairable(local: number): Code {
  return set(local, f32x4.replaceLane(get(local), f32x4.lane(get(local))));
}

function increase(local: number, bytes: number): Code {
  return set(local, i32.add(get(local), i32.const(bytes)));
}

const firstLane = v128.const(new Int32Array([-1, 0, 0, 0]));

function identity({ combine, dtype }: Reduction): Code {
  const float = dtype === "float32";
  switch (combine) {
    case "Sum":
      return float ? splat(0) : splatInt(0);
    case "Prod":
      return float ? splat(1) : splatInt(1);
    case "Max":
      return float ? splat(-Infinity) : splatInt(-(2 ** 31));
    case "Min":
      return float ? splat(Infinity) : splatInt(2 ** 31 - 1);
  }
}

function combine({ combine, dtype }: Reduction, a: Code, b: Code): Code {
  const lanes = dtype === "float32" ? f32x4 : i32x4;
  switch (combine) {
    case "Sum":
      return lanes.add(a, b);
    case "Prod":
      return lanes.mul(a, b);
    case "Max":
      return lanes.max(a, b);
    case "Min":
      return lanes.min(a, b);
  }
}
