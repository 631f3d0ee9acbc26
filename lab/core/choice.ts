/**
 * Choosing from a population, as NumPy's `Generator.choice` does it.
 *
 * @module
 */
import { InputError } from "./errors.ts";
import { checkOptions } from "./options.ts";

/** Where `choose` takes its numbers from: NumPy's `Generator`, of which it needs two draws. */
export interface Draws {
  /** Uniform in [0, 1). */
  random(): number;
  /** A whole number from `low` up to but not including `high`, or from 0 up to `low`. */
  integers(low: number, high?: number, options?: { endpoint?: boolean }): number;
}

/** How `choice` draws. */
export interface ChoiceOptions {
  /** Whether an index may come again. Default true. */
  readonly replace?: boolean;
  /** Probability of each index; must sum to 1 within 1.5e-8. Default: all equal. */
  readonly p?: ArrayLike<number>;
  /** Without replacement: whether the order is random too. Default true. */
  readonly shuffle?: boolean;
}

/** `size` indices 0 … n − 1; see `Generator.choice`. */
export function choose(
  random: Draws,
  n: number,
  size: number,
  options: ChoiceOptions = {},
): Int32Array {
  checkOptions<ChoiceOptions>("choose", options, { replace: true, p: true, shuffle: true });
  const { replace = true, p, shuffle = true } = options;
  const isCount = (value: number) => Number.isInteger(value) && value >= 0 && value < 2 ** 31;
  if (!isCount(n) || !isCount(size) || (n === 0 && size > 0)) {
    throw new InputError(
      `Cannot choose as the population and the sample need whole sizes: ${size} of ${n}`,
    );
  }
  const cumulative = p === undefined ? undefined : checkedProbabilities(p, n);
  const candidates = cumulative?.filter((probability) => probability > 0).length ?? n;
  if (!replace && size > candidates) {
    throw new InputError(
      `Cannot choose without replacement as at most ${candidates} can be drawn: ${size}`,
    );
  }
  if (cumulative !== undefined) {
    return replace
      ? weighted(random, accumulate(cumulative), size)
      : weightedDistinct(random, cumulative, size);
  }
  if (replace) return Int32Array.from({ length: size }, () => random.integers(n));
  return distinct(random, n, size, shuffle);
}

function checkedProbabilities(p: ArrayLike<number>, n: number): Float64Array {
  const probabilities = Float64Array.from(p);
  const sum = probabilities.reduce((total, probability) => total + probability, 0);
  if (
    probabilities.length !== n || !probabilities.every((probability) => probability >= 0) ||
    !(Math.abs(sum - 1) <= 1.5e-8)
  ) {
    throw new InputError(
      `Cannot choose as p must be ${n} probabilities that sum to 1: ` +
        `${probabilities.length} that sum to ${sum}`,
    );
  }
  return probabilities;
}

/** Cumulative distribution, scaled to end at 1. */
function accumulate(probabilities: Float64Array): Float64Array {
  let sum = 0;
  const cumulative = probabilities.map((probability) => sum += probability);
  return cumulative.map((value) => value / sum);
}

/** Index of the first entry above `value`. */
function searchRight(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value < sorted[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

function weighted(random: Draws, cumulative: Float64Array, size: number): Int32Array {
  return Int32Array.from({ length: size }, () => searchRight(cumulative, random.random()));
}

/** Draws what is missing, keeps what is new, gives it probability 0, and so on. */
function weightedDistinct(random: Draws, p: Float64Array, size: number): Int32Array {
  const found = new Set<number>();
  while (found.size < size) {
    const drawn = weighted(random, accumulate(p), size - found.size);
    for (const index of drawn) {
      found.add(index);
      p[index] = 0;
    }
  }
  return Int32Array.from(found);
}

function distinct(random: Draws, n: number, size: number, shuffle: boolean): Int32Array {
  if (n > 10000 && size > Math.floor(n / (shuffle ? 50 : 20))) {
    // Shuffles the tail of the population.
    const population = Int32Array.from({ length: n }, (_, i) => i);
    shuffleTail(random, population, Math.max(n - size, 1));
    return population.slice(n - size);
  }
  // Floyd's algorithm (Bentley 1987): a number that is taken gives way to the newest one.
  const chosen = new Set<number>();
  for (let j = n - size; j < n; j++) {
    const drawn = random.integers(j, undefined, { endpoint: true });
    chosen.add(chosen.has(drawn) ? j : drawn);
  }
  const sample = Int32Array.from(chosen);
  if (shuffle) shuffleTail(random, sample, 1);
  return sample;
}

function shuffleTail(random: Draws, array: Int32Array, first: number): void {
  for (let i = array.length - 1; i >= first; i--) {
    const j = random.integers(i, undefined, { endpoint: true });
    [array[i], array[j]] = [array[j], array[i]];
  }
}
