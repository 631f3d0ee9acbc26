/**
 * Search spaces: the fields that are tried, and where each may lie. A place in a space is a point of
 * the unit cube with an axis for each field, so that a sampler knows nothing of scales and words.
 *
 * @module
 */
import { exp, log } from "../core/elementary.ts";
import { didYouMean, InputError } from "../core/errors.ts";
import type { Json } from "../core/snapshot.ts";

/** Where a value may lie; both ends are included. */
export type Range =
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  /** Even in the logarithm. */
  | { readonly kind: "log"; readonly low: number; readonly high: number }
  | {
    readonly kind: "integer";
    readonly low: number;
    readonly high: number;
    /** From one value to the next; divides what lies between the ends. Default 1. */
    readonly step?: number;
  }
  /** Whole numbers, even in the logarithm. */
  | { readonly kind: "log-integer"; readonly low: number; readonly high: number }
  | { readonly kind: "choice"; readonly values: readonly Json[] };

/** Every kind of {@linkcode Range}. */
export const rangeKinds: readonly Range["kind"][] = [
  "uniform",
  "log",
  "integer",
  "log-integer",
  "choice",
];

/** Where a field is tried: only with some values of another one, which stands before it. */
export interface Condition {
  /** Of the other field. */
  readonly path: string;
  /** Values of it with which this one is tried. */
  readonly in: readonly Json[];
}

/** A field that is tried. */
export interface Field {
  /** As of `--set`: `agent.learningRate`. */
  readonly path: string;
  readonly range: Range;
  readonly when?: Condition;
}

/** Fields that are tried together, in an order that samplers keep. */
export type Space = readonly Field[];

/** A value for each field that a condition does not leave out, by path. */
export type Point = Readonly<Record<string, Json>>;

/**
 * Checks a space.
 *
 * @throws {InputError} where it is empty or contradicts itself.
 */
export function checkSpace(space: Space): void {
  if (space.length === 0) {
    throw new InputError("Cannot sweep as there must be a field to try: the space is empty");
  }
  const before = new Map<string, Field>();
  for (const field of space) {
    const { path, range, when } = field;
    if (before.has(path)) {
      throw new InputError(
        `Cannot sweep over ${path} as it must be in the space once: it is twice`,
      );
    }
    const fault = faultOf(range);
    if (fault !== undefined) throw new InputError(`Cannot sweep over ${path} as ${fault}`);
    if (when !== undefined) {
      const other = before.get(when.path);
      if (other === undefined) {
        throw new InputError(
          `Cannot sweep over ${path} as the field of its condition must stand before it: ` +
            when.path + didYouMean(when.path, space.map((each) => each.path)),
        );
      }
      if (other.range.kind === "choice") {
        const { values } = other.range;
        const strange = when.in.find((each) => !values.some((value) => isSame(value, each)));
        if (strange !== undefined) {
          throw new InputError(
            `Cannot sweep over ${path} as ${when.path} never is ${
              JSON.stringify(strange)
            }: it is ` +
              values.map((value) => JSON.stringify(value)).join(", "),
          );
        }
      }
    }
    before.set(path, field);
  }
}

/** What is wrong with a range, in words; undefined where nothing is. */
function faultOf(range: Range): string | undefined {
  if (range.kind === "choice") {
    if (range.values.length === 0) return "it must have a value to try: there is none";
    const texts = range.values.map((value) => JSON.stringify(value));
    const twice = texts.find((text, i) => texts.indexOf(text) < i);
    return twice &&
      `each value must be there once: ${twice} is twice (a list is one value in brackets: [64,64])`;
  }
  const { kind, low, high } = range;
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    return `both ends must be numbers: ${low}..${high}`;
  }
  if (high - low === Infinity) return `the ends must lie less than 1.8e308 apart: ${low}..${high}`;
  if (low >= high) return `the lower end must be below the upper one: ${low}..${high}`;
  if (kind.startsWith("log") && low <= 0) return `a logarithm needs positive ends: ${low}..${high}`;
  const isWhole = Number.isSafeInteger(low) && Number.isSafeInteger(high);
  if (kind.endsWith("integer") && !isWhole) return `both ends must be whole: ${low}..${high}`;
  if (kind !== "integer") return;
  const step = stepOf(range);
  if (!Number.isSafeInteger(step) || step < 1) return `a step must be whole and ≥ 1: ${step}`;
  const over = (high - low) % step;
  if (over !== 0) {
    return `steps of ${step} must lead from ${low} to its upper end (${
      high - over > low ? `${high - over} or ` : ""
    }${high - over + step} would do): ${high}`;
  }
}

/**
 * The value at a place of a range.
 *
 * @param at In [0, 1).
 *
 * @example
 * ```ts
 * import { valueAt } from "./space.ts";
 * import { strictEqual } from "node:assert";
 * strictEqual(valueAt({ kind: "integer", low: 2, high: 5 }, 0.5), 4);
 * strictEqual(valueAt({ kind: "choice", values: ["tanh", "relu"] }, 0.4), "tanh");
 * ```
 */
export function valueAt(range: Range, at: number): Json {
  switch (range.kind) {
    case "choice":
      return range.values[Math.min(range.values.length - 1, Math.floor(at * range.values.length))];
    case "uniform":
      return range.low + at * (range.high - range.low);
    case "log":
      return within(range, exp(log(range.low) + at * logOfRatio(range.high, range.low)));
    case "integer":
      return within(range, range.low + stepOf(range) * Math.floor(at * countOf(range)));
    case "log-integer": {
      const [low, high] = [range.low - 0.5, range.high + 0.5];
      return within(range, Math.round(exp(log(low) + at * log(high / low))));
    }
  }
}

/** The middle of the places that have a value, in [0, 1]: `valueAt(range, placeOf(range, v))` is v. */
export function placeOf(range: Range, value: Json): number {
  if (range.kind === "choice") {
    const index = range.values.findIndex((each) => isSame(each, value));
    return (index + 0.5) / range.values.length;
  }
  const { kind, low, high } = range;
  const x = Number(value);
  switch (kind) {
    case "uniform":
      return (x - low) / (high - low);
    case "log":
      return logOfRatio(x, low) / logOfRatio(high, low);
    case "integer":
      return ((x - low) / stepOf(range) + 0.5) / countOf(range);
    case "log-integer":
      return log(x / (low - 0.5)) / log((high + 0.5) / (low - 0.5));
  }
}

/** log(a / b), also where the ratio is beyond what a number holds. */
function logOfRatio(a: number, b: number): number {
  const ratio = a / b;
  return ratio === Infinity ? log(a) - log(b) : log(ratio);
}

function within({ low, high }: { low: number; high: number }, value: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Whether a field is tried with the values of those before it. */
export function isTried({ when }: Field, point: Point): boolean {
  if (when === undefined) return true;
  return when.path in point && when.in.some((value) => isSame(value, point[when.path]));
}

/** The point at a place of the unit cube; fields whose condition is not met are left out. */
export function pointAt(space: Space, place: ArrayLike<number>): Point {
  const point: Record<string, Json> = {};
  space.forEach((field, i) => {
    if (isTried(field, point)) point[field.path] = valueAt(field.range, place[i]);
  });
  return point;
}

/** Where a point lies on each axis; NaN on those of fields that were not tried. */
export function placesOf(space: Space, point: Point): Float64Array {
  return Float64Array.from(
    space,
    (field) =>
      isTried(field, point) && field.path in point ? placeOf(field.range, point[field.path]) : NaN,
  );
}

/** Values that can be told apart in a range; Infinity for real numbers. */
export function countOf(range: Range): number {
  if (range.kind === "choice") return range.values.length;
  return range.kind.endsWith("integer") ? (range.high - range.low) / stepOf(range) + 1 : Infinity;
}

/** From one value of a range of whole numbers to the next. */
export function stepOf(range: Range): number {
  return range.kind === "integer" ? range.step ?? 1 : 1;
}

function isSame(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Reads a field as it is typed: `log:1e-4..1e-2`, `0.9..0.999`, `int:16..256`, `int:16..256/16`,
 * `log-int:16..1024`, or values between commas. A value is JSON where it is that, else text.
 *
 * @throws {InputError} for anything else.
 *
 * @example
 * ```ts
 * import { rangeOf } from "./space.ts";
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual(rangeOf("rate", "log:1e-4..1e-2"), { kind: "log", low: 1e-4, high: 1e-2 });
 * deepStrictEqual(rangeOf("rate", "1,tanh"), { kind: "choice", values: [1, "tanh"] });
 * ```
 */
export function rangeOf(path: string, text: string): Range {
  const found = /^(?:(log|int|log-int|uniform):)?([^.,:]*(?:\.\d[^.,:]*)?)\.\.(.*)$/.exec(text);
  if (found !== null) {
    const [, word = "uniform", first, second] = found;
    // A third dot is a slip, and no decimal point.
    if (second.startsWith(".")) throw misspelledRange(path, text);
    const kinds = { uniform: "uniform", log: "log", int: "integer", "log-int": "log-integer" };
    const [upper, by] = word === "int" ? second.split("/") : [second];
    // 0 has no sign where it comes back from a store.
    const numbers = [first, upper, ...by === undefined ? [] : [by]]
      .map((each) => each.trim() === "" ? NaN : Number(each) + 0);
    if (numbers.some(Number.isNaN)) {
      throw new InputError(
        `Cannot sweep over ${path} as both ends of a range${
          by === undefined ? "" : ", and its step,"
        } must be numbers: "${text}"`,
      );
    }
    const [low, high, step] = numbers;
    return {
      ...{ kind: kinds[word as keyof typeof kinds] as "integer", low, high },
      ...step !== undefined && { step },
    };
  }
  if (/^((log|int|log-int|uniform):|[\w-]+:[-+.\de]+\.\.[-+.\de]+$)/i.test(text)) {
    throw misspelledRange(path, text);
  }
  return { kind: "choice", values: text.trim() === "" ? [] : listed(text).map(jsonOf) };
}

function misspelledRange(path: string, text: string): InputError {
  return new InputError(
    `Cannot sweep over ${path} as a range is written LOW..HIGH, with log:, int: or log-int: before it or ` +
      `nothing (log:1e-4..1e-2): "${text}"`,
  );
}

/** The parts of a text between commas, those within brackets left whole. */
function listed(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    if ("[{".includes(text[i] ?? " ")) depth++;
    else if ("]}".includes(text[i] ?? " ")) depth--;
    else if (i === text.length || (text[i] === "," && depth === 0)) {
      parts.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  return parts;
}

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
