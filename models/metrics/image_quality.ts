/**
 * How near an image is to another: peak signal-to-noise ratio and structural similarity, of images in
 * [0, 1].
 *
 * @module
 */
import { exp, log } from "../../lab/core/elementary.ts";

/** Constants of structural similarity, with pixels in [0, 1] (Wang et al. 2004, section III-C). */
const [C1, C2] = [0.01 * 0.01, 0.03 * 0.03];
/** The window: 11 × 11, Gaussian of deviation 1.5. */
const [WINDOW, DEVIATION] = [11, 1.5];

/**
 * −10 log₁₀ of the mean squared error, dB. Infinity of equal images.
 *
 * @param made [D]
 * @param image [D], in [0, 1]
 */
export function peakSignalToNoise(made: ArrayLike<number>, image: ArrayLike<number>): number {
  let error = 0;
  for (let i = 0; i < image.length; i++) {
    const off = made[i] - image[i];
    error += off * off / image.length;
  }
  return error === 0 ? Infinity : -10 / Math.LN10 * log(error);
}

/** The window's weights, [11, 11], which sum to 1. */
const weights = (() => {
  const middle = (WINDOW - 1) / 2;
  const values = Float64Array.from({ length: WINDOW * WINDOW }, (_, i) => {
    const [x, y] = [i % WINDOW - middle, Math.floor(i / WINDOW) - middle];
    return exp(-(x * x + y * y) / (2 * DEVIATION * DEVIATION));
  });
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value / total);
})();

/**
 * The structural similarity of pixels seen through weights that sum to 1: equation 13 of Wang, Bovik,
 * Sheikh, Simoncelli, "Image Quality Assessment" (2004), with moments of the whole window.
 *
 * @param at The place of a window's pixel in both images.
 */
export function windowSimilarity(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  weights: ArrayLike<number>,
  at: (i: number) => number = (i) => i,
): number {
  let [meanA, meanB, squareA, squareB, product] = [0, 0, 0, 0, 0];
  for (let i = 0; i < weights.length; i++) {
    const [x, y, w] = [a[at(i)], b[at(i)], weights[i]];
    meanA += w * x;
    meanB += w * y;
    squareA += w * x * x;
    squareB += w * y * y;
    product += w * x * y;
  }
  const [varianceA, varianceB] = [squareA - meanA * meanA, squareB - meanB * meanB];
  const covariance = product - meanA * meanB;
  return (2 * meanA * meanB + C1) * (2 * covariance + C2) /
    ((meanA * meanA + meanB * meanB + C1) * (varianceA + varianceB + C2));
}

/**
 * The mean structural similarity over all windows that lie inside the image, channel by channel.
 *
 * @param a [H, W, C] in [0, 1]
 * @param b [H, W, C]
 * @param shape H, W ≥ 11.
 * @returns [−1, 1]; 1 of equal images.
 */
export function structuralSimilarity(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, number],
): number {
  let [sum, windows] = [0, 0];
  for (let c = 0; c < channels; c++) {
    for (let top = 0; top + WINDOW <= height; top++) {
      for (let left = 0; left + WINDOW <= width; left++) {
        sum += windowSimilarity(a, b, weights, (i) => {
          const row = top + Math.floor(i / WINDOW);
          return (row * width + left + i % WINDOW) * channels + c;
        });
        windows++;
      }
    }
  }
  return sum / windows;
}
