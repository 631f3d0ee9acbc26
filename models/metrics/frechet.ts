/**
 * The Fréchet distance of two sets of features as if each were Gaussian, which in features of the
 * Inception network is the FID (Heusel et al. 2017, arXiv 1706.08500, equation 6):
 *
 * d² = ‖m₁ − m₂‖² + tr(C₁ + C₂ − 2 (C₁C₂)^½).
 *
 * The trace of the root is taken from the eigenvalues of the symmetric C₁^½ C₂ C₁^½, which are those of
 * C₁C₂, so that no complex number and no near-singular root occurs; what rounds below 0 counts as 0.
 * With fewer examples than features a covariance has rank n − 1, and the distance is biased upwards.
 *
 * @module
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** First and second moments of a set. */
export interface Moments {
  /** Examples. */
  readonly count: number;
  /** [F]. */
  readonly mean: Float64Array;
  /** [F, F], over count − 1. */
  readonly covariance: Matrix;
}

/**
 * Mean and covariance.
 *
 * @param features [count, F], two examples at least.
 */
export function momentsOf(features: Float32Array, size: number): Moments {
  const count = features.length / size;
  const mean = new Float64Array(size);
  features.forEach((value, i) => mean[i % size] += value / count);
  const sums = new Float64Array(size * size);
  const way = new Float64Array(size);
  for (let row = 0; row < features.length; row += size) {
    for (let i = 0; i < size; i++) {
      way[i] = features[row + i] - mean[i];
      for (let j = 0; j <= i; j++) sums[i * size + j] += way[i] * way[j];
    }
  }
  const covariance = new Matrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = sums[i * size + j] / (count - 1);
      covariance.set(i, j, value).set(j, i, value);
    }
  }
  return { count, mean, covariance };
}

/** Roots of the eigenvalues of a symmetric matrix that has none below 0; rounded ones count as 0. */
function roots(matrix: Matrix): { readonly roots: number[]; readonly vectors: Matrix } {
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(
    matrix,
    { assumeSymmetric: true },
  );
  const least = values.length * Number.EPSILON * values.reduce((most, x) => Math.max(most, x), 0);
  return { roots: values.map((value) => value > least ? Math.sqrt(value) : 0), vectors };
}

/** C^½ of a covariance. */
function rootOf(covariance: Matrix): Matrix {
  const { roots: scales, vectors } = roots(covariance);
  const scaled = vectors.clone();
  scales.forEach((scale, i) => scaled.mulColumn(i, scale));
  return scaled.mmul(vectors.transpose());
}

/**
 * The Fréchet distance of two Gaussians, squared, as FID is printed.
 *
 * @returns ≥ 0 but for rounding; 0 for equal moments; NaN where a moment is not finite.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * const points = (values: number[]) => momentsOf(Float32Array.from(values), 1);
 * const distance = frechetDistance(points([-1, 0, 1]), points([-1, 1, 3]));
 * strictEqual(distance.toFixed(9), "2.000000000"); // means 0 and 1, variances 1 and 4
 * ```
 */
export function frechetDistance(a: Moments, b: Moments): number {
  const between = a.mean.reduce(
    (sum, mean, i) => sum + (mean - b.mean[i]) * (mean - b.mean[i]),
    0,
  );
  const apart = between + a.covariance.trace() + b.covariance.trace();
  // The search for eigenvalues ends in an error where a matrix holds NaN.
  if (!Number.isFinite(apart)) return NaN;
  const half = rootOf(a.covariance);
  const trace = roots(half.mmul(b.covariance).mmul(half)).roots.reduce((sum, x) => sum + x, 0);
  return apart - 2 * trace;
}
