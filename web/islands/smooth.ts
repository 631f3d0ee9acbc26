/** Smoothing of curves. @module */

/**
 * Causal exponential smoothing in units of x: each value is the mean of the values up to it,
 * weighted by exp(−distance ÷ w) with w = `share` of the x range. A curve's past never moves when
 * it grows only in so far as its range grows. Values that are not finite stay what they are.
 *
 * @param share 0 (no smoothing) … 1.
 */
export function smooth(
  x: readonly number[],
  y: readonly (number | string)[],
  share: number,
): (number | string)[] {
  const width = share * ((x.at(-1) ?? 0) - (x[0] ?? 0));
  if (!(width > 0)) return [...y];
  let sum = 0;
  let weight = 0;
  let previous = x[0];
  return y.map((value, i) => {
    const decay = Math.exp(-(x[i] - previous) / width);
    previous = x[i];
    sum *= decay;
    weight *= decay;
    if (typeof value !== "number") return value;
    sum += value;
    weight += 1;
    return sum / weight;
  });
}
