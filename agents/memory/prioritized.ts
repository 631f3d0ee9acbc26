/**
 * Prioritized replay, the proportional variant: transitions are drawn the more often the larger
 * their last TD error was, and weighted down for it.
 *
 * Schaul et al., "Prioritized Experience Replay" (2016, arXiv 1511.05952), algorithm 1.
 *
 * @module
 */
import { power } from "../../lab/core/elementary.ts";
import type { Generator } from "../../lab/core/random.ts";
import type { Json } from "../../lab/core/snapshot.ts";
import { type NamedTensors, tensorOf } from "../../lab/core/tensor_data.ts";
import { SumTree } from "./sum_tree.ts";

/** ε of p = |δ| + ε: no transition is lost for good. */
const SMALLEST = 1e-6;

/** Priorities of the rows of a replay ring. */
export class Priorities {
  readonly #tree: SumTree;
  /** The largest priority so far: that of rows not yet learned from. */
  #largest = 1;

  /**
   * @param capacity Rows of the ring.
   * @param exponent α in [0, 1]: row i is drawn with probability pᵢ^α / Σ p^α (equation 1).
   */
  constructor(capacity: number, readonly exponent: number) {
    this.#tree = new SumTree(capacity);
  }

  /** Notes that `row` was written: it is as urgent as the most urgent one (line 6). */
  added(row: number): void {
    this.#tree.set(row, power(this.#largest, this.exponent));
  }

  /**
   * Draws as many rows as `rows` holds, one from each of equal shares of the total mass (appendix
   * B.2.1), with their importance weights wᵢ = (size · P(i))^−β over the largest of them (section
   * 3.4; the largest of the batch, as of the ring it would take a second tree).
   *
   * @param size Rows that the ring holds.
   * @param beta β in [0, 1]: 1 corrects the bias wholly.
   * @param rows Out: [B].
   * @param weights Out: [B], in (0, 1].
   */
  sample(
    random: Generator,
    size: number,
    beta: number,
    rows: Int32Array,
    weights: Float32Array,
  ): void {
    const { total } = this.#tree;
    const share = total / rows.length;
    let rarest = Infinity;
    for (let i = 0; i < rows.length; i++) {
      rows[i] = this.#tree.find((i + random.random()) * share);
      rarest = Math.min(rarest, this.#tree.get(rows[i]));
    }
    const largest = power(size * rarest / total, -beta);
    for (let i = 0; i < rows.length; i++) {
      weights[i] = power(size * this.#tree.get(rows[i]) / total, -beta) / largest;
    }
  }

  /** Gives rows the priorities |δ| + ε (lines 11 and 12); of equal rows the last one counts. */
  update(rows: Int32Array, errors: ArrayLike<number>): void {
    for (let i = 0; i < rows.length; i++) {
      const priority = Math.abs(errors[i]) + SMALLEST;
      // The runner reports a diverged error: the tree keeps what it had.
      if (!Number.isFinite(priority)) continue;
      this.#largest = Math.max(this.#largest, priority);
      this.#tree.set(rows[i], power(priority, this.exponent));
    }
  }

  /** The masses p^α of the first `size` rows, copied, and the largest priority. */
  snapshot(size: number): { tensors: NamedTensors; values: Json } {
    return {
      tensors: { priorities: tensorOf(this.#tree.masses(size), [size]) },
      values: { largest: this.#largest },
    };
  }

  /** Goes on from a snapshot. */
  restore({ priorities }: NamedTensors, values: Json): void {
    this.#tree.fill(priorities.values);
    this.#largest = (values as { largest: number }).largest;
  }
}
