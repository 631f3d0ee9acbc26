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

/** Values that cannot be used together, each of which may be beside others. */
export class FitError extends InputError {}

/** Something outside the caller's input failed (a disk, a lock, a store). Exit code 1. */
export class LabError extends Error {
  /** `LabError`. */
  override readonly name = "LabError";
}

/** Something stored is damaged: what it held cannot be known. */
export class DamageError extends LabError {}

/** What `read` returns, or the damage that it met. */
export function unlessDamaged<T>(read: () => T): T | DamageError {
  try {
    return read();
  } catch (error) {
    if (error instanceof DamageError) return error;
    throw error;
  }
}

/** Names that a message about an unknown one lists in full; of more, only the nearest. */
const LISTED = 10;
/** Nearest names that a message proposes. */
const PROPOSED = 3;

/** Insertions, deletions, substitutions and swaps of neighbours that lead from `a` to `b`. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
        ? before[j - 2] + 1
        : Infinity;
      next[j] = Math.min(substitution, swap, row[j] + 1, next[j - 1] + 1);
    }
    [before, row] = [row, next];
  }
  return row[b.length];
}

/** Words of a name, in lower case: of `cartpole-ppo`, `cartpole` and `ppo`. */
function wordsOf(name: string): string[] {
  return name.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
}

/** Edits between two names; how words are joined and in which order they stand costs half a one. */
function distance(name: string, candidate: string): number {
  const [a, b] = [wordsOf(name), wordsOf(candidate)];
  return Math.min(
    editDistance(name.toLowerCase(), candidate.toLowerCase()),
    editDistance(a.join(""), b.join("")) + 0.5,
    editDistance(a.sort().join(""), b.sort().join("")) + 0.5,
  );
}

/** Whether every word of `name`, of two letters or more each, occurs in `candidate`. */
function occursIn(name: string, candidate: string): boolean {
  const [words, whole] = [wordsOf(name), wordsOf(candidate).join("")];
  return words.length > 0 && words.every((word) => word.length > 1 && whole.includes(word));
}

/** Whether every word of `candidate`, of two letters or more each, is one of `name`. */
function isPartOf(name: string, candidate: string): boolean {
  const [words, parts] = [wordsOf(name), wordsOf(candidate)];
  return parts.length > 0 && parts.every((part) => part.length > 1 && words.includes(part));
}

/** Edits that a known name counts as at most whose words are all among those of the one asked for. */
const PART = 2;

/**
 * The known names nearest to `name`, best first, at most `most`: the one that differs by case,
 * separators or the order of words alone, else those in which all its words occur, then those of which at
 * most half of the letters differ, with those whose words are all among its own behind two such letters.
 *
 * @example
 * ```ts
 * import { nearestNames } from "./errors.ts";
 * import { deepStrictEqual } from "node:assert";
 * const known = ["cartpole-dqn", "cartpole-ppo", "glyphs-vae", "pendulum-ppo"];
 * deepStrictEqual(nearestNames("ppo", known), ["cartpole-ppo", "pendulum-ppo"]);
 * deepStrictEqual(nearestNames("PPO cartpole", known), ["cartpole-ppo"]);
 * deepStrictEqual(nearestNames("glyph_vea", known), ["glyphs-vae"]);
 * deepStrictEqual(nearestNames("my-glyphs-vae", known), ["glyphs-vae"]);
 * ```
 */
export function nearestNames(name: string, known: Iterable<string>, most = PROPOSED): string[] {
  const near = [...known]
    .map((candidate) => ({
      candidate,
      edits: Math.min(distance(name, candidate), isPartOf(name, candidate) ? PART : Infinity),
      occurs: occursIn(name, candidate),
    }))
    .filter(({ candidate, edits, occurs }) =>
      occurs || edits <= Math.max(name.length, candidate.length) / 2
    )
    .sort((a, b) =>
      Number(a.edits >= 1) - Number(b.edits >= 1) || Number(b.occurs) - Number(a.occurs) ||
      a.edits - b.edits
    );
  const alone = near.length > 0 && near[0].edits < 1;
  return near.slice(0, alone ? 1 : most).map(({ candidate }) => candidate);
}

/**
 * The first of {@linkcode nearestNames}, or undefined where none is near.
 *
 * @example
 * ```ts
 * import { nearest } from "./errors.ts";
 * import { strictEqual } from "node:assert";
 * strictEqual(nearest("cartpole-dqm", ["cartpole-dqn", "cartpole-ppo"]), "cartpole-dqn");
 * ```
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  return nearestNames(name, known, 1)[0];
}

/**
 * A proposal for a message: ` (did you mean "a", "b" or "c"?)` with at most `most` nearest names, or
 * nothing where none is near.
 */
export function didYouMean(name: string, known: Iterable<string>, most = PROPOSED): string {
  const near = nearestNames(name, known, most).map((each) => `"${each}"`);
  if (near.length === 0) return "";
  const last = near.pop();
  return ` (did you mean ${near.length === 0 ? last : `${near.join(", ")} or ${last}`}?)`;
}

/**
 * An {@linkcode InputError} for a name that is not known. Of a few known names it proposes the
 * nearest and lists all; of many, the three nearest, and it says how many there are.
 *
 * @param action What cannot be done, as in "Cannot <action> as …".
 * @param listedBy The command that lists all: `list agents`.
 */
export function unknownName(
  action: string,
  kind: string,
  name: string,
  known: Iterable<string>,
  listedBy?: string,
): InputError {
  const names = [...known];
  const few = names.length <= LISTED;
  const all = few
    ? `known are ${names.join(", ") || "none"}`
    : listedBy === undefined
    ? `there are ${names.length}`
    : `\`${listedBy}\` shows all ${names.length}`;
  return new InputError(
    `Cannot ${action} as there is no ${kind} "${name}"` +
      `${didYouMean(name, names, few ? 1 : PROPOSED)}: ${all}`,
  );
}

/** The first name in what was given that is not known. */
export function unknownIn(given: object, known: readonly string[]): string | undefined {
  return Object.keys(given).find((name) => !known.includes(name));
}

/**
 * Refuses what has a name that is not known, by {@linkcode unknownName}.
 *
 * @param given What was given, by name.
 */
export function checkNames(
  action: string,
  kind: string,
  given: object,
  known: readonly string[],
): void {
  const unknown = unknownIn(given, known);
  if (unknown !== undefined) throw unknownName(action, kind, unknown, known);
}
