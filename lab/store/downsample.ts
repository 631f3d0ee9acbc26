/**
 * Down-sampling of a series for a chart: the least and the greatest value of each bucket, so that
 * spikes stay.
 *
 * @module
 */

/**
 * Picks about `points` of a series that is handed over value by value: the first point, the last,
 * and of each bucket of consecutive points between them the least and the greatest value and, where
 * there is one, the first NaN. Picks come by ascending index.
 */
export class Downsampler {
  /** Indices picked so far. */
  readonly picks: number[] = [];
  readonly #total: number;
  readonly #size: number;
  #index = 0;
  #left: number;
  #least = -1;
  #greatest = -1;
  #nan = -1;
  #leastValue = Infinity;
  #greatestValue = -Infinity;

  /** Expects `total` values, of which it picks about `points`. */
  constructor(total: number, points: number) {
    this.#total = total;
    const buckets = Math.max(1, Math.floor((points - 2) / 2));
    this.#size = total <= points ? 1 : Math.ceil((total - 2) / buckets);
    this.#left = this.#size;
  }

  /** Takes the next values, from index `from` to before `to` of an array. */
  add(values: ArrayLike<number>, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const index = this.#index++;
      if (index === 0 || index === this.#total - 1) {
        this.#close();
        this.picks.push(index);
        continue;
      }
      const value = values[i];
      if (value !== value) {
        if (this.#nan < 0) this.#nan = index;
      } else {
        if (value < this.#leastValue || this.#least < 0) {
          this.#least = index;
          this.#leastValue = value;
        }
        if (value > this.#greatestValue || this.#greatest < 0) {
          this.#greatest = index;
          this.#greatestValue = value;
        }
      }
      if (--this.#left === 0) this.#close();
    }
  }

  #close(): void {
    const chosen = [this.#least, this.#greatest, this.#nan].filter((index) => index >= 0);
    for (const index of chosen.sort((a, b) => a - b)) {
      if (this.picks.at(-1) !== index) this.picks.push(index);
    }
    this.#least = this.#greatest = this.#nan = -1;
    this.#leastValue = Infinity;
    this.#greatestValue = -Infinity;
    this.#left = this.#size;
  }
}
