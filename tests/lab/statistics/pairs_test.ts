import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { detectableDifference, permutationTest } from "../../../lab/statistics/mod.ts";
import { testPairs } from "../../../lab/statistics/pairs.ts";

const group = (values: number[], seeds = values.map((_, i) => String(i + 1))) => ({
  values,
  seeds,
});

Deno.test("p is corrected for all pairs, and beside it stands what they can tell apart", () => {
  const [a, b, c] = [group([1, 2, 3, 4]), group([5, 6, 7, 8]), group([2, 3, 4, 5])];
  const tests = testPairs([[a, b], [a, c]]);
  // All 70 ways to deal eight values out: two are as far apart as a and b.
  deepStrictEqual(tests.map(({ p }) => p), [2 * 2 / 70, permutationTest(a.values, c.values)]);
  strictEqual(tests[1].detectable, detectableDifference(a.values, c.values));
});

Deno.test("of pairs equal seeds are compared, those that both have, in any order", () => {
  const few = group([30, 10, 20], ["3", "1", "2"]);
  const more = group([11, 21, 31, 1000], ["1", "2", "3", "4"]);
  const [paired] = testPairs([[few, more]], { paired: true });
  // Three differences of −1: of eight ways to turn their signs two are as far from 0.
  strictEqual(paired.p, 0.25);
  ok(paired.detectable < 1e-9);
  deepStrictEqual(testPairs([[more, few]], { paired: true })[0].p, 0.25);
  const [unpaired] = testPairs([[few, more]]);
  ok(unpaired.detectable > 100);
  const [none] = testPairs([[group([1, 2]), group([1, 2], ["8", "9"])]], { paired: true });
  deepStrictEqual([none.p, none.detectable], [NaN, NaN]);
});
