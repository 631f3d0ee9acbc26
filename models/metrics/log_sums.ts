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

  /** Adds exp w to each row's sum for its terms w, [count, K]. */
  add(logs: ArrayLike<number>): void {
    const sums = this.#sums;
    const width = logs.length / sums.length;
    for (let i = 0; i < logs.length; i++) {
      const row = Math.floor(i / width);
      const [low, high] = sums[row] < logs[i] ? [sums[row], logs[i]] : [logs[i], sums[row]];
      sums[row] = low === -Infinity ? high : high + log(1 + exp(low - high));
    }
    this.terms += width;
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
