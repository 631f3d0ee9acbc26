/**
 * The lines of a chart, and what is read off them.
 *
 * @module
 */
import { performanceProfile } from "../lab/statistics/scores.ts";
import type { ComparedGroup } from "./comparison.ts";
import type { Range } from "./curves.ts";
import { directionOf, worstOf } from "../lab/experiment/metric_direction.ts";
import { unitOf } from "./ticks.ts";

/** One line; `low` and `high` draw a band around it. Values that are not finite are text: gaps. */
export interface Line {
  readonly label: string;
  /** Index into the palette. */
  readonly color: number;
  readonly x: readonly number[];
  readonly y: readonly (number | string)[];
  readonly low?: readonly (number | string)[];
  readonly high?: readonly (number | string)[];
  /** The band is pale. */
  readonly quiet?: boolean;
  /** A step: each value holds up to the next point (`after` its own) or from the one before. */
  readonly step?: "after" | "before";
  /** Thin and pale: raw values behind a smoothed line, single seeds behind their mean. */
  readonly faint?: boolean;
  /** The first value that is not finite, where its place is not that of a point of the line. */
  readonly broken?: { readonly x: number; readonly value: string };
}

/** Whether a line is one point. */
export function isSingle({ x }: Line): boolean {
  return x.length === 1;
}

/** At most so many places of values that are not finite. */
const MARKS = 200;

/** Where a line has values that are not finite: the first ones, of one that is read off. */
export function brokenPlaces({ x, y, faint }: Line): number[] {
  if (faint) return [];
  return x.filter((_, i) => typeof y[i] !== "number").slice(0, MARKS);
}

/** Whether a value has a place on a y axis: one that is finite, and on a logarithmic axis above 0. */
export function isOnAxis(value: number | string, log: boolean): value is number {
  return typeof value === "number" && (!log || value > 0);
}

/** Percent of values by which an axis without outliers goes. */
export const MIDDLE = 90;

/**
 * From where to where the middle {@linkcode MIDDLE} percent of values lie: at each end a twentieth of
 * them is left out, of fewer than 20 none. Undefined where there is no value.
 */
export function middleOf(values: readonly number[]): [low: number, high: number] | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const left = Math.floor(values.length * (100 - MIDDLE) / 200);
  return [sorted[left], sorted[sorted.length - 1 - left]];
}

/** All that is drawn of lines in a stretch of the x axis (undefined: everywhere), with the edges of their bands. */
export function valuesIn(lines: readonly Line[], range: Range | undefined): (number | string)[] {
  const isIn = (x: number) => range === undefined || x >= range.from && x <= range.to;
  return lines.flatMap(({ x, y, low = [], high = [] }) =>
    [y, low, high].flatMap((column) => column.filter((_, i) => isIn(x[i])))
  );
}

type Values = readonly (number | string)[];

/** Lines without their points at x of 0 or less, which have no place on a logarithmic axis. */
export function aboveZero(lines: readonly Line[]): Line[] {
  return lines.map((line) => {
    const left = line.x.filter((x) => !(x > 0)).length;
    if (left === 0) return line;
    const { low, high } = line;
    return {
      ...{ ...line, x: line.x.slice(left), y: line.y.slice(left) },
      ...low && high && { low: low.slice(left), high: high.slice(left) },
    };
  });
}

/** The band of a deviation around values; where one of the two is not finite, a gap. */
export function bandAround(y: Values, deviation: Values): { low: Values; high: Values } {
  const edge = (sign: number) =>
    y.map((value, i) => {
      const reach = deviation[i];
      return typeof value === "number" && typeof reach === "number" ? value + sign * reach : "NaN";
    });
  return { low: edge(-1), high: edge(1) };
}

/** What a line's figures are, as a row. */
export interface LineFigures {
  readonly label: string;
  /** The last x and its value. */
  readonly until: number | undefined;
  readonly last: number | string | undefined;
  /** Of its finite values. */
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
  /** The first value that is not finite. */
  readonly broken: { readonly x: number; readonly value: string } | undefined;
}

/** The figures of a line. */
export function lineFigures({ label, x, y, broken: stored }: Line): LineFigures {
  let [lowest, highest]: (number | undefined)[] = [];
  let broken: LineFigures["broken"] = stored;
  y.forEach((value, i) => {
    if (typeof value === "string") broken ??= { x: x[i], value };
    else {
      lowest = Math.min(lowest ?? value, value);
      highest = Math.max(highest ?? value, value);
    }
  });
  return { label, until: x.at(-1), last: y.at(-1), lowest, highest, broken };
}

/**
 * Index of the ascending coordinate nearest to `x`; −1 where `x` is beyond their ends.
 *
 * @param log The axis is logarithmic: what is near is so on it.
 */
export function nearestIndex(xs: readonly number[], x: number, log = false): number {
  if (xs.length === 0 || x < xs[0] || x > xs.at(-1)!) return -1;
  let low = 0;
  let high = xs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] < x) low = middle + 1;
    else high = middle;
  }
  const unit = unitOf(log);
  return low > 0 && unit(x) - unit(xs[low - 1]) < unit(xs[low]) - unit(x) ? low - 1 : low;
}

/**
 * Index of the point of a line that is read off at `x`; −1: it has none there. A single point is read
 * off within `reach` of it, on a logarithmic axis in powers of ten, a step where it goes through `x`.
 */
export function indexAt({ x: xs, step }: Line, x: number, reach: number, log = false): number {
  if (step !== undefined) {
    if (x < xs[0] || x > xs.at(-1)!) return -1;
    return step === "after"
      ? xs.findLastIndex((each) => each <= x)
      : xs.findIndex((each) => each >= x);
  }
  if (xs.length !== 1) return nearestIndex(xs, x, log);
  const unit = unitOf(log);
  return Math.abs(unit(xs[0]) - unit(x)) <= reach ? 0 : -1;
}

/** The lines that a reader reads off: not those behind others. */
export function readable(lines: readonly Line[]): Line[] {
  return lines.filter((line) => !line.faint);
}

/** Where readable lines have points between two places of the x axis, in order. */
export function placesIn(lines: readonly Line[], { from, to }: Range): number[] {
  const places = readable(lines).flatMap(({ x }) => x.filter((each) => each >= from && each <= to));
  return [...new Set(places)].sort((a, b) => a - b);
}

/** What is read off a line at an x. */
export interface Reading extends Pick<Line, "label" | "color"> {
  readonly value: number | string;
  /** The ends of its band there. */
  readonly band?: readonly [low: number | string, high: number | string];
}

/** What is read off readable lines at an x, as {@linkcode indexAt} finds it. */
export function readingsAt(
  lines: readonly Line[],
  x: number,
  reach: number,
  log = false,
): Reading[] {
  return readable(lines).flatMap((line): Reading[] => {
    const index = indexAt(line, x, reach, log);
    if (index < 0) return [];
    const { label, color, y, low, high } = line;
    return [{
      ...{ label, color, value: y[index] },
      ...low && high && { band: [low[index], high[index]] as const },
    }];
  });
}

/**
 * So many readings at most, in their order: those nearest to a height, or the first ones where there is
 * none.
 *
 * @param log The y axis is logarithmic: what is near is so on it.
 */
export function nearestReadings(
  readings: readonly Reading[],
  height: number | null,
  most: number,
  log = false,
): Reading[] {
  if (readings.length <= most || height === null) return readings.slice(0, most);
  const unit = unitOf(log);
  const apart = ({ value }: Reading) =>
    isOnAxis(value, log) ? Math.abs(unit(value) - unit(height)) : Infinity;
  const near = new Set(readings.toSorted((a, b) => apart(a) - apart(b)).slice(0, most));
  return readings.filter((each) => near.has(each));
}

/** How the lines of groups are drawn. */
export interface GroupStyle {
  /** Behind each mean its seeds. */
  readonly seeds: boolean;
  readonly hidden: ReadonlySet<string>;
  /** The group that is pointed at: its seeds are drawn, and of the bands its own alone. */
  readonly looked?: string;
  /** Bands are pale, as there are many. */
  readonly quiet?: boolean;
}

/**
 * The lines of groups: the mean of each with its interval where several seeds count, and, where
 * asked for, behind them each seed that the mean does not show already.
 */
export function groupLines(
  groups: readonly ComparedGroup[],
  { seeds, hidden, looked, quiet }: GroupStyle,
): Line[] {
  return groups.flatMap((group): Line[] => {
    if (hidden.has(group.label)) return [];
    const { color } = group;
    const { low, high, ...mean } = group.mean;
    const several = group.seeds.filter((seed) => seed.counts).length > 1;
    const isLooked = group.label === looked;
    const single = group.seeds
      .filter((seed) => !seed.counts || several || seed.x.length > mean.x.length)
      .map(({ seed, run, x, y }) => ({
        label: `${group.label}, seed ${seed}, ${run}`,
        color,
        x,
        y,
        faint: true,
      }));
    const banded = several && (looked === undefined || isLooked);
    const band = banded ? { low, high, ...(quiet && !isLooked ? { quiet } : {}) } : {};
    const drawn = looked === undefined ? seeds : isLooked;
    return [...(drawn ? single : []), { label: group.label, color, ...mean, ...band }];
  });
}

/**
 * The performance profile of each group (Agarwal et al. 2021): the share of its seeds above each value,
 * below where less is better, a step at each seed's figure; one that diverged or failed is on the worse
 * side of all, of a group with one that lacks the metric nothing is known. None where all figures are
 * equal.
 */
export function profileLines(groups: readonly ComparedGroup[], metric: string): Line[] {
  const figures = ({ seeds }: ComparedGroup) =>
    seeds.flatMap(({ figure, lacks }) => {
      if (lacks) return [NaN];
      return typeof figure === "number" ? [figure] : figure === null ? [] : [worstOf(metric)];
    });
  const all = groups.flatMap(figures).filter(Number.isFinite);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  if (!(high > low)) return [];
  const room = 0.02 * (high - low);
  const x = [low - room, ...[...new Set(all)].sort((a, b) => a - b), high + room];
  const sign = directionOf(metric) === "down" ? -1 : 1;
  const step = sign < 0 ? "before" : "after";
  const signed = (values: readonly number[]) => values.map((value) => sign * value);
  const thresholds = signed(x);
  return groups.flatMap((group) => {
    const own = figures(group);
    if (own.length === 0 || own.some(Number.isNaN)) return [];
    const y = [...performanceProfile(signed(own), thresholds)];
    return [{ label: group.label, color: group.color, x, y, step }];
  });
}
