/**
 * Sine and cosine with the same bits in every browser and on every machine.
 *
 * `Math.sin` and `Math.cos` may differ in the last bit from engine to engine, and an unstable world
 * like a pole on a cart makes a different trajectory of it within a few seconds. These two take
 * the arithmetic of NumPy 1.24 on AVX-512 (Intel's SVML, "low accuracy" variant), on which
 * the recorded trajectories of Gymnasium were made: reduction by multiples of π in three parts,
 * then a minimax polynomial of degree 15, all in fused multiply-adds. They lie within
 * 4e-16 of the true value for |x| ≤ 1000.
 *
 * @module
 */

/** π as the sum of three float64 numbers. */
const pi = Float64Array.of(3.141592653589793, 1.224646799147353e-16, 2.165713347843828e-32);
const inversePi = 0.3183098861837907;

/** Coefficients of the polynomials in the square, from the highest power down. */
const sineCoefficients = Float64Array.of(
  -7.373344533110665e-13,
  1.6048095404959637e-10,
  -2.505188027386288e-08,
  2.7557316600552628e-06,
  -0.00019841269825056256,
  0.008333333333285542,
  -0.16666666666666186,
);
const cosineCoefficients = Float64Array.of(
  -7.37280909726507e-13,
  1.6048055576979365e-10,
  -2.505187912674299e-08,
  2.755731658449074e-06,
  -0.00019841269824944275,
  0.00833333333328519,
  -0.16666666666666183,
);

/**
 * Half a unit in the last place of each sum: it lies in its coefficient's binade, as the square is
 * below (π/2)² + 2⁻⁵⁰.
 */
const halfUnits = Float64Array.of(0, 2 ** -86, 2 ** -79, 2 ** -72, 2 ** -66, 2 ** -60, 2 ** -56);

/** Veltkamp's constant 2²⁷ + 1, which splits a float64 into two halves of 26 bits. */
const splitter = 134217729;

/**
 * a × b + c, rounded once: the product's error by Dekker (1971), the sum's by Knuth. Exact but for
 * sums within 2⁻⁵⁰ of the middle between two numbers, and for products below 1e-290.
 */
function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const scaledA = splitter * a;
  const highA = scaledA - (scaledA - a);
  const lowA = a - highA;
  const scaledB = splitter * b;
  const highB = scaledB - (scaledB - b);
  const lowB = b - highB;
  const productError = ((highA * highB - product) + highA * lowB + lowA * highB) + lowA * lowB;
  const sum = product + c;
  const added = sum - product;
  const sumError = (product - (sum - added)) + (c - added);
  return sum + (sumError + productError);
}

/**
 * The polynomial by Horner's rule in fused multiply-adds. Most of them round as the plain sum: its
 * error (Dekker's, as the coefficient is larger than the product) and the most that the product can
 * have lost in rounding do not reach half a unit.
 */
function evaluate(coefficients: Float64Array, square: number): number {
  let value = coefficients[0];
  for (let i = 1; i < 7; i++) {
    const coefficient = coefficients[i];
    const product = value * square;
    const sum = product + coefficient;
    const error = product - (sum - coefficient);
    const isSure = Math.abs(error) + Math.abs(product) * 2 ** -53 < halfUnits[i];
    value = isSure ? sum : fusedMultiplyAdd(value, square, coefficient);
  }
  return value;
}

/** Sine of `x` radians, |x| ≤ 1000. */
export function sine(x: number): number {
  const multiple = Math.round(x * inversePi);
  let remainder = x;
  let reduced = x;
  if (multiple !== 0) {
    for (let i = 0; i < 3; i++) {
      remainder = reduced;
      reduced = fusedMultiplyAdd(-multiple, pi[i], remainder);
    }
  }
  const square = remainder * remainder;
  const result = fusedMultiplyAdd(square * reduced, evaluate(sineCoefficients, square), reduced);
  return (multiple & 1) === 0 ? result : -result;
}

/** Cosine of `x` radians, |x| ≤ 1000: the sine of π/2 − x. */
export function cosine(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 2 ** -27) return 1;
  const turns = Math.floor(magnitude * inversePi);
  // Halves of π are exact, so that the sums need no help.
  let remainder = (0.5 * pi[0] - magnitude) + 0.5 * pi[1];
  let reduced = remainder + 0.5 * pi[2];
  if (turns !== 0) {
    reduced = -magnitude;
    for (let i = 0; i < 3; i++) {
      remainder = reduced;
      reduced = fusedMultiplyAdd(turns + 0.5, pi[i], remainder);
    }
  }
  if ((turns & 1) === 1) reduced = -reduced;
  const square = remainder * remainder;
  return fusedMultiplyAdd(square * reduced, evaluate(cosineCoefficients, square), reduced);
}

type Column = (angles: Float64Array, out: Float64Array, from: number, to: number) => void;

const columns: Column[] = [
  (angles, out, from, to) => {
    for (let i = from; i < to; i++) out[i] = sine(angles[i]);
  },
  (angles, out, from, to) => {
    for (let i = from; i < to; i++) out[i] = cosine(angles[i]);
  },
];

/**
 * The one place that calls both, so that V8 takes neither into its callers: where a caller has
 * several, only parts of them would find room, and the numbers between those parts would be
 * allocated.
 */
function fill(kind: 0 | 1, angles: Float64Array, out: Float64Array, from: number, to: number) {
  columns[kind](angles, out, from, to);
}

/** Writes the sines of the angles `from` … `to` − 1 into `out`, without allocating. */
export function sines(angles: Float64Array, out: Float64Array, from: number, to: number): void {
  fill(0, angles, out, from, to);
}

/** Writes the cosines of the angles `from` … `to` − 1 into `out`, without allocating. */
export function cosines(angles: Float64Array, out: Float64Array, from: number, to: number): void {
  fill(1, angles, out, from, to);
}
