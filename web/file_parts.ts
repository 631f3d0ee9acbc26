/**
 * What pages ask for of a run as a file.
 *
 * @module
 */

/** What acts, what dreams, examples of its data, and who judges its samples. */
export const parts = ["policy", "model", "examples", "judge"] as const;

/** One of them. */
export type Part = typeof parts[number];
