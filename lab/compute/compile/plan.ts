/**
 * The memory of a program, laid out once: state where it lives, replaced in place wherever no
 * later item still reads the old value; inputs, constants and outputs at fixed places; everything
 * else in a region where values whose lives do not overlap share space, and where a loop writes its
 * results over what it reads for the last time.
 *
 * @module
 */
import { uniform, type Value, type ValueKind } from "./ir.ts";
import type { Item, Operand } from "./items.ts";
import type { Schedule } from "./schedule.ts";

/** Addresses of a program's values, in bytes. */
export interface Plan {
  /** By value; undefined where a value needs no memory. */
  readonly addresses: readonly (number | undefined)[];
  /** Moves after the last item: state that could not be replaced in place, and outputs. */
  readonly copies: readonly {
    readonly from: number;
    readonly to: number;
    readonly bytes: number;
  }[];
  /** Where each output is read. */
  readonly outputs: readonly {
    readonly name: string;
    readonly address: number;
    readonly value: number;
    readonly shape: readonly number[];
  }[];
  /** Scratch for items that need it: the first thread's, then the second's, …. */
  readonly scratch: number;
  /** A counter of the program's own, for threads. */
  readonly counter: number;
  /** First byte after the program's own memory. */
  readonly end: number;
  /** Bytes of temporaries as laid out, and as they would be each in its own place. */
  readonly temporaryBytes: number;
  readonly unplannedBytes: number;
}

/** Kinds of values that the workspace places. */
type DeclaredKind = Exclude<ValueKind, "constant" | "temporary">;

const alignment = 64;

/** Every element has four bytes; every value begins on a cache line. */
export function bytesOf(size: number): number {
  return Math.ceil(size * 4 / alignment) * alignment;
}

/** Scratch of one thread, so that the next one's begins on a cache line. */
export function alignedScratch(bytes: number): number {
  return bytesOf(bytes / 4);
}

/** Values that an item reads from memory. */
export function readsOf(item: Item): number[] {
  switch (item.kind) {
    case "matMul":
      return [item.a, item.b, ...item.addend === undefined ? [] : [item.addend]];
    case "copy":
      return item.moves.map((move) => move.source);
    case "argMax":
      return [item.input];
    case "loop": {
      const own = new Set(item.nodes.map((node) => node.output));
      return operandsOf(item)
        .filter((operand) => !(operand.access === "full" && own.has(operand.value)))
        .map((operand) => operand.value);
    }
    default:
      return [...item.inputs];
  }
}

/** Operands of a loop that have a value. */
function operandsOf(item: Item & { kind: "loop" }): (Operand & { value: number })[] {
  return [
    ...item.nodes.flatMap((node) => node.operands),
    ...item.reductions.map((reduction) => reduction.operand),
  ].filter((operand) => operand.access !== "immediate");
}

/** Values that an item may write; of a loop's nodes only those in `needed`. */
export function writesOf(item: Item, needed: ReadonlySet<number>): number[] {
  if (item.kind !== "loop") return [item.output];
  return [
    ...item.nodes.map((node) => node.output).filter((output) => needed.has(output)),
    ...item.nodes.flatMap((node) => node.places.map((place) => place.value)),
    ...item.reductions.map((reduction) => reduction.output),
  ];
}

/** Values that must stand in memory: read by an item, an output or an update. */
export function neededValues(schedule: Schedule): Set<number> {
  const needed = new Set([...schedule.outputs, ...schedule.updates].map(({ view }) => view.value));
  for (const item of schedule.items) for (const value of readsOf(item)) needed.add(value);
  for (const [part, { value }] of schedule.within) needed.add(part).add(value);
  return needed;
}

/** The value whose memory a value lies in, itself or what it is a part of, and by how many bytes on. */
function wholeOf(
  { within }: Pick<Schedule, "within">,
  value: number,
): { whole: number; bytes: number } {
  const part = within.get(value);
  if (part === undefined) return { whole: value, bytes: 0 };
  const { whole, bytes } = wholeOf({ within }, part.value);
  return { whole, bytes: bytes + part.offset * 4 };
}

/**
 * Lays out a schedule from byte `start` on.
 *
 * @param addressOf Where the workspace keeps a declared value: state, input, random or scalar.
 * @param scratchBytes What the items' functions need beside their values, in each thread.
 */
export function plan(
  schedule: Schedule,
  start: number,
  addressOf: (kind: DeclaredKind, name: string) => number,
  scratchBytes: number,
  threads = 1,
): Plan {
  const { values, items, outputs, updates } = schedule;
  const needed = neededValues(schedule);
  const addresses = new Array<number | undefined>(values.length);
  const counter = start;
  let top = start + alignment;
  const place = (value: Value) => {
    addresses[value.id] = top;
    top += bytesOf(value.size);
  };

  for (const value of values) {
    if (value.kind === "constant") {
      if (needed.has(value.id)) place(value);
    } else if (value.kind !== "temporary") {
      addresses[value.id] = addressOf(value.kind, value.name!);
    }
  }

  const lives = livesOf(schedule, needed);
  const divided = new Set([...schedule.within.keys()].map((part) => wholeOf(schedule, part).whole));
  const replaced = replacedInPlace(schedule, lives, divided);
  for (const { state, view } of replaced) addresses[view.value] = addresses[state];
  const copied = updates.filter((update) => !replaced.includes(update));

  const placedOutputs = outputs.map(({ name, view }) => {
    const address = top;
    top += bytesOf(values[view.value].size);
    return { name, address, value: view.value, shape: view.shape };
  });
  // An output that is a temporary of its own is computed where it is read.
  for (const { address, value } of placedOutputs) {
    if (values[value].kind === "temporary") addresses[value] ??= address;
  }
  for (const { view } of copied) {
    const value = values[view.value];
    if (value.kind === "temporary" && addresses[value.id] === undefined) place(value);
  }

  const base = top;
  const arena = new Arena();
  let unplannedBytes = 0;
  items.forEach((item, i) => {
    const ending = arena.expiring[i] ??= [];
    for (const written of writesOf(item, needed)) {
      const { whole: value } = wholeOf(schedule, written);
      if (addresses[value] !== undefined) continue;
      const bytes = bytesOf(values[value].size);
      unplannedBytes += bytes;
      const over = ending.findIndex((each) =>
        values[each.value].size === values[value].size && !divided.has(each.value) &&
        readsElementwise(item, each.value, value)
      );
      const at = over < 0 ? arena.take(bytes) : ending.splice(over, 1)[0].at;
      addresses[value] = base + at;
      const last = Math.max(i, lives.get(value)!.last);
      (arena.expiring[last] ??= []).push({ value, at, bytes });
    }
    for (const { at, bytes } of ending) arena.release(at, bytes);
  });
  for (const part of schedule.within.keys()) {
    const { whole, bytes } = wholeOf(schedule, part);
    addresses[part] = addresses[whole]! + bytes;
  }
  const scratch = base + arena.peak;

  const { copies, staging } = copiesOf(schedule, addresses, placedOutputs, copied, scratch);
  const end = scratch + Math.max(threads * alignedScratch(scratchBytes), staging) + alignment;
  return {
    addresses,
    copies,
    outputs: placedOutputs,
    scratch,
    counter,
    end,
    temporaryBytes: arena.peak,
    unplannedBytes,
  };
}

/** From which item to which item on each value, or a part of it, is in use. */
function livesOf(
  schedule: Schedule,
  needed: ReadonlySet<number>,
): Map<number, { written: number; last: number }> {
  const lives = new Map<number, { written: number; last: number }>();
  schedule.items.forEach((item, i) => {
    const use = (value: number, written: number) => {
      const { whole } = wholeOf(schedule, value);
      const life = lives.get(whole);
      if (life === undefined) lives.set(whole, { written, last: i });
      else life.last = i;
    };
    for (const value of readsOf(item)) use(value, -1);
    for (const value of writesOf(item, needed)) use(value, i);
  });
  return lives;
}

/** Updates whose new value may be computed over the old one. */
function replacedInPlace(
  { values, items, outputs, updates }: Schedule,
  lives: ReadonlyMap<number, { written: number; last: number }>,
  divided: ReadonlySet<number>,
): Schedule["updates"][number][] {
  const taken = new Set<number>();
  return updates.filter(({ state, view }) => {
    const life = lives.get(view.value);
    if (values[view.value].kind !== "temporary" || life === undefined) return false;
    // The old value is wanted elsewhere at the end, or the new one in two places.
    const wanted = updates.some((each) => each.view.value === state) ||
      outputs.some((each) => each.view.value === state || each.view.value === view.value);
    if (wanted || taken.has(view.value)) return false;
    const lastRead = lives.get(state)?.last ?? -1;
    if (lastRead > life.written) return false;
    if (lastRead === life.written) {
      if (divided.has(state) || !readsElementwise(items[lastRead], state, view.value)) return false;
    }
    taken.add(view.value);
    return true;
  });
}

/** Whether an item reads a value only at the element that it then writes. */
function readsElementwise(item: Item, value: number, output: number): boolean {
  if (item.kind === "matMul") {
    return item.addend === value && item.a !== value && item.b !== value && item.output === output;
  }
  if (item.kind !== "loop" || !item.nodes.some((node) => node.output === output)) return false;
  return operandsOf(item).every((operand) =>
    operand.value !== value || operand.access === "full" || operand.access === "single"
  );
}

/**
 * The moves at the end. State that becomes other state goes through staging memory, so that the
 * order of the moves does not matter.
 */
function copiesOf(
  { values }: Schedule,
  addresses: readonly (number | undefined)[],
  outputs: Plan["outputs"],
  updates: Schedule["updates"],
  scratch: number,
): { copies: Plan["copies"]; staging: number } {
  const copies: { from: number; to: number; bytes: number }[] = [];
  const bytes = (value: number) => values[value].size * 4;
  for (const { address, value } of outputs) {
    if (addresses[value] !== address) {
      copies.push({ from: addresses[value]!, to: address, bytes: bytes(value) });
    }
  }
  let staging = 0;
  const staged = updates.map(({ state, view }) => {
    if (values[view.value].kind !== "state") return { state, from: addresses[view.value]! };
    const at = scratch + staging;
    staging += bytesOf(values[view.value].size);
    copies.push({ from: addresses[view.value]!, to: at, bytes: bytes(view.value) });
    return { state, from: at };
  });
  for (const { state, from } of staged) {
    copies.push({ from, to: addresses[state]!, bytes: bytes(state) });
  }
  return { copies, staging };
}

/** Constants that must be written before the first run, spread to their full size. */
export function constantsOf(
  values: readonly Value[],
  addresses: Plan["addresses"],
): { address: number; elements: Float32Array | Int32Array }[] {
  return values
    .filter((value) => value.kind === "constant" && addresses[value.id] !== undefined)
    .map((value) => {
      const same = uniform(value);
      const kept = value.elements!;
      const spread = same === undefined
        ? kept
        : kept instanceof Float32Array
        ? new Float32Array(value.size).fill(same)
        : new Int32Array(value.size).fill(same);
      return { address: addresses[value.id]!, elements: spread };
    });
}

interface Range {
  at: number;
  bytes: number;
}

/** Best-fit allocation of byte ranges that are freed again. */
class Arena {
  peak = 0;
  /** Values in use for the last time at an item. */
  readonly expiring: (Range & { readonly value: number })[][] = [];
  #free: Range[] = [{ at: 0, bytes: Infinity }];

  take(bytes: number): number {
    let best: Range | undefined;
    for (const range of this.#free) {
      if (range.bytes >= bytes && (best === undefined || range.bytes < best.bytes)) best = range;
    }
    const at = best!.at;
    best!.at += bytes;
    best!.bytes -= bytes;
    this.#free = this.#free.filter((range) => range.bytes > 0);
    this.peak = Math.max(this.peak, at + bytes);
    return at;
  }

  release(at: number, bytes: number): void {
    this.#free.push({ at, bytes });
    this.#free.sort((a, b) => a.at - b.at);
    const merged: Range[] = [];
    for (const range of this.#free) {
      const last = merged.at(-1);
      if (last !== undefined && last.at + last.bytes === range.at) last.bytes += range.bytes;
      else merged.push(range);
    }
    this.#free = merged;
  }
}
