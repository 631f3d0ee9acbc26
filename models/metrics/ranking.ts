/**
 * How well scores put some examples before others: anomalies before the usual ones.
 *
 * @module
 */

/**
 * Places by falling score, those of equal scores together: how many are positive, how many not. A score
 * that is NaN has no place, and leaves none known.
 */
function ranked(
  scores: ArrayLike<number>,
  positive: ArrayLike<number | boolean>,
): { readonly hits: number; readonly misses: number }[] {
  if (Array.from(scores).some(Number.isNaN)) return [{ hits: NaN, misses: NaN }];
  const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[b] - scores[a]);
  const groups: { hits: number; misses: number }[] = [];
  let last = NaN;
  for (const i of order) {
    if (scores[i] !== last) groups.push({ hits: 0, misses: 0 });
    groups.at(-1)![positive[i] ? "hits" : "misses"]++;
    last = scores[i];
  }
  return groups;
}

/**
 * The area under the receiver operating characteristic: the probability that a positive example scores
 * above another one, ties counting half (Hanley & McNeil 1982). 0.5: chance.
 *
 * @param positive 1 or true for each example that should score high.
 * @returns [0, 1]; NaN where all are alike or a score is NaN.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(areaUnderRoc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.75);
 * ```
 */
export function areaUnderRoc(
  scores: ArrayLike<number>,
  positive: ArrayLike<number | boolean>,
): number {
  let [above, pairs, others] = [0, 0, 0];
  for (const { hits, misses } of ranked(scores, positive)) {
    pairs += misses * (above + hits / 2);
    above += hits;
    others += misses;
  }
  return pairs / (above * others);
}

/**
 * The mean precision over the positive examples: at each threshold, the precision times the recall that
 * it adds, as scikit-learn's `average_precision_score`. The share of positives: chance.
 *
 * @returns [0, 1]; NaN where there is no positive example or a score is NaN.
 */
export function averagePrecision(
  scores: ArrayLike<number>,
  positive: ArrayLike<number | boolean>,
): number {
  let [found, seen, sum] = [0, 0, 0];
  for (const { hits, misses } of ranked(scores, positive)) {
    found += hits;
    seen += hits + misses;
    sum += hits * found / seen;
  }
  return sum / found;
}
