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
