/**
 * What a WGSL program is made of: tasks, each a number of workgroups that run one piece of code.
 * Every workgroup has the same number of lanes, so that tasks which do not touch each other's
 * memory share a dispatch.
 *
 * @module
 */

import type { Value } from "../ir.ts";

/** Lanes of every workgroup. */
export const lanes = 64;

/** Bytes of the arena, from `from` up to but not including `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Code that sees `group` (the workgroup's number within the task) and `lane`, both u32. */
export interface Task {
  readonly groups: number;
  readonly body: string;
  readonly reads: readonly Span[];
  readonly writes: readonly Span[];
}

/** What the code of an item depends on beside the item. */
export interface Lowering {
  readonly values: readonly Value[];
  /** Byte address of a value. */
  address(value: number): number;
  /** Whether a node's value is read outside its loop, and so must be stored. */
  stored(value: number): boolean;
  /** Address of scratch memory of `size` elements that no other item uses. */
  scratch(size: number): number;
}

/** Bytes of `size` elements at an address. */
export function span(address: number, size: number): Span {
  return { from: address, to: address + size * 4 };
}

function overlap(some: readonly Span[], others: readonly Span[]): boolean {
  return some.some((a) => others.some((b) => a.from < b.to && b.from < a.to));
}

/** Whether the later task must see, or must not disturb, the memory of the earlier one. */
function conflicts(earlier: Task, later: Task): boolean {
  return overlap(earlier.writes, later.reads) || overlap(earlier.reads, later.writes) ||
    overlap(earlier.writes, later.writes);
}

/**
 * Tasks by the dispatch that they run in: each as early as what it depends on allows. Between two
 * dispatches of a pass all memory is synchronised, within one nothing is.
 */
export function dispatchesOf(tasks: readonly Task[]): Task[][] {
  const dispatches: Task[][] = [];
  for (const task of tasks) {
    if (task.groups === 0) continue;
    const after = dispatches.findLastIndex((before) =>
      before.some((each) => conflicts(each, task))
    );
    (dispatches[after + 1] ??= []).push(task);
  }
  return dispatches;
}

/** Code with its addresses elsewhere, and the addresses: what differs in nothing else has one code. */
export function withoutAddresses(
  code: string,
  place: (i: number) => string,
): [code: string, addresses: number[]] {
  const places = new Map<string, number>();
  const placed = code.replace(/#(\d+)/g, (_, address) => {
    if (!places.has(address)) places.set(address, places.size);
    return place(places.get(address)!);
  });
  return [placed, [...places.keys()].map(Number)];
}

/**
 * Code of an element's index: the address of the first one, which {@linkcode withoutAddresses} finds by
 * its sign, and terms, each some code times a constant.
 */
export function index(base: number, ...terms: readonly (readonly [code: string, by: number])[]) {
  const parts = terms.filter(([, by]) => by !== 0).map(([code, by]) => {
    const size = Math.abs(by);
    return `${by < 0 ? "-" : "+"} ${size === 1 ? code : `${code} * ${size}u`}`;
  });
  return [`#${base}`, ...parts].join(" ");
}

/** A task with a lane for each of `count` elements; the body sees the element's number `i`. */
export function each(
  count: number,
  body: string,
  reads: readonly Span[],
  writes: readonly Span[],
): Task {
  return {
    groups: Math.ceil(count / lanes),
    body: `let i = group * ${lanes}u + lane;\n  if (i < ${count}u) { ${body} }`,
    reads,
    writes,
  };
}

/** Code that takes a row-major number apart into coordinates, by name and length. */
export function coordinates(number: string, axes: readonly (readonly [string, number])[]): string {
  let stride = 1;
  return axes.toReversed().map(([name, length], i) => {
    const quotient = stride === 1 ? number : `${number} / ${stride}u`;
    stride *= length;
    return `let ${name} = ${i === axes.length - 1 ? quotient : `${quotient} % ${length}u`};`;
  }).join(" ");
}

/** The span of a value. */
export function spanOf(value: number, { values, address }: Lowering): Span {
  return span(address(value), values[value].size);
}
