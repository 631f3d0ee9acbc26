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
 * @param options.asked What was asked for, for the message; default: the words.
 * @param options.kinds Words that say what is listed: the nearest of them is proposed alone.
 * @throws {InputError} where there is none; of a single word it names the nearest ones.
 */
export function withWords<T>(
  all: readonly T[],
  words: readonly string[],
  textOf: (each: T) => string,
  noun: string,
  options: { readonly asked?: string; readonly kinds?: readonly string[] } = {},
): T[] {
  const { asked = words.join(" "), kinds = [] } = options;
  const texts = all.map((each) => textOf(each).toLowerCase());
  const found = all.filter((_, i) => words.every((word) => texts[i].includes(word.toLowerCase())));
  if (found.length > 0) return found;
  const vocabulary = new Set(texts.flatMap((text) => text.match(/[\p{L}\d]{3,}/gu) ?? []));
  const near = words.length === 1
    ? didYouMean(words[0], kinds, 1) || didYouMean(words[0], vocabulary)
    : "";
  throw new InputError(`Cannot list as no ${noun} fits: ${asked}${near}`);
}
