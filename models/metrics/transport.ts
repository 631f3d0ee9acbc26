/**
 * How far samples are from the data by optimal transport.
 *
 * @module
 */
import type { Dataset } from "../../lab/core/dataset.ts";
import type { Metrics } from "../../lab/core/metrics.ts";
import { squaredWasserstein } from "../../lab/statistics/assignment.ts";
import type { Look } from "../model.ts";

/** Points that are assigned to each other: the cost grows with their cube. */
const ASSIGNED = 2000;

/**
 * W₂² of the first 2000 examples of `values` [n, D] to as many of the test split, exact. That of the
 * validation split is what fresh data get: see {@linkcode transportFloor}.
 */
export function squaredTransport(
  values: Float32Array,
  { test, validation }: Pick<Dataset, "test" | "validation">,
): number {
  const dimensions = test.values.length / test.count;
  const size = dimensions *
    Math.min(ASSIGNED, values.length / dimensions, test.count, validation.count);
  return squaredWasserstein(values.subarray(0, size), test.values.subarray(0, size), dimensions);
}

const floors = new WeakMap<Dataset, number>();

/** {@linkcode squaredTransport} of the validation split, computed once for a data set. */
export function transportFloor(dataset: Dataset): number {
  const floor = floors.get(dataset) ?? squaredTransport(dataset.validation.values, dataset);
  floors.set(dataset, floor);
  return floor;
}

/**
 * The metrics of a model whose samples take steps: their distance by its own number of steps and by
 * another one, and what fresh data get.
 *
 * @param name What the other number is called.
 */
export function transportMetrics(
  name: string,
  samplerSteps: number,
): (look: Look) => Promise<Metrics> {
  return async ({ samples, dataset, draw }): Promise<Metrics> => {
    // The exact distance means little between few images, which have measures of their own.
    if (dataset.kind !== "points") return {};
    const others = await draw!(samples!.count, { samplerSteps });
    return {
      "evaluation/squared_wasserstein": squaredTransport(samples!.values, dataset),
      [`evaluation/squared_wasserstein_${name}`]: squaredTransport(others.values, dataset),
      "ceiling/squared_wasserstein": transportFloor(dataset),
    };
  };
}
