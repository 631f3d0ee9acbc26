/**
 * Action masks: which choices a world allows in its present state.
 *
 * @module
 */
import { InputError } from "./errors.ts";
import { kindOf, show } from "./plain.ts";
import type { Generator } from "./random.ts";
import type { Space } from "./space.ts";

/** First places of the choices that a mask is made of, and its length last. */
function boundsOf(space: Space): number[] {
  const counts = space.kind === "multi-discrete"
    ? [...(space as Space & { readonly nvec: ArrayLike<number> & Iterable<number> }).nvec]
    : [space.flatSize];
  const bounds = [0];
  for (const count of counts) bounds.push(bounds.at(-1)! + count);
  return bounds;
}

/**
 * Copies `mask` (1 or true where an action may be chosen) into `out` from `offset` on: one number
 * for each action of a Discrete space, for a MultiDiscrete one those of its choices side by side.
 *
 * @param id Of the world, named in errors.
 * @throws InputError where the mask has another length or forbids every action of a choice.
 */
export function copyActionMask(
  id: string,
  space: Space,
  mask: ArrayLike<number | boolean>,
  out: Uint8Array,
  offset = 0,
): void {
  const bounds = boundsOf(space);
  const length = bounds.at(-1)!;
  if (mask?.length !== length) {
    throw new InputError(
      `Cannot choose an action in ${id} as its mask must have ${length} values: ` +
        (mask?.length ?? kindOf(mask)),
    );
  }
  for (let choice = 0; choice + 1 < bounds.length; choice++) {
    let allowed = 0;
    for (let j = bounds[choice]; j < bounds[choice + 1]; j++) {
      out[offset + j] = mask[j] ? 1 : 0;
      allowed += out[offset + j];
    }
    if (allowed === 0) {
      throw new InputError(
        `Cannot choose an action in ${id} as its mask must allow one at least: ` +
          `[${Array.from(mask, Number)}]`,
      );
    }
  }
}

/**
 * The mask that a caller gives beside an observation: a copy, which allows what `mask` has 1 or true
 * for and forbids what it has 0 or false for.
 *
 * @param id Of the world, named in errors.
 * @throws InputError for any other value, and as {@linkcode copyActionMask}.
 */
export function givenActionMask(
  id: string,
  space: Space,
  mask: ArrayLike<number | boolean>,
): Uint8Array {
  const copy = new Uint8Array(space.flatSize);
  copyActionMask(id, space, mask, copy);
  const wrong = Array.from(mask).findIndex((value) => ![0, 1, false, true].includes(value));
  if (wrong < 0) return copy;
  throw new InputError(
    `Cannot choose an action in ${id} as each value of its mask must be 0 or 1, false or true: ` +
      show(mask[wrong]),
  );
}

/**
 * Draws an action, of every choice uniformly among those that a mask allows.
 *
 * @param mask As {@linkcode copyActionMask} takes it; undefined: every action is allowed, drawn as
 * `space.sample` does. Spaces without choices (Box, Tuple) have no masks.
 * @throws InputError where the mask does not fit the space or forbids every action of a choice.
 */
export function sampleAction(
  id: string,
  space: Space,
  random: Generator,
  mask: ArrayLike<number | boolean> | undefined,
): unknown {
  if (mask === undefined) return space.sample(random);
  const allowed = new Uint8Array(space.flatSize);
  copyActionMask(id, space, mask, allowed);
  const bounds = boundsOf(space);
  const choices = bounds.slice(1).map((end, i) => {
    const open = Array.from(allowed.subarray(bounds[i], end).keys())
      .filter((choice) => allowed[bounds[i] + choice] === 1);
    return open[random.integers(open.length)];
  });
  return space.kind === "multi-discrete"
    ? Int32Array.from(choices)
    : choices[0] + (space as Space & { readonly start: number }).start;
}
