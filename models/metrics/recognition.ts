/**
 * How a classifier sees samples: what share it recognises, and of which classes; and how often it is
 * right about labelled ones.
 *
 * @module
 */

/** What {@linkcode recognition} finds; all shares are of all samples. */
export interface Recognition {
  /** Share whose most probable class has at least the threshold. */
  readonly recognised: number;
  /** [classes]: share recognised as each class. They sum to `recognised`. */
  readonly classShares: Float64Array;
}

/**
 * Counts the samples that a classifier is sure of: none whose probabilities are NaN.
 *
 * @param probabilities [count, classes], rows sum to 1.
 * @param threshold In (0, 1].
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * const { recognised, classShares } = recognition(Float32Array.of(0.95, 0.05, 0.6, 0.4), 2);
 * strictEqual(recognised, 0.5);
 * strictEqual(classShares[0], 0.5);
 * ```
 */
export function recognition(
  probabilities: Float32Array,
  classes: number,
  threshold = 0.9,
): Recognition {
  const count = probabilities.length / classes;
  const classShares = new Float64Array(classes);
  let recognised = 0;
  for (let row = 0; row < probabilities.length; row += classes) {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if (probabilities[row + c] > probabilities[row + best]) best = c;
    }
    if (!(probabilities[row + best] >= threshold)) continue;
    recognised++;
    classShares[best]++;
  }
  return { recognised: recognised / count, classShares: classShares.map((n) => n / count) };
}

/**
 * Share of the examples whose own class is more probable than every other: a tie is no answer.
 *
 * @param probabilities [count, classes]
 * @param labels [count]
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(accuracyOf(Float32Array.of(0.6, 0.4, 0.5, 0.5), Uint8Array.of(0, 1), 2), 0.5);
 * ```
 */
export function accuracyOf(
  probabilities: Float32Array,
  labels: Uint8Array,
  classes: number,
): number {
  let right = 0;
  labels.forEach((label, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    if (row.every((p, c) => c === label || p < row[label])) right++;
  });
  return right / labels.length;
}
