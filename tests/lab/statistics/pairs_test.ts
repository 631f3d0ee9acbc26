import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { detectableDifference, permutationTest } from "../../../lab/statistics/mod.ts";
import { testPairs } from "../../../lab/statistics/pairs.ts";

const group = (values: number[], seeds = values.map((_, i) => String(i + 1))) => ({
  values,
  seeds,
});

Deno.test("p is corrected for all pairs, and beside it stands what they can tell apart", () => {
  const [a, b] = [group([1, 2, 3, 4]), group([5, 6, 7, 8])];
  const [five, others] = [group([1, 2, 3, 4, 5]), group([2, 3, 4, 5, 6])];
  const tests = testPairs([[a, b], [five, others], [a, group([1, 2, 3, NaN])]]);
  // All 70 ways to deal eight values out: two are as far apart as a and b. The third one is no test.
  deepStrictEqual(tests.map(({ p }) => p), [
    2 * 2 / 70,
    permutationTest(five.values, others.values),
    NaN,
  ]);
  // Two of 70 is less than a twentieth, but not than a fortieth.
  deepStrictEqual(tests.map(({ detectable }) => detectable), [
    NaN,
    detectableDifference(five.values, others.values, 2),
    NaN,
  ]);
  ok(testPairs([[a, b]])[0].detectable > 0);
});

Deno.test("near the largest number tests say what they say of smaller ones", () => {
  const [x, y] = [[1, 5, 2, 9, 4], [3, 8, 7, 12, 6]];
  const scaled = (values: number[]) => group(values.map((value) => value * 2 ** 1020));
  for (const paired of [false, true]) {
    const [small] = testPairs([[group(x), group(y)]], { paired });
    const [large] = testPairs([[scaled(x), scaled(y)]], { paired });
    ok(small.p < 0.3);
    deepStrictEqual(large, { ...small, detectable: small.detectable * 2 ** 1020 });
  }
});

Deno.test("of pairs equal seeds are compared, those that both have, in any order", () => {
  const few = group([30, 10, 20, 50, 40, 60], ["3", "1", "2", "5", "4", "6"]);
  const more = group([11, 21, 31, 41, 51, 61, 1000], ["1", "2", "3", "4", "5", "6", "7"]);
  const [paired] = testPairs([[few, more]], { paired: true });
  // Six differences of −1: of 64 ways to turn their signs two are as far from 0.
  strictEqual(paired.p, 2 / 64);
  ok(paired.detectable < 1e-9);
  deepStrictEqual(testPairs([[more, few]], { paired: true })[0].p, 2 / 64);
  const [unpaired] = testPairs([[few, more]]);
  ok(unpaired.detectable > 100);
  const [none] = testPairs([[group([1, 2]), group([1, 2], ["8", "9"])]], { paired: true });
  deepStrictEqual(none, { p: NaN, detectable: NaN, common: 0 });
  // How many they are is said where a group has others, too.
  deepStrictEqual([
    paired.common,
    unpaired.common,
    testPairs([[few, few]], { paired: true })[0].common,
  ], [
    ...[6, undefined, undefined],
  ]);
  deepStrictEqual(testPairs([[more, few]], { paired: true })[0].common, 6);
});

Deno.test("where a seed was lost the test is of ranks: Mann and Whitney's, the lost ones below all", () => {
  const lost = -Infinity;
  const tested = (x: number[], y: number[], options = {}) =>
    testPairs([[group(x), group(y)]], options)[0];
  // p of scipy.stats.mannwhitneyu(x, y, method="exact"), SciPy 1.17.1; how many of all ways are as far
  // apart is counted in fractions.
  const cases: [number[], number[], number, number][] = [
    [[lost, 12, 13, 14, 15], [1, 2, 3, 4, 11.5], 0.15079365079365079, 38 / 252],
    [[lost, 8, 9, 10], [1, 2, 3, 4, 5, 11], 0.6095238095238095, 128 / 210],
    [[3, 8, 9, 10, 12], [lost, 1, 2, 4, 5, 6, 7], 0.030303030303030304, 24 / 792],
  ];
  for (const [x, y, scipy, counted] of cases) {
    ok(Math.abs(scipy - counted) < 1e-15);
    deepStrictEqual(tested(x, y), { p: counted, ofRanks: true, detectable: NaN });
    strictEqual(tested(y, x).p, counted);
    // As where less is better.
    strictEqual(tested(x.map((value) => -value), y.map((value) => -value)).p, counted);
  }
  // Equal ones share their places: counted in fractions, SciPy's exact test knows none.
  strictEqual(tested([lost, lost, 12, 13, 14], [1, 2, 2, 3, 11]).p, 166 / 252);
  strictEqual(tested([lost, lost, 5, 6], [lost, 1, 2, 3, 4, 5, 6]).p, 299 / 330);
  // Equal seeds, by their ranks among all: of 64 ways to turn the signs four are as far from 0.
  const paired = tested([lost, 12, 13, 14, 15, 16], [1, 2, 3, 4, 5, 6], { paired: true });
  deepStrictEqual(paired, { p: 4 / 64, ofRanks: true, detectable: NaN });
  // Of a figure that is not known there is none, and it is corrected for as any other.
  deepStrictEqual(tested([lost, 1, NaN], [1, 2, 3]), { p: NaN, detectable: NaN });
  const [x, y] = cases[2].slice(0, 2) as number[][];
  const both = testPairs([[group(x), group(y)], [group([1, 2, 3, 4]), group([5, 6, 7, 8])]]);
  deepStrictEqual(both.map(({ p, ofRanks }) => [p, ofRanks]), [
    [2 * 2 / 70, true],
    [2 * 2 / 70, undefined],
  ]);
});
