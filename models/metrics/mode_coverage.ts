/**
 * Mode coverage on mixtures of Gaussians: does a model draw from every mode, and near it? The
 * measure of VEEGAN (Srivastava et al. 2017, arXiv 1705.07761, section 4) and PacGAN (Lin et al.
 * 2018, arXiv 1712.04086).
 *
 * @module
 */

/** What {@linkcode modeCoverage} finds. */
export interface ModeCoverage {
  /** Centres with at least one high-quality sample nearest to them. */
  readonly modes: number;
  /** Share of samples within three deviations of the nearest centre; at most 1 − e^(−4.5) = 0.9889
   * for a perfect model in the plane. */
  readonly highQuality: number;
  /** [modes]: share of all samples that are nearest to each centre and of high quality. */
  readonly shares: Float64Array;
}

/**
 * Assigns each sample to its nearest centre and counts those nearer than three deviations.
 *
 * @param samples [count, D]
 * @param centers [modes, D]
 * @param dimensions D
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * const samples = Float32Array.of(0.01, 0, 2.4, 0);
 * const { modes, highQuality } = modeCoverage(samples, Float32Array.of(0, 0, 2, 0), 2, 0.05);
 * strictEqual(modes, 1);
 * strictEqual(highQuality, 0.5);
 * ```
 */
export function modeCoverage(
  samples: Float32Array,
  centers: Float32Array,
  dimensions: number,
  deviation: number,
): ModeCoverage {
  const count = samples.length / dimensions;
  const counts = new Float64Array(centers.length / dimensions);
  const reach = 3 * deviation;
  for (let sample = 0; sample < count; sample++) {
    let nearest = 0;
    let smallest = Infinity;
    for (let mode = 0; mode < counts.length; mode++) {
      let squared = 0;
      for (let d = 0; d < dimensions; d++) {
        const way = samples[sample * dimensions + d] - centers[mode * dimensions + d];
        squared += way * way;
      }
      if (squared < smallest) [nearest, smallest] = [mode, squared];
    }
    if (smallest < reach * reach) counts[nearest]++;
  }
  const near = counts.reduce((sum, n) => sum + n, 0);
  return {
    modes: counts.filter((n) => n > 0).length,
    highQuality: near / count,
    shares: counts.map((n) => n / count),
  };
}
