/**
 * The arithmetic of curves: what of a series is drawn, and the mean of several seeds.
 *
 * @module
 */
import { Downsampler } from "../lab/store/downsample.ts";
import { standingAt, unitOf } from "./ticks.ts";

/** Bins of a mean, at most. */
const BINS = 120;
/** Points that are drawn of a bucket of a logarithmic axis: its ends, and the lowest and the highest between. */
const OF_BUCKET = 4;

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

/** A stretch of an x axis, both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Where in ascending coordinates a range lies, as the first index and the one after the last. One
 * neighbour on either side is in it, so that lines reach the edges.
 */
export function indicesOf(x: ArrayLike<number>, { from, to }: Range): [start: number, end: number] {
  let start = 0;
  while (start < x.length && x[start] < from) start++;
  let end = start;
  while (end < x.length && x[end] <= to) end++;
  return [Math.max(0, start - 1), Math.min(x.length, end + 1)];
}

/** The values of several seeds in common bins of the x axis. */
export interface Binned {
  /** Where each bin is drawn. */
  readonly x: readonly number[];
  /** [seeds][bins]. */
  readonly seeds: readonly (readonly number[])[];
  /** The first point in them whose value is not finite, as it is stored. */
  readonly broken?: { readonly x: number; readonly value: number };
}

/**
 * About `points` points of a curve, for a line: the lowest and the highest of each bucket, so that
 * no spike is lost, the first, and the last; of a range those that lie in it.
 *
 * @param logX The x axis is logarithmic.
 */
export function drawn(
  { x, y }: Curve,
  points: number,
  range: Range = everything,
  logX = false,
): { x: number[]; y: number[] } {
  const picks = picksOf(y, points, indicesOf(x, range), logX ? x : undefined);
  return { x: picks.map((i) => x[i]), y: picks.map((i) => y[i]) };
}

/**
 * The indices of about `points` values between two indices, as `drawn` takes them.
 *
 * @param logX Where they stand on a logarithmic axis: buckets are even there, instead of in number.
 */
export function picksOf(
  y: ArrayLike<number>,
  points: number,
  [start, end]: readonly [number, number],
  logX?: ArrayLike<number>,
): number[] {
  if (logX !== undefined && end - start > points) {
    return logBuckets(logX, [start, end], Math.ceil(points / OF_BUCKET))
      .flatMap((bucket) => picksOf(y, OF_BUCKET, bucket));
  }
  const sampler = new Downsampler(end - start, points);
  sampler.add(y, start, end);
  return sampler.picks.map((i) => i + start);
}

/** Stretches of indices, at most so many of one length on a logarithmic axis; what has no place there is one. */
function logBuckets(
  x: ArrayLike<number>,
  [start, end]: readonly [number, number],
  most: number,
): [number, number][] {
  let first = start;
  while (first < end && !(x[first] > 0)) first++;
  const [low, high] = [Math.log(x[first]), Math.log(x[end - 1])];
  const bucketOf = (i: number) =>
    i < first
      ? -1
      : Math.min(most - 1, Math.floor(most * (Math.log(x[i]) - low) / (high - low)) || 0);
  const buckets: [number, number][] = [];
  for (let i = start, last = NaN; i < end; i++) {
    const bucket = bucketOf(i);
    if (bucket !== last) buckets.push([i, i]);
    buckets.at(-1)![1] = i + 1;
    last = bucket;
  }
  return buckets;
}

/** All of an axis. */
export const everything: Range = { from: -Infinity, to: Infinity };

/**
 * Each seed's mean in bins of the x axis, from where all have begun to where the first one still
 * goes on, or where the last one has ended; within a range, so that a zoom shows more.
 *
 * Where the seeds have few coordinates between them, as those of evaluations, every coordinate is a
 * bin; else there are {@linkcode BINS} that are even on the axis, drawn at their centres. A bin in which a seed has
 * no point gets the value at its place: linear between the seed's points, the last one after its
 * end.
 *
 * @param logX The axis is logarithmic.
 */
export function binned(
  curves: readonly SeedCurve[],
  range: Range = everything,
  logX = false,
): Binned {
  const lasts = (some: readonly SeedCurve[]) => some.map(({ x }) => x[x.length - 1]);
  const open = curves.filter(({ goesOn }) => goesOn);
  const wanted = widened(curves, range);
  const from = Math.max(wanted.from, ...curves.map(({ x }) => x[0]));
  const end = open.length > 0 ? Math.min(...lasts(open)) : Math.max(...lasts(curves));
  const to = Math.min(wanted.to, end);
  const { x, edges } = binsOf(curves, from, to, logX);
  const broken = brokenIn(curves, from, to);
  return {
    ...{ x, seeds: curves.map((curve) => meansOf(curve, x, edges)) },
    ...broken && { broken },
  };
}

/** The first point of curves within a range whose value is not finite. */
function brokenIn(curves: readonly Curve[], from: number, to: number): Binned["broken"] {
  let found: Binned["broken"];
  for (const { x, y } of curves) {
    for (let i = 0; i < x.length && x[i] <= to; i++) {
      if (x[i] < from || Number.isFinite(y[i])) continue;
      if (found === undefined || x[i] < found.x) found = { x: x[i], value: y[i] };
      break;
    }
  }
  return found;
}

/** A range that reaches to the curves' neighbouring points, so that their mean crosses its edges. */
function widened(curves: readonly Curve[], range: Range): Range {
  const ends = curves.map(({ x }) => {
    const [start, end] = indicesOf(x, range);
    return { from: x[start], to: x[end - 1] };
  });
  return {
    from: Math.min(range.from, ...ends.map(({ from }) => from)),
    to: Math.max(range.to, ...ends.map(({ to }) => to)),
  };
}

/** Bin i reaches from edge i (the first bin's own included) to edge i + 1, which belongs to it. */
function binsOf(
  curves: readonly Curve[],
  from: number,
  to: number,
  logX: boolean,
): { x: readonly number[]; edges: readonly number[] } {
  const own = coordinates(curves, from, to);
  if (own !== undefined) return { x: own, edges: [from, ...own] };
  const start = logX && from <= 0 ? firstAboveZero(curves) : from;
  const [unit, back] = [unitOf(logX), standingAt(logX)];
  const [low, high] = [unit(start), unit(to)];
  const inside = Array.from(
    { length: BINS - 1 },
    (_, i) => back(low + (high - low) * (i + 1) / BINS),
  );
  const edges = [start, ...inside, to];
  return { x: edges.slice(1).map((edge, i) => back((unit(edges[i]) + unit(edge)) / 2)), edges };
}

/** Where a logarithmic axis begins. */
function firstAboveZero(curves: readonly Curve[]): number {
  const firsts = curves.map(({ x }) => {
    let i = 0;
    while (x[i] <= 0) i++;
    return x[i] ?? Infinity;
  });
  return Math.min(...firsts);
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
