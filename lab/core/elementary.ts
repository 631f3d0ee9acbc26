/**
 * Exponential, logarithm, power and arc tangent in plain arithmetic, with the same bits in every
 * engine: those of `Math` differ in the last bit from one version of V8 to another, and that bit
 * would reach episodes, samples, schedules and digests. Sine and cosine are in `sine.ts`, ln(1 − u)
 * of the generator is in `log1p.ts`.
 *
 * Methods and coefficients are those of fdlibm (Sun Microsystems 1993): e_exp.c, e_log.c, s_expm1.c,
 * e_pow.c, s_atan.c, e_atan2.c. Errors stay below one unit in the last place.
 *
 * @module
 */

/** A float64 and its two words. */
const number = new Float64Array(1);
const words = new Int32Array(number.buffer);
const [LOW, HIGH] = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? [0, 1] : [1, 0];

/** Sign, exponent and the upper 20 bits of the mantissa. */
function highWord(x: number): number {
  number[0] = x;
  return words[HIGH];
}

function withHighWord(x: number, high: number): number {
  number[0] = x;
  words[HIGH] = high;
  return number[0];
}

/** The upper 21 bits of the mantissa. */
function upperHalf(x: number): number {
  number[0] = x;
  words[LOW] = 0;
  return number[0];
}

/** 2^k for k from −1022 to 1023. */
const powersOfTwo = new Float64Array(2046);
for (let k = 0, power = 2 ** -1022; k < 2046; k++, power *= 2) powersOfTwo[k] = power;

/** y · 2^k for y near 1, rounded once where it is below 2⁻¹⁰²². */
function scaled(y: number, k: number): number {
  if (k < -1021) return y * powersOfTwo[k + 2022] * 2 ** -1000;
  return k === 1024 ? y * 2 * 2 ** 1023 : y * powersOfTwo[k + 1022];
}

/** ln 2 in two parts: products of the first with small whole numbers are exact. */
export const LN2_HIGH = 6.93147180369123816490e-01;
export const LN2_LOW = 1.90821492927058770002e-10;
const INVERSE_LN2 = 1.44269504088896338700;
const HALF_LN2 = 0.5 * Math.LN2;

/** k of x = k ln 2 + r with |r| ≤ ½ ln 2. */
function multipleOfLn2(x: number): number {
  return Math.trunc(INVERSE_LN2 * x + (x < 0 ? -0.5 : 0.5));
}

/** x − x(eˣ + 1)/(eˣ − 1) + 2 for |x| ≤ ½ ln 2, as a polynomial in x² (e_exp.c). */
function remainder(square: number): number {
  return square * (1.66666666666666019037e-01 + square * (-2.77777777770155933842e-03 +
        square * (6.61375632143793436117e-05 + square * (-1.65339022054652515390e-06 +
                square * 4.13813679705723846039e-08))));
}

/**
 * eˣ.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual([exp(0), exp(1), exp(-Infinity)], [1, 2.7182818284590455, 0]);
 * ```
 */
export function exp(x: number): number {
  if (!(x <= 7.09782712893383973096e+02)) return x === x ? Infinity : NaN;
  if (x < -7.45133219101941108420e+02) return 0;
  const magnitude = Math.abs(x);
  if (magnitude < 2 ** -28) return 1 + x;
  if (magnitude <= HALF_LN2) {
    const c = x - remainder(x * x);
    return 1 - ((x * c) / (c - 2) - x);
  }
  // x = k ln 2 + (high − low).
  const k = multipleOfLn2(x);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const c = r - remainder(r * r);
  return scaled(1 - ((low - (r * c) / (2 - c)) - high), k);
}

/**
 * ln x.
 *
 * @returns −Infinity at 0, NaN below.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual([log(1), log(10), log(0)], [0, 2.302585092994046, -Infinity]);
 * ```
 */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let k = 0;
  if (x < 2 ** -1022) {
    k = -54;
    x *= 2 ** 54;
  }
  // x = 2^k (1 + f) with √½ < 1 + f < √2.
  const whole = highWord(x);
  const mantissa = whole & 0xfffff;
  const carry = (mantissa + 0x95f64) & 0x100000;
  k += (whole >> 20) - 1023 + (carry >> 20);
  const f = withHighWord(x, mantissa | (carry ^ 0x3ff00000)) - 1;
  if ((0xfffff & (2 + mantissa)) < 3) { // |f| < 2⁻²⁰
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + k * LN2_LOW;
    const r = f * f * (0.5 - 0.33333333333333333 * f);
    return k === 0 ? f - r : k * LN2_HIGH - ((r - k * LN2_LOW) - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-01 +
    w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const odd = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 +
        w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const r = odd + even;
  if (((mantissa - 0x6147a) | (0x6b851 - mantissa)) > 0) {
    const halfSquare = 0.5 * f * f;
    return k === 0
      ? f - (halfSquare - s * (halfSquare + r))
      : k * LN2_HIGH - ((halfSquare - (s * (halfSquare + r) + k * LN2_LOW)) - f);
  }
  return k === 0 ? f - s * (f - r) : k * LN2_HIGH - ((s * (f - r) - k * LN2_LOW) - f);
}

/**
 * eˣ − 1, exact to the last place near 0.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual([expm1(1e-20), expm1(1), expm1(-Infinity)], [1e-20, 1.718281828459045, -1]);
 * ```
 */
export function expm1(x: number): number {
  if (!(x <= 7.09782712893383973096e+02)) return x === x ? Infinity : NaN;
  const magnitude = Math.abs(x);
  if (x < -56 * Math.LN2) return -1;
  if (magnitude < 2 ** -54) return x;
  let k = 0;
  let r = x;
  let correction = 0;
  if (magnitude > HALF_LN2) {
    k = multipleOfLn2(x);
    const high = x - k * LN2_HIGH;
    const low = k * LN2_LOW;
    r = high - low;
    correction = (high - r) - low;
  }
  const half = 0.5 * r;
  const square = r * half;
  const r1 = 1 + square * (-3.33333333333331316428e-02 + square * (1.58730158725481460165e-03 +
            square * (-7.93650757867487942473e-05 + square * (4.00821782732936239552e-06 +
                    square * -2.01099218183624371326e-07))));
  const t = 3 - r1 * half;
  let e = square * ((r1 - t) / (6 - r * t));
  if (k === 0) return r - (r * e - square);
  e = r * (e - correction) - correction - square;
  if (k === -1) return 0.5 * (r - e) - 0.5;
  if (k === 1) return r < -0.25 ? -2 * (e - (r + 0.5)) : 1 + 2 * (r - e);
  if (k <= -2 || k > 56) return scaled(1 - (e - r), k) - 1;
  const small = 2 ** -k;
  return scaled(k < 20 ? (1 - small) - (e - r) : (r - (e + small)) + 1, k);
}

/** tanh x, by e^2|x| − 1; ±1 from |x| = 20 on. */
export function tanh(x: number): number {
  if (Math.abs(x) >= 20) return Math.sign(x);
  const grown = expm1(2 * Math.abs(x));
  return Math.sign(x) * grown / (grown + 2);
}

/**
 * x^y for x ≥ 0.
 *
 * @param x ≥ 0; NaN below.
 * @param y Finite.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual([power(2, 10), power(0, 0.5), power(0.99, 3)], [1024, 0, 0.970299]);
 * ```
 */
export function power(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (!(x >= 0) || y !== y) return NaN;
  if (x === 0 || x === Infinity) return (x === 0) === (y > 0) ? 0 : Infinity;
  let n = 0;
  if (x < 2 ** -1022) {
    n = -53;
    x *= 2 ** 53;
  }
  // x = 2ⁿ a with a near 1 or, where `isUpper`, near 3/2.
  const whole = highWord(x);
  const mantissa = whole & 0xfffff;
  n += (whole >> 20) - 0x3ff;
  const isUpper = mantissa > 0x3988e && mantissa < 0xbb67a;
  let high = mantissa | 0x3ff00000;
  if (mantissa >= 0xbb67a) {
    n++;
    high -= 0x100000;
  }
  const a = withHighWord(x, high);
  const center = isUpper ? 1.5 : 1;

  // s = (a − center) / (a + center) in two parts, then log₂ a = log₂ center + 2 artanh(s) / ln 2.
  const difference = a - center;
  const inverse = 1 / (a + center);
  const s = difference * inverse;
  const sHigh = upperHalf(s);
  const sumHigh = withHighWord(0, ((high >> 1) | 0x20000000) + 0x80000 + (isUpper ? 1 << 18 : 0));
  const sumLow = a - (sumHigh - center);
  const sLow = inverse * ((difference - sHigh * sumHigh) - sHigh * sumLow);
  const square = s * s;
  const tail = square * square * (5.99999999999994648725e-01 +
        square * (4.28571428578550184252e-01 + square * (3.33333329818377432918e-01 +
                square * (2.72728123808534006489e-01 + square * (2.30660745775561754067e-01 +
                        square * 2.06975017800338417784e-01))))) + sLow * (sHigh + s);
  const squareHigh = sHigh * sHigh;
  const factorHigh = upperHalf(3 + squareHigh + tail);
  const factorLow = tail - ((factorHigh - 3) - squareHigh);
  const u = sHigh * factorHigh;
  const v = sLow * factorHigh + factorLow * s;
  const pHigh = upperHalf(u + v);
  const pLow = v - (pHigh - u);
  // 2 / (3 ln 2) in two parts; log₂ 1.5 likewise.
  const zHigh = 9.61796700954437255859e-01 * pHigh;
  const zLow = -7.02846165095275826516e-09 * pHigh + pLow * 9.61796693925975554329e-01 +
    (isUpper ? 1.35003920212974897128e-08 : 0);
  const centerHigh = isUpper ? 5.84962487220764160156e-01 : 0;
  const logHigh = upperHalf(((zHigh + zLow) + centerHigh) + n);
  const logLow = zLow - (((logHigh - n) - centerHigh) - zHigh);

  // y log₂ x in two parts, then 2 to it.
  const yHigh = upperHalf(y);
  const low = (y - yHigh) * logHigh + y * logLow;
  const product = yHigh * logHigh;
  const z = low + product;
  if (z >= 1024) return Infinity;
  if (z <= -1075) return 0;
  const k = Math.abs(z) > 0.5 ? Math.trunc(z + (z < 0 ? -0.5 : 0.5)) : 0;
  const rest = product - k;
  const t = upperHalf(low + rest);
  const w = t * 6.93147182464599609375e-01;
  const correction = (low - (t - rest)) * 6.93147180559945286227e-01 +
    t * -1.90465429995776804525e-09;
  const sum = w + correction;
  const lost = correction - (sum - w);
  const c = sum - remainder(sum * sum);
  const r = (sum * c) / (c - 2) - (lost + sum * lost);
  return scaled(1 - (r - sum), k);
}

/** arctan at ½, 1, 3/2 and ∞ in two parts. */
const anchors = [
  [4.63647609000806093515e-01, 2.26987774529616870924e-17],
  [7.85398163397448278999e-01, 3.06161699786838301793e-17],
  [9.82793723247329054082e-01, 1.39033110312309984516e-17],
  [1.57079632679489655800e+00, 6.12323399573676603587e-17],
] as const;

/** arctan x for x ≥ 0. */
function arcTangent(x: number): number {
  if (x < 0.4375) return x - arcTail(x);
  const [anchor, t] = x < 0.6875
    ? [0, (2 * x - 1) / (2 + x)]
    : x < 1.1875
    ? [1, (x - 1) / (x + 1)]
    : x < 2.4375
    ? [2, (x - 1.5) / (1 + 1.5 * x)]
    : [3, -1 / x];
  const [high, low] = anchors[anchor];
  return high - ((arcTail(t) - low) - t);
}

/** x − arctan x for |x| < 7/16. */
function arcTail(x: number): number {
  const z = x * x;
  const w = z * z;
  const odd = z * (3.33333333333329318027e-01 + w * (1.42857142725034663711e-01 +
        w * (9.09088713343650656196e-02 + w * (6.66107313738753120669e-02 +
                w * (4.97687799461593236017e-02 + w * 1.62858201153657823623e-02)))));
  const even = w * (-1.99999999998764832476e-01 + w * (-1.11111104054623557880e-01 +
        w * (-7.69187620504482999495e-02 + w * (-5.83357013379057348645e-02 +
                w * -3.65315727442169155270e-02))));
  return x * (odd + even);
}

/**
 * The angle of the point (x, y) from the first axis, in (−π, π].
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual([angleOf(1, 0), angleOf(0, 2), angleOf(-1, 0)], [0, Math.PI / 2, Math.PI]);
 * ```
 */
export function angleOf(x: number, y: number): number {
  if (x === 0 && y === 0) return 0;
  const acute = arcTangent(Math.abs(y) / Math.abs(x));
  const angle = x < 0 ? Math.PI - (acute - 1.2246467991473531772e-16) : acute;
  return y < 0 ? -angle : angle;
}

/** The smallest power of two ≥ `count`, for whole numbers up to 2³¹. */
export function powerOfTwoFrom(count: number): number {
  return count <= 1 ? 1 : 2 ** (32 - Math.clz32(count - 1));
}
