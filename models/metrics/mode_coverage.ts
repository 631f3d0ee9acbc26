/**
 * Mode coverage on mixtures of Gaussians: does a model draw from every mode, near it, as often and as
 * widely as the data? Modes and high-quality samples are the measure of VEEGAN (Srivastava et al.
 * 2017, arXiv 1705.07761, section 4) and PacGAN (Lin et al. 2018, arXiv 1712.04086), which has the
 * reverse KL too. A sample at each centre has the best of all these: its spread shows it.
 *
 * @module
 */
import { log } from "../../lab/core/elementary.ts";

/** What {@linkcode modeCoverage} finds. */
export interface ModeCoverage {
  /** Centres with at least one high-quality sample nearest to them. */
  readonly modes: number;
  /** Share of samples within three deviations of the nearest centre; at most 1 − e^(−4.5) = 0.9889
   * for a perfect model in the plane. */
  readonly highQuality: number;
  /** [modes]: share of all samples that are nearest to each centre and of high quality. */
  readonly shares: Float64Array;
  /** Deviation of the high-quality samples about their own mean within a mode, √(tr Σ / D), over the
   * mixture's; the mean over modes with two samples, 0 without any. 0.97 for a perfect model in the
   * plane, as three deviations cut its tails. */
  readonly spread: number;
}

/**
 * Assigns each sample to its nearest centre and looks at those nearer than three deviations.
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
  // Sums of what high-quality samples differ from their centre by, and of its squares.
  const sums = new Float64Array(centers.length);
  const squares = new Float64Array(centers.length);
  const reach = 3 * deviation;
  for (let sample = 0; sample < count; sample++) {
    const way = (mode: number, d: number) =>
      samples[sample * dimensions + d] - centers[mode * dimensions + d];
    let nearest = 0;
    let smallest = Infinity;
    for (let mode = 0; mode < counts.length; mode++) {
      let squared = 0;
      for (let d = 0; d < dimensions; d++) squared += way(mode, d) * way(mode, d);
      if (squared < smallest) [nearest, smallest] = [mode, squared];
    }
    if (smallest >= reach * reach) continue;
    counts[nearest]++;
    for (let d = 0; d < dimensions; d++) {
      sums[nearest * dimensions + d] += way(nearest, d);
      squares[nearest * dimensions + d] += way(nearest, d) * way(nearest, d);
    }
  }
  const near = counts.reduce((sum, n) => sum + n, 0);
  const spreads = [...counts.keys()].filter((mode) => counts[mode] > 1).map((mode) => {
    const n = counts[mode];
    let trace = 0;
    for (let at = mode * dimensions; at < (mode + 1) * dimensions; at++) {
      trace += (squares[at] - sums[at] * sums[at] / n) / (n - 1);
    }
    return Math.sqrt(Math.max(0, trace) / dimensions) / deviation;
  });
  return {
    modes: counts.filter((n) => n > 0).length,
    highQuality: near / count,
    shares: counts.map((n) => n / count),
    spread: spreads.reduce((sum, spread) => sum + spread, 0) / Math.max(1, spreads.length),
  };
}

/**
 * KL(shares ‖ expected) of two histograms, each made to sum to 1: the reverse KL of mode coverage.
 *
 * @param shares Where all are 0, the worst is returned: all in the rarest place.
 * @param expected Positive.
 * @returns Nats, ≥ 0.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(reverseKl([2, 2, 0], [1, 1, 1]).toFixed(6), "0.405465"); // ln 1.5
 * ```
 */
export function reverseKl(shares: ArrayLike<number>, expected: ArrayLike<number>): number {
  const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x, 0);
  const [all, whole] = [total(shares), total(expected)];
  if (all === 0) return log(whole / Math.min(...Array.from(expected)));
  return total(
    Array.from(shares, (share, i) => {
      const p = share / all;
      return p === 0 ? 0 : p * log(p * whole / expected[i]);
    }),
  );
}

/**
 * The entropy of a histogram in that of an even one: 1 where all are as frequent, as a single one is,
 * 0 where one of several is there alone, or none.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(evenness([0.25, 0.25, 0, 0]), 0.5);
 * strictEqual(evenness([7]), 1);
 * ```
 */
export function evenness(shares: ArrayLike<number>): number {
  if (!Array.from(shares).some((share) => share > 0)) return 0;
  if (shares.length === 1) return 1;
  return 1 - reverseKl(shares, Array.from(shares, () => 1)) / log(shares.length);
}
