/**
 * The logarithm of the ziggurat's tails, in plain arithmetic: engines round `Math.log1p`
 * differently in the last bit, and that bit would reach the draws.
 *
 * @module
 */
import { LN2_HIGH, LN2_LOW } from "./elementary.ts";

// The minimax coefficients of fdlibm's log1p (Sun Microsystems 1993).
const L1 = 6.666666666666735130e-01;
const L2 = 3.999999999940941908e-01;
const L3 = 2.857142874366239149e-01;
const L4 = 2.222219843214978396e-01;
const L5 = 1.818357216161805012e-01;
const L6 = 1.531383769920937332e-01;
const L7 = 1.479819860511658591e-01;

/** Below it 1 − u needs no scaling; above, 1 − u is brought to [EDGE, 2 EDGE) around 1. */
const UNSCALED = 0x12bec4 * 2 ** -22;
const EDGE = (1 + 0x6a09e * 2 ** -20) / 2;

/**
 * ln(1 − u) for u in [0, 1) a multiple of 2⁻⁵³ (so that 1 − u is exact): fdlibm's log1p with
 * the polynomial summed as in the GNU C library. NumPy takes it from the platform's C library, whose
 * builds with fused multiply-add differ in the last bit of one tail draw in about 2,000.
 */
export function logOneMinus(u: number): number {
  if (u < 2 ** -29) return u < 2 ** -54 ? -u : -u - u * u * 0.5;
  let exponent = 0;
  let f = -u;
  if (u >= UNSCALED) {
    let scaled = 1 - u;
    while (scaled < EDGE) {
      scaled *= 2;
      exponent--;
    }
    f = scaled - 1;
  }
  const halfSquare = 0.5 * f * f;
  const low = exponent * LN2_LOW;
  if (exponent !== 0 && f < 2 ** -20 && f >= -3 * 2 ** -21) {
    if (f === 0) return exponent * LN2_HIGH + low;
    const correction = halfSquare * (1 - 0.66666666666666666 * f);
    return exponent * LN2_HIGH - ((correction - low) - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const z2 = z * z;
  const z4 = z2 * z2;
  const tail = z * L1 + z2 * (L2 + z * L3) + z4 * (L4 + z * L5) + z4 * z2 * (L6 + z * L7);
  if (exponent === 0) return f - (halfSquare - s * (halfSquare + tail));
  return exponent * LN2_HIGH - ((halfSquare - (s * (halfSquare + tail) + low)) - f);
}
