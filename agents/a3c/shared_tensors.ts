/**
 * Tensors in one block of memory that several threads may see and change at once, without locks.
 *
 * @module
 */
import { type NamedTensors, sizeOf } from "../../lab/core/tensor_data.ts";

/** Name and shape of each tensor, in the order of the block. */
export type Layout = readonly (readonly [name: string, shape: readonly number[]])[];

/** What crosses to another thread. */
export interface SharedBlock {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  readonly layout: Layout;
}

/** Float32 tensors, one after the other in a block. */
export class SharedTensors {
  /** All elements in the order of the layout. */
  readonly elements: Float32Array;
  /** Views of the block: what others write shows at once. */
  readonly tensors: NamedTensors;

  constructor(readonly block: SharedBlock) {
    this.elements = new Float32Array(block.buffer);
    let offset = 0;
    this.tensors = Object.fromEntries(block.layout.map(([name, shape]) => {
      const values = this.elements.subarray(offset, offset += sizeOf(shape));
      return [name, { shape, dtype: "float32" as const, values }];
    }));
  }

  /**
   * A block with a copy of float32 tensors.
   *
   * @param threads Whether other threads will see it.
   */
  static of(tensors: NamedTensors, threads: boolean): SharedTensors {
    const layout = Object.entries(tensors).map(([name, { shape }]) => [name, shape] as const);
    const bytes = 4 * layout.reduce((sum, [, shape]) => sum + sizeOf(shape), 0);
    const buffer = threads ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
    const shared = new SharedTensors({ buffer, layout });
    shared.set(tensors);
    return shared;
  }

  /** Overwrites all. */
  set(tensors: NamedTensors): void {
    for (const [name, { values }] of Object.entries(this.tensors)) values.set(tensors[name].values);
  }

  /** Adds a change to each element. An addition of another thread at the same moment may be lost. */
  add(changes: Float32Array): void {
    const { elements } = this;
    for (let i = 0; i < elements.length; i++) elements[i] += changes[i];
  }
}
