/**
 * How the numbers of a checkpoint's networks are spread, tensor by tensor.
 *
 * @module
 */
import type { NamedTensors } from "../lab/core/tensor_data.ts";

/** Bars of a histogram. */
export const BARS = 40;

/** How the numbers of one tensor are spread. */
export interface Weights {
  readonly name: string;
  readonly shape: readonly number[];
  /** Of its finite numbers; 0 where there is none. */
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  readonly deviation: number;
  /** Finite numbers in even parts of what lies between `low` and `high`; one part where these are equal. */
  readonly counts: readonly number[];
  /** How many numbers are not finite. */
  readonly broken: number;
}

/** All tensors of a network's parameters, by name. */
export function weightsOf(parameters: NamedTensors): Weights[] {
  return Object.entries(parameters).map(([name, { shape, values }]) => {
    const finite = Float64Array.from(values).filter(Number.isFinite);
    let [low, high, sum] = [Infinity, -Infinity, 0];
    for (const value of finite) {
      low = Math.min(low, value);
      high = Math.max(high, value);
      sum += value;
    }
    const broken = values.length - finite.length;
    if (finite.length === 0) {
      return { name, shape, low: 0, high: 0, mean: 0, deviation: 0, counts: [], broken };
    }
    const mean = sum / finite.length;
    const squares = finite.reduce((total, value) => total + (value - mean) ** 2, 0);
    const counts = new Array(high > low ? BARS : 1).fill(0);
    for (const value of finite) {
      counts[
        high > low ? Math.min(BARS - 1, Math.floor(BARS * (value - low) / (high - low))) : 0
      ]++;
    }
    const deviation = Math.sqrt(squares / finite.length);
    return { name, shape, low, high, mean, deviation, counts, broken };
  });
}
