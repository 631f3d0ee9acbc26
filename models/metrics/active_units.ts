/**
 * How many coordinates of a code depend on the example (Burda, Grosse, Salakhutdinov 2016, arXiv
 * 1509.00519, section 5.2): those whose mean under the posterior varies over examples.
 *
 * @module
 */

/**
 * Coordinates whose variance over the examples (of all of them, not of a sample) is above the
 * threshold.
 *
 * @param codes Posterior means, [count, Z].
 * @param threshold 0.01: the paper's.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(activeUnits(Float32Array.of(1, 0.05, -1, -0.05), 2), 1);
 * ```
 */
export function activeUnits(codes: Float32Array, count: number, threshold = 0.01): number {
  const size = codes.length / count;
  let active = 0;
  for (let j = 0; j < size; j++) {
    let mean = 0;
    for (let i = 0; i < count; i++) mean += codes[i * size + j] / count;
    let variance = 0;
    for (let i = 0; i < count; i++) {
      const off = codes[i * size + j] - mean;
      variance += off * off / count;
    }
    if (variance > threshold) active++;
  }
  return active;
}
