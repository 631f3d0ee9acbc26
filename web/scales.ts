/**
 * Scales of settings: where a configuration's value stands on an axis.
 *
 * @module
 */
import { roundNumbers } from "../lab/core/round_numbers.ts";
import { bySortKey, sortKeyOf } from "./alphabet.ts";
import { figure } from "./format.ts";
import { tickLabels } from "./ticks.ts";

/** How numbers lie on an axis. */
export type NumberKind = "linear" | "logarithmic";

/** An axis from 0 to 1. */
export interface Scale {
  readonly kind: NumberKind | "categories";
  /** Where a value stands; undefined: it is none of this axis. */
  place(value: string | number): number | undefined;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/** From so many times the lowest value on the highest one asks for a logarithm. */
const WIDE = 20;
/** Room at both ends of an axis of single values. */
const MARGIN = 0.06;
/** Labels of an axis, at most. */
const TICKS = 6;

/** A setting that a run does not have. */
export const UNSET = "–";

/** What has no place among numbers: a figure that is none, a setting that a run does not have. */
const GAPS: readonly (string | number)[] = [
  UNSET,
  "NaN",
  "Infinity",
  "-Infinity",
  NaN,
  Infinity,
  -Infinity,
];

/**
 * The scale of values, as they stand in configurations: numbers, else categories by the alphabet. What has
 * no place among numbers is off their axis.
 *
 * @param kind Of numbers, as it was declared; left out: where they lie far apart, by their logarithm.
 */
export function scaleOf(
  values: readonly (string | number)[],
  kind?: NumberKind,
): Scale {
  const different = [...new Set(values)];
  const told = different.filter((value) => !GAPS.includes(value));
  const numbers = told.map(Number);
  const areNumbers = told.length > 0 &&
    numbers.every((value, i) => Number.isFinite(value) && told[i] !== "");
  return areNumbers ? scaleOfNumbers(numbers, kind) : categories(different.map(String));
}

/** The even scale of what was measured: its ticks are round numbers, be the figures as few as they may. */
export function figureScale(figures: readonly number[]): Scale {
  return scaleOfNumbers(figures, "linear", 1);
}

/** @param few Of so many numbers at most each one is a tick. */
function scaleOfNumbers(
  numbers: readonly number[],
  kind: NumberKind | undefined,
  few: number = TICKS,
): Scale {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const isLogarithmic = low > 0 &&
    (kind ?? (high / low >= WIDE && "logarithmic")) === "logarithmic";
  const unit = (value: number) => isLogarithmic ? Math.log10(value) : value;
  const reach = unit(high) - unit(low);
  const place = (value: string | number) => {
    const along = unit(Number(value)) - unit(low);
    if (!Number.isFinite(along)) return undefined;
    return reach === 0 ? 0.5 : MARGIN + (1 - 2 * MARGIN) * along / reach;
  };
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const isEven = sorted.length > few && !isLogarithmic;
  const marks = isEven
    ? roundNumbers(low, high, TICKS)
    : sorted.length <= few
    ? sorted
    : roundPowers(low, high);
  const labels = isEven ? tickLabels(marks) : marks.map(figure);
  return {
    kind: isLogarithmic ? "logarithmic" : "linear",
    place,
    ticks: marks.map((value, i) => ({ at: place(value)!, label: labels[i] })),
  };
}

/**
 * 1, 2 and 5 times each power of ten between two numbers, or the powers alone, or every so many; of
 * numbers between which there is no more than one of these, round ones.
 */
function roundPowers(low: number, high: number): number[] {
  const [first, last] = [low, high].map((end) => Math.floor(Math.log10(end)));
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const between = (leading: readonly number[], every = 1) =>
    powers.filter((power) => power % every === 0)
      .flatMap((power) => leading.map((digit) => Number(`${digit}e${power}`)))
      .filter((number) => low <= number && number <= high);
  const sparser = powers.map((_, i) => between([1], i + 1));
  const marks = [between([1, 2, 5]), ...sparser].find(({ length }) => length <= TICKS)!;
  return marks.length > 1 ? marks : roundNumbers(low, high, TICKS);
}

function categories(values: readonly string[]): Scale {
  const sorted = values.toSorted((a, b) => bySortKey(sortKeyOf(a), sortKeyOf(b)));
  const at = (index: number) => (index + 0.5) / sorted.length;
  return {
    kind: "categories",
    place(value) {
      const index = sorted.indexOf(String(value));
      return index < 0 ? undefined : at(index);
    },
    ticks: sorted.map((label, i) => ({ at: at(i), label })),
  };
}

/** The parts of a line between its gaps, each with the points that follow each other there. */
export function unbroken<Point>(points: readonly (Point | undefined)[]): Point[][] {
  const parts: Point[][] = [];
  for (const [i, point] of points.entries()) {
    if (point === undefined) continue;
    if (i === 0 || points[i - 1] === undefined) parts.push([]);
    parts.at(-1)!.push(point);
  }
  return parts;
}
