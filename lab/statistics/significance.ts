/**
 * Whether two methods can be told apart: permutation tests, and their correction where there are many of
 * them.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import { defaultRng, type Generator } from "../core/random.ts";

/** Exact tests go through so many arrangements at most; beyond that so many are drawn. */
export const ARRANGEMENTS = 20_000;
/** What rounding may take off a sum, as a share of its terms' sizes, for each of them. */
const ROUNDING = 2 * Number.EPSILON;

/**
 * Two-sided p of a permutation test of the difference of means: the share of ways to deal all values
 * out to the two that differ at least as much. Exact up to 20,000 ways (8 and 8 values), beyond that
 * over as many draws and the ways as they are. NaN where a value is, or one of the two has none.
 *
 * @example
 * ```ts
 * import { permutationTest } from "./mod.ts";
 * import { strictEqual } from "node:assert";
 * strictEqual(permutationTest([1, 2, 3], [4, 5, 6]), 2 / 20);
 * ```
 */
export function permutationTest(x: readonly number[], y: readonly number[]): number {
  const all = Float64Array.of(...x, ...y);
  const total = all.reduce((sum, value) => sum + value, 0);
  if (!Number.isFinite(total) || x.length === 0 || y.length === 0) return NaN;
  const differenceOf = (sum: number) => Math.abs(sum / x.length - (total - sum) / y.length);
  const observed = differenceOf(x.reduce((sum, value) => sum + value, 0));
  const slack = roundingOf(all) * (1 / x.length + 1 / y.length);
  const isAsFar = (sum: number) => differenceOf(sum) >= observed - slack;
  if (waysToChoose(x.length, all.length) <= ARRANGEMENTS) {
    let [far, ways] = [0, 0];
    const choose = (from: number, left: number, sum: number) => {
      if (left === 0) {
        ways++;
        if (isAsFar(sum)) far++;
        return;
      }
      for (let i = from; i <= all.length - left; i++) choose(i + 1, left - 1, sum + all[i]);
    };
    choose(0, x.length, 0);
    return far / ways;
  }
  let far = 1;
  const deal = (random: Generator) => {
    const order = Uint32Array.from(all, (_, i) => i);
    return (way: Uint32Array) => {
      random.shuffle(order);
      way.set(order.subarray(0, way.length));
    };
  };
  eachDrawn(`dealt ${x.length} of ${all.length}`, x.length, deal, (ways, at) => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += all[ways[at + i]];
    if (isAsFar(sum)) far++;
  });
  return far / (ARRANGEMENTS + 1);
}

/** Most numbers a way that are kept: 20,000 ways of 32 are 2.6 megabytes. */
const MOST_KEPT = 32;
/** Kinds of ways that are kept: groups mostly have as many seeds each. */
const KINDS = 4;

const kept = new Map<string, Uint32Array>();

/**
 * {@linkcode ARRANGEMENTS} ways, as `defaultRng(0)` draws them; of few numbers they are drawn once for all
 * tests that ask for the same.
 *
 * @param size Numbers of a way.
 * @param begin Returns what draws the next way.
 * @param look Is given each way: where it begins in an array, which is valid until the next one.
 */
function eachDrawn(
  kind: string,
  size: number,
  begin: (random: Generator) => (way: Uint32Array) => void,
  look: (ways: Uint32Array, at: number) => void,
): void {
  const known = kept.get(kind);
  const next = begin(defaultRng(0));
  const isKept = known === undefined && size <= MOST_KEPT;
  const ways = known ?? new Uint32Array(isKept ? ARRANGEMENTS * size : size);
  for (let draw = 0; draw < ARRANGEMENTS; draw++) {
    const at = ways.length === size ? 0 : draw * size;
    if (known === undefined) next(ways.subarray(at, at + size));
    look(ways, at);
  }
  if (!isKept) return;
  if (kept.size === KINDS) kept.delete(kept.keys().next().value!);
  kept.set(kind, ways);
}

/**
 * Two-sided p of the test for pairs: the share of ways to turn the signs of differences x − y whose
 * mean is at least as far from 0. Exact up to 14 pairs, beyond that over 20,000 draws.
 *
 * @throws {InputError} where the two are not as many.
 */
export function pairedPermutationTest(x: readonly number[], y: readonly number[]): number {
  if (x.length !== y.length) {
    throw new InputError(
      `Cannot compare pairs as both must have as many scores: ${x.length} and ${y.length}`,
    );
  }
  const differences = x.map((value, i) => value - y[i]);
  const sum = differences.reduce((total, each) => total + each, 0);
  if (!Number.isFinite(sum) || x.length === 0) return NaN;
  const slack = roundingOf([...x, ...y]);
  const isAsFar = (other: number) => Math.abs(other) >= Math.abs(sum) - slack;
  const sumOf = (isTurned: (i: number) => boolean) => {
    let total = 0;
    for (let i = 0; i < differences.length; i++) {
      total += isTurned(i) ? -differences[i] : differences[i];
    }
    return total;
  };
  if (2 ** x.length <= ARRANGEMENTS) {
    let far = 0;
    for (let way = 0; way < 2 ** x.length; way++) {
      if (isAsFar(sumOf((i) => (way >>> i) % 2 === 1))) far++;
    }
    return far / 2 ** x.length;
  }
  let far = 1;
  const turn = (random: Generator) => (way: Uint32Array) => {
    for (let i = 0; i < way.length; i++) way[i] = random.random() < 0.5 ? 1 : 0;
  };
  eachDrawn(`turned ${x.length}`, x.length, turn, (ways, at) => {
    if (isAsFar(sumOf((i) => ways[at + i] === 1))) far++;
  });
  return far / (ARRANGEMENTS + 1);
}

/**
 * The place of each value among all, 1 for the lowest; of equal ones the mean of their places.
 *
 * @example
 * ```ts
 * import { midRanks } from "./significance.ts";
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual(midRanks([7, -Infinity, 9, 7]), [2.5, 1, 4, 2.5]);
 * ```
 */
export function midRanks(values: readonly number[]): number[] {
  const [first, last] = [new Map<number, number>(), new Map<number, number>()];
  values.toSorted((a, b) => a < b ? -1 : a > b ? 1 : 0).forEach((value, i) => {
    if (!first.has(value)) first.set(value, i + 1);
    last.set(value, i + 1);
  });
  return values.map((value) => (first.get(value)! + last.get(value)!) / 2);
}

/** By how much sums of values may differ that are equal but for rounding, of the values and of the sums. */
function roundingOf(values: ArrayLike<number>): number {
  const size = Array.from(values).reduce((sum, value) => sum + Math.abs(value), 0);
  return ROUNDING * values.length * size;
}

/** Ways to choose k of n. */
export function waysToChoose(k: number, n: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = ways * (n - k + i) / i;
  return ways;
}

/**
 * Holm's correction (1979): p of several tests such that one below α is wrong in any of them with a
 * probability of at most α. NaN stays, and counts for no test.
 *
 * @param tests How many there are, where these are some of them: p is at least as high as among all.
 *
 * @example
 * ```ts
 * import { holm } from "./mod.ts";
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
 * ```
 */
export function holm(ps: readonly number[], tests?: number): number[] {
  const order = [...ps.keys()].filter((i) => !Number.isNaN(ps[i])).sort((a, b) => ps[a] - ps[b]);
  const corrected = [...ps];
  const count = Math.max(tests ?? 0, order.length);
  let least = 0;
  order.forEach((i, rank) => {
    least = Math.max(least, Math.min(1, ps[i] * (count - rank)));
    corrected[i] = least;
  });
  return corrected;
}
