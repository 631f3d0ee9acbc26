/**
 * The moment of training that a reader looks at: one for the checkpoints, the pictures and the
 * curves of a page.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";

/** The iteration; undefined: the newest, also as it grows. */
export const chosenIteration: Signal<number | undefined> = signal(undefined);

/** The last of those that are nearest to an iteration; of undefined the last one. */
export function nearestTo<Each extends { readonly iteration: number }>(
  all: readonly Each[],
  iteration: number | undefined,
): Each | undefined {
  if (iteration === undefined) return all.at(-1);
  const distance = (each: Each) => Math.abs(each.iteration - iteration);
  return all.reduce<Each | undefined>(
    (best, each) => best === undefined || distance(each) <= distance(best) ? each : best,
    undefined,
  );
}
