/**
 * Running mean and variance of vectors.
 *
 * @module
 */
import type { Json } from "./snapshot.ts";

/** Samples for which the start counts, the sum of their squares as well, as their variance is 1. */
const START = 1e-4;
/** By so much a sum of squares may be off. */
const ROUNDING = 1e-6;

/**
 * Mean and variance by the parallel algorithm of T. F. Chan et al. (1979), with Gymnasium's start:
 * mean 0, variance 1, counted as 1e-4 samples.
 */
export class RunningMoments {
  /** Of each element. */
  readonly mean: Float64Array;
  /** Of each element, divided by the count. */
  readonly variance: Float64Array;
  #count = START;

  /** Moments of vectors with `size` elements. */
  constructor(size: number) {
    this.mean = new Float64Array(size);
    this.variance = new Float64Array(size).fill(1);
  }

  /** Takes one vector in: the elements of `values` from `offset` on. */
  update(values: ArrayLike<number>, offset = 0): void {
    const count = this.#count;
    const total = count + 1;
    for (let i = 0; i < this.mean.length; i++) {
      const delta = values[offset + i] - this.mean[i];
      this.mean[i] += delta / total;
      this.variance[i] = (this.variance[i] * count + delta * delta * count / total) / total;
    }
    this.#count = total;
  }

  /** Whether none but 0 was taken in, of which nothing can be measured: no square was added. */
  get isSilent(): boolean {
    return this.mean.every((mean, i) =>
      mean === 0 && this.variance[i] * this.#count <= START * (1 + ROUNDING)
    );
  }

  /** Everything that decides on later moments. */
  snapshot(): Json {
    return { mean: [...this.mean], variance: [...this.variance], count: this.#count };
  }

  /** Goes on from a snapshot. */
  restore(snapshot: Json): void {
    const { mean, variance, count } = snapshot as {
      mean: number[];
      variance: number[];
      count: number;
    };
    this.mean.set(mean);
    this.variance.set(variance);
    this.#count = count;
  }
}
