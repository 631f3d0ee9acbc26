/**
 * The arithmetic of exploring a model: where codes lie, which are near, what a score's surface is.
 *
 * @module
 */
import type { Bounds } from "../../models/plane.ts";

/** Mean and variance of each coordinate of codes [count, Z]. */
export function spreadsOf(
  codes: Float32Array,
  width: number,
): { readonly mean: number; readonly variance: number }[] {
  const count = codes.length / width;
  return Array.from({ length: width }, (_, z) => {
    let [sum, squares] = [0, 0];
    for (let i = z; i < codes.length; i += width) sum += codes[i];
    const mean = sum / count;
    for (let i = z; i < codes.length; i += width) squares += (codes[i] - mean) ** 2;
    return { mean, variance: squares / count };
  });
}

/** The two coordinates of codes [count, Z] that vary most, in ascending order; Z ≥ 2. */
export function widest(codes: Float32Array, width: number): [number, number] {
  const spreads = spreadsOf(codes, width).map(({ variance }, z) => ({ z, variance }));
  const [first, second] = spreads.sort((a, b) => b.variance - a.variance);
  return first.z < second.z ? [first.z, second.z] : [second.z, first.z];
}

/** The rows of codes [count, Z] that are nearest to a code, the nearest first. */
export function nearest(codes: Float32Array, code: Float32Array, most: number): number[] {
  const width = code.length;
  const distances = Array.from({ length: codes.length / width }, (_, i) => {
    let sum = 0;
    for (let z = 0; z < width; z++) sum += (codes[i * width + z] - code[z]) ** 2;
    return { i, sum };
  });
  return distances.sort((a, b) => a.sum - b.sum).slice(0, most).map(({ i }) => i);
}

/** The gradient of a surface on such a grid, by central differences: [cells², 2], 0 at its rim. */
export function gradientOf(surface: Float32Array, { x, y }: Bounds, cells: number): Float32Array {
  const gradient = new Float32Array(2 * cells * cells);
  const [dx, dy] = [(x[1] - x[0]) / cells, (y[1] - y[0]) / cells];
  for (let row = 1; row < cells - 1; row++) {
    for (let column = 1; column < cells - 1; column++) {
      const i = row * cells + column;
      gradient[2 * i] = (surface[i + 1] - surface[i - 1]) / (2 * dx);
      gradient[2 * i + 1] = (surface[i - cells] - surface[i + cells]) / (2 * dy);
    }
  }
  return gradient;
}
