/**
 * Smoothing of curves.
 *
 * @module
 */

/**
 * Causal exponential smoothing in units of x: each value is the mean of the values up to it,
 * weighted by exp(−distance ÷ w) with w = `share` of the x range. Values that are not finite stay
 * what they are and count for no other.
 *
 * @param share 0 (no smoothing) … 1.
 */
export function smooth(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  share: number,
): Float64Array {
  const smoothed = Float64Array.from(y);
  const width = share * (x[x.length - 1] - x[0]);
  if (!(width > 0)) return smoothed;
  let sum = -0; // What adding leaves every number as it is, −0 too.
  let weight = 0;
  for (let i = 0; i < smoothed.length; i++) {
    const decay = i === 0 ? 1 : Math.exp(-(x[i] - x[i - 1]) / width);
    sum *= decay;
    weight *= decay;
    if (!Number.isFinite(y[i])) continue;
    sum += y[i];
    weight += 1;
    smoothed[i] = sum / weight;
  }
  return smoothed;
}
