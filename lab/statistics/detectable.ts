/**
 * What difference so few seeds can show at all.
 *
 * @module
 */
import { angleOf } from "../core/elementary.ts";
import { defaultRng } from "../core/random.ts";
import { quantile, standardDeviation } from "./scores.ts";
import { ARRANGEMENTS, waysToChoose } from "./significance.ts";

/** Error of the first kind: one in so many; and the probability that a difference is seen. */
const ONE_IN = 20;
const POWER = 0.8;
/** Where so many arrangements may be as far apart, the test has the power of Student's. */
const MANY = 100;
/** Sets of normal values that the power of a test of fewer is counted over. */
const SETS = 1000;

/**
 * The least difference of means that tests on so many seeds see with 80 % probability at 5 %, two-sided,
 * of normal values with the deviations that these have: a smaller one cannot be told apart. NaN where
 * none is large enough, as the permutation test of so few values never gets below its level.
 *
 * @param tests How many are made, of which the level of each is a share: see `holm`.
 *
 * @example
 * ```ts
 * import { detectableDifference } from "./mod.ts";
 * import { ok } from "node:assert";
 * // Of 20 ways to deal six values out two are the farthest apart: p is 0.1 at least.
 * ok(Number.isNaN(detectableDifference([1, 2, 3], [7, 8, 9])));
 * ```
 */
export function detectableDifference(
  x: readonly number[],
  y: readonly number[],
  tests = 1,
): number {
  if (x.length === 0 || y.length === 0) return NaN;
  const count = x.length + y.length;
  const square = (values: readonly number[]) => {
    const deviation = standardDeviation(values, 0);
    return deviation * deviation * values.length;
  };
  const error = Math.sqrt(1 / x.length + 1 / y.length);
  // Whichever is named first, the smaller group is the one that is dealt out.
  const fewer = Math.min(x.length, y.length);
  const test: Test = {
    count,
    ways: waysToChoose(fewer, count),
    always: x.length === y.length ? 2 : 1,
    freedom: count - 2,
    error,
    shifts: dealtOut(fewer),
  };
  return reach(test, tests) * Math.sqrt((square(x) + square(y)) / (count - 2)) * error;
}

/** The same of pairs, by the deviation of their differences. */
export function detectablePairedDifference(
  x: readonly number[],
  y: readonly number[],
  tests = 1,
): number {
  const { length: count } = x;
  if (count !== y.length || count === 0) return NaN;
  const differences = x.map((value, i) => value - y[i]);
  const error = 1 / Math.sqrt(count);
  const ways = 2 ** count;
  const test: Test = { count, ways, always: 2, freedom: count - 1, error, shifts: turned };
  return reach(test, tests) * standardDeviation(differences, 1) * error;
}

/** Adds for each arrangement of values but the one at hand the shift up to which it is as far apart. */
type Shifts = (values: Float64Array, add: (shift: number) => void) => void;

/** A permutation test of so many values. */
interface Test {
  readonly count: number;
  /** Arrangements of the values. */
  readonly ways: number;
  /** Those that are as far apart whatever the values are. */
  readonly always: number;
  /** Degrees of freedom of Student's test in its place. */
  readonly freedom: number;
  /** Standard error of what it tests, in deviations of a value. */
  readonly error: number;
  readonly shifts: Shifts;
}

/** Standard errors between no difference and one that is seen; NaN where none is. */
function reach(test: Test, tests: number): number {
  const { ways, always, freedom, error } = test;
  const isDrawn = ways > ARRANGEMENTS;
  // As whole numbers, as p may be the level itself, which is not below it.
  const most = Math.ceil((isDrawn ? ARRANGEMENTS + 1 : ways) / (tests * ONE_IN)) - 1;
  if (most < (isDrawn ? 1 : always)) return NaN;
  if (!isDrawn && most < MANY) return shiftSeen(test, most) / error;
  return studentQuantile(1 - 1 / (2 * ONE_IN * tests), freedom) + studentQuantile(POWER, freedom);
}

/** What {@linkcode shiftSeen} has counted, by what tells all tests apart: so many ways are of one size. */
const counted = new Map<string, number>();

/**
 * The shift of normal values of deviation 1 with which 80 % of the tests find `most` arrangements as far
 * apart at most, the one at hand among them.
 */
function shiftSeen({ count, ways, always, shifts }: Test, most: number): number {
  const key = `${[count, ways, always, most]}`;
  const known = counted.get(key);
  if (known !== undefined) return known;
  const random = defaultRng(0);
  const needed = Float64Array.from({ length: SETS }, () => {
    const largest = new Float64Array(most).fill(-Infinity);
    shifts(Float64Array.from({ length: count }, () => random.normal()), (shift) => {
      if (shift <= largest[0]) return;
      let i = 1;
      for (; i < most && largest[i] < shift; i++) largest[i - 1] = largest[i];
      largest[i - 1] = shift;
    });
    return largest[0];
  });
  const shift = quantile(needed.sort(), POWER);
  counted.set(key, shift);
  return shift;
}

/** Of two groups, the first so large, whose values are dealt out anew; the first one's are shifted. */
function dealtOut(first: number): Shifts {
  return (values, add) => {
    const { length: count } = values;
    const own = sumOf(values.subarray(0, first));
    const mean = 2 * first * (count - first) / count;
    const difference = own / first - (sumOf(values) - own) / (count - first);
    const choose = (from: number, left: number, sum: number, moved: number) => {
      if (left === 0) {
        if (moved === 0) return;
        // As far to the same side, and to the other one, which a swap of the whole is at any shift.
        const lost = own - sum;
        const other = moved === mean ? Infinity : (lost - mean * difference) / (mean - moved);
        add(Math.max(-lost / moved, other));
        return;
      }
      for (let i = from; i <= count - left; i++) {
        choose(i + 1, left - 1, sum + values[i], moved + (i < first ? 0 : 1));
      }
    };
    choose(0, first, 0, 0);
  };
}

/** Of differences, all of them shifted, whose signs are turned. */
function turned(values: Float64Array, add: (shift: number) => void): void {
  const { length: count } = values;
  const total = sumOf(values);
  for (let way = 1; way < 2 ** count; way++) {
    let [sum, size] = [0, 0];
    for (let i = 0; i < count; i++) {
      if ((way >>> i) % 2 === 0) continue;
      sum += values[i];
      size++;
    }
    const other = size === count ? Infinity : (sum - total) / (count - size);
    add(Math.max(-sum / size, other));
  }
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** The value that Student's t with so many degrees of freedom is below with probability p ≥ ½. */
export function studentQuantile(p: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (studentBelow(high, freedom) < p) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (studentBelow(middle, freedom) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(T < t) for t ≥ 0 (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4). */
function studentBelow(t: number, freedom: number): number {
  const cosine = 1 / Math.sqrt(1 + t * t / freedom);
  const sine = t / Math.sqrt(freedom + t * t);
  const odd = freedom % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= freedom - 2; k += 2) {
    term *= cosine * cosine * (k - 1) / k;
    sum += term;
  }
  const within = odd ? 2 / Math.PI * (angleOf(Math.sqrt(freedom), t) + sine * sum) : sine * sum;
  return (1 + within) / 2;
}
