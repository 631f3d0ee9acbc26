/**
 * What a world shows that does not fit its spaces: which part of it, and how to mend it.
 *
 * @module
 */
import type { Environment } from "./environment.ts";
import { InputError } from "./errors.ts";
import { show } from "./plain.ts";
import { Box, Discrete, type Space, type Tuple } from "./space.ts";

/** A function of a world returned what it must not. */
export class MisfitError extends InputError {
  /** @param action What cannot be done, as in "Cannot <action> as …". */
  constructor(
    action: string,
    /** Which function is to be mended: what shows the world, or what moves it. */
    readonly part: "observation" | "step",
    /** What was returned. */
    readonly found: string,
    /** What to do about it. */
    readonly mend: string,
  ) {
    super(`Cannot ${action} as ${found}: ${mend}`);
  }
}

/** Whether a value is of a space's type and length, whatever the bounds of its measured numbers. */
export function isOfKind(space: Space, value: unknown): boolean {
  if (space.kind === "box") return value instanceof Float32Array && value.length === space.flatSize;
  if (space.kind !== "tuple") return space.contains(value);
  const { spaces } = space as unknown as Tuple;
  return Array.isArray(value) && value.length === spaces.length &&
    spaces.every((part, i) => isOfKind(part, value[i]));
}

/**
 * An observation that `reset` or `step` of an environment returned, of its space's type and length:
 * what is not would be written where it does not belong.
 *
 * @throws MisfitError for another one.
 */
export function requireKind<Observation>(
  { id, observationSpace: space }: Pick<Environment<Observation>, "id" | "observationSpace">,
  observation: Observation,
  call: "reset" | "step",
): Observation {
  if (isOfKind(space, observation)) return observation;
  const { message, mend } = explainMiss(space, observation);
  const found = `the observation of ${call} ${message}`;
  throw new MisfitError(`${call} ${id}`, "observation", found, mend);
}

/** Why a value does not lie in a space ("has …", "is …"), and what to do about it. */
export function explainMiss(space: Space, value: unknown): { message: string; mend: string } {
  if (!(space instanceof Box)) {
    return {
      message: `is ${show(value)}, which is not in ${space}`,
      mend: space instanceof Discrete
        ? `return a whole number from ${space.start} to ${
          space.start + space.n - 1
        }, or widen the ` +
          "observation space"
        : "return what the observation space says, or change the space",
    };
  }
  if (!(value instanceof Float32Array)) {
    const kind = Array.isArray(value) || ArrayBuffer.isView(value)
      ? (value as object).constructor.name
      : typeof value;
    return {
      message: `is no Float32Array but ${/^[aeiou]/i.test(kind) ? "an" : "a"} ${kind}`,
      mend: "return Float32Array.of(…) or Float32Array.from(…)",
    };
  }
  if (value.length !== space.flatSize) {
    return {
      message: `has ${value.length} numbers, but ${space} needs ${space.flatSize}`,
      mend: "return one number for each element of the space",
    };
  }
  const i = value.findIndex((number, i) => !(number >= space.low[i] && number <= space.high[i]));
  return {
    message: `has ${value[i]} at index ${i}, outside of [${space.low[i]}, ${space.high[i]}]`,
    mend: Number.isNaN(value[i])
      ? "find the division by 0 or the missing value that makes it NaN"
      : "widen the bounds of the observation space, or clip what is observed",
  };
}
