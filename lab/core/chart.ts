/**
 * Charts as drawings: lines with bands over two axes.
 *
 * @module
 */
import { roundNumbers } from "./round_numbers.ts";
import type { Color, Scene, Shape } from "./scene.ts";

/** A line, with a band about it where bounds are given. */
export interface ChartLine {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly low?: readonly number[];
  readonly high?: readonly number[];
}

/** What a chart shows. */
export interface Chart {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly ChartLine[];
}

/** Lines, and bands in a paler tone of the same colour. */
const colors: readonly (readonly [line: Color, band: Color])[] = [
  ["#1f77b4", "#d2e3f0"],
  ["#d62728", "#f6d4d4"],
  ["#2ca02c", "#d5ecd5"],
  ["#9467bd", "#e9e0f1"],
  ["#ff7f0e", "#ffe5cf"],
  ["#8c564b", "#e8dddb"],
  ["#17becf", "#d1f2f5"],
  ["#7f7f7f", "#e5e5e5"],
];
const INK: Color = "#444444";
const GRID: Color = "#e8e8e8";
/** Of the plot; text stands around it. */
const [WIDTH, HEIGHT] = [16, 9];
/** Lines of the grid each way, at most. */
const TICKS = 6;

/**
 * Draws a chart whose axes reach from the least to the greatest of what is shown, with a grid at round
 * numbers. What is not finite is not shown: lines and bands have a gap there, and a place between two
 * gaps is a dot.
 */
export function chartScene({ xLabel, yLabel, lines }: Chart): Scene {
  const [x0, x1] = extent(lines.flatMap(({ x }) => x));
  const [y0, y1] = extent(
    lines.flatMap(({ y, low = [], high = [] }) => [...y, ...low, ...high]),
  );
  const at = (x: number, y: number) =>
    [WIDTH * (x - x0) / (x1 - x0), HEIGHT * (y - y0) / (y1 - y0)] as const;
  const text = (text: string, x: number, y: number, color: Color = INK): Shape => ({
    kind: "text",
    at: [x, y],
    text,
    size: 0.42,
    color,
  });
  const line = (points: Points, color: Color, width: number): Shape => ({
    kind: "line",
    points,
    color,
    width,
  });
  const upright = roundNumbers(x0, x1, TICKS).flatMap((tick): Shape[] => {
    const [place] = at(tick, y0);
    return [line([[place, 0], [place, HEIGHT]], GRID, 0.03), text(label(tick), place, -0.45)];
  });
  const level = roundNumbers(y0, y1, TICKS).flatMap((tick): Shape[] => {
    const [, place] = at(x0, tick);
    return [line([[0, place], [WIDTH, place]], GRID, 0.03), text(label(tick), -0.8, place)];
  });
  const bands = lines.flatMap(({ x, low, high }, i) =>
    low === undefined || high === undefined
      ? []
      : finiteStretches(low, high).map((places): Shape => ({
        kind: "polygon",
        points: [
          ...places.map((j) => at(x[j], high[j])),
          ...places.map((j) => at(x[j], low[j])).toReversed(),
        ],
        fill: colors[i % colors.length][1],
      }))
  );
  const drawn = lines.flatMap(({ x, y }, i) =>
    finiteStretches(y).map((places): Shape => {
      const [points, color] = [places.map((j) => at(x[j], y[j])), colors[i % colors.length][0]];
      return points.length === 1
        ? { kind: "circle", center: points[0], radius: 0.1, fill: color }
        : line(points, color, 0.07);
    })
  );
  const names = lines.map(({ name }, i) =>
    text(name, WIDTH + 1.6, HEIGHT - 0.3 - 0.7 * i, colors[i % colors.length][0])
  );
  return {
    view: [-1.8, -1.6, WIDTH + 3.4, HEIGHT + 1],
    background: "#ffffff",
    shapes: [
      ...bands,
      ...upright,
      ...level,
      ...drawn,
      ...names,
      text(xLabel, WIDTH / 2, -1.1),
      text(yLabel, 1, HEIGHT + 0.5),
    ],
  };
}

type Points = readonly (readonly [number, number])[];

/** Least and greatest of the finite values; apart where they are one, about 0 where there is none. */
function extent(values: readonly number[]): [number, number] {
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  if (least > greatest) return [-0.5, 0.5];
  return least < greatest ? [least, greatest] : [least - 0.5, least + 0.5];
}

/** The places at which each of some columns has a finite value, those next to one another together. */
function finiteStretches(...columns: readonly (readonly number[])[]): number[][] {
  const stretches: number[][] = [];
  for (const j of columns[0].keys()) {
    if (!columns.every((values) => Number.isFinite(values[j]))) continue;
    const last = stretches.at(-1);
    if (last?.at(-1) === j - 1) last.push(j);
    else stretches.push([j]);
  }
  return stretches;
}

function label(value: number): string {
  if (Math.abs(value) < 1e4) return String(value);
  return value.toLocaleString("en", { notation: "compact", maximumFractionDigits: 3 });
}
