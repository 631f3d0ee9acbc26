/**
 * How much of a codebook is used.
 *
 * @module
 */
import { exp, log } from "../../lab/core/elementary.ts";

/** What {@linkcode codeUsage} finds. */
export interface CodeUsage {
  /** Codes that occur at all. */
  readonly used: number;
  /** exp of the entropy of their shares: how many codes of equal share would be as diverse. */
  readonly perplexity: number;
}

/**
 * Counts equal vectors as uses of one code.
 *
 * @param vectors [count, size], each a code of a codebook.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual(codeUsage(Float32Array.of(1, 2, 1, 2), 2), { used: 1, perplexity: 1 });
 * ```
 */
export function codeUsage(vectors: Float32Array, size: number): CodeUsage {
  const counts = new Map<string, number>();
  const all = vectors.length / size;
  for (let i = 0; i < all; i++) {
    const code = vectors.subarray(i * size, (i + 1) * size).join();
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  let entropy = 0;
  for (const count of counts.values()) entropy -= count / all * log(count / all);
  return { used: counts.size, perplexity: exp(entropy) };
}
