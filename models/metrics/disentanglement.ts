/**
 * How far each coordinate of a code stands for one factor of the examples, where their factors are known.
 *
 * - MIG: Chen et al. (2018, arXiv 1802.04942), equation 6.
 * - SAP: Kumar, Sattigeri, Balakrishnan (2018, arXiv 1711.00848), section 3, with R² as the score.
 * - β-VAE metric: Higgins et al. (2017), section 3, in the form of `disentanglement_lib` (Locatello et al.
 *   2019, arXiv 1811.12359): the mean |difference| of 64 pairs, told apart by logistic regression.
 *
 * @module
 */
import { exp, log } from "../../lab/core/elementary.ts";
import type { Generator } from "../../lab/core/random.ts";

/** Codes of examples and the classes of their factors. */
export interface Represented {
  readonly count: number;
  /** [count, Z] */
  readonly codes: Float32Array;
  /** [count, F], below `sizes`. */
  readonly factors: Uint8Array;
  /** [F] */
  readonly sizes: readonly number[];
}

/** Scores by latent coordinate, then by factor. */
type Scores = readonly (readonly number[])[];

/** Equal bins between a coordinate's least and largest value, as `disentanglement_lib` has. */
const BINS = 20;

/**
 * The mean over factors of the best coordinate's score less the second's, over the factor's scale; without
 * factors whose scale is 0, as they do not vary.
 */
export function meanGap(scores: Scores, scales = scores[0].map(() => 1)): number {
  const varying = [...scales.keys()].filter((f) => scales[f] > 0);
  const sum = varying.reduce((sum, f) => {
    const [best, second = 0] = scores.map((row) => row[f]).sort((a, b) => b - a);
    return sum + (best - second) / scales[f];
  }, 0);
  return sum / varying.length;
}

/** Σ −p log p of counts, nats. */
function entropyOf(counts: ArrayLike<number>, total: number): number {
  let entropy = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] > 0) entropy -= counts[i] / total * log(counts[i] / total);
  }
  return entropy;
}

/** Column j of rows of `width`. */
function column(values: ArrayLike<number>, width: number, j: number): Float64Array {
  return Float64Array.from({ length: values.length / width }, (_, i) => values[i * width + j]);
}

/** Each value's bin, 0 … BINS − 1; all 0 where the values are equal. */
function binned(values: Float64Array): Uint8Array {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  const width = (most - least) / BINS || 1;
  return Uint8Array.from(
    values,
    (value) => Math.min(BINS - 1, Math.floor((value - least) / width)),
  );
}

/**
 * The mutual information gap: how much more the best coordinate says of a factor than the second best,
 * as a share of the factor's entropy. 0 … 1.
 */
export function mutualInformationGap({ count, codes, factors, sizes }: Represented): number {
  const latents = codes.length / count;
  const classes = sizes.map((_, f) => column(factors, sizes.length, f));
  const entropies = classes.map((values, f) => entropyOf(counted(values, sizes[f]), count));
  const information = Array.from({ length: latents }, (_, j) => {
    const bins = binned(column(codes, latents, j));
    const ofBins = entropyOf(counted(bins, BINS), count);
    return sizes.map((size, f) => {
      const both = new Float64Array(BINS * size);
      bins.forEach((bin, i) => both[bin * size + classes[f][i]]++);
      return ofBins + entropies[f] - entropyOf(both, count);
    });
  });
  return meanGap(information, entropies);
}

function counted(values: ArrayLike<number>, size: number): Float64Array {
  const counts = new Float64Array(size);
  for (let i = 0; i < values.length; i++) counts[values[i]]++;
  return counts;
}

/**
 * Separated attribute predictability: how much better the best coordinate alone predicts a factor by a
 * line than the second best, in R². 0 … 1.
 */
export function separatedPredictability({ count, codes, factors, sizes }: Represented): number {
  const latents = codes.length / count;
  const classes = sizes.map((_, f) => centred(column(factors, sizes.length, f)));
  const scores = Array.from({ length: latents }, (_, j) => {
    const values = centred(column(codes, latents, j));
    return classes.map((others) => {
      const [xy, xx, yy] = [
        product(values, others),
        product(values, values),
        product(others, others),
      ];
      // What varies by less than a float32's last place says nothing.
      return xx / count < 1e-12 || yy === 0 ? 0 : xy * xy / (xx * yy);
    });
  });
  return meanGap(scores, classes.map((others) => others.some((each) => each !== 0) ? 1 : 0));
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function product(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** Pairs a point is the mean of. */
const PAIRS = 64;
/** Points to learn from, and to measure on. */
const POINTS = { train: 1000, test: 500 };

/**
 * The β-VAE metric: how often a linear classifier tells which factor pairs of examples share, by the mean
 * |difference| of 64 pairs' codes. 1 / F … 1.
 */
export function betaVaeScore(represented: Represented, random: Generator): number {
  const { count, codes, factors, sizes } = represented;
  const latents = codes.length / count;
  // Examples by factor and class.
  const groups = sizes.map((size, f) => {
    const rows: number[][] = Array.from({ length: size }, () => []);
    for (let i = 0; i < count; i++) rows[factors[i * sizes.length + f]].push(i);
    return rows;
  });
  const points = (length: number) =>
    Array.from({ length }, () => {
      const factor = random.integers(sizes.length);
      const point = new Float64Array(latents);
      for (let pair = 0; pair < PAIRS; pair++) {
        const one = random.integers(count);
        const alike = groups[factor][factors[one * sizes.length + factor]];
        const other = alike[random.integers(alike.length)];
        for (let j = 0; j < latents; j++) {
          point[j] += Math.abs(codes[one * latents + j] - codes[other * latents + j]) / PAIRS;
        }
      }
      return { point, factor };
    });
  const [train, test] = [points(POINTS.train), points(POINTS.test)];
  // Coordinates on one scale, so that the descent is even.
  const scales = Float64Array.from({ length: latents }, (_, j) => {
    const mean = train.reduce((sum, { point }) => sum + point[j], 0) / train.length;
    return mean > 1e-6 ? 1 / mean : 0;
  });
  const predict = logisticRegression(
    train.map(({ point, factor }) => ({ x: point.map((v, j) => v * scales[j]), label: factor })),
    sizes.length,
  );
  const right = test.filter(({ point, factor }) =>
    predict(point.map((v, j) => v * scales[j])) === factor
  );
  return right.length / test.length;
}

/** Multinomial logistic regression by 300 whole-batch steps with momentum. @returns The likeliest class. */
function logisticRegression(
  points: readonly { readonly x: Float64Array; readonly label: number }[],
  classes: number,
): (x: Float64Array) => number {
  const width = points[0].x.length + 1;
  const weights = new Float64Array(classes * width);
  const velocity = new Float64Array(weights.length);
  const logits = (x: Float64Array) =>
    Float64Array.from({ length: classes }, (_, c) => {
      let sum = weights[c * width + width - 1];
      for (let j = 0; j < x.length; j++) sum += weights[c * width + j] * x[j];
      return sum;
    });
  for (let step = 0; step < 300; step++) {
    const gradient = new Float64Array(weights.length);
    for (const { x, label } of points) {
      const values = logits(x);
      const most = Math.max(...values);
      const exponentials = values.map((value) => exp(value - most));
      const total = exponentials.reduce((sum, value) => sum + value, 0);
      for (let c = 0; c < classes; c++) {
        const error = (exponentials[c] / total - Number(c === label)) / points.length;
        for (let j = 0; j < x.length; j++) gradient[c * width + j] += error * x[j];
        gradient[c * width + width - 1] += error;
      }
    }
    for (let i = 0; i < weights.length; i++) {
      velocity[i] = 0.9 * velocity[i] - gradient[i];
      weights[i] += velocity[i];
    }
  }
  return (x) => {
    const values = logits(x);
    return values.indexOf(Math.max(...values));
  };
}
