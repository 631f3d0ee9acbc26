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
 * Refuses NaN, infinities, and what is one of these in the 32 bits that networks compute with.
 *
 * @param id Of the environment.
 * @param what `observations` or `rewards`.
 * @param use What they are for.
 * @throws LabError that names the first such value.
 */
export function requireFinite(
  id: string,
  what: string,
  values: ArrayLike<number>,
  use: "learn" | "evaluate" = "learn",
): void {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.fround(values[i]) * 0; // NaN where one is not
  if (sum === 0) return;
  const isWrong = (value: number) => !Number.isFinite(Math.fround(value));
  const wrong = Array.prototype.find.call(values, isWrong);
  const where = Number.isFinite(wrong) ? " in 32 bits" : "";
  throw new LabError(`Cannot ${use} in ${id} as its ${what} must be finite${where}: ${wrong}`);
}

/**
 * Refuses to act on what is no observation.
 *
 * @throws InputError where it does not lie in the space, or is not finite.
 */
export function requireObservation<Observation>(
  space: Space<Observation>,
  observation: unknown,
): asserts observation is Observation {
  if (!space.contains(observation)) {
    throw new InputError(
      `Cannot act as the observation must lie in ${space}: ${show(observation)}`,
    );
  }
  if (!(observation instanceof Float32Array) || observation.every(Number.isFinite)) return;
  throw new InputError(`Cannot act as the observation must be finite: ${show(observation)}`);
}
