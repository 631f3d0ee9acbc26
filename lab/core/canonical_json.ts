/**
 * Canonical JSON: one text for one value, so that it can be hashed and compared byte by byte. Keys
 * are sorted by UTF-16 units, there is no white space, numbers have the fewest digits that read back
 * to the same double (as RFC 8785). What JSON has no number for is written without loss:
 *
 * - −0 as `-0.0`;
 * - NaN and the infinities as `{"$number":"NaN"}`, `{"$number":"Infinity"}`,
 *   `{"$number":"-Infinity"}`;
 * - a key of the value's own that starts with `$` gets one more `$` in front.
 *
 * @module
 */
import { InputError } from "./errors.ts";
import { shortened } from "./printable.ts";
import type { Json } from "./snapshot.ts";
import { DEEPEST, parseStrictJson } from "./strict_json.ts";

const NUMBER = "$number";
const NAMED = new Map([["NaN", NaN], ["Infinity", Infinity], ["-Infinity", -Infinity]]);

/** What messages call a value, and what cannot be done with it, as in "Cannot <action> as …". */
interface Named {
  readonly action: string;
  readonly name: string;
}

/** Where in a value a part of it stands. */
interface Place {
  readonly action: string;
  readonly place: string;
  readonly depth: number;
}

/**
 * The canonical text of a value. Properties that are undefined are left out, as by
 * `JSON.stringify`; anything else that is no JSON throws an `InputError` that names its place, in words of
 * the caller's where these are given.
 *
 * @example
 * ```ts
 * import { encodeCanonicalJson } from "./canonical_json.ts";
 * import { strictEqual } from "node:assert";
 * strictEqual(encodeCanonicalJson({ b: [1e21, NaN], a: -0 }), '{"a":-0.0,"b":[1e+21,{"$number":"NaN"}]}');
 * ```
 */
export function encodeCanonicalJson(
  value: Json,
  { action, name }: Named = { action: "write canonical JSON", name: "the value" },
): string {
  return encode(value, { action, place: name, depth: 0 });
}

/** Reads what {@linkcode encodeCanonicalJson} wrote; throws an `InputError` where it is no JSON. */
export function decodeCanonicalJson(text: string): Json {
  let value: Json;
  try {
    value = parseStrictJson(text) as Json;
  } catch (error) {
    throw new InputError(
      `Cannot read canonical JSON as it must be JSON: ${shortened((error as Error).message)}`,
    );
  }
  return decode(value);
}

function encode(value: unknown, { action, place, depth }: Place): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (Object.is(value, -0)) return "-0.0";
    return Number.isFinite(value) ? String(value) : `{"${NUMBER}":"${value}"}`;
  }
  if (depth === DEEPEST) {
    throw new InputError(
      `Cannot ${action} as it must be nested no deeper than ${DEEPEST}: ${shortened(place)}`,
    );
  }
  const within = (part: string) => ({ action, place: `${place}${part}`, depth: depth + 1 });
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item, i) => encode(item, within(`[${i}]`))).join(",")}]`;
  }
  if (isPlain(value)) {
    const fields = Object.keys(value).sort().filter((key) => value[key] !== undefined).map(
      (key) => {
        const text = JSON.stringify(key.startsWith("$") ? `$${key}` : key);
        return `${text}:${encode(value[key], within(`.${key}`))}`;
      },
    );
    return `{${fields.join(",")}}`;
  }
  const kind = typeof value === "object" ? Object.prototype.toString.call(value) : typeof value;
  throw new InputError(`Cannot ${action} as ${place} must be plain JSON: ${kind}`);
}

function decode(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(decode);
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0] === NUMBER) {
    const number = NAMED.get(value[NUMBER] as string);
    if (number !== undefined) return number;
  }
  return Object.fromEntries(keys.map((key) => {
    if (!key.startsWith("$")) return [key, decode(value[key])];
    if (key.startsWith("$$")) return [key.slice(1), decode(value[key])];
    throw new InputError(
      `Cannot read canonical JSON as "${shortened(key)}" has no meaning here`,
    );
  }));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
