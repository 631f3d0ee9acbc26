/**
 * Schedules: a value (learning rate, epsilon, β) as a pure function of training progress.
 *
 * @module
 */
import { power } from "../core/elementary.ts";
import { InputError } from "../core/errors.ts";
import { cosine as cosineOf } from "../core/sine.ts";

/** A value by progress, 0 at the start of the budget and 1 at its end; outside it is clamped. */
export type Schedule = (progress: number) => number;

const clamp = (progress: number) => Math.min(1, Math.max(0, progress));

/** Always `value`. */
export function constant(value: number): Schedule {
  return () => value;
}

/**
 * From `start` to `end` on a straight line.
 *
 * @param fraction Part of the budget, (0, 1], after which `end` is reached and kept.
 * @throws InputError where `fraction` is outside (0, 1].
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * strictEqual(linear(1, 0.5)(0.5), 0.75);
 * strictEqual(linear(1, 0, 0.5)(0.8), 0);
 * ```
 */
export function linear(start: number, end: number, fraction = 1): Schedule {
  if (!(fraction > 0 && fraction <= 1)) {
    throw new InputError(
      `Cannot make a linear schedule as fraction must be in (0, 1]: ${fraction}`,
    );
  }
  return (progress) => {
    const share = clamp(progress / fraction);
    return start * (1 - share) + end * share;
  };
}

/** The learning rate of a configuration: it falls to 0 over the budget where it is annealed. */
export function learningRateSchedule(
  { learningRate, annealLearningRate }: {
    readonly learningRate: number;
    readonly annealLearningRate: boolean;
  },
): Schedule {
  return annealLearningRate ? linear(learningRate, 0) : constant(learningRate);
}

/**
 * From `start` to `end` on half a cosine wave: end + (start − end)·(1 + cos πp) / 2.
 * Loshchilov & Hutter (2017), SGDR, arXiv 1608.03983, eq. 5, without restarts.
 */
export function cosine(start: number, end: number): Schedule {
  return (progress) => end + (start - end) * (1 + cosineOf(Math.PI * clamp(progress))) / 2;
}

/**
 * From `start` to `end` by a constant ratio: start·(end / start)ᵖ.
 *
 * @throws InputError where one of them is not > 0.
 */
export function exponential(start: number, end: number): Schedule {
  if (!(start > 0 && end > 0)) {
    throw new InputError(
      `Cannot make an exponential schedule as both ends must be > 0: ${start} to ${end}`,
    );
  }
  return (progress) => start * power(end / start, clamp(progress));
}
