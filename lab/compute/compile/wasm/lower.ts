/**
 * A planned schedule as one WebAssembly module whose `run0` is the whole step, or the first
 * thread's share of it.
 *
 * @module
 */
import { operationsOf } from "../costs.ts";
import { alignedScratch, neededValues, type Plan, readsOf, writesOf } from "../plan.ts";
import type { HostCall, Item, MatMul } from "../items.ts";
import {
  callOf,
  convolutionCalls,
  isHandedOver,
  type LibraryCall,
  type LibraryShare,
  worthCalling,
} from "../library.ts";
import type { Schedule } from "../schedule.ts";
import {
  call,
  type Code,
  f32x4,
  get,
  i32,
  Locals,
  loop,
  memory,
  ModuleBuilder,
  sequence,
  set,
} from "./assembler.ts";
import { type Bytes, Distribution, type Touched } from "./distribution.ts";
import { indexedFunction, scanFunction } from "./indexed.ts";
import { loopFunction, loopScratch } from "./loops.ts";
import { Products, productScratch } from "./matmul.ts";
import { type Madd, strictMadd } from "./math.ts";
import { argMaxFunction, copyFunction } from "./moves.ts";
import { type Part, partsOf, wholeOf } from "./parts.ts";
import { unfoldedFunction, unfoldedProduct, unfoldedScratch } from "./unfolded.ts";
import { readsWindows, windowedFunction, windowedScratch } from "./windowed.ts";
import { windowFunction } from "./windows.ts";

/** Whether multiply-adds may be fused (`relaxed`, as the machine likes) or never are (`strict`). */
export type Rounding = "relaxed" | "strict";

/** Multiply-add in a build's way. */
export function maddOf(rounding: Rounding): Madd {
  return rounding === "relaxed" ? f32x4.relaxedMadd : strictMadd;
}

/** Scratch bytes that one thread needs for the schedule's items. */
export function scratchBytes(schedule: Schedule): number {
  return schedule.items.reduce((most, item) => Math.max(most, scratchOf(item)), 0);
}

function scratchOf(item: Item): number {
  if (item.kind === "matMul") return productScratch(item);
  if (item.kind === "loop") return loopScratch(item);
  if (item.kind !== "convolution") return 0;
  // A library's product takes unfolded windows.
  return Math.max(unfoldedScratch(item), readsWindows(item) ? windowedScratch(item) : 0);
}

/** How a module is built. */
interface Build {
  readonly rounding: Rounding;
  readonly arena: { readonly shared: boolean; readonly mostPages: number };
  readonly threads: number;
  /** What is left to a library; nothing is where it is left out. */
  readonly native?: LibraryShare;
  /** Whether V8 pairs vectors: see `Products`. */
  readonly revectorized?: boolean;
  /** Whether one thread calls `env.mark` with the index of each item that it has done. */
  readonly marks?: boolean;
}

/** A module's binary, how many barriers a run passes, and what it leaves to a library. */
export interface Lowered {
  readonly binary: Uint8Array<ArrayBuffer>;
  readonly barriers: number;
  readonly libraryCalls: readonly LibraryCall[];
}

/**
 * The module of a schedule: it imports `env.memory` and exports a function `run0`, `run1`, … for
 * each thread, which takes the arrivals at barriers before the run. One with host kernels imports
 * `env.host`, which it calls with an item's index, and is for one thread alone; a native one imports
 * `env.library`, which it calls with an index into `libraryCalls`. A library's sums may depend on the
 * sizes that it is given, so that its calls are not split over threads.
 */
export function lower(schedule: Schedule, plan: Plan, build: Build): Lowered {
  const { threads } = build;
  const writer = new ItemWriter(schedule, plan, build);
  const distribution = new Distribution(threads, plan.counter);
  const touched = touchedBy(schedule, plan);
  const needed = neededValues(schedule);
  const sizes = schedule.values.map(({ size }) => size);
  for (const item of schedule.items) {
    const memory = touched(readsOf(item), writesOf(item, needed));
    const native = isNative(item, build.native);
    const share = native ? build.native : undefined;
    const parts = threads > 1 ? partsOf(item, threads, share) : undefined;
    if (parts !== undefined) {
      distribution.split(memory, parts.map((part, thread) => writer.code(part, thread, native)));
    } else {
      // A whole item's scratch is that of the thread it lands on: nobody else uses a thread's own.
      const work = operationsOf(item, sizes);
      distribution.whole(memory, (thread) => {
        const code = writer.code(wholeOf(item), thread, native);
        return build.marks === true ? sequence(code, writer.mark(item)) : code;
      }, work);
    }
  }
  const copies = plan.copies.map(({ from, to, bytes }) =>
    memory.copy(i32.const(to), i32.const(from), i32.const(bytes))
  );
  distribution.last(sequence(...copies));
  for (let thread = 0; thread < threads; thread++) {
    const locals = new Locals(1);
    locals.add("i32");
    locals.add("i32");
    writer.module.add(["i32"], locals, distribution.codeOf(thread), `run${thread}`);
  }
  return {
    binary: writer.module.encode({ ...build.arena, pages: Math.ceil(plan.end / 65536) }),
    barriers: distribution.barriers,
    libraryCalls: writer.libraryCalls,
  };
}

/** Whether an item, or its products, are left to a library. */
export function isNative(item: Item, share: LibraryShare | undefined): boolean {
  if (share === undefined) return false;
  if (item.kind === "matMul") return worthCalling(item, share.least);
  return item.kind === "convolution" && worthCalling(unfoldedProduct(item), share.least);
}

/** The bytes behind values. */
function touchedBy({ values }: Schedule, plan: Plan) {
  const bytes = (value: number): Bytes => {
    const from = plan.addresses[value]!;
    return [from, from + values[value].size * 4];
  };
  return (reads: readonly number[], writes: readonly number[]): Touched => ({
    reads: reads.map(bytes),
    writes: writes.map(bytes),
  });
}

/** Adds the functions of items to a module. */
class ItemWriter {
  readonly module: ModuleBuilder;
  readonly #madd;
  readonly #stored: ReadonlySet<number>;
  readonly #scratchBytes: number;
  readonly #multiplier: Products;
  /** What the module leaves to a library. */
  readonly libraryCalls: LibraryCall[] = [];

  constructor(
    private readonly schedule: Schedule,
    private readonly plan: Plan,
    private readonly build: Build,
  ) {
    const hosted = schedule.items.some(({ kind }) => kind === "host");
    this.module = new ModuleBuilder([
      ...(hosted ? ["host"] : []),
      ...(build.native === undefined ? [] : ["library"]),
      ...(build.marks === true ? ["mark"] : []),
    ]);
    this.#madd = maddOf(build.rounding);
    this.#multiplier = new Products(this.module, this.#madd, build.revectorized);
    this.#stored = neededValues(schedule);
    this.#scratchBytes = alignedScratch(scratchBytes(schedule));
  }

  /** Code that says that an item is done. */
  mark(item: Item): Code {
    return this.module.callOut("mark", i32.const(this.schedule.items.indexOf(item)));
  }

  /** Code that does a part on a thread; `native` leaves it, or its products, to the library. */
  code(part: Part, thread: number, native: boolean): Code {
    const { item, offsets } = part;
    const address = (value: number) => this.plan.addresses[value]! + (offsets.get(value) ?? 0);
    const scratch = this.plan.scratch + thread * this.#scratchBytes;
    if (item.kind === "host") {
      return this.module.callOut("host", i32.const(this.schedule.items.indexOf(item)));
    }
    if (item.kind === "matMul" && (native || item.batch === 1)) {
      const product = native
        ? this.#callLibrary([callOf(item, address)])
        : this.#multiplier.product(
          { ...item, adds: item.addend !== undefined },
          addressesOf(item, address),
          scratch,
        );
      return sequence(addendCode(item, address), product);
    }
    if (native && item.kind === "convolution") {
      if (isHandedOver(item, this.build.native!)) {
        const calls = convolutionCalls(item, address);
        return sequence(...calls.map((call) => this.#callLibrary([call])));
      }
      const library = (calls: readonly LibraryCall[], index: Code) =>
        this.#callLibrary(calls, index);
      const { locals, body } = unfoldedFunction(item, address, { library }, scratch);
      return call(this.module.add([], locals, body));
    }
    const { locals, body } = this.#function({ ...part, item }, address, scratch);
    return call(this.module.add([], locals, body));
  }

  /** Code that has the library compute one of these calls: the first, or that of an index. */
  #callLibrary(calls: readonly LibraryCall[], index: Code = i32.const(0)): Code {
    const first = this.libraryCalls.length;
    this.libraryCalls.push(...calls);
    return this.module.callOut("library", i32.add(i32.const(first), index));
  }

  #function(
    { item, loop, channels }: Part & { readonly item: Exclude<Item, HostCall> },
    address: (value: number) => number,
    scratch: number,
  ): { locals: Locals; body: Code } {
    const { values } = this.schedule;
    const { output } = item as { output: number };
    switch (item.kind) {
      case "matMul":
        return batchFunction(item, this.#multiplier, address, scratch);
      case "loop": {
        const stored = (value: number) => this.#stored.has(value);
        const own = this.build.revectorized ? scratch : undefined;
        return loopFunction(
          item,
          { values, address, stored, madd: this.#madd, scratch: own },
          loop,
        );
      }
      case "copy":
        return copyFunction(item, address, values[output].size, values[output].dtype);
      case "argMax":
        return argMaxFunction(item, address, values[item.input].dtype);
      case "convolution": {
        const make = readsWindows(item) ? windowedFunction : unfoldedFunction;
        const range = channels ?? { from: 0, to: item.windows.channels };
        return make(item, address, this.#multiplier, scratch, range);
      }
      case "window":
        return windowFunction(item, address, values[output].size, this.#madd);
      case "gather":
      case "scatter":
        return indexedFunction(item, address, values[output].dtype);
      case "scan":
        return scanFunction(item, address, values[output].dtype);
    }
  }
}

/** Code that brings a product's addend to where the product is added to it. */
function addendCode(
  { addend, output, rows, columns }: MatMul,
  address: (value: number) => number,
): Code {
  if (addend === undefined || address(addend) === address(output)) return [];
  const [to, from] = [i32.const(address(output)), i32.const(address(addend))];
  return memory.copy(to, from, i32.const(rows * columns * 4));
}

/** Where a product's operands and result begin. */
function addressesOf(
  { a, b, output }: MatMul,
  address: (value: number) => number,
): readonly [a: Code, b: Code, c: Code] {
  return [i32.const(address(a)), i32.const(address(b)), i32.const(address(output))];
}

/** A function that computes the products of a batch one after the other. */
function batchFunction(
  item: MatMul,
  products: Products,
  address: (value: number) => number,
  scratch: number,
): { locals: Locals; body: Code } {
  const locals = new Locals(0);
  const [index, ...at] = [0, 1, 2, 3].map(() => locals.add("i32"));
  const steps = [...item.batchStrides, item.rows * item.columns];
  const [a, b, c] = at.map(get);
  const body = loop(
    index,
    i32.const(item.batch),
    i32.const(1),
    sequence(
      products.product(item, [a, b, c], scratch),
      ...at.map((local, i) => set(local, i32.add(get(local), i32.const(steps[i] * 4)))),
    ),
  );
  const starts = addressesOf(item, address).map((start, i) => set(at[i], start));
  return { locals, body: sequence(...starts, body) };
}
