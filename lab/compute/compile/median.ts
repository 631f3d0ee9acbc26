/**
 * The median of times, as measurements take it.
 *
 * @module
 */

/** The middle one of at least one value; of an even number the upper one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
