/**
 * Options of the library's functions and fields of what users define: one that nobody knows would do
 * nothing.
 *
 * @module
 */
import { checkNames, InputError, unknownName } from "./errors.ts";
import { isPlain, isRecord, show } from "./plain.ts";

/** Every option of a function: true, or the words that it may be. */
export type KnownOptions<Options> = {
  readonly [Name in keyof Options]-?: true | readonly string[];
};

/**
 * Refuses options that a function does not know, and words that one of them may not be.
 *
 * @param action What cannot be done then, as in "Cannot <action> as …".
 * @throws InputError that names the nearest.
 *
 * @example
 * ```ts
 * import { checkOptions } from "./options.ts";
 * import { throws } from "node:assert";
 * throws(() => checkOptions("draw", { colums: 3 }, { columns: true, mode: ["color", "ascii"] }), {
 *   message:
 *     'Cannot draw as there is no option "colums" (did you mean "columns"?): known are columns, mode',
 * });
 * ```
 */
export function checkOptions<Options extends object>(
  action: string,
  given: NoInfer<Partial<Options>>,
  known: KnownOptions<Options>,
): void {
  if (!isRecord(given)) {
    throw new InputError(`Cannot ${action} as its options must be an object: ${show(given)}`);
  }
  checkNames(action, "option", given, Object.keys(known));
  for (const name in given) {
    const words: unknown = known[name];
    const value = given[name];
    if (words === true || value === undefined) continue;
    checkWord(action, name, value, words as readonly string[]);
  }
}

/** @throws InputError for what is none of the words, with the nearest. */
export function checkWord(
  action: string,
  kind: string,
  given: unknown,
  words: readonly string[],
): void {
  if (!(words as readonly unknown[]).includes(given)) {
    throw unknownName(action, kind, String(given), words);
  }
}

/** What a field must be, in words. */
const sorts = {
  text: "a text",
  number: "a number",
  boolean: "true or false",
  function: "a function",
  list: "a list",
  object: "an object",
} as const;

/** What a field of a type must be: a sort, or one of some words. */
type SortOf<Value> = [Value] extends [boolean] ? "boolean"
  : [Value] extends [number] ? "number"
  : [Value] extends [string] ? string extends Value ? "text" : readonly Value[]
  // deno-lint-ignore no-explicit-any
  : [Value] extends [(...given: any[]) => unknown] ? "function"
  : [Value] extends [readonly unknown[]] ? "list"
  : "object";

type RequiredName<Definition> = {
  [Name in keyof Definition]-?: undefined extends Definition[Name] ? never : Name;
}[keyof Definition];

/** Every field of a definition, and what each must be. */
export interface KnownFields<Definition> {
  readonly required: { readonly [Name in RequiredName<Definition>]: SortOf<Definition[Name]> };
  readonly optional: {
    readonly [Name in Exclude<keyof Definition, RequiredName<Definition>>]-?: SortOf<
      NonNullable<Definition[Name]>
    >;
  };
}

/**
 * What a user defines, as messages call it: `define the agent mine`.
 *
 * @param kind `agent`.
 * @throws InputError for what is no object, or has an empty name.
 */
export function actOfDefining(kind: string, given: unknown): string {
  if (!isRecord(given)) {
    throw new InputError(`Cannot define the ${kind} as it must be an object: ${show(given)}`);
  }
  if (given.name !== "") return `define the ${kind} ${given.name}`;
  throw new InputError(`Cannot define the ${kind} as its name must not be empty: ""`);
}

/**
 * Refuses what a user defines where a field is missing or of another sort than it must be, and a plain
 * object with a field that is not known. What is made by a class may have more than is asked of it.
 *
 * @param action What cannot be done then, as in "Cannot <action> as …".
 * @throws InputError that names the field, of an unknown one the nearest.
 *
 * @example
 * ```ts
 * import { checkFields } from "./options.ts";
 * import { throws } from "node:assert";
 * interface Part { readonly name: string; readonly draw?: () => number }
 * const known = { required: { name: "text" }, optional: { draw: "function" } } as const;
 * throws(() => checkFields<Part>("define it", { name: "a", drow: () => 1 }, known), {
 *   message:
 *     'Cannot define it as there is no field "drow" (did you mean "draw"?): known are name, draw',
 * });
 * ```
 */
export function checkFields<Definition>(
  action: string,
  given: unknown,
  known: KnownFields<Definition>,
): void {
  if (typeof given !== "object" || given === null) {
    throw new InputError(`Cannot ${action} as it must be an object: ${show(given)}`);
  }
  const { required, optional } = known;
  if (isPlain(given)) {
    checkNames(action, "field", given, Object.keys({ ...required, ...optional }));
  }
  checkSorts<Definition>(action, given, known);
}

/** As {@linkcode checkFields}, for the fields of `known` alone: it may have others. */
export function checkSorts<Definition>(
  action: string,
  given: object,
  known: KnownFields<Definition>,
): void {
  const { required, optional } = known as { [Part in keyof typeof known]: Record<string, unknown> };
  for (const [name, sort] of Object.entries({ ...required, ...optional })) {
    const value = (given as Record<string, unknown>)[name];
    if (value === undefined && name in optional) continue;
    if (typeof sort !== "string") checkWord(action, name, value, sort as readonly string[]);
    else if (!isOfSort(value, sort)) {
      const must = sorts[sort as keyof typeof sorts];
      throw new InputError(`Cannot ${action} as ${name} must be ${must}: ${show(value)}`);
    }
  }
}

function isOfSort(value: unknown, sort: string): boolean {
  if (sort === "list") return Array.isArray(value);
  if (sort === "text") return typeof value === "string";
  return typeof value === sort && value !== null;
}
