/**
 * Modes of points in the plane, which a reader drags: the pieces that the points were drawn from, told
 * apart by their labels.
 *
 * @module
 */
import type { Dataset, Split } from "../lab/core/dataset.ts";
import { gaussians } from "../models/datasets/densities.ts";

/** How far a mode was moved. */
export type Shift = readonly [x: number, y: number];

/** How far each mode was moved, by its label; one that is left out stays where it was. */
export type Shifts = Readonly<Record<number, Shift>>;

/** Where a mode is taken hold of. */
export interface Mode {
  readonly label: number;
  readonly x: number;
  readonly y: number;
}

/** Points [count, 2], each with the label of its mode where there are any. */
type Labelled = Pick<Split, "values" | "labels">;

/**
 * The modes of points in the plane, each at the one of its points that is nearest to their mean: so
 * that half a circle is held where it is, not in the middle of its hollow. Fewer than two are none.
 */
export function modesOf({ values, labels }: Labelled): Mode[] {
  const rows = Map.groupBy(labels?.keys() ?? [], (i) => labels![i]);
  if (rows.size < 2) return [];
  return [...rows].sort(([a], [b]) => a - b).map(([label, own]) => {
    const mean = [0, 1].map((axis) =>
      own.reduce((sum, i) => sum + values[2 * i + axis], 0) / own.length
    );
    const distance = (i: number) =>
      (values[2 * i] - mean[0]) ** 2 + (values[2 * i + 1] - mean[1]) ** 2;
    const nearest = own.reduce((best, i) => distance(i) < distance(best) ? i : best);
    return { label, x: values[2 * nearest], y: values[2 * nearest + 1] };
  });
}

/** The points, each as far away as its mode was moved. */
export function moved({ values, labels }: Labelled, shifts: Shifts): Float32Array {
  return values.map((value, i) => value + (shifts[labels?.[i >> 1] ?? NaN]?.[i % 2] ?? 0));
}

/**
 * The data set as if it had been drawn with its modes elsewhere. The density of a mixture follows;
 * that of other shapes is no longer known.
 */
export function movedDataset(dataset: Dataset, shifts: Shifts): Dataset {
  const { train, validation, test, mixture, logDensity: _, ...rest } = dataset;
  const split = (each: Split): Split => ({ ...each, values: moved(each, shifts) });
  const centers = mixture?.centers.map((value, i) => value + (shifts[i >> 1]?.[i % 2] ?? 0));
  return {
    ...rest,
    train: split(train),
    validation: split(validation),
    test: split(test),
    ...mixture && {
      mixture: { ...mixture, centers: centers! },
      logDensity: gaussians(centers!, mixture.deviation),
    },
  };
}
