/**
 * A sum tree: masses of a fixed number of items, changed and drawn from in O(log n).
 *
 * Schaul et al., "Prioritized Experience Replay" (2016, arXiv 1511.05952), appendix B.2.1.
 *
 * @module
 */
import { powerOfTwoFrom } from "../../lab/core/elementary.ts";
import { InputError } from "../../lab/core/errors.ts";

/**
 * A complete binary tree in one array: node k has the children 2k and 2k + 1 and holds their sum,
 * node 1 the total, the items are the last level. Sums are made anew from the children, so that
 * they depend on the masses alone and never drift.
 */
export class SumTree {
  readonly #nodes: Float64Array;
  readonly #leaves: number;

  /** @param capacity Items 0 … capacity − 1, all of mass 0 at first. */
  constructor(readonly capacity: number) {
    this.#leaves = powerOfTwoFrom(capacity);
    this.#nodes = new Float64Array(2 * this.#leaves);
  }

  /** Sum of all masses. */
  get total(): number {
    return this.#nodes[1];
  }

  /** The mass of `item`. */
  get(item: number): number {
    return this.#nodes[this.#leaves + item];
  }

  /**
   * Gives `item` another mass.
   *
   * @throws InputError where it is negative, infinite or NaN: a draw would never end right again.
   */
  set(item: number, mass: number): void {
    if (!(mass >= 0 && mass < Infinity)) {
      throw new InputError(
        `Cannot give item ${item} a mass as it must be a finite number ≥ 0: ${mass}`,
      );
    }
    const nodes = this.#nodes;
    let node = this.#leaves + item;
    nodes[node] = mass;
    for (node >>= 1; node >= 1; node >>= 1) nodes[node] = nodes[2 * node] + nodes[2 * node + 1];
  }

  /**
   * The first item up to which the masses sum to more than `mass`. An item of mass 0 is never
   * returned as long as another has one.
   *
   * @param mass In [0, total).
   */
  find(mass: number): number {
    const nodes = this.#nodes;
    let node = 1;
    while (node < this.#leaves) {
      node *= 2;
      // The right side only where it has mass: rounding may leave as much as the left one's sum.
      if (mass >= nodes[node] && nodes[node + 1] > 0) {
        mass -= nodes[node];
        node += 1;
      }
    }
    return node - this.#leaves;
  }

  /** The masses of the first `count` items, copied. */
  masses(count: number): Float64Array {
    return this.#nodes.slice(this.#leaves, this.#leaves + count);
  }

  /** Gives the first items these masses and all others 0. */
  fill(masses: ArrayLike<number>): void {
    const nodes = this.#nodes.fill(0);
    nodes.set(masses, this.#leaves);
    for (let node = this.#leaves - 1; node >= 1; node--) {
      nodes[node] = nodes[2 * node] + nodes[2 * node + 1];
    }
  }
}
