/**
 * Samplers: which point of a space a trial tries. Each is a pure function of the sweep's seed, the
 * trial's number and, where it learns, what came of the trials before: the same ones again after an
 * interruption, whatever trained them.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import { type Seed, streamOf } from "../core/random.ts";
import { sobol } from "./sobol.ts";
import { countOf, type Field, isTried, type Point, pointAt, type Space, stepOf } from "./space.ts";
import { type Outcome, tpe } from "./tpe.ts";

/**
 * The point of a trial; undefined where all have been tried.
 *
 * @param trial Its number, from 0.
 * @param outcomes Of the trials before it, in their order; only TPE looks.
 */
type Sampling = (trial: number, outcomes: readonly Outcome[]) => Point | undefined;

/** A sampler for a space and a sweep's seed. */
type Sampler = (space: Space, seed: Seed) => Sampling;

/** Name of a sampler. */
export type SamplerName = "grid" | "random" | "sobol" | "tpe";

/** All samplers, by name. */
export const samplers = {
  grid: (space) => {
    const points = gridOf(space);
    return (trial) => points[trial];
  },
  random: (space, seed) => (trial) => {
    const random = streamOf(seed, `trial/${trial}`);
    return pointAt(space, Float64Array.from(space, () => random.random()));
  },
  sobol: (space, seed) => {
    const place = sobol(space.length, streamOf(seed, "scramble"));
    return (trial) => pointAt(space, place(trial));
  },
  tpe: (space, seed) => (trial, outcomes) => tpe(space, outcomes, streamOf(seed, `trial/${trial}`)),
} as const satisfies Record<SamplerName, Sampler>;

/** Names of the samplers. */
export const samplerNames = Object.keys(samplers) as SamplerName[];

/** Whether a sampler looks at what came of the trials before: these must have ended first. */
export function learns(name: SamplerName): boolean {
  return name === "tpe";
}

/** Points of a grid, at most. */
const MOST_POINTS = 100_000;

/**
 * Every point of a space, the last field changing first.
 *
 * @throws {InputError} where a field has no end of values, or there are too many points.
 */
export function gridOf(space: Space): Point[] {
  let points: Point[] = [{}];
  for (const field of space) {
    const counts = points.map((point) => isTried(field, point) ? valuesIn(field) : 1);
    // Before they are made, as there may be more than memory holds.
    if (counts.reduce((sum, each) => sum + each, 0) > MOST_POINTS) {
      throw new InputError(
        `Cannot sweep over a grid as it may have at most ${MOST_POINTS} points: with ${field.path} ` +
          "it has more",
      );
    }
    points = points.flatMap((point) => isTried(field, point) ? extended(point, field) : [point]);
  }
  return points;
}

/** @throws {InputError} where there is no end of them. */
function valuesIn({ path, range }: Field): number {
  const count = countOf(range);
  if (count < Infinity) return count;
  throw new InputError(
    `Cannot sweep over a grid as ${path} must have values between commas, or whole numbers: ` +
      "take another sampler for a range",
  );
}

function extended(point: Point, { path, range }: Field): Point[] {
  return Array.from({ length: countOf(range) }, (_, i) => ({
    ...point,
    [path]: range.kind === "choice" ? range.values[i] : range.low + stepOf(range) * i,
  }));
}
