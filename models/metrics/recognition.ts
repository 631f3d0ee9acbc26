/**
 * How a classifier sees generated samples: what share it recognises, and of which classes.
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
 * Counts the samples that a classifier is sure of.
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
    if (probabilities[row + best] < threshold) continue;
    recognised++;
    classShares[best]++;
  }
  return { recognised: recognised / count, classShares: classShares.map((n) => n / count) };
}
