/**
 * What pages ask for of a run as a file.
 *
 * @module
 */

/**
 * What acts, what dreams, the fields that it may draw its samples by, examples of its data, who judges its
 * samples, and how weights and gradients are spread.
 */
export const parts = [
  "policy",
  "model",
  "settings",
  "examples",
  "judge",
  "weights",
  "gradients",
] as const;

/** One of them. */
export type Part = typeof parts[number];
