/**
 * Marks of lines: eight colours (custom properties `--series-0` … of the style, distinguished by
 * colour-blind readers too), eight dashes and six forms, so that colour is never the only mark.
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

/** Forms about a centre, of about the same area, as paths of SVG. */
const forms = [
  "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
  "M-3.6 -3.6h7.2v7.2h-7.2z",
  "M0 -4.8l4.6 8.2h-9.2z",
  "M0 -5l5 5l-5 5l-5 -5z",
  "M0 4.8l4.6 -8.2h-9.2z",
  "M-4.5 -1.6h3v-3h3v3h3v3h-3v3h-3v-3h-3z",
];

/** Number of colours; further lines begin them anew, with the next dash. */
export const paletteSize = dashes.length;

/** Form of the mark of an index. */
export function formOf(color: number): string {
  return forms[color % forms.length];
}

/** Dash of the line of an index. */
export function dashOf(color: number): readonly number[] {
  return dashes[(color + Math.floor(color / paletteSize)) % paletteSize];
}
