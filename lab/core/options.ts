/**
 * Options of the library's functions: one that a function does not know would do nothing.
 *
 * @module
 */
import { checkNames, unknownName } from "./errors.ts";

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
  checkNames(action, "option", given, Object.keys(known));
  for (const name in given) {
    const words: unknown = known[name];
    const value = given[name];
    if (words === true || value === undefined) continue;
    if (!(words as readonly unknown[]).includes(value)) {
      throw unknownName(action, name, String(value), words as readonly string[]);
    }
  }
}
