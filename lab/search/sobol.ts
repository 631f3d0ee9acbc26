/**
 * Scrambled Sobol points: a sequence that fills the unit cube more evenly than chance.
 *
 * Direction numbers: Joe and Kuo (2008), "Constructing Sobol sequences with better two-dimensional
 * projections", their file new-joe-kuo-6.21201 (see THIRD_PARTY.md). Scrambling: Matoušek (1998), a
 * random lower triangular matrix over the bits, and a random shift of them.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import type { Generator } from "../core/random.ts";

/** Of each axis after the first: degree, inner coefficients of the polynomial, first odd numbers. */
const directions: readonly (readonly [a: number, m: readonly number[]])[] = [
  [0, [1]],
  [1, [1, 3]],
  [1, [1, 3, 1]],
  [2, [1, 1, 1]],
  [1, [1, 1, 3, 3]],
  [4, [1, 3, 5, 13]],
  [2, [1, 1, 5, 5, 17]],
  [4, [1, 1, 5, 5, 5]],
  [7, [1, 1, 7, 11, 19]],
  [11, [1, 1, 5, 1, 1]],
  [13, [1, 1, 1, 3, 11]],
  [14, [1, 3, 5, 5, 31]],
  [1, [1, 3, 3, 9, 7, 49]],
  [13, [1, 1, 1, 15, 21, 21]],
  [16, [1, 3, 1, 13, 27, 49]],
  [19, [1, 1, 1, 15, 7, 5]],
  [22, [1, 3, 1, 15, 13, 25]],
  [25, [1, 1, 5, 5, 19, 61]],
  [1, [1, 3, 7, 11, 23, 15, 103]],
  [4, [1, 3, 7, 13, 13, 15, 69]],
];

/** Axes that there are direction numbers for. */
export const MOST_AXES = directions.length + 1;

const BITS = 32;

/** The direction numbers of an axis, the first bit as the highest of 32. */
function numbersOf(axis: number): Uint32Array {
  const v = new Uint32Array(BITS);
  if (axis === 0) return v.map((_, i) => 1 << (BITS - 1 - i));
  const [a, m] = directions[axis - 1];
  const s = m.length;
  for (let i = 0; i < BITS; i++) {
    if (i < s) {
      v[i] = m[i] << (BITS - 1 - i);
      continue;
    }
    v[i] = v[i - s] ^ (v[i - s] >>> s);
    for (let k = 1; k < s; k++) if ((a >>> (s - 1 - k)) & 1) v[i] ^= v[i - k];
  }
  return v;
}

/** The parity of a number's bits. */
function parity(x: number): number {
  let folded = x;
  for (const shift of [16, 8, 4, 2, 1]) folded ^= folded >>> shift;
  return folded & 1;
}

/**
 * Points 0 … of the sequence in the unit cube, [0, 1).
 *
 * @param scramble Draws the matrices and shifts; left out: the sequence as it is.
 *
 * @throws {InputError} for more than {@linkcode MOST_AXES} axes.
 */
export function sobol(axes: number, scramble?: Generator): (index: number) => Float64Array {
  if (axes > MOST_AXES) {
    throw new InputError(
      `Cannot draw Sobol points as a space may have at most ${MOST_AXES} fields for them: ${axes}`,
    );
  }
  const made = Array.from({ length: axes }, (_, axis) => {
    const plain = numbersOf(axis);
    if (scramble === undefined) return { numbers: plain, shift: 0 };
    // Row i of the matrix: bits above the i-th at random, the i-th one, those below none.
    const rows = Array.from({ length: BITS }, (_, i) => {
      const bit = (1 << (BITS - 1 - i)) >>> 0;
      const above = i === 0 ? 0 : (0xffffffff << (BITS - i)) >>> 0;
      return ((Math.floor(scramble.random() * 2 ** BITS) & above) | bit) >>> 0;
    });
    const numbers = plain.map((v) =>
      rows.reduce((sum, row, i) => sum | (parity(row & v) << (BITS - 1 - i)), 0)
    );
    return { numbers, shift: Math.floor(scramble.random() * 2 ** BITS) };
  });
  return (index) => {
    const gray = index ^ (index >>> 1);
    return Float64Array.from(made, ({ numbers, shift }) => {
      let x = shift;
      for (let bit = 0; gray >>> bit > 0; bit++) if ((gray >>> bit) & 1) x ^= numbers[bit];
      return (x >>> 0) / 2 ** BITS;
    });
  };
}
