/**
 * Minibatches: which examples come next, in a new random order every epoch.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";
import type { Generator } from "../lab/core/random.ts";
import type { Json } from "../lab/core/snapshot.ts";

/** What becomes of an epoch's last, smaller batch: left out, or masked up to size. */
export type LastBatch = "drop" | "mask";

/** Indices of training examples, batch by batch, epoch after epoch. */
export class Minibatches {
  readonly #count: number;
  readonly #size: number;
  readonly #last: LastBatch;
  readonly #random: Generator;
  /** The generator's state before it drew the epoch's order. */
  #epoch: Json = null;
  #order: Int32Array = new Int32Array(0);
  #taken = 0;

  /**
   * Begins before the first epoch.
   *
   * @param count Examples in the split.
   * @param size Examples a batch.
   * @param remedy What else may be set where the only batch of an epoch would be dropped.
   * @throws InputError where it would.
   */
  constructor(count: number, size: number, last: LastBatch, random: Generator, remedy = "") {
    if (last === "drop" && count < size) {
      throw new InputError(
        `Cannot drop an epoch's last batch as one of ${size} examples must fit in: ${count} ` +
          `(set model.batchSize=${count}, or less${remedy})`,
      );
    }
    this.#count = count;
    this.#size = size;
    this.#last = last;
    this.#random = random;
  }

  /** The next examples: a whole batch, fewer at an epoch's end, and at most `limit`. */
  next(limit: number): Int32Array {
    const left = this.#order.length - this.#taken;
    if (left === 0 || (this.#last === "drop" && left < this.#size)) this.#shuffle();
    const end = Math.min(this.#taken + Math.min(this.#size, limit), this.#count);
    const rows = this.#order.subarray(this.#taken, end);
    this.#taken = end;
    return rows;
  }

  /** The examples that come next, where the epoch has any left. */
  peek(): Int32Array {
    return this.#order.subarray(this.#taken, this.#taken + this.#size);
  }

  /** Where it stands, as plain JSON: the order itself is drawn again. */
  snapshot(): Json {
    return { epoch: this.#epoch, taken: this.#taken, random: this.#random.snapshot() };
  }

  /** Goes on where the snapshot was taken. */
  restore(snapshot: Json): void {
    const { epoch, taken, random } = snapshot as { epoch: Json; taken: number; random: Json };
    if (epoch === null) this.#order = new Int32Array(0);
    else {
      this.#random.restore(epoch);
      this.#shuffle();
    }
    this.#taken = taken;
    this.#random.restore(random);
  }

  #shuffle(): void {
    this.#epoch = this.#random.snapshot();
    this.#order = this.#random.permutation(this.#count);
    this.#taken = 0;
  }
}
