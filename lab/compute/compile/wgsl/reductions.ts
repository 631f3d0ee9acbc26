/**
 * Reductions as tasks: lanes walk what they reduce, then fold their parts in a tree. The order
 * depends on the shape alone.
 *
 * @module
 */
import { powerOfTwoFrom } from "../../../core/elementary.ts";
import type { Dtype } from "../ir.ts";
import type { Reduction } from "../items.ts";
import { bitsOf, load, typeOf } from "./expressions.ts";
import { opaque } from "./functions.ts";
import { index, lanes, type Lowering, type Span, span, type Task } from "./tasks.ts";

/** Elements that a lane folds before the rows of a column are split over more workgroups. */
const longestColumn = 64;
/** About as many workgroups as a split aims at. */
const aim = 256;

/** Where a lane is: code of the element's number, its row and its column. */
export interface Place {
  readonly element: string;
  readonly row: string;
  readonly column: string;
}

/** A reduction's running value in code. */
export interface Sink {
  readonly combine: Reduction["combine"];
  readonly dtype: Dtype;
  /** Byte address of the results. */
  readonly target: number;
  /** Code of the next value to take in. */
  readonly taken: string;
}

/** Columns of [count, length], each folded to one element. */
export interface Columns {
  readonly count: number;
  readonly length: number;
  readonly sinks: readonly Sink[];
  /** Code at a place, before the sinks take their values. */
  readonly body: (place: Place) => string;
  readonly reads: readonly Span[];
  readonly writes: readonly Span[];
}

/**
 * A workgroup takes up to eight columns side by side, its lanes rows at a fixed distance. Where rows
 * are many, several workgroups share a column and a second task folds their parts.
 */
export function columnTasks(columns: Columns, lowering: Lowering): Task[] {
  const { count, length, sinks } = columns;
  const width = Math.min(8, powerOfTwoFrom(length));
  const rowLanes = lanes / width;
  const across = Math.ceil(length / width);
  const wanted = Math.ceil(count / (rowLanes * longestColumn / 2));
  const parts = count <= rowLanes * longestColumn
    ? 1
    : Math.max(1, Math.min(wanted, Math.floor(aim / across)));
  const targets = sinks.map(({ target }) =>
    parts === 1 ? target : lowering.scratch(parts * length)
  );
  const place = { element: "i", row: "k", column: "j" };
  const body = `let j = group % ${across}u * ${width}u + lane % ${width}u;
  let part = group / ${across}u;
  ${begin(sinks)}
  if (j < ${length}u) {
    for (var k = part * ${rowLanes}u + lane / ${width}u; k < ${count}u; k += ${rowLanes * parts}u) {
      let i = k * ${length}u + j;
      ${columns.body(place)}
      ${sinks.map(take).join(" ")}
    }
  }
  ${sinks.map((sink, s) => fold(sink, s, width)).join("\n  ")}
  if (lane < ${width}u && j < ${length}u) {
    ${
    sinks.map((sink, s) => {
      const at = index(targets[s] / 4, ["part", parts === 1 ? 0 : length], ["j", 1]);
      return `m[${at}] = ${bitsOf(sink.dtype, nameOf(s))};`;
    }).join("\n    ")
  }
  }`;
  const written = targets.map((target) => span(target, parts * length));
  const first: Task = {
    groups: across * parts,
    body,
    reads: columns.reads,
    writes: [...columns.writes, ...written],
  };
  if (parts === 1) return [first];
  const rest = columnTasks({
    count: parts,
    length,
    sinks: sinks.map((sink, s) => ({
      ...sink,
      taken: load(sink.dtype, index(targets[s] / 4, ["i", 1])),
    })),
    body: () => "",
    reads: written,
    writes: [],
  }, lowering);
  return [first, ...rest];
}

/** The variable of a running value, by its place among the sinks. */
export function nameOf(place: number): string {
  return `sum${place}`;
}

/** Declares the running values. */
export function begin(sinks: readonly Sink[]): string {
  return sinks.map(({ combine, dtype }, place) =>
    `var ${nameOf(place)}: ${typeOf[dtype]} = ${identityOf(combine, dtype)};`
  ).join("\n  ");
}

/** Takes the next value in. */
export function take({ combine, dtype, taken }: Sink, place: number): string {
  const name = nameOf(place);
  return `${name} = ${combined(combine, dtype, name, taken)};`;
}

/** The lanes' parts into the first `width` lanes. */
export function fold({ combine, dtype }: Sink, place: number, width: number): string {
  const name = nameOf(place);
  return `${name} = fold${combine}_${typeOf[dtype]}(lane, ${width}u, ${name});`;
}

const dtypes: Record<string, Dtype> = { f32: "float32", i32: "int32", bool: "bool" };

/** The function that {@linkcode fold} calls, for each kind of reduction that code contains. */
export function foldFunctions(code: string): string {
  const wanted = new Set(code.match(/\bfold(?:Sum|Max|Min|Prod)_(?:f32|i32|bool)/g));
  return [...wanted].map((name) => {
    const [, combine, type] = name.match(/^fold(\w+)_(\w+)$/)!;
    const dtype = dtypes[type];
    const at = (place: string) => load(dtype, place, "pool");
    const next = combined(
      combine as Reduction["combine"],
      dtype,
      at("lane"),
      at("lane + s"),
    );
    return `fn ${name}(lane: u32, width: u32, x: ${type}) -> ${type} {
  pool[lane] = ${bitsOf(dtype, "x")};
  workgroupBarrier();
  for (var s = ${lanes / 2}u; s >= width; s >>= 1u) {
    if (lane < s) { pool[lane] = ${bitsOf(dtype, next)}; }
    workgroupBarrier();
  }
  let folded = ${at("lane")};
  workgroupBarrier();
  return folded;
}`;
  }).join("\n");
}

function combined(combine: Reduction["combine"], dtype: Dtype, a: string, b: string): string {
  const float = dtype === "float32";
  // A mask is −1 or 0 in memory: its largest element is set where all are.
  if (dtype === "bool") return combine === "Max" ? `${a} && ${b}` : `${a} || ${b}`;
  switch (combine) {
    case "Sum":
      return `${a} + ${b}`;
    case "Prod":
      return `${a} * ${b}`;
    case "Max":
      return float ? `maximum(${a}, ${b})` : `max(${a}, ${b})`;
    case "Min":
      return float ? `minimum(${a}, ${b})` : `min(${a}, ${b})`;
  }
}

function identityOf(combine: Reduction["combine"], dtype: Dtype): string {
  const float = dtype === "float32";
  if (dtype === "bool") return String(combine === "Max");
  switch (combine) {
    case "Sum":
      return float ? "0.0f" : "0";
    case "Prod":
      return float ? "1.0f" : "1";
    case "Max":
      return float ? opaque(-Infinity) : "i32(-2147483648)";
    case "Min":
      return float ? opaque(Infinity) : "2147483647";
  }
}
