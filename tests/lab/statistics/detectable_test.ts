/** What differences so few seeds can tell apart: figures of NumPy, and the power of the tests at them. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { defaultRng } from "../../../lab/core/random.ts";
import {
  detectableDifference,
  detectablePairedDifference,
  pairedPermutationTest,
  permutationTest,
  studentQuantile,
} from "../../../lab/statistics/mod.ts";

/** So many values of deviation 1. */
function ofDeviationOne(count: number): number[] {
  const values = Array.from({ length: count }, (_, i) => i - (count - 1) / 2);
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  return values.map((value) => value * Math.sqrt((count - 1) / squares));
}

Deno.test("Student's quantiles are those of the tables", () => {
  // Abramowitz and Stegun 1964, table 26.10.
  const table = [
    [0.975, 1, 12.706],
    [0.975, 2, 4.303],
    [0.975, 8, 2.306],
    [0.975, 9, 2.262],
    [0.975, 30, 2.042],
    [0.9, 5, 1.476],
    [0.995, 3, 5.841],
  ];
  for (const [p, freedom, t] of table) {
    ok(Math.abs(studentQuantile(p, freedom) - t) < 6e-4, `${p} ${freedom}`);
  }
});

/**
 * Seeds, tests, and the difference that 80 % of the tests see: NumPy 2, all arrangements of 6,000 pairs of
 * normal samples, by bisection.
 */
const unpaired = [[4, 1, 2.89], [5, 1, 2.06], [5, 3, 2.66], [5, 6, 3.11], [6, 10, 2.87]];
const paired = [[6, 1, 1.8], [7, 1, 1.33], [8, 6, 1.92], [9, 10, 1.98]];

Deno.test("few seeds see what NumPy's permutation tests see, and a test has that power there", () => {
  const random = defaultRng(5);
  const draw = (count: number, mean: number) =>
    Array.from({ length: count }, () => random.normal(mean, 1));
  const powerOf = (p: () => number, tests: number) => {
    let seen = 0;
    for (let i = 0; i < 500; i++) if (p() * tests < 0.05) seen++;
    return seen / 500;
  };
  for (const [count, tests, expected] of unpaired) {
    const values = ofDeviationOne(count);
    const least = detectableDifference(values, values, tests);
    ok(Math.abs(least / expected - 1) < 0.02, `${count} ${tests}: ${least}`);
    const power = powerOf(() => permutationTest(draw(count, 0), draw(count, least)), tests);
    ok(Math.abs(power - 0.8) < 0.05, `${count} ${tests}: ${power}`);
  }
  for (const [count, tests, expected] of paired) {
    const zeros = Array(count).fill(0);
    const least = detectablePairedDifference(ofDeviationOne(count), zeros, tests);
    ok(Math.abs(least / expected - 1) < 0.02, `pairs ${count} ${tests}: ${least}`);
    const power = powerOf(() => pairedPermutationTest(draw(count, least), zeros), tests);
    ok(Math.abs(power - 0.8) < 0.05, `pairs ${count} ${tests}: ${power}`);
  }
});

Deno.test("groups of different sizes have the power of their test", () => {
  const random = defaultRng(6);
  for (const [first, second] of [[1, 20], [3, 6], [2, 9]]) {
    // The pooled deviation is 1.
    const one = Math.sqrt((first + second - 2) / Math.max(1, second - 1));
    const [x, y] = [Array(first).fill(0), ofDeviationOne(second).map((value) => value * one)];
    const least = detectableDifference(x, y);
    let seen = 0;
    for (let i = 0; i < 500; i++) {
      const shifted = Array.from({ length: first }, () => random.normal(least, 1));
      if (permutationTest(shifted, Array.from({ length: second }, () => random.normal())) < 0.05) {
        seen++;
      }
    }
    ok(Math.abs(seen / 500 - 0.8) < 0.05, `${first} ${second}: ${seen / 500}`);
  }
});

Deno.test("of two groups it is one number, whichever is named first and asked for first", async () => {
  // Each a process of its own, as it were: none knows what another has counted.
  const fresh = (which: string): Promise<{ detectableDifference: typeof detectableDifference }> =>
    import(import.meta.resolve(`../../../lab/statistics/detectable.ts?${which}`));
  const [one, other] = [await fresh("one"), await fresh("other")];
  const three = [179.75, 216.04, 500];
  const six = [500, 500, 458.28, 500, 500, 500];
  for (const tests of [1, 3]) {
    const least = one.detectableDifference(three, six, tests);
    strictEqual(other.detectableDifference(six, three, tests), least);
    strictEqual(one.detectableDifference(six, three, tests), least);
  }
});

Deno.test("many seeds see what Student's test sees", () => {
  const ten = ofDeviationOne(10);
  // t(0.975, 18) + t(0.8, 18) of the tables, by √(2 / 10); of 30 pairs t(0.975, 29) + t(0.8, 29).
  const least = detectableDifference(ten, ten);
  ok(Math.abs(least - (2.101 + 0.862) * Math.sqrt(2 / 10)) < 1e-3, `${least}`);
  const ofPairs = detectablePairedDifference(ofDeviationOne(30), Array(30).fill(0));
  ok(Math.abs(ofPairs - (2.045 + 0.854) / Math.sqrt(30)) < 1e-3, `${ofPairs}`);
  // Several tests share the level: t(0.995, 18).
  const ofFive = detectableDifference(ten, ten, 5);
  ok(Math.abs(ofFive - (2.878 + 0.862) * Math.sqrt(2 / 10)) < 1e-3, `${ofFive}`);
});

Deno.test("pairs that differ by the same each time are told apart, however far they lie apart", () => {
  const six = [1, 5, 9, 3, 7, 2];
  strictEqual(detectablePairedDifference(six, six.map((value) => value + 1)), 0);
});

Deno.test("what no permutation test of so few seeds sees is no difference that they tell apart", () => {
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
  const fewest = (isSeen: (count: number) => boolean) => upTo(20).findIndex(isSeen);
  for (const tests of [1, 6, 10]) {
    // Of values that lie wholly apart, and of pairs that all differ to the same side.
    const apart = (count: number) => permutationTest(upTo(count), upTo(count).map((i) => i + 99));
    const paired = (count: number) =>
      pairedPermutationTest(upTo(count).map((i) => i + 1), upTo(count));
    const counts = [apart, paired].map((test) => fewest((count) => test(count) * tests < 0.05));
    deepStrictEqual(counts, { 1: [4, 6], 6: [5, 8], 10: [6, 9] }[tests]);
    deepStrictEqual(
      [detectableDifference, detectablePairedDifference].map((of) =>
        fewest((count) => !Number.isNaN(of(upTo(count), upTo(count), tests)))
      ),
      counts,
      `${tests} tests`,
    );
  }
  // One beside nineteen is the farthest in one of twenty ways: p is 0.05, and below it beside twenty.
  const isNever = (count: number, tests?: number) =>
    Number.isNaN(detectableDifference([1], upTo(count), tests));
  deepStrictEqual([18, 19, 20].map((count) => isNever(count)), [true, true, false]);
  // Where p is the level but for rounding, too.
  deepStrictEqual([139, 140].map((count) => isNever(count, 7)), [true, false]);
  ok(Number.isNaN(detectableDifference([], upTo(30))));
});
