/**
 * Tests of groups of seeds against one another: the p of each pair, corrected for all of them, and what so
 * many seeds can tell apart.
 *
 * @module
 */
import { detectableDifference, detectablePairedDifference } from "./detectable.ts";
import { unitOf } from "./large.ts";
import { holm, midRanks, pairedPermutationTest, permutationTest } from "./significance.ts";

/** A group's figures, and the seed of each. That of a seed that was lost is infinite: worse than any. */
export interface SeededValues {
  readonly seeds: readonly string[];
  readonly values: readonly number[];
}

/** Two groups. */
export type Pair = readonly [SeededValues, SeededValues];

/** What a test says of two groups. */
export interface PairTest {
  /** Of a permutation test of the means, corrected for all pairs (Holm); NaN where there is none. */
  readonly p: number;
  /** The test is of the ranks of all figures, as not all are finite; absent elsewhere. */
  readonly ofRanks?: true;
  /**
   * A smaller difference of means cannot be told apart, at 5 % for all pairs together; NaN where there is
   * no test of means, and where so few seeds never get there.
   */
  readonly detectable: number;
  /**
   * Seeds that both groups have, where the test is of these alone and one of the groups has others, too;
   * absent elsewhere.
   */
  readonly common?: number;
}

/**
 * The test of each pair.
 *
 * @param options.paired Equal seeds against one another, those that both groups have.
 * @param options.beside Pairs that these were chosen from by their figures, for whose tests p is corrected,
 *   too.
 * @param options.of How many pairs there are, where these are too many to be tested: p is at least as high
 *   then as among all.
 */
export function testPairs(
  pairs: readonly Pair[],
  { paired = false, beside = [], of = 0 }: {
    readonly paired?: boolean;
    readonly beside?: readonly Pair[];
    readonly of?: number;
  } = {},
): PairTest[] {
  const valuesOf = ([first, second]: Pair): Tested =>
    ranked(paired ? matched(first, second) : [first.values, second.values]);
  const values = pairs.map(valuesOf);
  const ps = [...values, ...beside.map(valuesOf)]
    .map(({ x, y }) => paired ? pairedPermutationTest(x, y) : permutationTest(x, y));
  const tests = Math.max(of, ps.filter((p) => !Number.isNaN(p)).length);
  const corrected = holm(ps, tests);
  return values.map(({ x, y, unit, ofRanks }, i) => ({
    p: corrected[i],
    ...ofRanks && { ofRanks },
    detectable: Number.isNaN(ps[i]) || ofRanks
      ? NaN
      : unit * (paired ? detectablePairedDifference : detectableDifference)(x, y, tests),
    ...paired && x.length < Math.max(...pairs[i].map(({ seeds }) => seeds.length)) &&
      { common: x.length },
  }));
}

/** What is tested against each other. */
interface Tested {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Of the figures. */
  readonly unit: number;
  readonly ofRanks?: true;
}

/** Figures themselves; where some are infinite and none is NaN, their ranks among all. */
function ranked([x, y]: readonly [readonly number[], readonly number[]]): Tested {
  const all = [...x, ...y];
  if (all.every(Number.isFinite) || all.some(Number.isNaN)) {
    const unit = unitOf(all);
    const inUnit = (value: number) => value / unit;
    return { x: x.map(inUnit), y: y.map(inUnit), unit };
  }
  const ranks = midRanks(all);
  return { x: ranks.slice(0, x.length), y: ranks.slice(x.length), unit: 1, ofRanks: true };
}

/** The figures of the seeds that both groups have, in the order of the first. */
function matched(first: SeededValues, second: SeededValues): [number[], number[]] {
  const others = new Map(second.seeds.map((seed, i) => [seed, second.values[i]]));
  const both = first.seeds.map((seed, i) => ({ seed, value: first.values[i] }))
    .filter(({ seed }) => others.has(seed));
  return [both.map(({ value }) => value), both.map(({ seed }) => others.get(seed)!)];
}
