/**
 * The two kinds of error that reach a user as one line: bad input (exit code 2) and failure
 * (exit code 1). Messages read "Cannot <action> as <requirement>: <what was given>".
 *
 * @module
 */

/** What the caller gave cannot be used. Shown as one line; exit code 2. */
export class InputError extends Error {
  /** `InputError`. */
  override readonly name = "InputError";
}

/** Something outside the caller's input failed (a disk, a lock, a store). Exit code 1. */
export class LabError extends Error {
  /** `LabError`. */
  override readonly name = "LabError";
}

/** Levenshtein distance between two strings. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(substitution, row[j] + 1, next[j - 1] + 1);
    }
    row = next;
  }
  return row[b.length];
}

/**
 * The known name nearest to `name` by edit distance, or undefined where none is near (more than
 * half of the letters differ) or `known` is empty.
 *
 * @example
 * ```ts
 * import { nearest } from "./errors.ts";
 * import { strictEqual } from "node:assert";
 * strictEqual(nearest("cartpole-dqm", ["cartpole-dqn", "cartpole-ppo"]), "cartpole-dqn");
 * ```
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best !== undefined && bestDistance <= Math.max(name.length, best.length) / 2
    ? best
    : undefined;
}

/** An {@linkcode InputError} for a name that is not known; names the nearest one and lists all. */
export function unknownName(
  action: string,
  kind: string,
  name: string,
  known: Iterable<string>,
): InputError {
  const names = [...known];
  const near = nearest(name, names);
  const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
  return new InputError(
    `Cannot ${action} as there is no ${kind} "${name}"${hint}: known are ${
      names.join(", ") || "none"
    }`,
  );
}
