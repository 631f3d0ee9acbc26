/**
 * What the checker asks of values: whether two are the same, and what a world must refuse.
 *
 * @module
 */
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
