/**
 * log of the mean of exp w over any number of terms, term by term: in the memory of one, without
 * overflow.
 *
 * @module
 */
import { exp, log } from "../../lab/core/elementary.ts";

/** Running log-sums of rows, in float64. */
export class LogSums {
  /** Terms that each row's sum has. */
  terms = 0;
  readonly #sums: Float64Array;

  /** Empty sums, log 0, of `count` rows. */
  constructor(count: number) {
    this.#sums = new Float64Array(count).fill(-Infinity);
  }

  /**
   * Adds exp w to each row's sum for its terms w, [count, K].
   *
   * @param most How many terms of each row are taken, the first ones; left out: all.
   */
  add(logs: ArrayLike<number>, most = Infinity): void {
    const sums = this.#sums;
    const width = logs.length / sums.length;
    const taken = Math.min(width, most);
    for (let row = 0; row < sums.length; row++) {
      for (let i = row * width; i < row * width + taken; i++) {
        const [low, high] = sums[row] < logs[i] ? [sums[row], logs[i]] : [logs[i], sums[row]];
        sums[row] = low === -Infinity ? high : high + log(1 + exp(low - high));
      }
    }
    this.terms += taken;
  }

  /** log(sum / terms) of each row. */
  logs(): Float64Array {
    return this.#sums.map((sum) => sum - log(this.terms));
  }

  /** The mean over rows of log(sum / terms): of importance weights, a bound of log p(x). */
  meanOfLogs(): number {
    const total = this.#sums.reduce((sum, each) => sum + each, 0);
    return total / this.#sums.length - log(this.terms);
  }
}
