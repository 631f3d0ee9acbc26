/**
 * How often something may happen.
 *
 * @module
 */

/** At most so many times within a span. */
export class Rate {
  readonly #times: number[] = [];

  /**
   * @param most How many times.
   * @param span Milliseconds.
   * @param now The clock, in milliseconds.
   */
  constructor(
    private readonly most: number,
    private readonly span: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether it may happen now. */
  get isFree(): boolean {
    const { length } = this.#times;
    return length < this.most || this.now() - this.#times[0] > this.span;
  }

  /** Counts one that happens; false where it may not. */
  take(): boolean {
    if (!this.isFree) return false;
    this.#times.push(this.now());
    if (this.#times.length > this.most) this.#times.shift();
    return true;
  }
}
