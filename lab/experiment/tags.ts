/**
 * What a tag may be, whoever gives it.
 *
 * @module
 */
import { printable } from "../core/printable.ts";

/** Characters of the longest tag. */
export const LONGEST_TAG = 50;

/** Whether a text has 1 to `most` characters, which stand in one line. */
export function isShortLine(text: string, most: number): boolean {
  return text.trim() !== "" && [...text].length <= most && printable(text) === text;
}
