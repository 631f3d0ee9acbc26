/**
 * What a world gives must be finite: one NaN in an update makes every weight NaN.
 *
 * @module
 */
import { LabError } from "../../lab/core/errors.ts";

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
