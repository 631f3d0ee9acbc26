/**
 * Copies with strides, whole ranges and row-wise arg max as tasks: a lane for each element.
 *
 * @module
 */
import type { Dtype } from "../ir.ts";
import { elements } from "../ir.ts";
import type { ArgMax, Copy, Move } from "../items.ts";
import { load, typeOf } from "./expressions.ts";
import {
  coordinates,
  each,
  index,
  lanes,
  type Lowering,
  span,
  spanOf,
  type Task,
} from "./tasks.ts";

/** Elements from one address to another; the ranges do not overlap. */
export function rangeTask(from: number, to: number, size: number): Task {
  const body = `m[${index(to / 4, ["i", 1])}] = m[${index(from / 4, ["i", 1])}];`;
  return each(size, body, [span(from, size)], [span(to, size)]);
}

/** A copy's moves side by side, after its fill where they leave gaps. */
export function copyTasks(item: Copy, lowering: Lowering): Task[] {
  const { values, address } = lowering;
  const target = address(item.output);
  const { size, dtype } = values[item.output];
  const written = [spanOf(item.output, lowering)];
  const moves = item.moves.filter((move) => elements(move.shape) > 0);
  const moved = moves.reduce((sum, move) => sum + elements(move.shape), 0);
  const tasks: Task[] = [];
  if (item.fill !== undefined && moved < size) {
    const body = `m[${index(target / 4, ["i", 1])}] = ${bitsOfNumber(item.fill, dtype)}u;`;
    tasks.push(each(size, body, [], written));
  }
  if (moves.length === 0) return tasks;
  let groups = 0;
  const branches = moves.map((move) => {
    const first = groups;
    const count = elements(move.shape);
    groups += Math.ceil(count / lanes);
    return `if (group < ${groups}u) {
    let i = (group - ${first}u) * ${lanes}u + lane;
    if (i < ${count}u) { ${moveCode(move, address(move.source), target)} }
  }`;
  });
  const reads = moves.map(({ source }) => spanOf(source, lowering));
  return [...tasks, { groups, body: branches.join(" else "), reads, writes: written }];
}

/** A known number's bits as they stand in memory. */
function bitsOfNumber(number: number, dtype: Dtype): number {
  if (dtype === "bool") return number === 0 ? 0 : 0xffffffff;
  const lane = dtype === "float32" ? Float32Array.of(number) : Int32Array.of(number);
  return new Uint32Array(lane.buffer)[0];
}

/** Moves element `i` of a box. */
function moveCode(move: Move, source: number, target: number): string {
  const axes = move.shape.map((length, axis) => ({ length, axis }))
    .filter(({ length }) => length !== 1);
  const at = (base: number, by: readonly number[]) =>
    index(base, ...axes.map(({ axis }): [string, number] => [`x${axis}`, by[axis]]));
  const places = coordinates("i", axes.map(({ length, axis }) => [`x${axis}`, length]));
  const from = at(source / 4 + move.sourceOffset, move.sourceStrides);
  const to = at(target / 4 + move.targetOffset, move.targetStrides);
  return `${places} m[${to}] = m[${from}];`;
}

/** The index of each row's first largest element (NaN is never larger), a lane for each row. */
export function argMaxTask({ input, output, rows, columns }: ArgMax, lowering: Lowering): Task {
  const { dtype } = lowering.values[input];
  const at = (column: string) => index(lowering.address(input) / 4, ["i", columns], [column, 1]);
  const body = `var best = 0u;
    var largest: ${typeOf[dtype]} = ${load(dtype, at("0u"))};
    for (var c = 1u; c < ${columns}u; c++) {
      let x = ${load(dtype, at("c"))};
      if (x > largest) { best = c; largest = x; }
    }
    m[${index(lowering.address(output) / 4, ["i", 1])}] = best;`;
  return each(rows, body, [spanOf(input, lowering)], [spanOf(output, lowering)]);
}
