/**
 * Points that no model can learn from, found before it tries.
 *
 * @module
 */
import type { Dataset, DataTakes } from "../lab/core/dataset.ts";
import { InputError } from "../lab/core/errors.ts";
import { show } from "../lab/core/plain.ts";
import { sizeOf } from "../lab/core/tensor_data.ts";

/** Magnitude up to which the square of a difference, and sums of many, are float32 numbers. */
const LARGEST = 1e18;

/**
 * Refuses points whose squares are no float32 numbers; and, for a model of densities, whose examples all
 * have one value in a place: a density there has no bound.
 *
 * @throws InputError that names the place, counted from 1, and what to do.
 */
export function requireLearnable(
  { name, takes }: { readonly name: string; readonly takes: DataTakes },
  { name: data, kind, shape, train: { values } }: Dataset,
): void {
  if (kind !== "points") return;
  const size = sizeOf(shape);
  for (let place = 0; place < size; place++) {
    let [least, most] = [Infinity, -Infinity];
    for (let i = place; i < values.length; i += size) {
      least = Math.min(least, values[i]);
      most = Math.max(most, values[i]);
    }
    const number = `number ${place + 1} of ${size} of its points`;
    const far = most > LARGEST ? most : least < -LARGEST ? least : undefined;
    if (far !== undefined) {
      throw new InputError(
        `Cannot train ${name} on "${data}" as ${number} must be −1e18 … 1e18, whose squares float32 ` +
          `holds: ${show(far)} (scale it)`,
      );
    }
    if (takes.values === "continuous" && least === most) {
      throw new InputError(
        `Cannot train ${name} on "${data}" as ${number} must vary, else its density has no bound: ` +
          `always ${show(least)} (leave it out)`,
      );
    }
  }
}
