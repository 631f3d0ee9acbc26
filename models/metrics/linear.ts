/**
 * What linear methods make of rows: the principal subspace, and a classifier learned from few labels.
 *
 * @module
 */
import { exp } from "../../lab/core/elementary.ts";
import type { Generator } from "../../lab/core/random.ts";

/** Passes of the subspace iteration. */
const PASSES = 200;

/** Of what is left of a column beside those before it, the share of its length that is rounding. */
const ROUNDING = 1e-9;

/**
 * Makes the k columns of [D, k] orthonormal, in order (modified Gram–Schmidt); 0 of a column that those
 * before it make up.
 */
function orthonormalized(basis: Float64Array, k: number): void {
  const size = basis.length / k;
  for (let c = 0; c < k; c++) {
    let whole = 0;
    for (let d = 0; d < size; d++) whole += basis[d * k + c] * basis[d * k + c];
    for (let before = 0; before < c; before++) {
      let dot = 0;
      for (let d = 0; d < size; d++) dot += basis[d * k + c] * basis[d * k + before];
      for (let d = 0; d < size; d++) basis[d * k + c] -= dot * basis[d * k + before];
    }
    let square = 0;
    for (let d = 0; d < size; d++) square += basis[d * k + c] * basis[d * k + c];
    const isRounding = square <= whole * ROUNDING * ROUNDING;
    for (let d = 0; d < size; d++) {
      basis[d * k + c] = isRounding ? 0 : basis[d * k + c] / Math.sqrt(square);
    }
  }
}

/**
 * The mean squared error a number that k principal components leave, by subspace iteration on the
 * covariance matrix: the least that any linear code of length k can have.
 *
 * @param values [count, D]
 * @param random Draws the first subspace, which the result hardly depends on.
 */
export function principalError(
  values: ArrayLike<number>,
  count: number,
  k: number,
  random: Generator,
): number {
  const size = values.length / count;
  const mean = new Float64Array(size);
  for (let i = 0; i < values.length; i++) mean[i % size] += values[i] / count;
  const covariance = new Float64Array(size * size);
  const row = new Float64Array(size);
  for (let i = 0; i < count; i++) {
    for (let d = 0; d < size; d++) row[d] = values[i * size + d] - mean[d];
    for (let a = 0; a < size; a++) {
      for (let b = a; b < size; b++) covariance[a * size + b] += row[a] * row[b] / count;
    }
  }
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < a; b++) covariance[a * size + b] = covariance[b * size + a];
  }
  let basis = Float64Array.from({ length: size * k }, () => random.standardNormal());
  orthonormalized(basis, k);
  let kept = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    const next = new Float64Array(size * k);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) {
        for (let c = 0; c < k; c++) next[a * k + c] += covariance[a * size + b] * basis[b * k + c];
      }
    }
    kept = next.reduce((sum, value, i) => sum + value * basis[i], 0);
    orthonormalized(next, k);
    basis = next;
  }
  let variance = 0;
  for (let d = 0; d < size; d++) variance += covariance[d * size + d];
  return (variance - kept) / size;
}

/** Rows with classes. */
export interface LabelledRows {
  /** [count, width] */
  readonly values: ArrayLike<number>;
  /** [count] */
  readonly labels: ArrayLike<number>;
}

/** Steps, rate and decay of the classifier below. */
const [STEPS, RATE, DECAY] = [300, 0.5, 1e-3];

/**
 * The accuracy of multinomial logistic regression: learned from `train`, by gradient descent with
 * momentum on the mean cross-entropy with weight decay, measured on `test`. Columns are scaled to mean 0
 * and deviation 1 of the training rows.
 *
 * @returns The share of test rows whose class it names.
 */
export function linearAccuracy(train: LabelledRows, test: LabelledRows, classes: number): number {
  const count = train.labels.length;
  const width = train.values.length / count;
  const [mean, scale] = [new Float64Array(width), new Float64Array(width)];
  for (let i = 0; i < train.values.length; i++) mean[i % width] += train.values[i] / count;
  for (let i = 0; i < train.values.length; i++) {
    const off = train.values[i] - mean[i % width];
    scale[i % width] += off * off / count;
  }
  // All rows have the same length on average, however many columns they have.
  const scaled = ({ values }: LabelledRows) =>
    Float64Array.from(values, (value, i) => {
      const deviation = Math.sqrt(scale[i % width]);
      return deviation < 1e-6 ? 0 : (value - mean[i % width]) / deviation / Math.sqrt(width);
    });
  const rows = scaled(train);
  // Weights [width, classes] and a bias for each class behind them.
  const weights = new Float64Array((width + 1) * classes);
  const speed = new Float64Array(weights.length);
  const logits = new Float64Array(classes);
  const see = (rows: Float64Array, i: number) => {
    for (let c = 0; c < classes; c++) logits[c] = weights[width * classes + c];
    for (let d = 0; d < width; d++) {
      const value = rows[i * width + d];
      if (value === 0) continue;
      for (let c = 0; c < classes; c++) logits[c] += value * weights[d * classes + c];
    }
  };
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map((weight, j) => j < width * classes ? DECAY * weight : 0);
    for (let i = 0; i < count; i++) {
      see(rows, i);
      const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
      const powers = logits.map((logit) => exp(logit - most));
      const total = powers.reduce((sum, power) => sum + power, 0);
      for (let c = 0; c < classes; c++) {
        const error = (powers[c] / total - (train.labels[i] === c ? 1 : 0)) / count;
        gradient[width * classes + c] += error;
        for (let d = 0; d < width; d++) gradient[d * classes + c] += error * rows[i * width + d];
      }
    }
    speed.forEach((before, j) => speed[j] = 0.9 * before - RATE * gradient[j]);
    weights.forEach((weight, j) => weights[j] = weight + speed[j]);
  }
  const others = scaled(test);
  let right = 0;
  for (let i = 0; i < test.labels.length; i++) {
    see(others, i);
    if (logits.indexOf(logits.reduce((a, b) => Math.max(a, b), -Infinity)) === test.labels[i]) {
      right++;
    }
  }
  return right / test.labels.length;
}
