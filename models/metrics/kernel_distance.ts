/**
 * The squared maximum mean discrepancy of two sets of features under the kernel (x·y / F + 1)³, which in
 * features of the Inception network is the KID (Bińkowski et al. 2018, arXiv 1801.01401, section 4).
 *
 * Unlike the Fréchet distance it assumes no Gaussian and has no bias: for equal distributions it is 0 on
 * average, and may lie below. All pairs count, in place of the mean over random subsets.
 *
 * @module
 */
import { rowSums } from "./pairs.ts";

/** Mean kernel of the rows of two sets; without the second, of each row of the first with all others. */
export function meanKernel(a: Float32Array, size: number, others?: Float32Array): number {
  const [own, b] = [others === undefined, others ?? a];
  const [n, m] = [a.length / size, b.length / size];
  const productsOf = rowSums("products", a, b, size, { before: own });
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const products = productsOf(i);
    const count = own ? i : m;
    for (let j = 0; j < count; j++) {
      const base = products[j] / size + 1;
      sum += base * base * base;
    }
  }
  return own ? 2 * sum / (n * (n - 1)) : sum / (n * m);
}

/**
 * The unbiased squared discrepancy.
 *
 * @param samples [n, F], n ≥ 2
 * @param real [m, F], m ≥ 2
 * @param among The mean kernel of the real rows, where it is known.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * const samples = Float32Array.of(1, 0, 0, 1, 1, 1);
 * const real = Float32Array.of(0, 0, 2, 0, 0, -1);
 * strictEqual(kernelDistance(samples, real, 2).toFixed(9), "-1.138888889");
 * ```
 */
export function kernelDistance(
  samples: Float32Array,
  real: Float32Array,
  size: number,
  among: number = meanKernel(real, size),
): number {
  return meanKernel(samples, size) + among - 2 * meanKernel(samples, size, real);
}
