/**
 * What a call is given, as it is at that moment.
 *
 * @module
 */
import { firstNotJson, isPlain } from "../core/plain.ts";

/**
 * An object whose values are copies where they are plain data, and themselves where they are more, as parts of
 * a user's own, functions and signals are; what is no object as it is written in code is itself.
 */
export function copied<Given>(given: Given): Given {
  if (!isPlain(given)) return given;
  const parts = Object.entries(given).map(([key, part]) => [
    key,
    firstNotJson(part, key) === undefined ? structuredClone(part) : part,
  ]);
  return Object.fromEntries(parts) as Given;
}
