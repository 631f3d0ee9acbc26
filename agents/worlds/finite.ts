/**
 * What agents ask of what they are given: finite numbers, as one NaN in an update makes every weight
 * NaN, and observations of the world that they learned in.
 *
 * @module
 */
import { InputError, LabError } from "../../lab/core/errors.ts";
import { show } from "../../lab/core/plain.ts";
import type { Space } from "../../lab/core/space.ts";

/**
 * Refuses NaN and infinities.
 *
 * @param id Of the environment.
 * @param what `observations` or `rewards`.
 * @throws LabError that names the first such value.
 */
export function requireFinite(id: string, what: string, values: ArrayLike<number>): void {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * 0; // NaN as soon as one is not finite
  if (sum === 0) return;
  const wrong = Array.prototype.find.call(values, (value: number) => !Number.isFinite(value));
  throw new LabError(`Cannot learn in ${id} as its ${what} must be finite: ${wrong}`);
}

/**
 * Refuses to act on what is no observation.
 *
 * @throws InputError where it does not lie in the space.
 */
export function requireObservation<Observation>(
  space: Space<Observation>,
  observation: unknown,
): asserts observation is Observation {
  if (space.contains(observation)) return;
  throw new InputError(
    `Cannot act as the observation must lie in ${space}: ${show(observation)}`,
  );
}
