/**
 * Labels as they stand in files, which need not begin at 0, as classes.
 *
 * @module
 */
import type { Dataset } from "../../lab/core/dataset.ts";

/** The classes of labels. */
export interface LabelClasses extends Pick<Dataset, "classNames"> {
  readonly classes: number;
  /** Which class a label is; undefined: none. */
  readonly indexOf: ReadonlyMap<number, number>;
}

/**
 * A class for each number that occurs, in the order of the numbers, which are the classes' names where
 * they are not 0, 1, … already.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * deepStrictEqual(classesOf([2, 1, 5]).classNames, ["1", "2", "5"]);
 * ```
 */
export function classesOf(labels: ArrayLike<number>): LabelClasses {
  const numbers = [...new Set(Array.from(labels))].sort((a, b) => a - b);
  return {
    classes: numbers.length,
    indexOf: new Map(numbers.map((number, index) => [number, index])),
    ...numbers.some((number, index) => number !== index) && { classNames: numbers.map(String) },
  };
}
