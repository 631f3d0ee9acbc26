/**
 * Conditions on runs as people write them: `agent=ppo and evaluation/return_mean>=475`.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import { shortened } from "../core/printable.ts";

/** How a field is compared. */
export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** A field, how it is compared, and with what. */
export interface Condition {
  readonly key: string;
  readonly operator: Operator;
  readonly wanted: string;
}

/** A field of a run that can be compared and sorted by; undefined: the run has none. */
export type Value = string | number | bigint | boolean | readonly string[] | undefined;

/** A key as it is written, as a regular expression: in quotes where a space, a quote or a sign is in it. */
const KEY = `"[^"]+"|'[^']+'|[^\\s<>=!"']+`;

/** What a condition looks like, for messages and help. */
export const CONDITION = "KEY=VALUE, or with !=, <, <=, >, >=";

/**
 * The conditions in a text, joined by `and`. A value that holds `and` or `or` stands in quotes.
 *
 * @throws {InputError} for what is no condition, and for conditions joined by `or`.
 *
 * @example
 * ```ts
 * import { conditionsIn } from "./conditions.ts";
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual(conditionsIn(`seed<3 and name="salt and pepper"`), [
 *   { key: "seed", operator: "<", wanted: "3" },
 *   { key: "name", operator: "=", wanted: "salt and pepper" },
 * ]);
 * ```
 */
export function conditionsIn(text: string): Condition[] {
  checkNoOr(piecesIn(text), text);
  const parts = text.match(/(?:"[^"]*"|'[^']*'|(?!\s+and\s).)+/gis) ?? [""];
  return parts.map((part) => conditionOf(part.replace(/^\s*and\s+/i, "").trim(), text));
}

/** A query: conditions, and words that are looked for. */
export interface Query {
  readonly conditions: readonly Condition[];
  readonly words: readonly string[];
}

/**
 * What a line of a page asks for: conditions and words in any order, with or without `and` between
 * them; quotes keep words together.
 *
 * @throws {InputError} for an `or` between them that is not in quotes.
 *
 * @example
 * ```ts
 * import { queryIn } from "./conditions.ts";
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual(queryIn(`ppo agent.gamma < 0.99 and "second try" seed=1`), {
 *   conditions: [
 *     { key: "agent.gamma", operator: "<", wanted: "0.99" },
 *     { key: "seed", operator: "=", wanted: "1" },
 *   ],
 *   words: ["ppo", "second try"],
 * });
 * ```
 */
export function queryIn(text: string): Query {
  const pieces = piecesIn(text);
  checkNoOr(pieces, text);
  const conditions: Condition[] = [];
  const words: string[] = [];
  for (const { condition, word } of pieces) {
    if (condition !== undefined) conditions.push(conditionOf(condition, text));
    else if (word!.toLowerCase() !== "and") words.push(unquoted(word!));
  }
  return { conditions, words };
}

/** Whether a query holds a condition, words aside, whatever joins what it holds. */
export function holdsCondition(text: string): boolean {
  return piecesIn(text).some(({ condition }) => condition !== undefined);
}

/** A condition or a word as it is written, in its quotes. */
interface Piece {
  readonly condition?: string;
  readonly word?: string;
}

/** What stands in a text, in its order. */
function piecesIn(text: string): Piece[] {
  const value = `"[^"]*"|'[^']*'|[^\\s"']+`;
  const list = `\\[[^\\]"']*\\](?=\\s|$)`;
  const pieces = new RegExp(
    `((?:${KEY})\\s*(?:==|!=|<=|>=|=|<|>)\\s*(?:${list}|${value}))|(${value})`,
    "g",
  );
  return [...text.matchAll(pieces)].map(([, condition, word]) => ({ condition, word }));
}

/** Refuses an `or` between two others: as a word that must occur it would find next to nothing. */
function checkNoOr(pieces: readonly Piece[], whole: string): void {
  const isOr = pieces.slice(1, -1).some(({ word }) => word?.toLowerCase() === "or");
  if (!isOr) return;
  throw new InputError(
    `Cannot filter runs as conditions are joined by and, never by or (the word "or" is written in ` +
      `quotes): ${shortened(whole)}`,
  );
}

function conditionOf(part: string, whole: string): Condition {
  const found = new RegExp(`^(${KEY})\\s*(==|!=|<=|>=|=|<|>)\\s*(.+)$`, "s").exec(part);
  if (found === null || /\sand$/i.test(part)) {
    throw new InputError(
      `Cannot filter runs as a condition is ${CONDITION} (in quotes, as the shell reads < and >), ` +
        `several joined by and: "${shortened(whole)}"`,
    );
  }
  const [, key, operator, value] = found;
  const isQuoted = QUOTED.test(value);
  if (
    !isQuoted && piecesIn(part).some(({ condition }, i) => i > 0 && condition !== undefined)
  ) {
    throw new InputError(
      `Cannot filter runs as conditions are joined by and (a value that looks like one is written in ` +
        `quotes): ${shortened(part)}`,
    );
  }
  return {
    key: unquoted(key),
    operator: operator === "==" ? "=" : operator as Operator,
    wanted: unquoted(value),
  };
}

/** What stands in quotes as a whole. */
const QUOTED = /^(["'])(.*)\1$/s;

function unquoted(text: string): string {
  return text.replace(QUOTED, "$2");
}

/** A condition as it is written: in quotes where a space or a quote is in its value, or a sign in its key. */
export function written({ key, operator, wanted }: Condition): string {
  const shown = (text: string, special: RegExp) =>
    special.test(text) ? inQuotes(text) ?? text : text;
  return `${shown(key, /[\s<>=!"']/)}${operator}${shown(wanted, /[\s"']/)}`;
}

/** A value in the quotes that are not in it; undefined where both are. */
function inQuotes(value: string): string | undefined {
  const quote = [`"`, `'`].find((each) => !value.includes(each));
  return quote && `${quote}${value}${quote}`;
}

/** The condition that asks for a value: `tag=first`, `tag="second try"`. */
export function term(key: string, value: string): string {
  if (/^[\w.-]+$/.test(value)) return `${key}=${value}`;
  const quoted = inQuotes(value);
  if (quoted !== undefined) return `${key}=${quoted}`;
  // No quotes are left to hold it: its longest piece without any is looked for.
  const pieces = value.split(/["']/).sort((a, b) => b.length - a.length);
  return pieces[0].trim() === "" ? "" : `"${pieces[0]}"`;
}

/** Whether a value stands so to another, for numbers and big ones alike. */
function compares(value: number | bigint, operator: Operator, wanted: number | bigint): boolean {
  switch (operator) {
    case "<":
      return value < wanted;
    case "<=":
      return value <= wanted;
    case ">":
      return value > wanted;
    case ">=":
      return value >= wanted;
    default:
      // deno-lint-ignore eqeqeq -- a number and a bigint of one size are equal
      return value == wanted || (Number.isNaN(value) && Number.isNaN(wanted));
  }
}

/** Whose clock a date is of that says nothing of it. */
export type Zone = "local" | "UTC";

/** How a field is read: as it is, as milliseconds since the epoch, or as an id by its beginning. */
export type Reading = "plain" | "time" | "id";

/**
 * Whether a field of a run meets a condition. `!=` is met wherever `=` is not, also by a run that
 * has no such field; the others are not met by it. Text, lists and truth values have no order.
 *
 * @throws {InputError} where a number is compared with text, a time with what is no date, or text
 * is put in order.
 */
export function meets(
  value: Value,
  condition: Condition,
  reading: Reading = "plain",
  zone: Zone = "local",
): boolean {
  const { operator, wanted } = condition;
  if (operator === "!=") return !meets(value, { ...condition, operator: "=" }, reading, zone);
  if (value === undefined) return false;
  if (reading === "time") return meetsDate(Number(value), condition, zone);
  if (reading === "id" && wanted === "") throw empty(condition);
  if (typeof value === "number" || typeof value === "bigint") {
    return compares(value, operator, numberIn(condition));
  }
  if (operator !== "=") {
    if (value === NOTHING) return false;
    throw new InputError(
      `Cannot filter runs by ${written(condition)} as ${condition.key} is no number: = and != ` +
        "compare it",
    );
  }
  if (Array.isArray(value)) return value.includes(wanted);
  return reading === "id" ? String(value).startsWith(wanted) : tight(`${value}`) === tight(wanted);
}

/** A field that other runs have a number in, and this one nothing. */
const NOTHING = "null";

/** A list that is written as JSON without blanks in it, another text as it is. */
function tight(text: string): string {
  if (!text.startsWith("[")) return text;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text; // one that begins so
  }
}

/** An empty id begins every id, and nothing would be the number 0: a variable of the shell that is not set. */
function empty({ key, operator }: Condition): InputError {
  return new InputError(
    `Cannot filter runs by ${key} as a value must stand behind ${operator}: nothing`,
  );
}

function numberIn(condition: Condition): number | bigint {
  const { key, wanted } = condition;
  if (wanted.trim() === "") throw empty(condition);
  if (/^[+-]?\d+$/.test(wanted)) return BigInt(wanted);
  const number = Number(wanted.replace("∞", "Infinity"));
  if (!Number.isNaN(number) || wanted === "NaN") return number;
  throw new InputError(
    `Cannot filter runs by ${written(condition)} as ${key} is a number: ${wanted}`,
  );
}

/**
 * Whether a moment meets a condition whose value is a date: `2026-11-20`, or a year, a month, a
 * time as `2026-11-20 07:25`, each of which is a stretch of time by the zone's clock, or by UTC's where it
 * ends in that word. `=` is within it, `<` before it, `>` after it.
 */
function meetsDate(moment: number, condition: Condition, zone: Zone): boolean {
  const [from, to] = stretchOf(condition, zone);
  switch (condition.operator) {
    case "<":
      return moment < from;
    case "<=":
      return moment < to;
    case ">":
      return moment >= to;
    case ">=":
      return moment >= from;
    default:
      return moment >= from && moment < to;
  }
}

/** First millisecond of a date, and the first one after it. */
function stretchOf(condition: Condition, zone: Zone): [from: number, to: number] {
  const { key, wanted } = condition;
  const found =
    /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?)?)?(?<utc> ?UTC|Z)?$/.exec(
      wanted,
    );
  const given = (found?.slice(1, 7) ?? []).filter((part) => part !== undefined).map(Number);
  const isUtc = zone === "UTC" || found?.groups?.utc !== undefined;
  const at = (parts: readonly number[], isUtc: boolean) => {
    const [year, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
    const place = [year, month - 1, day, hour, minute, second] as const;
    return isUtc ? Date.UTC(...place) : new Date(...place).getTime();
  };
  // A month of 13 or a 30th of February runs over into the next.
  const there = new Date(at(given, true));
  const parts = [
    ...[there.getUTCFullYear(), there.getUTCMonth() + 1, there.getUTCDate()],
    ...[there.getUTCHours(), there.getUTCMinutes(), there.getUTCSeconds()],
  ];
  if (found === null || given.some((part, i) => part !== parts[i])) {
    throw new InputError(
      `Cannot filter runs by ${written(condition)} as ${key} is a time, written as 2026-11-20, ` +
        `"2026-11-20 07:25" or "2026-11-20 07:25 UTC": ${wanted}`,
    );
  }
  const next = [...given];
  next[next.length - 1]++;
  return [at(given, isUtc), at(next, isUtc)];
}
