/**
 * Rows of tables, whatever they are of.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import { parseStrictJson } from "../../core/strict_json.ts";

/** A row of a table. */
export interface Row {
  /** What it is called in messages: its line, or its place in a list. */
  readonly at: string;
  /** By its columns; what is empty is left out of points. */
  readonly cells: Readonly<Record<string, unknown>>;
}

/** Bytes of the longest text: a string of the engine has no more characters. */
const LONGEST_TEXT = 536_870_888;

/**
 * What a file's bytes say; a byte-order mark is left out.
 *
 * @param name What the file is called in messages.
 * @throws {InputError} where they are too many, or no UTF-8, of which names would come out mangled.
 */
export function textOf(bytes: Uint8Array, name: string): string {
  if (bytes.length > LONGEST_TEXT) {
    throw new InputError(
      `Cannot import ${name} as its text must have at most ${LONGEST_TEXT} bytes: ${bytes.length}`,
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(
      `Cannot import ${name} as its text must be UTF-8: it is written in another encoding`,
    );
  }
}

/** A decimal number: 0x10 is a word, as of a hash or an address. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A number as loggers write it; undefined where there is none. What is written in digits and does not fit
 * is none: it would become infinite.
 */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (/^[+-]?nan$/i.test(text)) return NaN;
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  const number = DECIMAL.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : undefined;
}

/** Whether a number may be a step or another count: a store keeps none beyond 2⁵³ − 1. */
export function isStep(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

/** What is to be said of one that may not. */
export const STEPS = "a number from 0 to 2⁵³ − 1";

/**
 * What takes note of the values of a table, and refuses two that differ of one metric at one step.
 *
 * @param name What the table is called in messages.
 * @param step What its steps are called there.
 * @returns Takes a value; `place` is what tells points apart, where it is more than the step.
 */
export function onePerStep(
  name: string,
  step: string,
): (metric: string, at: number, value: number, row: string, place?: string) => void {
  type Found = { readonly value: number; readonly row: string };
  const known = new Map<string, Map<number | string, Found>>();
  return (metric, at, value, row, place = undefined) => {
    const ofMetric = known.get(metric) ?? new Map<number | string, Found>();
    known.set(metric, ofMetric);
    const before = ofMetric.get(place ?? at);
    ofMetric.set(place ?? at, before ?? { value, row });
    if (before === undefined || [before.value].includes(value)) return;
    throw new InputError(
      `Cannot import ${name}, ${row} as a metric must have one value at a step: ${metric} at ` +
        `${step} ${at} is ${value}, and ${before.value} in ${before.row}`,
    );
  };
}

/**
 * What a text of JSON holds.
 *
 * @param name What it is called in messages.
 * @throws {InputError} where it is none, or has a key twice in one object, of which one value would be lost.
 */
export function jsonOf(text: string, name: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (error) {
    const reason = isJson(text) ? (error as Error).message : "it is no JSON";
    throw new InputError(`Cannot import ${name} as ${reason}`);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
