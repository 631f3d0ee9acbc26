/**
 * Sums over the features of one example and many others. Four others at a time: each has a sum of its
 * own that runs over the features in order, so that the bits are those of one at a time, and four sums
 * do not wait for one another.
 *
 * @module
 */

/** Others whose sums run side by side. */
const ABREAST = 4;

/**
 * The squared Euclidean distances of row `i` of `a` to the first `count` rows of `b`.
 *
 * @param a [n, size]
 * @param b [m, size], m ≥ count
 * @param out Takes them, [count] or more.
 */
export function squaredDistances(
  a: Float64Array,
  i: number,
  b: Float64Array,
  count: number,
  size: number,
  out: Float64Array,
): void {
  const from = i * size;
  let j = 0;
  for (; j + ABREAST <= count; j += ABREAST) {
    const q = j * size;
    let first = 0, second = 0, third = 0, fourth = 0;
    for (let d = 0; d < size; d++) {
      const value = a[from + d];
      const w = value - b[q + d];
      const x = value - b[q + size + d];
      const y = value - b[q + 2 * size + d];
      const z = value - b[q + 3 * size + d];
      first += w * w;
      second += x * x;
      third += y * y;
      fourth += z * z;
    }
    out[j] = first;
    out[j + 1] = second;
    out[j + 2] = third;
    out[j + 3] = fourth;
  }
  for (; j < count; j++) {
    let sum = 0;
    for (let d = 0, q = j * size; d < size; d++) {
      const way = a[from + d] - b[q + d];
      sum += way * way;
    }
    out[j] = sum;
  }
}

/**
 * The products of row `i` of `a` with the first `count` rows of `b`, shapes as
 * {@linkcode squaredDistances} has them.
 */
export function innerProducts(
  a: Float64Array,
  i: number,
  b: Float64Array,
  count: number,
  size: number,
  out: Float64Array,
): void {
  const from = i * size;
  let j = 0;
  for (; j + ABREAST <= count; j += ABREAST) {
    const q = j * size;
    let first = 0, second = 0, third = 0, fourth = 0;
    for (let d = 0; d < size; d++) {
      const value = a[from + d];
      first += value * b[q + d];
      second += value * b[q + size + d];
      third += value * b[q + 2 * size + d];
      fourth += value * b[q + 3 * size + d];
    }
    out[j] = first;
    out[j + 1] = second;
    out[j + 2] = third;
    out[j + 3] = fourth;
  }
  for (; j < count; j++) {
    let sum = 0;
    for (let d = 0, q = j * size; d < size; d++) sum += a[from + d] * b[q + d];
    out[j] = sum;
  }
}
