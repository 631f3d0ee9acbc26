/**
 * Gathers, scatters and running sums.
 *
 * @module
 */
import type { Dtype } from "../ir.ts";
import type { Indexed, Scan } from "../items.ts";
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
  v128,
  when,
} from "./assembler.ts";
import { bitsOf, rowCode } from "./moves.ts";

/** A function that gathers rows by index, or adds them up by index. */
export function indexedFunction(
  item: Indexed,
  address: (value: number) => number,
  dtype: Dtype,
): { locals: Locals; body: Code } {
  const { kind, batch, outer, rows, count, inner, parts } = item;
  const locals = new Locals(0);
  const [b, o, i, indices, index, table, list, row, valid, at] = Array.from(
    { length: 10 },
    () => locals.add("i32"),
  );
  const bytes = inner * 4;
  const [source, target] = [address(item.inputs[0]), address(item.output)];
  // The table has a row for each index that there may be, the list one for each that there is.
  const [tableAt, listAt] = kind === "gather" ? [source, target] : [target, source];
  const [from, to] = kind === "gather" ? [row, list] : [list, row];
  const find = sequence(
    set(row, i32.const(0)),
    set(valid, i32.const(1)),
    ...parts.map(({ length, stride }) =>
      sequence(
        set(at, i32.load(get(index))),
        set(valid, i32.and(get(valid), i32.below(get(at), i32.const(length)))),
        set(row, i32.add(get(row), i32.mul(get(at), i32.const(stride)))),
        set(index, i32.add(get(index), i32.const(4))),
      )
    ),
    set(row, i32.add(get(table), i32.mul(get(row), i32.const(bytes)))),
  );
  const move = rowCode(locals, { from, to }, inner, kind === "scatter" ? dtype : undefined);
  const outside = kind === "scatter" ? [] : loop(
    at,
    i32.const(bytes),
    i32.const(4),
    i32.store(
      i32.add(get(list), get(at)),
      i32.const(dtype === "float32" ? bitsOf(NaN, dtype) : 0),
    ),
  );
  const one = sequence(
    find,
    when(get(valid), move, outside),
    set(list, i32.add(get(list), i32.const(bytes))),
  );
  const all = loop(
    b,
    i32.const(batch),
    i32.const(1),
    sequence(
      loop(
        o,
        i32.const(outer),
        i32.const(1),
        sequence(
          set(index, get(indices)),
          loop(i, i32.const(count), i32.const(1), one),
          set(table, i32.add(get(table), i32.const(rows * bytes))),
        ),
      ),
      set(indices, i32.add(get(indices), i32.const(count * parts.length * 4))),
    ),
  );
  const size = batch * outer * rows * bytes;
  const body = sequence(
    kind === "scatter" ? memory.fill(i32.const(target), i32.const(0), i32.const(size)) : [],
    set(indices, i32.const(address(item.inputs[1]))),
    set(table, i32.const(tableAt)),
    set(list, i32.const(listAt)),
    all,
  );
  return { locals, body };
}

/** A function that runs along an axis, four neighbours at a time where there are. */
export function scanFunction(
  item: Scan,
  address: (value: number) => number,
  dtype: Dtype,
): { locals: Locals; body: Code } {
  const locals = new Locals(0);
  const [o, i, j, lane] = [0, 1, 2, 3].map(() => locals.add("i32"));
  const [sum, next] = [locals.add("v128"), locals.add("v128")];
  const [source, target] = [address(item.inputs[0]), address(item.output)];
  const step = item.inner * 4;
  const extent = item.length * step;
  const lanes = dtype === "float32" ? f32x4 : i32x4;
  const combine = item.combine === "Sum" ? lanes.add : lanes.mul;
  const identity = bitsOf(item.combine === "Sum" ? 0 : 1, dtype);
  const along = (vector: boolean): Code => {
    const load = vector ? v128.load(get(i), source) : v128.loadSplat(get(i), source);
    const store = (value: Code) =>
      vector ? v128.store(get(i), value, target) : v128.storeLane(get(i), value, target);
    return sequence(
      set(sum, v128.const(new Int32Array(4).fill(identity))),
      set(i, i32.add(i32.add(get(o), get(lane)), i32.const(item.reverse ? extent - step : 0))),
      loop(
        j,
        i32.const(item.length),
        i32.const(1),
        sequence(
          set(next, combine(get(sum), load)),
          store(get(item.exclusive ? sum : next)),
          set(sum, get(next)),
          set(i, i32.add(get(i), i32.const(item.reverse ? -step : step))),
        ),
      ),
    );
  };
  const whole = Math.floor(item.inner / 4) * 16;
  const run = (limit: number, bytes: number) =>
    repeat(lane, i32.const(limit), i32.const(bytes), along(bytes === 16));
  const body = loop(
    o,
    i32.const(item.outer * extent),
    i32.const(extent),
    sequence(
      set(lane, i32.const(0)),
      whole > 0 ? run(whole, 16) : [],
      whole < step ? run(step, 4) : [],
    ),
  );
  return { locals, body };
}
