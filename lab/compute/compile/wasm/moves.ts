/**
 * Copies with strides and row-wise arg max as functions.
 *
 * @module
 */
import type { Dtype } from "../ir.ts";
import { axesOfMove, type Axis, merged } from "../copies.ts";
import type { ArgMax, Copy } from "../items.ts";
import {
  type Code,
  f32x4,
  get,
  i32,
  i32x4,
  Locals,
  loop,
  memory,
  repeat,
  sequence,
  set,
  splatInt,
  v128,
  when,
} from "./assembler.ts";

/** A long innermost axis in eights, which are written out: where it is moved one by one. */
function splitLast(axes: readonly Axis[]): readonly Axis[] {
  const last = axes.at(-1);
  if (last === undefined || (last.source === 1 && last.target === 1)) return axes;
  const { length, source, target } = last;
  if (length <= 8 || length % 8 !== 0) return axes;
  const eights = { length: length / 8, source: source * 8, target: target * 8 };
  return [...axes.slice(0, -1), eights, { length: 8, source, target }];
}

/** A function that makes a copy's moves into a value of `size` elements. */
export function copyFunction(
  item: Copy,
  address: (value: number) => number,
  size: number,
  dtype: Dtype,
): { locals: Locals; body: Code } {
  const locals = new Locals(0);
  const target = address(item.output);
  const fill = item.fill === undefined
    ? []
    : fillCode(locals, target, size, bitsOf(item.fill, dtype));
  const moves = item.moves.map((move) => {
    const source = i32.const(address(move.source) + move.sourceOffset * 4);
    return moveCode(locals, axesOfMove(move), source, i32.const(target + move.targetOffset * 4));
  });
  return { locals, body: sequence(fill, ...moves) };
}

/** An element as the 32 bits of its lane. */
export function bitsOf(value: number, dtype: Dtype): number {
  if (dtype === "float32") return new Int32Array(Float32Array.of(value).buffer)[0];
  return dtype === "bool" ? (value ? -1 : 0) : value;
}

/** `size` equal elements from `target` on. */
function fillCode(locals: Locals, target: number, size: number, bits: number): Code {
  if (bits === 0) return memory.fill(i32.const(target), i32.const(0), i32.const(size * 4));
  const at = locals.add("i32");
  const whole = Math.floor(size / 4) * 16;
  const rest = Array.from(
    { length: size % 4 },
    (_, i) => i32.store(i32.const(target + whole + i * 4), i32.const(bits)),
  );
  const vectors = v128.store(get(at), splatInt(bits), target);
  return sequence(loop(at, i32.const(whole), i32.const(16), vectors), ...rest);
}

/** Rows up to this many, of up to this many elements, are written out one after the other. */
const mostUnrolled = { rows: 8, elements: 16 };

/**
 * Moves a box of elements between two addresses: nested loops over the axes, vectors where both
 * sides are contiguous. With `add` the elements are added to what is there.
 */
export function moveCode(
  locals: Locals,
  given: readonly Axis[],
  source: Code,
  target: Code,
  add?: Dtype,
): Code {
  const axes = splitLast(merged(given));
  if (axes.some(({ length }) => length === 0)) return [];
  const [from, to] = [locals.add("i32"), locals.add("i32")];
  const last = axes.at(-1);
  const contiguous = last?.source === 1 && last.target === 1;
  const nested = contiguous ? axes.slice(0, -1) : axes;
  const length = contiguous ? last.length : 1;
  const nest = (depth: number): Code => {
    const offsets = offsetsOf(nested.slice(depth), length);
    if (offsets !== undefined) {
      return sequence(
        ...offsets.map(({ source, target }) =>
          rowCode(locals, { from, to, source: source * 4, target: target * 4 }, length, add)
        ),
      );
    }
    const axis = nested[depth];
    const inner = nested[depth + 1];
    // Where the inner axes are loops, they have moved the addresses on by their own extent.
    const moved = inner !== undefined && offsetsOf(nested.slice(depth + 1), length) === undefined
      ? inner
      : { length: 0, source: 0, target: 0 };
    const step = (side: "source" | "target") => (axis[side] - moved.length * moved[side]) * 4;
    const counter = locals.add("i32");
    return sequence(
      set(counter, i32.const(0)),
      repeat(
        counter,
        i32.const(axis.length),
        i32.const(1),
        sequence(
          nest(depth + 1),
          set(from, i32.add(get(from), i32.const(step("source")))),
          set(to, i32.add(get(to), i32.const(step("target")))),
        ),
      ),
    );
  };
  return sequence(set(from, source), set(to, target), nest(0));
}

/** Where the rows of few and short ones begin, in elements; undefined where a loop is better. */
function offsetsOf(
  axes: readonly Axis[],
  length: number,
): { source: number; target: number }[] | undefined {
  const rows = axes.reduce((count, axis) => count * axis.length, 1);
  if (axes.length > 0 && (rows > mostUnrolled.rows || length > mostUnrolled.elements)) {
    return undefined;
  }
  // Offsets in code are never negative.
  if (axes.some(({ source, target }) => source < 0 || target < 0)) return undefined;
  return axes.reduce(
    (all, axis) =>
      all.flatMap(({ source, target }) =>
        Array.from({ length: axis.length }, (_, i) => ({
          source: source + i * axis.source,
          target: target + i * axis.target,
        }))
      ),
    [{ source: 0, target: 0 }],
  );
}

/** `length` contiguous elements from one address (a local and an offset in bytes) to another. */
export function rowCode(
  locals: Locals,
  at: { from: number; to: number; source?: number; target?: number },
  length: number,
  add?: Dtype,
): Code {
  const { from, to, source = 0, target = 0 } = at;
  const sum = add === "float32" ? f32x4.add : i32x4.add;
  const vector = (a: Code, b: Code, offset: number) => {
    const value = v128.load(a, source + offset);
    return v128.store(b, add ? sum(v128.load(b, target + offset), value) : value, target + offset);
  };
  const lane = (offset: number) => {
    const value = v128.loadZero(get(from), source + offset);
    const before = v128.loadZero(get(to), target + offset);
    return v128.storeLane(get(to), add ? sum(before, value) : value, target + offset);
  };
  const whole = Math.floor(length / 4);
  const rest = Array.from({ length: length % 4 }, (_, i) => lane((whole * 4 + i) * 4));
  if (whole <= 8) {
    const vectors = Array.from({ length: whole }, (_, i) => vector(get(from), get(to), i * 16));
    return sequence(...vectors, ...rest);
  }
  const offset = locals.add("i32");
  const body = vector(i32.add(get(from), get(offset)), i32.add(get(to), get(offset)), 0);
  return sequence(loop(offset, i32.const(whole * 16), i32.const(16), body), ...rest);
}

/** A function that writes the index of each row's first largest element (NaN is never larger). */
export function argMaxFunction(
  item: ArgMax,
  address: (value: number) => number,
  dtype: Dtype,
): { locals: Locals; body: Code } {
  const locals = new Locals(0);
  const [row, column, at, best] = [0, 1, 2, 3].map(() => locals.add("i32"));
  const largest = locals.add("v128");
  const x = locals.add("v128");
  const input = address(item.input);
  const bytes = item.columns * 4;
  const greater = dtype === "float32" ? f32x4.gt : i32x4.gt;
  const larger = [...greater(get(x), get(largest)), 0xfd, 27, 0] as Code;
  const body = loop(
    row,
    i32.const(item.rows * 4),
    i32.const(4),
    sequence(
      set(largest, v128.loadSplat(get(at), input)),
      set(best, i32.const(0)),
      loop(
        column,
        i32.const(item.columns),
        i32.const(1),
        sequence(
          set(x, v128.loadSplat(i32.add(get(at), i32.shl(get(column), i32.const(2))), input)),
          when(larger, sequence(set(best, get(column)), set(largest, get(x)))),
        ),
      ),
      i32.store(get(row), get(best), address(item.output)),
      set(at, i32.add(get(at), i32.const(bytes))),
    ),
  );
  return { locals, body: sequence(set(at, i32.const(0)), body) };
}
