/**
 * Words that a person looks for.
 *
 * @module
 */
import { didYouMean, InputError } from "../lab/core/errors.ts";

/**
 * Those in whose text every word occurs, whatever its case.
 *
 * @param noun What one of them is called, for the message.
 * @param asked What was asked for, for the message; left out: the words.
 * @throws {InputError} where there is none; of a single word it names the nearest ones.
 */
export function withWords<T>(
  all: readonly T[],
  words: readonly string[],
  textOf: (each: T) => string,
  noun: string,
  asked = words.join(" "),
): T[] {
  const texts = all.map((each) => textOf(each).toLowerCase());
  const found = all.filter((_, i) => words.every((word) => texts[i].includes(word.toLowerCase())));
  if (found.length > 0) return found;
  const vocabulary = new Set(texts.flatMap((text) => text.match(/[\p{L}\d]{3,}/gu) ?? []));
  const near = words.length === 1 ? didYouMean(words[0], vocabulary) : "";
  throw new InputError(`Cannot list as no ${noun} fits: ${asked}${near}`);
}
