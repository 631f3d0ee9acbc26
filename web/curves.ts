/**
 * The arithmetic of curves: what of a series is drawn, and the mean of several seeds.
 *
 * @module
 */
import { Downsampler } from "../lab/store/downsample.ts";

/** Bins of a mean, at most. */
const BINS = 120;

/** Points by ascending x. */
export interface Curve {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** The points of one seed, at least one. */
export interface SeedCurve extends Curve {
  /** Further points may come; otherwise the last value holds from the last point on. */
  readonly goesOn: boolean;
}

/** The values of several seeds in common bins of the x axis. */
export interface Binned {
  /** Where each bin is drawn. */
  readonly x: readonly number[];
  /** [seeds][bins]. */
  readonly seeds: readonly (readonly number[])[];
}

/**
 * About `points` points of a curve, for a line: the lowest and the highest of each bucket, so that
 * no spike is lost, the first, and the last.
 */
export function drawn({ x, y }: Curve, points: number): { x: number[]; y: number[] } {
  const sampler = new Downsampler(y.length, points);
  sampler.add(y, 0, y.length);
  return { x: sampler.picks.map((i) => x[i]), y: sampler.picks.map((i) => y[i]) };
}

/**
 * Each seed's mean in bins of the x axis, from where all have begun to where the first one still
 * goes on, or where the last one has ended.
 *
 * Where the seeds have few coordinates between them, as those of evaluations, every coordinate is a
 * bin; else there are {@linkcode BINS} even ones, drawn at their centres. A bin in which a seed has
 * no point gets the value at its place: linear between the seed's points, the last one after its
 * end.
 */
export function binned(curves: readonly SeedCurve[]): Binned {
  const lasts = (some: readonly SeedCurve[]) => some.map(({ x }) => x[x.length - 1]);
  const open = curves.filter(({ goesOn }) => goesOn);
  const from = Math.max(...curves.map(({ x }) => x[0]));
  const to = open.length > 0 ? Math.min(...lasts(open)) : Math.max(...lasts(curves));
  const { x, edges } = binsOf(curves, from, to);
  return { x, seeds: curves.map((curve) => meansOf(curve, x, edges)) };
}

/** Bin i reaches from edge i (the first bin's own included) to edge i + 1, which belongs to it. */
function binsOf(
  curves: readonly Curve[],
  from: number,
  to: number,
): { x: readonly number[]; edges: readonly number[] } {
  const own = coordinates(curves, from, to);
  if (own !== undefined) return { x: own, edges: [from, ...own] };
  const edges = Array.from(
    { length: BINS + 1 },
    (_, i) => i === BINS ? to : from + (to - from) * i / BINS,
  );
  return { x: edges.slice(1).map((edge, i) => (edges[i] + edge) / 2), edges };
}

/** The different coordinates of curves within a range; undefined where there are too many. */
function coordinates(curves: readonly Curve[], from: number, to: number): number[] | undefined {
  const own = new Set<number>();
  for (const { x } of curves) {
    for (let i = 0; i < x.length; i++) {
      if (x[i] >= from && x[i] <= to) own.add(x[i]);
      if (own.size > BINS) return undefined;
    }
  }
  return [...own].sort((a, b) => a - b);
}

function meansOf({ x, y }: Curve, places: readonly number[], edges: readonly number[]): number[] {
  let i = 0;
  while (x[i] < edges[0]) i++;
  return places.map((place, bin) => {
    let sum = 0;
    const first = i;
    for (; i < x.length && x[i] <= edges[bin + 1]; i++) sum += y[i];
    return i > first ? sum / (i - first) : valueBetween(x, y, i, place);
  });
}

/** The value at `place` between points i − 1 and i; the last one where there is no point i. */
function valueBetween(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  i: number,
  place: number,
): number {
  if (i === x.length) return y[i - 1];
  return y[i - 1] + (place - x[i - 1]) / (x[i] - x[i - 1]) * (y[i] - y[i - 1]);
}
