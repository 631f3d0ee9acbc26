/**
 * Plain values: how they are shown in messages, and which are no JSON.
 *
 * @module
 */
import { shortened } from "./printable.ts";
import { DEEPEST } from "./strict_json.ts";

/** The JSON of `value`, big integers as in code; its kind where it has none. */
function jsonOf(value: unknown): string {
  try {
    const text = JSON.stringify(
      value,
      (_, part) => typeof part === "bigint" ? `${part}n` : part,
    );
    return text ?? Object.prototype.toString.call(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** Any value in one line for an error message. */
export function show(value: unknown): string {
  const text = ArrayBuffer.isView(value) && !(value instanceof DataView)
    ? `${value.constructor.name}(${value})`
    : typeof value === "string" || (typeof value === "object" && value !== null)
    ? jsonOf(value)
    : String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** What `value` is, in a word: `string`, `null`, `Array`, `Float32Array`, `Promise`. */
export function kindOf(value: unknown): string {
  if (typeof value !== "object") return typeof value;
  return value === null ? "null" : value.constructor?.name ?? "object";
}

/** Whether `value` is an object that holds values by key: neither null nor a list. */
export function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether `value` is an object as it is written in code: no list, no map, nothing of a class. */
export function isPlain(value: unknown): value is { readonly [key: string]: unknown } {
  if (!isRecord(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What JSON would change first in `value`, like "state.at is NaN", or what no reader goes as deep for; else undefined. */
export function firstNotJson(value: unknown, path: string, depth = 0): string | undefined {
  if (value === null || typeof value === "boolean" || typeof value === "string") return undefined;
  if (typeof value === "number") {
    return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  }
  if (typeof value !== "object") return `${path} is ${typeof value}`;
  if (depth === DEEPEST) return `${shortened(path)} is nested deeper than ${DEEPEST}`;
  if (!Array.isArray(value) && !isPlain(value)) {
    return `${path} is a ${value.constructor?.name}`;
  }
  for (const [key, part] of Object.entries(Array.isArray(value) ? Array.from(value) : value)) {
    const found = firstNotJson(part, `${path}.${key}`, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
