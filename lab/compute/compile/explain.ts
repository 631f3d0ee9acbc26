/**
 * A compiled program as a table: its items in order, what each does, moves and costs.
 *
 * @module
 */
import type { Compiled } from "./compiler.ts";
import { operationsOf } from "./costs.ts";
import { lineOf } from "./ir.ts";
import type { Item, Loop } from "./items.ts";
import type { LibraryShare } from "./library.ts";
import { neededValues, readsOf, writesOf } from "./plan.ts";
import type { Schedule } from "./schedule.ts";
import { isNative } from "./wasm/lower.ts";

/** One item of a program. */
interface ExplainedItem {
  /** What it does, in TensorFlow.js's words: `add, tanh, square, sum of rows`. */
  readonly what: string;
  /** What it goes over: `[128, 64]`, or `[128, 4] · [4, 64]` for a product. */
  readonly shape: string;
  /** Read and written in memory. */
  readonly bytes: number;
  /** Floating-point operations: two a multiply-add, one any other kernel's element. */
  readonly operations: number;
  /** Seconds of the item within a run; undefined if not measured. */
  readonly seconds?: number;
}

/** A program, explained. */
export interface Explanation {
  /** As the program was declared. */
  readonly name: string;
  /** What computes it: `wasm`, `wasm-strict`, `native`. */
  readonly backend: string;
  /** Why it does not run compiled for the workspace's backend: there are no items then. */
  readonly reason?: string;
  /** Whether it was compiled before in this thread, for another workspace, and only traced anew. */
  readonly cached: boolean;
  /** Threads that its last run took. */
  readonly threads: number;
  /** Of the vectors that products are computed with: 256 where V8 re-vectorises them. */
  readonly vectorBits: 128 | 256;
  /** Kernels that TensorFlow.js computes for it, and the lines that ask for them. */
  readonly hostKernels: readonly string[];
  /** Kernel calls of the step as it is written: what TensorFlow.js would run one by one. */
  readonly calls: number;
  /** In the order in which they run. */
  readonly items: readonly ExplainedItem[];
  /** Moves after the last item: state that is not replaced in place, outputs that are state. */
  readonly copies: number;
  /** Of the machine code. */
  readonly codeBytes: number;
  /** Of temporaries as they lie in memory. */
  readonly temporaryBytes: number;
  /** Of temporaries, were each in a place of its own. */
  readonly unplannedBytes: number;
  /** Seconds of one whole run; undefined if not measured. */
  readonly seconds?: number;
}

/** Seconds of a whole run and of each item within one, in order. */
export interface Times {
  /** Of a run. */
  readonly whole: number;
  /** Of each item. */
  readonly items: readonly number[];
}

/** A program that could not be compiled for the workspace's backend, where it runs, and why. */
export function explainFallback(name: string, backend: string, reason: string): Explanation {
  return {
    ...{ name, backend, reason },
    cached: false,
    threads: 1,
    vectorBits: 128,
    hostKernels: [],
    calls: 0,
    items: [],
    copies: 0,
    codeBytes: 0,
    temporaryBytes: 0,
    unplannedBytes: 0,
  };
}

/** Explains a program; `times`, taken on one thread, adds the shares of time. */
export function explain(
  name: string,
  backend: string,
  { calls, schedule, plan, binary, cached }: Omit<Compiled, "graph" | "module" | "libraryCalls">,
  { threads = 1, vectorBits = 128, times, native }: {
    readonly threads?: number;
    readonly vectorBits?: 128 | 256;
    readonly times?: Times;
    /** What is left to a library. */
    readonly native?: LibraryShare;
  } = {},
): Explanation {
  const needed = neededValues(schedule);
  const sizes = schedule.values.map(({ size }) => size);
  const items = schedule.items.map((item, i): ExplainedItem => ({
    what: isNative(item, native) ? `${whatOf(item)}, native` : whatOf(item),
    shape: shapeOf(item, sizes),
    bytes: 4 * [...new Set(readsOf(item)), ...writesOf(item, needed)]
      .reduce((sum, value) => sum + sizes[value], 0),
    operations: operationsOf(item, sizes),
    seconds: times?.items[i],
  }));
  const { copies, temporaryBytes, unplannedBytes } = plan;
  return {
    name,
    backend,
    cached,
    threads,
    vectorBits,
    hostKernels: hostKernelsOf(schedule),
    calls,
    items,
    copies: copies.length,
    codeBytes: binary.length,
    temporaryBytes,
    unplannedBytes,
    seconds: times?.whole,
  };
}

/** Host kernels and where the step asks for them, each once. */
function hostKernelsOf({ items }: Schedule): string[] {
  const each = items.flatMap((item) =>
    item.kind === "host" ? [`${item.kernel}${lineOf(item.origin)}`] : []
  );
  return [...new Set(each)];
}

function whatOf(item: Item): string {
  switch (item.kind) {
    case "loop":
      return listed([...item.nodes.map(({ kernel }) => word(kernel)), ...reductionsOf(item)]);
    case "matMul":
      return item.addend === undefined ? "matrix product" : "matrix product, add";
    case "argMax":
      return "argmax";
    case "convolution":
      return item.solves === "output" ? "convolution" : `convolution, ${item.solves} gradient`;
    case "window":
      return item.role.replace(/[A-Z]/, (letter) => ` ${letter.toLowerCase()}`);
    case "scan":
      return `running ${word(item.combine)}`;
    case "host":
      return `${word(item.kernel)}, by TensorFlow.js`;
    default:
      return item.kind;
  }
}

function reductionsOf({ reductions }: Loop): string[] {
  return reductions.map(({ combine, over }) =>
    `${word(combine)} of ${over === "all" ? "all" : `${over}s`}`
  );
}

/** `RealDiv` is div, `ClipByValue` clip by value. */
function word(kernel: string): string {
  const words: Record<string, string> = { Multiply: "mul", RealDiv: "div", AddN: "add" };
  return words[kernel] ?? kernel.replace(/(?!^)[A-Z]/g, " $&").toLowerCase();
}

/** Words in order of their first use, with counts: `add × 2, tanh`. */
function listed(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const each of words) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts].map(([each, count]) => count > 1 ? `${each} × ${count}` : each).join(", ");
}

function shapeOf(item: Item, sizes: readonly number[]): string {
  switch (item.kind) {
    case "loop": {
      const { size, columns } = item;
      return columns === undefined ? text([size]) : text([size / columns, columns]);
    }
    case "matMul": {
      const { rows, inner, columns, batch } = item;
      const times = batch > 1 ? `${batch} × ` : "";
      return `${times}${text([rows, inner])} · ${text([inner, columns])}`;
    }
    case "convolution":
    case "window": {
      const { images, height, width, channels, kernelHeight, kernelWidth } = item.windows;
      const image = text([images, height, width, channels]);
      return `${image} ∗ ${text([kernelHeight, kernelWidth])}`;
    }
    default:
      return text([sizes[item.output]]);
  }
}

function text(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** What of a program could not be compiled for the workspace's backend: a line each. */
export function fallbacksOf({ name, backend, reason, hostKernels }: Explanation): string[] {
  if (reason !== undefined) {
    const how = backend.startsWith("tfjs") ? `${backend}, kernel by kernel` : backend;
    return [`${name} ran on ${how}: ${reason}`];
  }
  return hostKernels.map((kernel) =>
    `${name} left a kernel that has no lowering to TensorFlow.js's cpu backend: ${kernel}`
  );
}

/** The explanation as aligned lines for a terminal. */
export function explanationTable(explained: Explanation): string {
  const { name, backend, calls, items, copies, codeBytes, temporaryBytes, unplannedBytes } =
    explained;
  if (explained.reason !== undefined) {
    return fallbacksOf(explained)[0];
  }
  const sum = (of: (item: ExplainedItem) => number) => items.reduce((n, item) => n + of(item), 0);
  const measured = explained.seconds !== undefined;
  const alone = sum((item) => item.seconds ?? 0);
  const rows = items.map((item, i) => [
    `${i + 1}`,
    shortened(item.what),
    item.shape,
    scaled(item.bytes, "B"),
    item.operations === 0 ? "" : scaled(item.operations, ""),
    ...measured ? [`${(100 * item.seconds! / alone).toFixed(1)} %`] : [],
  ]);
  const total = [
    "",
    copies === 0 ? "all" : `all, and ${copies} copies at the end`,
    "",
    scaled(sum((item) => item.bytes), "B"),
    scaled(sum((item) => item.operations), ""),
    ...measured ? [duration(explained.seconds!)] : [],
  ];
  const head = ["item", "what", "shape", "memory", "FLOPs", ...measured ? ["time"] : []];
  const several = explained.threads > 1 ? `, ${explained.threads} threads` : "";
  const paired = explained.vectorBits === 256 ? ", 256-bit products" : "";
  const title =
    `${name} on ${backend}${paired}${several}${
      explained.cached ? ", compiled before" : ""
    }: ${calls} kernel calls in ${items.length} items, ${scaled(codeBytes, "B")} of code, ` +
    `temporaries ${scaled(temporaryBytes, "B")} of ${scaled(unplannedBytes, "B")}`;
  return [title, ...aligned([head, ...rows, total]), ...fallbacksOf(explained)].join("\n");
}

const longest = 48;

function shortened(what: string): string {
  return what.length <= longest ? what : `${what.slice(0, what.lastIndexOf(", ", longest - 3))}, …`;
}

/** Columns side by side; words to the left, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    row.map((cell, i) => i === 1 || i === 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))
      .join("  ").trimEnd()
  );
}

function duration(seconds: number): string {
  const micro = seconds * 1e6;
  return micro < 1000 ? `${micro.toPrecision(3)} µs` : `${(micro / 1000).toPrecision(3)} ms`;
}

/** Three digits with a prefix of thousands: `1.23 M`. */
function scaled(number: number, unit: string): string {
  let power = 0;
  let rest = number;
  for (; rest >= 1000; rest /= 1000) power++;
  const digits = power === 0 ? `${number}` : rest.toPrecision(3);
  return `${digits} ${["", "k", "M", "G", "T"][power]}${unit}`.trimEnd();
}
