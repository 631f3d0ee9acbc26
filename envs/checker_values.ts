/**
 * What the checker says about values: which part does not fit a space, and what a world must
 * refuse.
 *
 * @module
 */
import { show } from "../lab/core/plain.ts";
import { Box, Discrete, type Space } from "../lab/core/space.ts";

/** Whether two values are the same to the bit, typed arrays and NaN included. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a.constructor !== b.constructor) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  return keys.length === others.length &&
    keys.every((key) =>
      isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])
    );
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

/** Actions that a world with this action space must refuse. */
export function wrongActions(space: Space): unknown[] {
  const wrong: unknown[] = [undefined, null, "0", NaN, {}];
  if (space instanceof Discrete) {
    wrong.push(space.start - 1, space.start + space.n, space.start + 0.5, [space.start]);
  } else if (space instanceof Box) {
    const { flatSize } = space;
    wrong.push(
      0.5,
      new Float32Array(flatSize + 1),
      new Float32Array(flatSize).fill(NaN),
      Array(flatSize).fill(0.5),
      new Float64Array(flatSize),
    );
  }
  return wrong;
}
