/**
 * Vectorised elementary functions, four float32 lanes at a time, as code with the argument in a
 * local. Error bounds are against the exact value, over all finite arguments unless said.
 *
 * The polynomials are those of `series.ts`.
 *
 * @module
 */
import {
  type Code,
  f32x4,
  f64x2,
  get,
  i32x4,
  type Locals,
  sequence,
  set,
  splat,
  splatInt,
  tee,
  v128,
} from "./assembler.ts";
import * as coefficients from "../series.ts";

const { halfPi, ln2: [ln2High, ln2Low], errorFunctionTail: { scale: tailScale } } = coefficients;

/** Multiply-add in the build's way: fused where the machine likes, or strict in two roundings. */
export type Madd = (a: Code, b: Code, c: Code) => Code;

/** Two roundings, the same bits on every machine. */
export const strictMadd: Madd = (a, b, c) => f32x4.add(f32x4.mul(a, b), c);

/**
 * 1.5·2²³: a float of at most 2²² in magnitude added to it is rounded to a whole number, which the
 * lowest bits of the sum then hold.
 */
const toWhole = 12582912;

/** Builds functions of a value; each returns code that leaves the result on the stack. */
export class VectorMath {
  constructor(private readonly locals: Locals, private readonly madd: Madd) {}

  readonly #scratch: number[] = [];

  /** A scratch local; the n-th is shared by all functions. */
  #temporary(n: number): number {
    while (this.#scratch.length <= n) this.#scratch.push(this.locals.add("v128"));
    return this.#scratch[n];
  }

  /** Coefficients from the highest power down, in Horner's form. */
  #polynomial(x: Code, coefficients: readonly number[]): Code {
    return coefficients.slice(1).reduce<Code>(
      (sum, coefficient) => this.madd(sum, x, splat(coefficient)),
      splat(coefficients[0]),
    );
  }

  /** eˣ, within 2 ulp; 0 below −87.33 (results that would be denormal), ∞ above 88.72. */
  exp(value: Code): Code {
    const [x, t, n, r] = [0, 1, 2, 3].map((i) => this.#temporary(i));
    const series = this.#polynomial(get(r), coefficients.exponential);
    const body = this.madd(series, f32x4.mul(get(r), get(r)), f32x4.add(get(r), splat(1)));
    return sequence(
      set(x, value),
      set(t, this.madd(get(x), splat(Math.LOG2E), splat(toWhole))),
      set(n, f32x4.sub(get(t), splat(toWhole))),
      set(r, this.madd(get(n), splat(-ln2High), get(x))),
      set(r, this.madd(get(n), splat(-ln2Low), get(r))),
      // 2ⁿ is n more in the exponent's bits; what that makes of x outside the range is replaced.
      set(r, i32x4.add(body, i32x4.shl(get(t), 23))),
      set(r, v128.andNot(get(r), f32x4.lt(get(x), splat(-87.33)))),
      set(r, v128.select(splat(Infinity), get(r), f32x4.gt(get(x), splat(88.72283)))),
      v128.or(get(r), f32x4.ne(get(x), get(x))),
    );
  }

  /** eˣ − 1: the series near 0, else from exp; within 3 ulp for |x| > 0.5, 1e-7 relative below. */
  expm1(value: Code): Code {
    const x = this.#temporary(5);
    const series = this.#polynomial(get(x), coefficients.exponentialMinusOne);
    return sequence(
      set(x, value),
      v128.select(
        f32x4.mul(series, get(x)),
        f32x4.sub(this.exp(get(x)), splat(1)),
        f32x4.lt(f32x4.abs(get(x)), splat(0.5)),
      ),
    );
  }

  /** ln x, within 2 ulp for x ≥ 2⁻¹²⁶ (smaller positive x count as 2⁻¹²⁶); −∞ at 0, NaN below. */
  log(value: Code): Code {
    const [x, e, m, low, z] = [0, 1, 2, 3, 4].map((i) => this.#temporary(i));
    const normal = f32x4.greater(get(x), splat(1.17549435e-38));
    const series = this.#polynomial(get(m), coefficients.logarithm);
    return sequence(
      set(x, value),
      set(e, f32x4.fromInt(i32x4.sub(i32x4.shr(normal, 23), splatInt(126)))),
      set(m, v128.or(v128.and(normal, splatInt(0x007fffff)), splatInt(0x3f000000))),
      set(low, f32x4.lt(get(m), splat(0.707106781186547524))),
      set(e, f32x4.sub(get(e), v128.and(get(low), splat(1)))),
      set(m, f32x4.sub(f32x4.add(get(m), v128.and(get(m), get(low))), splat(1))),
      set(z, f32x4.mul(get(m), get(m))),
      set(low, f32x4.mul(f32x4.mul(series, get(m)), get(z))),
      set(low, this.madd(get(e), splat(ln2Low), get(low))),
      set(low, this.madd(get(z), splat(-0.5), get(low))),
      set(m, this.madd(get(e), splat(ln2High), f32x4.add(get(m), get(low)))),
      // NaN and negative arguments first, then 0 and ∞.
      set(m, v128.select(get(m), splat(NaN), f32x4.ge(get(x), splat(0)))),
      set(m, v128.select(splat(-Infinity), get(m), f32x4.eq(get(x), splat(0)))),
      v128.select(get(x), get(m), f32x4.eq(get(x), splat(Infinity))),
    );
  }

  /** ln(1 + x) without loss near 0: log(u)·x / (u − 1) with u = 1 + x (Kahan); within 4 ulp. */
  log1p(value: Code): Code {
    const [x, u] = [5, 6].map((i) => this.#temporary(i));
    const small = f32x4.eq(get(u), splat(1));
    const [log, product] = [7, 8].map((i) => this.#temporary(i));
    // ln(u)·x overflows where u is x, at −1, where it is −∞·−1, and from 4e36 on.
    const isLog = f32x4.eq(get(product), splat(Infinity));
    return sequence(
      set(x, value),
      set(u, f32x4.add(get(x), splat(1))),
      set(log, this.log(get(u))),
      set(product, f32x4.mul(get(log), get(x))),
      v128.select(
        get(x),
        v128.select(get(log), f32x4.div(get(product), f32x4.sub(get(u), splat(1))), isLog),
        small,
      ),
    );
  }

  /** tanh x, within 6 ulp; exactly ±1 for |x| > 9.011, where that is the nearest. */
  tanh(value: Code): Code {
    const [x, square, given] = [0, 1, 2].map((i) => this.#temporary(i));
    const { limit, above, below } = coefficients.hyperbolicTangent;
    const numerator = this.#polynomial(get(square), above);
    const denominator = this.#polynomial(get(square), below);
    return sequence(
      set(given, value),
      set(x, f32x4.lesser(f32x4.greater(get(given), splat(-limit)), splat(limit))),
      set(square, f32x4.mul(get(x), get(x))),
      v128.select(
        v128.or(splat(1), v128.and(get(given), splatInt(0x80000000 | 0))),
        f32x4.div(f32x4.mul(get(x), numerator), denominator),
        f32x4.gt(f32x4.abs(get(given)), splat(9.011)),
      ),
    );
  }

  /** 1 / (1 + e⁻ˣ), within 4 ulp where the result is normal. */
  sigmoid(value: Code): Code {
    return f32x4.div(splat(1), f32x4.add(splat(1), this.exp(f32x4.neg(value))));
  }

  /** x with the sign of −1, 0 or 1. */
  sign(value: Code): Code {
    const x = this.#temporary(0);
    const positive = v128.and(f32x4.gt(tee(x, value), splat(0)), splat(1));
    const negative = v128.and(f32x4.lt(get(x), splat(0)), splat(1));
    return f32x4.sub(positive, negative);
  }

  /**
   * sin(x + quarters·π/2): 0 for sin, 1 for cos. Within 2e-7 absolute for |x| ≤ 8192, beyond
   * which the reduction by π/2 in three parts loses digits: see {@linkcode farSine}.
   */
  sine(value: Code, quarters: 0 | 1): Code {
    const [x, n, r, , k] = [0, 1, 2, 3, 4].map((i) => this.#temporary(i));
    return sequence(
      set(x, value),
      set(k, this.madd(get(x), splat(2 / Math.PI), splat(toWhole))),
      set(n, f32x4.sub(get(k), splat(toWhole))),
      set(r, this.madd(get(n), splat(-halfPi[0]), get(x))),
      set(r, this.madd(get(n), splat(-halfPi[1]), get(r))),
      set(r, this.madd(get(n), splat(-halfPi[2]), get(r))),
      this.#turnedSine(quarters),
    );
  }

  /**
   * {@linkcode sine} for any x, within 2e-7 absolute; NaN for an infinite one. Products of x with the
   * parts of 2/π are exact in float64, and so is what is left of them by whole turns.
   */
  farSine(value: Code, quarters: 0 | 1): Code {
    const [x, , r, , k, sum, part, lowR, lowK] = [0, 1, 2, 3, 4, 5, 6, 7, 8]
      .map((i) => this.#temporary(i));
    // Of 28 bits, with 24 of x.
    const parts = coefficients.inverseHalfPi(7).map((part, i) => part * 2 ** (-28 * (i + 1)));
    const turns = f64x2.floor(f64x2.mul(get(part), f64x2.splat(0.25)));
    /** r and k of the first two lanes. */
    const reduced = (lanes: Code, toR: number, toK: number) =>
      sequence(
        set(x, f64x2.fromFloat(lanes)),
        set(sum, f64x2.splat(0)),
        ...parts.flatMap((each) => [
          set(part, f64x2.mul(get(x), f64x2.splat(each))),
          set(part, f64x2.sub(get(part), f64x2.mul(turns, f64x2.splat(4)))),
          set(sum, f64x2.add(get(sum), get(part))),
        ]),
        set(part, f64x2.nearest(get(sum))),
        set(toK, f64x2.toInt(get(part))),
        set(part, f64x2.sub(get(sum), get(part))),
        set(toR, f64x2.toFloat(f64x2.mul(get(part), f64x2.splat(Math.PI / 2)))),
      );
    const joined = (low: number, high: number) => v128.shuffle(get(low), get(high), [0, 1, 4, 5]);
    return sequence(
      reduced(value, lowR, lowK),
      reduced(v128.shuffle(value, value, [2, 3, 2, 3]), r, k),
      set(r, joined(lowR, r)),
      set(k, joined(lowK, k)),
      this.#turnedSine(quarters),
    );
  }

  /** The sine or cosine of r + k·π/2, both in their locals. */
  #turnedSine(quarters: 0 | 1): Code {
    const [r, square, k] = [2, 3, 4].map((i) => this.#temporary(i));
    const sine = this.#polynomial(get(square), coefficients.sine);
    const cosine = this.#polynomial(get(square), coefficients.cosine);
    const odd = this.madd(f32x4.mul(sine, get(square)), get(r), get(r));
    const even = this.madd(
      f32x4.mul(cosine, get(square)),
      get(square),
      this.madd(get(square), splat(-0.5), splat(1)),
    );
    return sequence(
      set(square, f32x4.mul(get(r), get(r))),
      set(k, i32x4.add(get(k), splatInt(quarters))),
      set(r, v128.select(even, odd, i32x4.ne(v128.and(get(k), splatInt(1)), splatInt(0)))),
      // The lower half turn has the other sign.
      v128.xor(get(r), i32x4.shl(v128.and(get(k), splatInt(2)), 30)),
    );
  }

  /**
   * erf x: a polynomial for |x| < 1 (Cephes), within 3 ulp; beyond, where erf is above 0.84,
   * Abramowitz & Stegun 7.1.26, within 4e-7.
   */
  erf(value: Code): Code {
    const [x, t, sum, near] = [5, 6, 7, 8].map((i) => this.#temporary(i));
    const small = this.#polynomial(get(t), coefficients.errorFunction);
    const series = this.#polynomial(get(t), coefficients.errorFunctionTail.series);
    const denominator = this.madd(f32x4.abs(get(x)), splat(tailScale), splat(1));
    const tail = this.exp(f32x4.neg(f32x4.mul(get(x), get(x))));
    return sequence(
      set(x, value),
      set(t, f32x4.mul(get(x), get(x))),
      set(near, f32x4.mul(get(x), small)),
      set(t, f32x4.div(splat(1), denominator)),
      set(sum, f32x4.mul(series, get(t))),
      set(sum, f32x4.sub(splat(1), f32x4.mul(get(sum), tail))),
      // erf is odd.
      set(sum, v128.or(get(sum), v128.and(get(x), splatInt(0x80000000 | 0)))),
      v128.select(get(near), get(sum), f32x4.lt(f32x4.abs(get(x)), splat(1))),
    );
  }

  /** arctan x (Cephes: reduced to |x| ≤ tan π/8), within 3 ulp. */
  atan(value: Code): Code {
    const [x, size, r, square, mask] = [0, 1, 2, 3, 4].map((i) => this.#temporary(i));
    const series = this.#polynomial(get(square), coefficients.arcTangent);
    const large = f32x4.gt(get(size), splat(2.414213562373095));
    const middle = f32x4.gt(get(size), splat(0.4142135623730950));
    const whole = v128.select(
      splat(Math.PI / 2),
      v128.and(splat(Math.PI / 4), middle),
      large,
    );
    return sequence(
      set(x, value),
      set(size, f32x4.abs(get(x))),
      set(
        r,
        v128.select(
          f32x4.div(splat(-1), get(size)),
          v128.select(
            f32x4.div(f32x4.sub(get(size), splat(1)), f32x4.add(get(size), splat(1))),
            get(size),
            middle,
          ),
          large,
        ),
      ),
      set(square, f32x4.mul(get(r), get(r))),
      set(mask, whole),
      set(r, f32x4.add(get(mask), this.madd(f32x4.mul(series, get(square)), get(r), get(r)))),
      v128.or(get(r), v128.and(get(x), splatInt(0x80000000 | 0))),
    );
  }

  /**
   * x to the power y as exp(y·ln|x|), with the sign of x where y is odd and NaN where x < 0 and y
   * is not whole: within (3 + 2·|y·ln x|) ulp. x⁰ is 1 whatever x.
   */
  pow(base: Code, exponent: Code): Code {
    const [x, y, size, whole] = [8, 9, 10, 11].map((i) => this.#temporary(i));
    const odd = v128.and(
      get(whole),
      f32x4.ne(
        f32x4.floor(f32x4.mul(get(y), splat(0.5))),
        f32x4.mul(get(y), splat(0.5)),
      ),
    );
    const negative = f32x4.lt(get(x), splat(0));
    const impossible = v128.and(
      v128.andNot(negative, get(whole)),
      f32x4.ne(get(x), splat(-Infinity)),
    );
    return sequence(
      set(x, base),
      set(y, exponent),
      set(size, this.log(f32x4.abs(get(x)))),
      set(size, this.exp(f32x4.mul(get(y), get(size)))),
      set(whole, f32x4.eq(f32x4.floor(get(y)), get(y))),
      // The sign bit of x (also that of −0) where y is odd.
      set(
        size,
        v128.or(get(size), v128.and(v128.and(get(x), splatInt(0x80000000 | 0)), odd)),
      ),
      set(size, v128.select(splat(NaN), get(size), impossible)),
      v128.select(
        splat(1),
        get(size),
        f32x4.eq(get(y), splat(0)),
      ),
    );
  }
}
