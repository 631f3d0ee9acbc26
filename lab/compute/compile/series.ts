/**
 * Polynomials of the elementary functions, for both lowerings: coefficients from the highest power
 * down. From Cephes (Moshier), unless said; the error bounds stand with the functions.
 *
 * @module
 */

/** Of (eʳ − 1 − r)/r² for |r| ≤ ln 2 / 2. */
export const exponential: readonly number[] = [
  1.9875691500e-4,
  1.3981999507e-3,
  8.3334519073e-3,
  4.1665795894e-2,
  1.6666665459e-1,
  5.0000001201e-1,
];

/** ln 2 in two parts, the first of which times a small whole number is exact. */
export const ln2: readonly [high: number, low: number] = [0.693359375, -2.12194440e-4];

/** Of (eˣ − 1)/x, Taylor's. */
export const exponentialMinusOne: readonly number[] = [
  1 / 362880,
  1 / 40320,
  1 / 5040,
  1 / 720,
  1 / 120,
  1 / 24,
  1 / 6,
  1 / 2,
  1,
];

/** Of (ln(1 + m) − m + m²/2)/m³ for √½ − 1 ≤ m ≤ √2 − 1. */
export const logarithm: readonly number[] = [
  7.0376836292e-2,
  -1.1514610310e-1,
  1.1676998740e-1,
  -1.2420140846e-1,
  1.4249322787e-1,
  -1.6668057665e-1,
  2.0000714765e-1,
  -2.4999993993e-1,
  3.3333331174e-1,
];

/** tanh x as x·above(x²)/below(x²) for |x| ≤ `limit` (a minimax fit, as in Eigen). */
export const hyperbolicTangent = {
  limit: 7.90531110763549805,
  above: [
    -2.76076847742355e-16,
    2.00018790482477e-13,
    -8.60467152213735e-11,
    5.12229709037114e-8,
    1.48572235717979e-5,
    6.37261928875436e-4,
    4.89352455891786e-3,
  ],
  below: [
    1.19825839466702e-6,
    1.18534705686654e-4,
    2.26843463243900e-3,
    4.89352518554385e-3,
  ],
} as const;

/** π/2 in three parts, the first two of which times a small whole number are exact. */
export const halfPi: readonly [number, number, number] = [
  1.5703125,
  4.837512969970703e-4,
  7.549790126404332e-8,
];

/** Up to this magnitude the three parts reduce an argument within the bound of the functions. */
export const sineBound = 8192;

/**
 * 2/π by its first 192 bits: hexadecimal digits after the point, cut into numbers of so many, each
 * a whole number. The largest float32 has 128 bits before its point, 64 are left for the quarter of a
 * turn and what is beyond it.
 */
export function inverseHalfPi(digits: 7 | 8): number[] {
  const all = "A2F9836E4E441529FC2757D1F534DDC0DB6295993C439041";
  return Array.from(
    { length: Math.floor(all.length / digits) },
    (_, i) => parseInt(all.slice(i * digits, (i + 1) * digits), 16),
  );
}

/** Of (sin r − r)/r³ in r², for |r| ≤ π/4. */
export const sine: readonly number[] = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];

/** Of (cos r − 1 + r²/2)/r⁴ in r², for |r| ≤ π/4. */
export const cosine: readonly number[] = [
  2.443315711809948e-5,
  -1.388731625493765e-3,
  4.166664568298827e-2,
];

/** Of erf(x)/x in x², for |x| < 1. */
export const errorFunction: readonly number[] = [
  7.853861353153693e-5,
  -8.010193625184903e-4,
  5.188327685732524e-3,
  -2.685381193529856e-2,
  1.128358514861418e-1,
  -3.7612625824233e-1,
  1.12837916572671,
];

/** 1 − erf x as t·tail(t)·exp(−x²) with t = 1/(1 + scale·x) (Abramowitz & Stegun 7.1.26). */
export const errorFunctionTail = {
  scale: 0.3275911,
  series: [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592],
} as const;

/** Of (arctan r − r)/r³ in r², for |r| ≤ tan π/8. */
export const arcTangent: readonly number[] = [
  8.05374449538e-2,
  -1.38776856032e-1,
  1.99777106478e-1,
  -3.33329491539e-1,
];
