/**
 * Marks of lines: eight colours (custom properties `--series-0` … of the style, distinguished by
 * colour-blind readers too) and eight dashes, so that colour is never the only mark.
 *
 * @module
 */

const dashes: readonly (readonly number[])[] = [
  [],
  [8, 3],
  [2, 3],
  [9, 3, 2, 3],
  [5, 4],
  [12, 3],
  [3, 5],
  [6, 2, 2, 2],
];

/** Number of colours; further lines begin them anew, with the next dash. */
export const paletteSize = dashes.length;

/** Dash of the line of an index. */
export function dashOf(color: number): readonly number[] {
  return dashes[(color + Math.floor(color / paletteSize)) % paletteSize];
}
