/**
 * The tree-structured Parzen estimator: Bergstra et al. (2011), "Algorithms for hyper-parameter
 * optimization", section 4. Of the trials so far the best part gives one density l, the others g; of
 * candidates drawn from l the one with the greatest l / g is tried next, as it has the greatest
 * expected improvement.
 *
 * Differs from the paper: one density over all fields (Falkner et al. 2018, section 3.1: "BOHB"), so
 * that fields which must fit each other are found together; each kernel's width is
 * n^(-1 / (d + 4)) / 5 of its axis (Scott's rule); the whole cube is one more kernel, a prior that
 * keeps every place possible.
 *
 * @module
 */
import { exp, log } from "../core/elementary.ts";
import type { Generator } from "../core/random.ts";
import { countOf, placesOf, type Point, pointAt, type Space } from "./space.ts";

/** What a trial led to. */
export interface Outcome {
  readonly point: Point;
  /** The lower the better; NaN and infinities count as the worst. */
  readonly loss: number;
  /**
   * Rungs that it had come to when it was pruned, to rank it behind all that ended, the farther the
   * better: what it was worth early on says little beside what others are worth at the end. Missing: it
   * ranks by its loss alone.
   */
  readonly prunedAt?: number;
}

/** How the estimator is set. */
export interface TpeOptions {
  /** Trials at random before the first estimate. Default 10. */
  readonly startup?: number;
  /** Candidates of which the best is taken. Default 48. */
  readonly candidates?: number;
  /** Share of the trials that are the best ones. Default 0.15, at most 25 trials. */
  readonly share?: number;
}

/** Best trials, at most. */
const MOST_BEST = 25;

/** Width of a kernel on an axis of length 1, of one trial. */
const WIDTH = 0.2;

/** The point to try after some trials. */
export function tpe(
  space: Space,
  outcomes: readonly Outcome[],
  random: Generator,
  { startup = 10, candidates = 48, share = 0.15 }: TpeOptions = {},
): Point {
  const uniform = () => Float64Array.from(space, () => random.random());
  if (outcomes.length < startup) return pointAt(space, uniform());
  const ranked = [...outcomes].sort(compared).map(({ point }) => placesOf(space, point));
  const best = Math.min(MOST_BEST, Math.ceil(share * ranked.length));
  const good = new Mixture(space, ranked.slice(0, best));
  const rest = new Mixture(space, ranked.slice(best));
  let chosen: Point | undefined;
  let highest = -Infinity;
  for (let i = 0; i < candidates; i++) {
    const point = pointAt(space, good.draw(random));
    // What a condition leaves out has no place, and counts for neither density.
    const place = placesOf(space, point);
    const score = good.logDensity(place) - rest.logDensity(place);
    if (chosen === undefined || score > highest) [chosen, highest] = [point, score];
  }
  return chosen!;
}

/** Which of two is better, as `sort` takes it. */
function compared(a: Outcome, b: Outcome): number {
  const [first, second] = [a, b].map(({ loss, prunedAt = Infinity }) =>
    Number.isFinite(loss) ? { loss, prunedAt } : { loss: Infinity, prunedAt: 0 }
  );
  if (first.prunedAt !== second.prunedAt) return first.prunedAt > second.prunedAt ? -1 : 1;
  return first.loss === second.loss ? 0 : first.loss - second.loss;
}

/** Kernels around places, and one over the whole cube, all alike in weight. */
export class Mixture {
  readonly #values: readonly number[];
  readonly #width: number;
  /** The logarithm of what of each kernel's normal lies within [0, 1], by place and axis. */
  readonly #masses: readonly Float64Array[];

  constructor(space: Space, private readonly places: readonly Float64Array[]) {
    this.#values = space.map(({ range }) => range.kind === "choice" ? countOf(range) : 0);
    const n = places.length + 1;
    this.#width = WIDTH * exp(-log(n) / (space.length + 4));
    this.#masses = places.map((place) => place.map((mean) => logMass(mean, this.#width)));
  }

  /** A place in the cube. */
  draw(random: Generator): Float64Array {
    const kernel = this.places[random.integers(0, this.places.length + 1)];
    return Float64Array.from(this.#values, (count, axis) => {
      const centre = kernel?.[axis] ?? NaN;
      if (Number.isNaN(centre)) return random.random();
      if (count > 0) return random.random() < this.#strange(count) ? random.random() : centre;
      for (;;) {
        const x = random.normal(centre, this.#width);
        if (x >= 0 && x < 1) return x;
      }
    });
  }

  /** The logarithm of the density at a place in the cube, over which it integrates to 1. */
  logDensity(place: Float64Array): number {
    // The prior's is 0.
    const logs = this.places.map((_, kernel) => this.#logKernel(kernel, place));
    const highest = Math.max(0, ...logs);
    const sum = logs.reduce((total, each) => total + exp(each - highest), exp(-highest));
    return highest + log(sum / (logs.length + 1));
  }

  #logKernel(kernel: number, place: Float64Array): number {
    const centre = this.places[kernel];
    let sum = 0;
    for (let axis = 0; axis < place.length; axis++) {
      if (Number.isNaN(centre[axis]) || Number.isNaN(place[axis])) continue;
      const count = this.#values[axis];
      if (count > 0) {
        const strange = this.#strange(count);
        const isSame = Math.floor(centre[axis] * count) === Math.floor(place[axis] * count);
        sum += log(strange + (isSame ? (1 - strange) * count : 0));
      } else {
        const z = (place[axis] - centre[axis]) / this.#width;
        sum -= 0.5 * z * z + this.#masses[kernel][axis];
      }
    }
    return sum;
  }

  /** How often a kernel of words takes any of them in place of its own. */
  #strange(count: number): number {
    return Math.min(1, count / (count + this.places.length));
  }
}

const LOG_ROOT_TWO_PI = 0.9189385332046728;

/** The logarithm of ∫ exp(−z² / 2) dx over [0, 1], with z = (x − mean) / deviation. */
function logMass(mean: number, deviation: number): number {
  const mass = normalBelow((1 - mean) / deviation) - normalBelow(-mean / deviation);
  return LOG_ROOT_TWO_PI + log(deviation) + log(mass);
}

/** The normal distribution function, to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26). */
export function normalBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const terms = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  const tail = terms.reduce((sum, term) => (sum + term) * t, 0) * exp(-x * x);
  return z > 0 ? 1 - tail / 2 : tail / 2;
}
