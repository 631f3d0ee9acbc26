/**
 * The sliced Wasserstein distance: how far points have to be moved to become others, along one direction
 * after the other (Bonneel et al. 2015, "Sliced and Radon Wasserstein Barycenters of Measures").
 *
 * @module
 */
import type { Generator } from "../../lab/core/random.ts";

/**
 * Directions on the unit sphere.
 *
 * @returns [count, dimensions]
 */
export function directionsOf(random: Generator, count: number, dimensions: number): Float64Array {
  const directions = new Float64Array(count * dimensions);
  for (let row = 0; row < directions.length; row += dimensions) {
    const direction = directions.subarray(row, row + dimensions);
    for (let d = 0; d < dimensions; d++) direction[d] = random.standardNormal();
    const length = Math.sqrt(direction.reduce((sum, x) => sum + x * x, 0));
    for (let d = 0; d < dimensions; d++) direction[d] /= length;
  }
  return directions;
}

/**
 * W₁ of two sets of ascending numbers, ∫ |F(x) − G(x)| dx of their distribution functions.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(wasserstein(Float64Array.of(0, 1, 3), Float64Array.of(5, 6, 8)), 5);
 * ```
 */
export function wasserstein(left: Float64Array, right: Float64Array): number {
  let distance = 0;
  let before = Math.min(left[0], right[0]);
  for (let i = 0, j = 0; i < left.length || j < right.length;) {
    const isLeft = j === right.length || left[i] <= right[j];
    const at = isLeft ? left[i] : right[j];
    distance += Math.abs(i / left.length - j / right.length) * (at - before);
    before = at;
    if (isLeft) i++;
    else j++;
  }
  return distance;
}

/** A set's projections on each of some directions, in ascending order. */
export type Projections = readonly Float64Array[];

/**
 * Where points lie along directions.
 *
 * @param points [n, dimensions]
 * @param directions See {@linkcode directionsOf}.
 */
export function projectionsOf(
  points: Float32Array,
  directions: Float64Array,
  dimensions: number,
): Projections {
  return Array.from({ length: directions.length / dimensions }, (_, row) => {
    const projected = new Float64Array(points.length / dimensions);
    for (let i = 0; i < projected.length; i++) {
      let product = 0;
      for (let d = 0; d < dimensions; d++) {
        product += points[i * dimensions + d] * directions[row * dimensions + d];
      }
      projected[i] = product;
    }
    return projected.sort();
  });
}

/** The mean over directions of W₁ between the projections of two sets on the same directions. */
export function slicedWasserstein(samples: Projections, real: Projections): number {
  return samples.reduce((sum, at, row) => sum + wasserstein(at, real[row]), 0) / samples.length;
}
