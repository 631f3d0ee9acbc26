/**
 * What names, tags and notes of runs may be, whoever gives them.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import { printable, printableLines, shortened } from "../core/printable.ts";

/** Characters of the longest name that is typed. */
export const LONGEST_NAME = 100;

/** Characters of the longest tag. */
export const LONGEST_TAG = 50;

/** Whether a text has 1 to `most` characters, which stand in one line. */
export function isShortLine(text: string, most: number): boolean {
  return text.trim() !== "" && [...text].length <= most && printable(text) === text;
}

/** Whether a text has several lines at most, and nothing that commands a terminal. */
export function isNote(text: string): boolean {
  return printableLines(text) === text;
}

/** A run's tags with others, each once, and without some. */
export function retagged(
  tags: readonly string[],
  added: readonly string[],
  removed: readonly string[],
): string[] {
  return [...new Set([...tags, ...added])].filter((tag) => !removed.includes(tag));
}

/** What is said of a tag that is none, behind "it". */
export const TAG_RULE = `must have 1 to ${LONGEST_TAG} characters in one line`;

/** What is said of a note that is none, behind "it". */
export const NOTE_RULE = "must have no control characters but line breaks";

/**
 * Requires of what a run is found by that it is shown as it is.
 *
 * @param action What cannot be done, as in "Cannot <action> as …".
 * @throws InputError that names what has control characters, or is no tag.
 */
export function requireWords(
  action: string,
  { name = "", tags = [], note = "" }: {
    readonly name?: string;
    readonly tags?: readonly string[];
    readonly note?: string;
  },
): void {
  const refused = (what: string, text: string) =>
    new InputError(`Cannot ${action} as its ${what}: ${shortened(text)}`);
  if (printable(name) !== name) {
    throw refused("name must be one line without control characters", name);
  }
  const tag = tags.find((each) => !isShortLine(each, LONGEST_TAG));
  if (tag !== undefined) throw refused(`tags ${TAG_RULE} each`, tag);
  if (!isNote(note)) throw refused(`note ${NOTE_RULE}`, note);
}
