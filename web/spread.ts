/**
 * How the numbers of a checkpoint are spread, tensor by tensor: the weights of its networks, and the
 * gradients that its optimizers remember.
 *
 * @module
 */
import type { NamedTensors } from "../lab/core/tensor_data.ts";

/** Bars of a histogram. */
export const BARS = 40;

/** How the numbers of one tensor are spread. */
export interface Spread {
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

/** How each of some tensors is spread. */
export function spreadsOf(tensors: NamedTensors): Spread[] {
  return Object.entries(tensors).map(([name, { shape, values }]) => {
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

/** What Adam and its kin call the moving average of gradients, and by what it is divided. */
const [MOMENT, CORRECTION] = ["/firstMoment/", "/firstCorrection"];

/**
 * The gradients that a checkpoint's optimizers remember, by the parameters that they are of: Adam's
 * m̂ = m / (1 − β₁ᵗ), the average over all updates where each weighs β₁ times as much as the next
 * one. They are what the optimizer was given, after clipping. A parameter that several optimizers
 * change is there once for each, with its name. Scheduled NAdam, which does not keep 1 − β₁ᵗ, has m.
 *
 * @param state A snapshot's; empty comes of optimizers that keep no such average.
 */
export function meanGradients(state: NamedTensors): NamedTensors {
  const moments = Object.keys(state).filter((name) => name.includes(MOMENT)).map((name) => {
    const at = name.indexOf(MOMENT);
    return { name, optimizer: name.slice(0, at), parameter: name.slice(at + MOMENT.length) };
  });
  const often = Map.groupBy(moments, ({ parameter }) => parameter);
  return Object.fromEntries(moments.map(({ name, optimizer, parameter }) => {
    // 0 before the first update, as the average is by then.
    const share = state[`${optimizer}${CORRECTION}`]?.values[0] || 1;
    const { shape, dtype, values } = state[name];
    const own = often.get(parameter)!.length > 1 ? `${parameter} (${optimizer})` : parameter;
    return [own, { shape, dtype, values: Float32Array.from(values, (value) => value / share) }];
  }));
}
