/**
 * How much of an example is left at each level of noise, and what follows from that.
 *
 * @module
 */
import { angleOf } from "../../lab/core/elementary.ts";
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

/** A schedule as a configuration says it. */
export interface ScheduleFields {
  /** T */
  readonly levels: number;
  readonly schedule: keyof typeof schedules;
  readonly betaStart: number;
  readonly betaEnd: number;
  /** α; left out: 1. */
  readonly noiseShift?: number;
}

/**
 * ᾱ_t for t = 0 … T, shifted to ᾱ / (ᾱ + α²(1 − ᾱ)): noise as a multiple of the example's part,
 * √(1 − ᾱ)/√ᾱ, is α times the schedule's. Hoogeboom, Heek, Salimans, "Simple diffusion" (2023, arXiv
 * 2301.11093), where α is the image's side over 64.
 */
export function sharesOf(
  { levels, schedule, betaStart, betaEnd, noiseShift }: ScheduleFields,
): Float64Array {
  const shares = schedules[schedule](levels, [betaStart, betaEnd]);
  if (noiseShift === undefined) return shares;
  return shares.map((share) => share / (share + noiseShift * noiseShift * (1 - share)));
}

/** A sampler as a configuration says it. */
export interface SamplerFields extends ScheduleFields {
  readonly samplerSteps: number;
  readonly solver: "ddpm" | "ddim" | "heun";
  /** η of ddpm. */
  readonly stochasticity: number;
}

/**
 * Where Heun's method asks the network again, and the weight of what it then tells. Along the step of DDIM
 * v is that of the x₀ told before; the trapezoid of the difference, in φ, is half the step's length times
 * (x₀′ − x₀) / √(1 − ᾱ_s). 0 at the end, as the network has never seen an example without noise.
 */
function secondLook(from: number, to: number, nextTime: number): Readonly<Record<string, number>> {
  const angle = (share: number) => angleOf(Math.sqrt(share), Math.sqrt(1 - share));
  const nextNoise = Math.sqrt(1 - to);
  const weight = to === 1 ? 0 : (angle(from) - angle(to)) / (2 * nextNoise);
  return { nextTime, nextNoise, weight };
}

/** The numbers of step k of a sampler from level T down to 0. */
export function numbersAt(
  k: number,
  configuration: SamplerFields,
): Readonly<Record<string, number>> {
  const { levels, samplerSteps, solver, stochasticity } = configuration;
  const shares = sharesOf(configuration);
  const [from, to] = visitedLevels(levels, samplerSteps).slice(k);
  const eta = solver === "ddpm" ? stochasticity : 0;
  return {
    time: from / levels,
    ...stepNumbers(shares[from], shares[to], eta),
    ...solver === "heun" && secondLook(shares[from], shares[to], to / levels),
  };
}
