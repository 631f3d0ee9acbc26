/**
 * Fields of a configuration: read off a zod schema once, then used for description, overrides and
 * error messages alike.
 *
 * @module
 */
import * as z from "zod";
import { parseAmount, unitWords } from "../core/budget.ts";
import { InputError } from "../core/errors.ts";
import type { Json } from "../core/snapshot.ts";

/** One field of a resolved configuration, for people. */
export interface FieldDescription {
  /** Dotted path: `agent.gamma`. */
  readonly path: string;
  /** `number`, `integer`, `boolean`, `string`, `tanh | relu`, `integer[]`, …. */
  readonly type: string;
  readonly value: Json;
  /** What the field is where a definition does not give it; null where it must be given. */
  readonly default: Json;
  /** Allowed values, where there are bounds: `0 … 1`, `> 0`. */
  readonly range?: string;
  readonly unit?: string;
  readonly description: string;
}

/** A field as its schema has it. */
export interface Field extends Omit<FieldDescription, "value"> {
  /** A group that may be null as a whole: settable, but described by its fields. */
  readonly group: boolean;
  /** The allowed values, where they are counted out. */
  readonly choices: readonly Json[];
}

/** The part of JSON Schema that zod writes for configurations. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: { readonly [name: string]: Schema };
  readonly default?: Json;
  readonly description?: string;
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** All fields of a strict zod object, depth first; paths begin with `prefix`. */
export function fieldsOf(schema: z.ZodType, prefix: string): Field[] {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Schema;
  return walk(json, prefix);
}

function walk(schema: Schema, prefix: string, inherited?: Json): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const given = childOf(inherited, name) ?? property.default;
    if (property.properties !== undefined) return walk(property, path, given);
    const nullable = property.anyOf?.find((option) => option.properties !== undefined);
    if (nullable !== undefined && property.anyOf?.length === 2) {
      return [fieldOf(path, property, given, true), ...walk(nullable, path, given)];
    }
    return [fieldOf(path, property, given, false)];
  });
}

function fieldOf(path: string, schema: Schema, given: Json | undefined, group: boolean): Field {
  const range = rangeOf(schema);
  return {
    path,
    type: typeOf(schema),
    default: given ?? null,
    ...(range === undefined ? {} : { range }),
    ...(schema.unit === undefined ? {} : { unit: schema.unit }),
    description: schema.description ?? "",
    group,
    choices: choicesOf(schema),
  };
}

function choicesOf(schema: Schema): readonly Json[] {
  if (schema.const !== undefined) return [schema.const];
  return schema.enum ?? (schema.anyOf ?? []).flatMap(choicesOf);
}

function childOf(value: Json | undefined, name: string): Json | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  return value[name];
}

function typeOf(schema: Schema): string {
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return options.map(typeOf).join(" | ");
  if (schema.enum !== undefined) return schema.enum.join(" | ");
  if (schema.const !== undefined) return String(schema.const);
  if (Array.isArray(schema.type)) return schema.type.join(" | ");
  if (schema.type === "array") {
    const item = typeOf(schema.items ?? {});
    return item.includes("|") ? `(${item})[]` : `${item}[]`;
  }
  return (schema.type as string | undefined) ?? "any";
}

/** Bounds that only say "a safe integer" are no bounds. */
function rangeOf(schema: Schema): string | undefined {
  const bound = (value: number | undefined) =>
    value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? undefined : value;
  const low = bound(schema.minimum);
  const high = bound(schema.maximum);
  const above = bound(schema.exclusiveMinimum);
  const below = bound(schema.exclusiveMaximum);
  if (low !== undefined && high !== undefined) return `${low} … ${high}`;
  const parts = [
    low === undefined ? "" : `≥ ${low}`,
    above === undefined ? "" : `> ${above}`,
    high === undefined ? "" : `≤ ${high}`,
    below === undefined ? "" : `< ${below}`,
  ].filter((part) => part !== "");
  if (parts.length > 0) return parts.join(", ");
  if (schema.type === "array" && schema.items !== undefined) {
    const items = rangeOf(schema.items);
    return items === undefined ? undefined : `each ${items}`;
  }
  const options = (schema.anyOf ?? []).map(rangeOf).filter((range) => range !== undefined);
  return options.length > 0 ? options.join(" or ") : undefined;
}

/** What a value of the field must be, as messages say it: `number, 0 … 1`; a list as its default. */
export function requirementOf({ type, range, default: usual }: Field): string {
  const example = Array.isArray(usual) && usual.length > 0
    ? `as ${JSON.stringify(usual)}`
    : undefined;
  return [type, range, example].filter((part) => part !== undefined).join(", ");
}

/**
 * Reads a value given as text by the field's type; numbers (whole ones as amounts, too: `10k`) and booleans
 * as such, arrays and objects as JSON, strings as they are. Throws an `InputError` where the text is none.
 *
 * @returns undefined for `default`, which leaves the field out, where that is no value of it.
 */
export function parseValue(text: string, field: Field): Json | undefined {
  const trimmed = text.trim();
  const choice = field.choices.find((value) => String(value) === trimmed);
  if (choice !== undefined) return choice;
  const types = field.group ? ["null", "object"] : field.type.split(" | ");
  const takesText = types.includes("string") && field.choices.length === 0;
  if (trimmed === "default" && !takesText) return undefined;
  for (const type of types) {
    if (type === "number" || type === "integer") {
      const number = DECIMAL.test(trimmed)
        ? Number(trimmed)
        : type === "integer"
        ? amountIn(trimmed, field)
        : NaN;
      if (Number.isFinite(number)) return number;
    } else if (type === "boolean") {
      if (trimmed === "true" || trimmed === "false") return trimmed === "true";
    } else if (type === "null") {
      if (trimmed === "null") return null;
    } else if (type === "string" && takesText) {
      return text;
    } else if (type.endsWith("[]") || type === "object" || type === "any") {
      const parsed = parseJson(trimmed);
      if (parsed !== undefined) return parsed;
    }
  }
  throw new InputError(`Cannot set ${field.path} as it must be ${requirementOf(field)}: ${text}`);
}

/** A number as people write it: hexadecimal ones are hashes and ids that were pasted into the wrong place. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** A count as a budget is typed (`1k`, `2.5M`, `10k-steps` of a field in that unit); NaN: it is none. */
function amountIn(text: string, { unit: own }: Field): number {
  try {
    const { value, unit } = parseAmount(text);
    return unit === undefined || unitWords[unit].full === own ? value : NaN;
  } catch (error) {
    if (error instanceof InputError) return NaN;
    throw error;
  }
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
