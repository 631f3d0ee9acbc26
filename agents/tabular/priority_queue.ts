/**
 * A queue of indices by priority, in which an index stands at most once.
 *
 * @module
 */
import type { Json } from "../../lab/core/snapshot.ts";

/** A binary heap over the indices 0 … size − 1, the greatest priority first. */
export class PriorityQueue {
  readonly #heap: Int32Array;
  /** Where an index stands in the heap; −1: nowhere. */
  readonly #position: Int32Array;
  readonly #priority: Float64Array;
  #count = 0;

  /** @param size Indices that may be queued. */
  constructor(size: number) {
    this.#heap = new Int32Array(size);
    this.#position = new Int32Array(size).fill(-1);
    this.#priority = new Float64Array(size);
  }

  /** Indices queued. */
  get count(): number {
    return this.#count;
  }

  /** Queues `index`, or raises its priority; a lower one than it has changes nothing. */
  raise(index: number, priority: number): void {
    let at = this.#position[index];
    if (at < 0) at = this.#count++;
    else if (priority <= this.#priority[index]) return;
    this.#priority[index] = priority;
    this.#rise(at, index);
  }

  /** Takes out the index of greatest priority; −1 where there is none. */
  pop(): number {
    if (this.#count === 0) return -1;
    const first = this.#heap[0];
    const last = this.#heap[--this.#count];
    this.#position[first] = -1;
    if (this.#count > 0) this.#sink(0, last);
    return first;
  }

  #place(at: number, index: number): void {
    this.#heap[at] = index;
    this.#position[index] = at;
  }

  #rise(at: number, index: number): void {
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#priority[this.#heap[above]] >= this.#priority[index]) break;
      this.#place(at, this.#heap[above]);
      at = above;
    }
    this.#place(at, index);
  }

  #sink(at: number, index: number): void {
    for (;;) {
      let below = 2 * at + 1;
      if (below >= this.#count) break;
      const priorityOf = (position: number) => this.#priority[this.#heap[position]];
      if (below + 1 < this.#count && priorityOf(below + 1) > priorityOf(below)) below += 1;
      if (priorityOf(below) <= this.#priority[index]) break;
      this.#place(at, this.#heap[below]);
      at = below;
    }
    this.#place(at, index);
  }

  /** Indices and priorities in the order of the heap. */
  snapshot(): Json {
    const heap = [...this.#heap.subarray(0, this.#count)];
    return { heap, priorities: heap.map((index) => this.#priority[index]) };
  }

  /** Goes on from a snapshot. */
  restore(snapshot: Json): void {
    const { heap, priorities } = snapshot as { heap: number[]; priorities: number[] };
    this.#position.fill(-1);
    this.#count = heap.length;
    heap.forEach((index, at) => {
      this.#place(at, index);
      this.#priority[index] = priorities[at];
    });
  }
}
