/**
 * JSON of others: refused where `JSON.parse` would take one of two values of a key, or a reader would
 * run out of stack.
 *
 * @module
 */

/** Deepest nesting that is read. */
export const DEEPEST = 100;

/**
 * Parses JSON.
 *
 * @throws SyntaxError where it is none, is nested deeper than {@linkcode DEEPEST}, or has a key twice
 *   in one object.
 */
export function parseStrictJson(text: string): unknown {
  const colons = colonsOf(text);
  const value: unknown = JSON.parse(text);
  if (keysOf(value) === colons) return value;
  throw new SyntaxError("a key stands twice in one object");
}

/** How many colons stand between keys and values: none of a string's own. */
function colonsOf(text: string): number {
  let [depth, colons] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') {
      while (++i < text.length && text[i] !== '"') if (text[i] === "\\") i++;
    } else if (character === "{" || character === "[") {
      if (++depth > DEEPEST) throw new SyntaxError(`it is nested deeper than ${DEEPEST}`);
    } else if (character === "}" || character === "]") depth--;
    else if (character === ":") colons++;
  }
  return colons;
}

/** Keys of a value's objects, inner ones included. */
function keysOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const parts = Object.values(value);
  return parts.reduce((sum, part) => sum + keysOf(part), Array.isArray(value) ? 0 : parts.length);
}
