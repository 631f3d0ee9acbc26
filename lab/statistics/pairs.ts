/**
 * Tests of groups of seeds against one another: the p of each pair, corrected for all of them, and what so
 * many seeds can tell apart.
 *
 * @module
 */
import {
  detectableDifference,
  detectablePairedDifference,
  holm,
  pairedPermutationTest,
  permutationTest,
} from "./significance.ts";

/** A group's figures, and the seed of each. */
export interface SeededValues {
  readonly seeds: readonly string[];
  readonly values: readonly number[];
}

/** What a test says of two groups. */
export interface PairTest {
  /** Of a permutation test of the means, corrected for all pairs (Holm); NaN where there is none. */
  readonly p: number;
  /** A smaller difference of means cannot be told apart; NaN below two seeds. */
  readonly detectable: number;
}

/** The test of each pair. `paired`: equal seeds against one another, those that both groups have. */
export function testPairs(
  pairs: readonly (readonly [SeededValues, SeededValues])[],
  { paired = false }: { readonly paired?: boolean } = {},
): PairTest[] {
  const tests = pairs.map(([first, second]) => {
    const [x, y] = paired ? matched(first, second) : [first.values, second.values];
    return paired
      ? { p: pairedPermutationTest(x, y), detectable: detectablePairedDifference(x, y) }
      : { p: permutationTest(x, y), detectable: detectableDifference(x, y) };
  });
  const ps = holm(tests.map(({ p }) => p));
  return tests.map(({ detectable }, i) => ({ p: ps[i], detectable }));
}

/** The figures of the seeds that both groups have, in the order of the first. */
function matched(first: SeededValues, second: SeededValues): [number[], number[]] {
  const others = new Map(second.seeds.map((seed, i) => [seed, second.values[i]]));
  const both = first.seeds.map((seed, i) => ({ seed, value: first.values[i] }))
    .filter(({ seed }) => others.has(seed));
  return [both.map(({ value }) => value), both.map(({ seed }) => others.get(seed)!)];
}
