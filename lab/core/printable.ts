/**
 * Text of others on one line of a terminal or a page.
 *
 * @module
 */

/** Controls (line breaks and escapes among them), and marks that turn the direction of writing. */
const CONTROLS = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * A text without characters that command a terminal or reorder what stands around them: each
 * becomes `�`.
 */
export function printable(text: string): string {
  return text.replace(CONTROLS, "\ufffd");
}

/** A text of several lines, each of them printable. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/** Length up to which a line of others' text is shown. */
const LONGEST = 300;

/** The beginning of a text, printable, for a message of one line. */
export function shortened(text: string): string {
  const line = printable(text.slice(0, LONGEST));
  return text.length > LONGEST ? `${line}…` : line;
}
