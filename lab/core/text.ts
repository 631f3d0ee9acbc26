/**
 * Text as tokens: places of its characters in a vocabulary.
 *
 * @module
 */
import { InputError } from "./errors.ts";

/**
 * The token of each character (Unicode code point).
 *
 * @param action For the message: what cannot be done.
 * @throws InputError that names the first character which the vocabulary lacks, and where it stands.
 */
export function tokensOf(text: string, vocabulary: readonly string[], action: string): Int32Array {
  const tokens = new Map(vocabulary.map((character, token) => [character, token]));
  return Int32Array.from([...text], (character, at) => {
    const token = tokens.get(character);
    if (token !== undefined) return token;
    const known = JSON.stringify(vocabulary.join(""));
    throw new InputError(
      `Cannot ${action} as characters must be of the vocabulary ${known}: ` +
        `${JSON.stringify(character)} at ${at + 1}`,
    );
  });
}

/** The characters of tokens. */
export function textOf(tokens: Float32Array, vocabulary: readonly string[]): string {
  return Array.from(tokens, (token) => vocabulary[token]).join("");
}

/** Texts of `length` tokens each. */
export function textsOf(
  { count, length, vocabulary, values }: {
    readonly count: number;
    readonly length: number;
    readonly vocabulary: readonly string[];
    readonly values: Float32Array;
  },
): string[] {
  return Array.from(
    { length: count },
    (_, i) => textOf(values.subarray(i * length, (i + 1) * length), vocabulary),
  );
}

/** Texts, an empty line between two. */
export function joined(texts: readonly string[]): string {
  return texts.map((text) => text.replace(/\n*$/, "\n")).join("\n");
}
