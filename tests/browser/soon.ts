/**
 * Assertions that wait: a page follows a reader's hand in its own time.
 *
 * @module
 */
import { deepStrictEqual, match, notDeepStrictEqual } from "node:assert";
import { patience } from "./chromium.ts";

/** Reads again and again until `assertion` passes, and throws its last error when patience ends. */
async function soon<T>(read: () => Promise<T>, assertion: (value: T) => void): Promise<T> {
  const end = Date.now() + patience;
  while (true) {
    const value = await read();
    try {
      assertion(value);
      return value;
    } catch (problem) {
      if (Date.now() > end) throw problem;
    }
    await new Promise((next) => setTimeout(next, 20));
  }
}

/** Waits until what is read equals `expected` or, for a pattern, matches it. */
export async function shows<T>(read: () => Promise<T>, expected: T | RegExp): Promise<void> {
  await soon(
    read,
    (value) =>
      expected instanceof RegExp
        ? match(String(value), expected)
        : deepStrictEqual(value, expected),
  );
}

/** Waits until what is read is no longer `before`, and returns it. */
export function changes<T>(read: () => Promise<T>, before: T): Promise<T> {
  return soon(read, (value) => notDeepStrictEqual(value, before));
}
