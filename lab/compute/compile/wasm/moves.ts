/**
 * Copies with strides and row-wise arg max as functions.
 *
 * @module
 */
import type { ArgMax, Copy, Move } from "../schedule.ts";
import {
  type Code,
  f32x4,
  get,
  i32,
  Locals,
  loop,
  sequence,
  set,
  v128,
  when,
} from "./assembler.ts";

/** An axis of a move: how often, and how far on both sides (in elements). */
interface Axis {
  length: number;
  source: number;
  target: number;
}

/** Axes longer than 1, neighbours merged where both sides run on without a gap. */
function axesOf(move: Move): Axis[] {
  const axes = move.shape
    .map((length, i) => ({
      length,
      source: move.sourceStrides[i],
      target: move.targetStrides[i],
    }))
    .filter(({ length }) => length !== 1);
  const merged: Axis[] = [];
  for (const axis of axes) {
    const outer = merged.at(-1);
    const runsOn = outer !== undefined && outer.source === axis.source * axis.length &&
      outer.target === axis.target * axis.length;
    if (runsOn) {
      merged[merged.length - 1] = { ...axis, length: outer.length * axis.length };
    } else merged.push({ ...axis });
  }
  return merged;
}

/** A function that makes a copy's moves. */
export function copyFunction(
  item: Copy,
  address: (value: number) => number,
  outputBytes: number,
): { locals: Locals; body: Code } {
  const locals = new Locals(0);
  const target = address(item.output);
  const fill = item.fill === undefined ? [] : fillCode(locals, target, outputBytes, item.fill);
  const moves = item.moves.map((move) => {
    const axes = axesOf(move);
    const source = address(move.source) + move.sourceOffset * 4;
    const to = target + move.targetOffset * 4;
    return moveCode(locals, axes, source, to);
  });
  return { locals, body: sequence(fill, ...moves) };
}

function fillCode(locals: Locals, target: number, bytes: number, value: number): Code {
  const at = locals.add("i32");
  const bits = new Int32Array(Float32Array.of(value).buffer)[0];
  const store = i32.store(get(at), i32.const(bits), target);
  return loop(at, i32.const(bytes), i32.const(4), store);
}

/** Nested loops over the axes; the innermost moves vectors where both sides are contiguous. */
function moveCode(locals: Locals, axes: readonly Axis[], source: number, target: number): Code {
  const from = locals.add("i32");
  const to = locals.add("i32");
  const nest = (depth: number): Code => {
    if (depth === axes.length) {
      return v128.storeLane(get(to), v128.loadZero(get(from), source), target);
    }
    const { length, source: sourceStep, target: targetStep } = axes[depth];
    if (depth === axes.length - 1 && sourceStep === 1 && targetStep === 1) {
      return row(locals, from, to, source, target, length);
    }
    const counter = locals.add("i32");
    const [sourceBase, targetBase] = [locals.add("i32"), locals.add("i32")];
    return sequence(
      set(sourceBase, get(from)),
      set(targetBase, get(to)),
      loop(
        counter,
        i32.const(length),
        i32.const(1),
        sequence(
          nest(depth + 1),
          set(sourceBase, i32.add(get(sourceBase), i32.const(sourceStep * 4))),
          set(targetBase, i32.add(get(targetBase), i32.const(targetStep * 4))),
          set(from, get(sourceBase)),
          set(to, get(targetBase)),
        ),
      ),
    );
  };
  return sequence(set(from, i32.const(0)), set(to, i32.const(0)), nest(0));
}

/** `length` contiguous elements. */
function row(
  locals: Locals,
  from: number,
  to: number,
  source: number,
  target: number,
  length: number,
): Code {
  const at = locals.add("i32");
  const whole = Math.floor(length / 4) * 16;
  const vector = v128.store(
    i32.add(get(to), get(at)),
    v128.load(i32.add(get(from), get(at)), source),
    target,
  );
  const rest = Array.from({ length: length % 4 }, (_, i) =>
    v128.storeLane(
      get(to),
      v128.loadZero(get(from), source + whole + i * 4),
      target + whole + i * 4,
    ));
  return sequence(
    whole > 0 ? loop(at, i32.const(whole), i32.const(16), vector) : [],
    ...rest,
  );
}

/** A function that writes the index of each row's first largest element (NaN is never larger). */
export function argMaxFunction(
  item: ArgMax,
  address: (value: number) => number,
): { locals: Locals; body: Code } {
  const locals = new Locals(0);
  const [row, column, at, best] = [0, 1, 2, 3].map(() => locals.add("i32"));
  const largest = locals.add("v128");
  const x = locals.add("v128");
  const input = address(item.input);
  const bytes = item.columns * 4;
  const larger = [...f32x4.gt(get(x), get(largest)), 0xfd, 27, 0] as Code;
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
