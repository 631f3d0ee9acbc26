/**
 * How much of an example is left at each level of noise, and what follows from that.
 *
 * @module
 */
import { cosine } from "../../lab/core/sine.ts";

/** The share ᾱ_t of the variance that is still the example's, for t = 0 … T: ᾱ_0 = 1. */
type Levels = (count: number, betas?: readonly [first: number, last: number]) => Float64Array;

/** β of the first and the last level of the linear schedule, for 1000 levels. */
export const BETAS = [1e-4, 0.02] as const;

/** ᾱ_t = Π (1 − β_i) of T whole levels. */
function fromBetas(count: number, beta: (t: number) => number): Float64Array {
  const shares = new Float64Array(count + 1).fill(1);
  for (let t = 1; t <= count; t++) shares[t] = shares[t - 1] * (1 - beta(t));
  return shares;
}

/** Schedules by name; T levels. */
export const schedules = {
  /**
   * β from the first (10⁻⁴) to the last (0.02) in equal steps, for 1000 levels; for T others so that as much noise is added in
   * all (times 1000 / T). Ho, Jain, Abbeel (2020, arXiv 2006.11239), section 4.
   */
  linear: (count, [first, last] = BETAS) => {
    const scale = 1000 / count;
    const between = (t: number) => count === 1 ? 1 : (t - 1) / (count - 1);
    return fromBetas(count, (t) => Math.min(0.999, scale * (first + (last - first) * between(t))));
  },
  /**
   * ᾱ_t = f(t) / f(0) with f(t) = cos²(½π (t/T + s) / (1 + s)) and s = 0.008, β at most 0.999. Nichol &
   * Dhariwal (2021, arXiv 2102.09672), equation 17.
   */
  cosine: (count) => {
    const wave = (t: number) => {
      const c = cosine((t / count + 0.008) / 1.008 * (Math.PI / 2));
      return c * c;
    };
    return fromBetas(count, (t) => Math.min(0.999, 1 - wave(t) / wave(t - 1)));
  },
} satisfies Record<string, Levels>;

/**
 * The levels that a sampler visits, from T down to 0: `steps` + 1 of them, evenly apart.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert";
 * import { visitedLevels } from "./schedules.ts";
 * deepStrictEqual(visitedLevels(1000, 4), [1000, 750, 500, 250, 0]);
 * ```
 */
export function visitedLevels(levels: number, steps: number): number[] {
  return Array.from({ length: steps + 1 }, (_, k) => Math.round(levels * (1 - k / steps)));
}

/** The numbers of a step from level t to level s < t. */
export interface StepNumbers {
  /** √ᾱ_t: what the example is scaled by. */
  readonly signal: number;
  /** √(1 − ᾱ_t): the deviation of the noise. */
  readonly noise: number;
  /** √ᾱ_s. */
  readonly nextSignal: number;
  /** √(1 − ᾱ_s − σ²): what is kept of the direction in which x is off. */
  readonly direction: number;
  /** σ: fresh noise. */
  readonly fresh: number;
}

/**
 * σ = η √((1 − ᾱ_s) / (1 − ᾱ_t)) √(1 − ᾱ_t / ᾱ_s) and what goes with it. Song, Meng, Ermon (2021, arXiv
 * 2010.02502), equations 12 and 16: with η = 1 and neighbouring levels the posterior of DDPM (Ho et al.
 * 2020, equations 6 and 7), with η = 0 no noise is added (DDIM).
 *
 * @param from ᾱ_t
 * @param to ᾱ_s > ᾱ_t
 * @param stochasticity η
 */
export function stepNumbers(from: number, to: number, stochasticity: number): StepNumbers {
  const variance = stochasticity * stochasticity * ((1 - to) / (1 - from)) * (1 - from / to);
  return {
    signal: Math.sqrt(from),
    noise: Math.sqrt(1 - from),
    nextSignal: Math.sqrt(to),
    direction: Math.sqrt(Math.max(0, 1 - to - variance)),
    fresh: Math.sqrt(variance),
  };
}
