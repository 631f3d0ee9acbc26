/**
 * Samples as plain data, and what those of text begin with.
 *
 * @module
 */
import type { Dataset } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import type { Samples } from "../lab/core/picture.ts";
import type { Generator } from "../lab/core/random.ts";
import { tokensOf } from "../lab/core/text.ts";

/**
 * A prompt's tokens in every row, [count, length], −1 behind them.
 *
 * @throws InputError where a character is not of the vocabulary, or the prompt is longer than a text.
 */
export function promptOf(
  prompt: string,
  count: number,
  length: number,
  vocabulary: readonly string[],
): Float32Array {
  const tokens = tokensOf(prompt, vocabulary, "go on from the prompt");
  if (tokens.length > length) {
    throw new InputError(
      `Cannot go on from the prompt as it must have at most ${length} characters, the length of a ` +
        `sample: ${tokens.length}`,
    );
  }
  const rows = new Float32Array(count * length).fill(-1);
  for (let i = 0; i < count; i++) rows.set(tokens, i * length);
  return rows;
}

/** The class that each of so many samples is asked to be: `label`, or without it all classes in turn. */
export function askedClasses(count: number, classes: number, label?: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => label ?? i % classes);
}

/**
 * A kind for each of so many samples: all of them in random order, then in another, so that those of a few
 * samples are as good as any, and of many all are as frequent.
 */
export function drawnKinds(count: number, kinds: number, random: Generator): Uint8Array {
  const drawn = new Uint8Array(count);
  for (let first = 0; first < count; first += kinds) {
    drawn.set(random.permutation(kinds).subarray(0, count - first), first);
  }
  return drawn;
}

/** Values [count, D] as samples of the kind of a data set. */
export function samplesOf(
  { kind, shape, vocabulary }: Pick<Dataset, "kind" | "shape" | "vocabulary">,
  count: number,
  values: Float32Array,
): Samples {
  if (kind === "images") {
    return { kind, count, shape: shape as [number, number, number], values };
  }
  if (kind === "text") return { kind, count, length: shape[0], vocabulary: vocabulary!, values };
  return { kind: "points", count, dimensions: values.length / count, values };
}
