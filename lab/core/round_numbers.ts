/**
 * What the axes of charts are marked at.
 *
 * @module
 */

/** Of an end of the axis that division puts beside its multiple. */
const NEAR = 1e-9;

/** All multiples of `step` from `low` to `high`, both finite. @param step Above 0. */
export function multiplesOf(step: number, low: number, high: number): number[] {
  const [first, last] = [Math.ceil(low / step - NEAR), Math.floor(high / step + NEAR)];
  const multiples = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return multiples.map((number) => Number(number.toPrecision(12)));
}

/**
 * All multiples of 1, 2 or 5 times a power of ten from `low` to `high`: the finest that are at most
 * `most`.
 *
 * @param low Less than `high`; both finite.
 * @param most ≥ 2.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual(roundNumbers(0, 1, 7), [0, 0.2, 0.4, 0.6, 0.8, 1]);
 * ```
 */
export function roundNumbers(low: number, high: number, most: number): number[] {
  const exponent = Number(((high - low) / most).toExponential().split("e")[1]);
  const [finest] = [1, 2, 5, 10, 20]
    .map((leading) => multiplesOf(Number(`${leading}e${exponent}`), low, high))
    .filter(({ length }) => length <= most);
  return finest;
}
