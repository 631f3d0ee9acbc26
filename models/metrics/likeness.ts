/**
 * How two sets of examples compare: are samples where the data are, and are data where the samples
 * are? Points that stand for many, or copies of a few prototypes, fail here, however well each of
 * them looks alone.
 *
 * - Energy distance (Székely & Rizzo, Journal of Statistical Planning and Inference 143, 2013).
 * - Precision and recall by neighbourhoods (Kynkäänniemi et al. 2019, arXiv 1904.06991, equations 1
 *   and 2).
 * - Density and coverage (Naeem et al. 2020, arXiv 2002.09797, equations 3 and 4), which one outlier
 *   of the data does not widen.
 *
 * All distances are Euclidean, in whatever space the examples are given.
 *
 * @module
 */
import { rowSums } from "./pairs.ts";

/** Neighbour whose distance is the radius of an example's ball. */
const NEIGHBOR = { precision: 3, density: 5 };

/** A set of examples, with what comparisons need of it alone. */
export interface Neighborhoods {
  /** [count, dimensions]. */
  readonly values: Float32Array;
  readonly dimensions: number;
  readonly count: number;
  /** Mean distance of two different examples; 0 of one alone. */
  readonly spread: number;
  /** [count]: distance of each example's third nearest other (or of its farthest, of fewer). */
  readonly precisionRadii: Float64Array;
  /** [count]: the same for its fifth nearest. */
  readonly densityRadii: Float64Array;
}

/** What {@linkcode likeness} finds. */
export interface Likeness {
  /** 2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖, without bias: 0 for equal distributions, and near it below
   * 0 too. */
  readonly energyDistance: number;
  /** Share of the samples that lie in a real example's ball. */
  readonly precision: number;
  /** Share of the real examples that lie in a sample's ball. */
  readonly recall: number;
  /** Real balls that a sample lies in, over the neighbour's number; about 1 for real samples. */
  readonly density: number;
  /** Share of the real balls that hold a sample. */
  readonly coverage: number;
}

/** Puts a distance among the ascending ones of `nearest` from place `first` to `last`, the last of
 * which is greater and drops out. */
function insert(nearest: Float64Array, first: number, last: number, value: number): void {
  let place = last;
  for (; place > first && nearest[place - 1] > value; place--) nearest[place] = nearest[place - 1];
  nearest[place] = value;
}

/**
 * The balls about each example of a set, which reach to its nearest others.
 *
 * @param values [count, dimensions]; of one example alone there are no balls, its radii are NaN.
 */
export function neighborhoods(values: Float32Array, dimensions: number): Neighborhoods {
  const count = values.length / dimensions;
  const kept = Math.max(...Object.values(NEIGHBOR));
  const last = kept - 1;
  const nearest = new Float64Array(count * kept).fill(Infinity);
  /** The last of each example's nearest, side by side: most pairs are further apart. */
  const reach = new Float64Array(count).fill(Infinity);
  const approach = (i: number, between: number) => {
    insert(nearest, i * kept, i * kept + last, between);
    reach[i] = nearest[i * kept + last];
  };
  const distancesOf = rowSums("distances", values, values, dimensions, { before: true });
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const distances = distancesOf(i);
    for (let j = 0; j < i; j++) {
      const between = distances[j];
      sum += between;
      if (between < reach[i]) approach(i, between);
      if (between < reach[j]) approach(j, between);
    }
  }
  const radii = (neighbor: number) => {
    const place = Math.min(neighbor, count - 1) - 1;
    return Float64Array.from({ length: count }, (_, i) => nearest[i * kept + place]);
  };
  return {
    values,
    dimensions,
    count,
    spread: count === 1 ? 0 : 2 * sum / (count * (count - 1)),
    precisionRadii: radii(NEIGHBOR.precision),
    densityRadii: radii(NEIGHBOR.density),
  };
}

/**
 * Compares samples with real examples in one space.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert";
 * const real = neighborhoods(Float32Array.of(0, 1, 2, 3, 4, 5), 1);
 * const copies = neighborhoods(new Float32Array(6).fill(2), 1);
 * strictEqual(likeness(copies, real).precision, 1); // each copy is a good sample,
 * strictEqual(likeness(copies, real).recall, 1 / 6); // but they stand for one example.
 * ```
 */
export function likeness(samples: Neighborhoods, real: Neighborhoods): Likeness {
  let sum = 0;
  let near = 0;
  const inReal = new Uint8Array(samples.count);
  const [inSample, covered] = [new Uint8Array(real.count), new Uint8Array(real.count)];
  const distancesOf = rowSums("distances", samples.values, real.values, real.dimensions);
  for (let i = 0; i < samples.count; i++) {
    const distances = distancesOf(i);
    for (let j = 0; j < real.count; j++) {
      const between = distances[j];
      sum += between;
      if (between <= real.precisionRadii[j]) inReal[i] = 1;
      if (between <= samples.precisionRadii[i]) inSample[j] = 1;
      if (between <= real.densityRadii[j]) {
        near++;
        covered[j] = 1;
      }
    }
  }
  const share = (flags: Uint8Array) =>
    flags.reduce((total, flag) => total + flag, 0) / flags.length;
  return {
    energyDistance: 2 * sum / (samples.count * real.count) - samples.spread - real.spread,
    precision: share(inReal),
    recall: share(inSample),
    density: near / (Math.min(NEIGHBOR.density, real.count - 1) * samples.count),
    coverage: share(covered),
  };
}

/**
 * Mean distance of examples to the nearest of others, such as those that a model learned from:
 * samples that are much nearer to them than unseen data are were remembered.
 *
 * @param values [count, dimensions]
 * @param others [n, dimensions], n ≥ 1
 * @returns NaN where one of the values is.
 */
export function meanNearestDistance(
  values: Float32Array,
  others: Float32Array,
  dimensions: number,
): number {
  const count = values.length / dimensions;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (values.subarray(i * dimensions, (i + 1) * dimensions).some(Number.isNaN)) return NaN;
    let smallest = Infinity;
    for (let from = 0; from < others.length; from += dimensions) {
      let squared = 0;
      // A sum that has passed the smallest one is given up.
      for (let d = 0, p = i * dimensions; d < dimensions && squared < smallest; d++) {
        const way = values[p + d] - others[from + d];
        squared += way * way;
      }
      if (squared < smallest) smallest = squared;
    }
    sum += Math.sqrt(smallest);
  }
  return sum / count;
}
