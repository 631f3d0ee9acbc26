/**
 * The bounds between which classic control worlds draw a starting state.
 *
 * @module
 */
import type { ResetOptions } from "../lab/core/environment.ts";
import { InputError } from "../lab/core/errors.ts";

/** Names of the options that `boundsOf` takes. */
export const boundNames: readonly string[] = ["low", "high"];

/** Low and high from the options of `reset`. @throws InputError where low is above high. */
export function boundsOf(
  id: string,
  options: ResetOptions,
  defaults: readonly [low: number, high: number],
): readonly [low: number, high: number] {
  const { low = defaults[0], high = defaults[1] } = options;
  if (low <= high) return [low, high];
  throw new InputError(`Cannot reset ${id} as low must be ≤ high: ${low}, ${high}`);
}
