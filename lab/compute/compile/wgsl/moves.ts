/**
 * Copies with strides, whole ranges and row-wise arg max as tasks: a lane for each element.
 *
 * @module
 */
import type { Dtype } from "../ir.ts";
import { elements } from "../ir.ts";
import { type ArgMax, type Copy, type Move, strides } from "../schedule.ts";
import { load, typeOf } from "./expressions.ts";
import { literal } from "./functions.ts";
import { index, lanes, span, type Task } from "./tasks.ts";

/** A task with a lane for each of `count` elements; the body sees the element's number `i`. */
function each(
  count: number,
  body: string,
  reads: Task["reads"],
  writes: Task["writes"],
): Task {
  return {
    groups: Math.ceil(count / lanes),
    body: `let i = group * ${lanes}u + lane;\n  if (i < ${count}u) { ${body} }`,
    reads,
    writes,
  };
}

/** Elements from one address to another; the ranges do not overlap. */
export function rangeTask(from: number, to: number, size: number): Task {
  const body = `m[${index(to / 4, ["i", 1])}] = m[${index(from / 4, ["i", 1])}];`;
  return each(size, body, [span(from, size)], [span(to, size)]);
}

/** A copy's moves side by side, after its fill where they leave gaps. */
export function copyTasks(
  item: Copy,
  address: (value: number) => number,
  sizeOf: (value: number) => number,
): Task[] {
  const target = address(item.output);
  const size = sizeOf(item.output);
  const moved = item.moves.reduce((sum, move) => sum + elements(move.shape), 0);
  const tasks: Task[] = [];
  if (item.fill !== undefined && moved < size) {
    const body = `m[${index(target / 4, ["i", 1])}] = bitcast<u32>(${literal(item.fill)});`;
    tasks.push(each(size, body, [], [span(target, size)]));
  }
  const parts = item.moves.map((move) => ({
    groups: Math.ceil(elements(move.shape) / lanes),
    ...moveCode(move, address(move.source), target),
  })).filter(({ groups }) => groups > 0);
  if (parts.length === 0) return tasks;
  let first = 0;
  const branches = parts.map(({ groups, count, body }) => {
    const code = `if (group < ${first + groups}u) {
    let i = (group - ${first}u) * ${lanes}u + lane;
    if (i < ${count}u) { ${body} }
  }`;
    first += groups;
    return code;
  });
  return [...tasks, {
    groups: first,
    body: branches.join(" else "),
    reads: item.moves.map(({ source }) => span(address(source), sizeOf(source))),
    writes: [span(target, size)],
  }];
}

function moveCode(move: Move, source: number, target: number): { count: number; body: string } {
  const inside = strides(move.shape);
  const axes = move.shape.map((length, axis) => ({ length, axis })).filter(({ length }) =>
    length !== 1
  );
  const at = (base: number, by: readonly number[]) =>
    index(base, ...axes.map(({ axis }): [string, number] => [`x${axis}`, by[axis]]));
  const coordinates = axes.map(({ length, axis }, i) => {
    const quotient = inside[axis] === 1 ? "i" : `i / ${inside[axis]}u`;
    return `let x${axis} = ${i === 0 ? quotient : `${quotient} % ${length}u`};`;
  });
  const from = at(source / 4 + move.sourceOffset, move.sourceStrides);
  const to = at(target / 4 + move.targetOffset, move.targetStrides);
  return {
    count: elements(move.shape),
    body: `${coordinates.join(" ")} m[${to}] = m[${from}];`,
  };
}

/** The index of each row's first largest element (NaN is never larger), a lane for each row. */
export function argMaxTask(
  { input, output, rows, columns }: ArgMax,
  address: (value: number) => number,
  dtype: Dtype,
): Task {
  const at = (column: string) => index(address(input) / 4, ["i", columns], [column, 1]);
  const body = `var best = 0u;
    var largest: ${typeOf[dtype]} = ${load(dtype, at("0u"))};
    for (var c = 1u; c < ${columns}u; c++) {
      let x = ${load(dtype, at("c"))};
      if (x > largest) { best = c; largest = x; }
    }
    m[${index(address(output) / 4, ["i", 1])}] = best;`;
  return each(rows, body, [span(address(input), rows * columns)], [span(address(output), rows)]);
}
