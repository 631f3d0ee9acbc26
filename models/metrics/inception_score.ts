/**
 * The Inception Score: how sure a classifier is of each sample, and how different what it says is from
 * sample to sample (Salimans et al. 2016, arXiv 1606.03498, section 4).
 *
 * @module
 */
import { exp, log } from "../../lab/core/elementary.ts";

/**
 * exp(E_x KL(p(y|x) ‖ p(y))).
 *
 * @param probabilities [count, classes], rows sum to 1.
 * @returns 1 where every sample gets the same answer, … the number of classes where samples are of each
 *   class for sure and equally often; NaN where an answer is.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(inceptionScore(Float32Array.of(1, 0, 0, 1), 2), 2);
 * ```
 */
export function inceptionScore(probabilities: Float32Array, classes: number): number {
  const count = probabilities.length / classes;
  const mean = new Float64Array(classes);
  probabilities.forEach((p, i) => mean[i % classes] += p / count);
  let divergence = 0;
  probabilities.forEach((p, i) => {
    if (!(p <= 0)) divergence += p * log(p / mean[i % classes]);
  });
  return exp(divergence / count);
}
