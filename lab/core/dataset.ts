/**
 * Data sets as plain arrays.
 *
 * @module
 */

/** A part of a data set. */
export interface Split {
  readonly count: number;
  /** [count, ...shape], float32. Images in [0, 1]. */
  readonly values: Float32Array;
  /** [count] class indices, where there are classes. */
  readonly labels?: Uint8Array;
}

/** Examples to learn from and others to measure on. */
export interface Dataset {
  readonly name: string;
  readonly kind: "images" | "points";
  /** Of one example: [H, W, C] for images, [D] for points. */
  readonly shape: readonly number[];
  readonly classes?: number;
  readonly train: Split;
  readonly test: Split;
  /** Mixtures: [modes, D] centres and the standard deviation, for mode coverage. */
  readonly mixture?: { readonly centers: Float32Array; readonly deviation: number };
}
