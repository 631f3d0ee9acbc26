/**
 * How uPlot draws a chart of ours: axes, lines, bands, marks of values that are not finite.
 *
 * @module
 */
import type { Signal } from "@preact/signals";
import type uPlot from "uplot";
import type { Range } from "../curves.ts";
import { brokenPlaces, isOnAxis, isSingle, type Line, middleOf } from "../lines.ts";
import { colorOf } from "../theme.ts";
import {
  labelRoom,
  linearRange,
  logLabels,
  logRange,
  logTicks,
  STEPS,
  stepsFor,
  tickLabels,
  tickRoom,
  ticksOf,
  wholeSteps,
} from "../ticks.ts";
import { cutNames, shortNames } from "../short_names.ts";
import { spread } from "./line_names.ts";
import { dashOf, paletteSize } from "./palette.ts";
import { draggedAlong, followClick, followFinger, followWheel } from "./plot_hands.ts";
import { drawSinglePoints, onlyPlace } from "./single_points.ts";

/** The class itself, with its functions. */
export type Library = typeof uPlot;

/** What a chart reads while it lives, and what it reports. */
export interface ChartState {
  /** Shows the cursor of the page's other charts of the same axis. */
  readonly linked: boolean;
  readonly xLabel: string;
  readonly lines: { readonly current: readonly Line[] };
  /** The x under the pointer. */
  readonly cursor: Signal<number | null>;
  /** Told of the stretch that the pointer was dragged over; undefined: all. */
  readonly zoom: { readonly current: (range: Range | undefined) => void };
  /** The stretch that is shown, also before it is asked for; undefined: all is. */
  readonly shown: { current: Range | undefined };
  /** Where the lines begin and end, as far as it was seen. */
  readonly whole: { readonly current: Range | undefined };
  /** The y of the pointer; null: it is not over this chart. */
  readonly pointed: Signal<number | null>;
  /** Told of the x that was clicked. */
  readonly pick: { readonly current: ((x: number) => void) | undefined };
  readonly levels: { readonly current: readonly Level[] };
  readonly moments: { readonly current: readonly Moment[] };
  /** Writes the lines' names at their ends. */
  readonly named: boolean;
  /** The y axis is logarithmic. */
  readonly log: boolean;
  /** The x axis is. */
  readonly logX: boolean;
  /** The y axis fits the middle of what is shown. */
  readonly trimmed: boolean;
  /** The x axis counts: between whole numbers it has no ticks. */
  readonly counts: boolean;
}

/** A horizontal line: a value to hold others against. */
export interface Level {
  readonly y: number;
  readonly label: string;
}

/** A vertical line: something that happened, or what is looked at. */
export interface Moment {
  readonly x: number;
  readonly label: string;
  readonly kind: "info" | "warning" | "error" | "chosen";
}

/** Properties of the style that moments are drawn in. */
export const momentColors = {
  info: "--soft",
  warning: "--warn",
  error: "--bad",
  chosen: "--accent",
} as const;

/** At most so many points are drawn as dots, too. */
const DOTS = 40;
/** Lines whose names stand at their ends, at most; letters of such a name; the narrowest chart. */
const [NAMED, LONGEST, NAMED_FROM] = [12, 26, 440];
/** Pixels between the ticks of a logarithmic axis: beside each other, and above each other. */
const APART = { x: 64, y: 36 };

const finite = (value: number | string) => typeof value === "number" ? value : null;

/**
 * Lines on a common x: null is a gap, undefined a place where another line has a point. On a logarithmic
 * axis a band that reaches to 0 goes to its foot.
 */
export function joined(library: Library, lines: readonly Line[], log: boolean): uPlot.AlignedData {
  return library.join(lines.map((line) => {
    const columns = [line.y.map((value) => isOnAxis(value, log) ? value : null)];
    if (line.low && line.high) columns.push(line.low.map(finite), line.high.map(finite));
    return [[...line.x], ...columns] as unknown as uPlot.AlignedData;
  }));
}

/** Ticks of a logarithmic axis. */
function logAxis(of: "x" | "y"): Partial<uPlot.Axis> {
  return {
    splits: ({ width, height }, _, low, high) =>
      logTicks(low, high, Math.max(2, Math.floor((of === "x" ? width : height) / APART[of]))),
    values: (_, splits) => logLabels(splits),
    filter: (_, splits) => splits,
  };
}

/** Options of a chart. */
export function chartOptions(
  library: Library,
  state: ChartState,
  size: { width: number; height: number },
): uPlot.Options {
  const { linked, xLabel, lines, named, log, logX, trimmed, counts } = state;
  const grid = { stroke: colorOf("--grid"), width: 1 };
  const axis: uPlot.Axis = {
    stroke: colorOf("--soft"),
    grid,
    ticks: { ...grid, size: 4 },
    font: "12px system-ui, sans-serif",
    splits: (_, __, low, high, step) => ticksOf(step, low, high),
    values: (_, splits) => tickLabels(splits),
    incrs: [...STEPS],
  };
  const only = onlyPlace(lines.current);
  const names = named && size.width >= NAMED_FROM ? namesOf(lines.current) : [];
  const room = names.length === 0 ? 22 : 26 + 7 * Math.max(...names.map(({ text }) => text.length));
  return {
    ...size,
    padding: [8, room, 0, 0],
    scales: {
      x: {
        time: false,
        ...logX && { distr: 3 as const, range: (_, low, high) => logStretch(low, high) },
      },
      y: {
        range: (plot, ...ends) => {
          const [low, high] = trimmed ? middleShown(plot, log) : ends;
          return yRange(low, high, state);
        },
        ...log && { distr: 3 as const, clamp: (_: uPlot, __: number, low: number) => low },
      },
    },
    axes: [
      // Marks side by side stand at one x, and at none of those between.
      {
        ...axis,
        size: 28,
        space: (_, __, low, high) => labelRoom(low, high),
        ...counts && { incrs: wholeSteps() },
        ...logX && logAxis("x"),
        ...only !== undefined && { splits: () => [only] },
      },
      {
        ...axis,
        size: widthOf,
        space: (_, __, ___, ____, height) => tickRoom(height),
        incrs: () =>
          stepsFor(...lines.current.flatMap(({ y, low = [], high = [] }) => [y, low, high])),
        ...log && logAxis("y"),
      },
    ],
    ...marksOf(library, lines),
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false, dist: 5 },
      bind: {
        mousedown: (plot, _, select) => draggedAlong(plot, { ...state, log: logX }, select),
        dblclick: () => () => {
          state.zoom.current(undefined);
          return null;
        },
      },
      // Charts of one axis show one x; their values are their own. Zoom comes back as a range.
      ...(linked
        ? {
          sync: {
            key: library.sync(xLabel).key,
            scales: ["x", null],
            filters: {
              pub: (type: string) => type.startsWith("mousemove") || type === "mouseleave",
            },
          },
        }
        : {}),
    },
    hooks: {
      ready: [(plot) => {
        followClick(plot, state.pick);
        followFinger(plot);
        followWheel(plot, { ...state, log: logX });
      }],
      setCursor: [(plot) => {
        const { left } = plot.cursor;
        const inside = left !== undefined && left !== null && left >= 0;
        state.cursor.value = inside ? plot.posToVal(left, "x") : null;
        const { top } = plot.cursor;
        state.pointed.value = inside && top !== undefined && top > 0
          ? plot.posToVal(top, "y")
          : null;
      }],
      setSelect: [(plot) => {
        const { left, width } = plot.select;
        if (width === 0) return;
        const at = (pixel: number) => Number(plot.posToVal(pixel, "x").toPrecision(7));
        const [from, to] = [at(left), at(left + width)];
        plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        state.zoom.current({ from, to });
      }],
      draw: [(plot) => {
        const levels = state.levels.current.filter(({ y }) => isOnAxis(y, log));
        drawLevels(plot, levels, lines.current, log);
        drawMoments(plot, state.moments.current);
        if (names.length > 0) drawNames(plot, lines.current, log);
        drawSinglePoints(plot, lines.current, log);
        drawBroken(plot, lines.current);
      }],
    },
  };
}

/** What a logarithmic x axis shows: all from end to end, of one place half a power of ten beside it. */
function logStretch(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [1, 10];
  return low < high ? [low, high] : logRange(low, high);
}

/** The ends of the middle of all values between the ends of the x axis; null where there is none. */
function middleShown(
  { data: [, ...columns], series: [x] }: uPlot,
  log: boolean,
): [low: number, high: number] | [null, null] {
  const [first, last] = x.idxs ?? [0, -1];
  const values = columns.flatMap((column) => [...column].slice(first, last + 1))
    .filter((value) => typeof value === "number" && isOnAxis(value, log));
  return middleOf(values as number[]) ?? [null, null];
}

/** The y axis of values and of levels that lie near them: a far one would flatten the lines. */
function yRange(
  low: number | null,
  high: number | null,
  { levels: { current: levels }, log }: ChartState,
): [number, number] {
  if (low === null || high === null) return log ? [1, 10] : [0, 1];
  if (log) {
    const reach = high / low;
    const near = levels.map(({ y }) => y).filter((y) => y > low / reach && y < high * reach);
    return logRange(Math.min(low, ...near), Math.max(high, ...near));
  }
  const reach = high - low;
  const near = levels.map(({ y }) => y).filter((y) => y > low - reach && y < high + reach);
  const [least, most] = [Math.min(low, ...near), Math.max(high, ...near)];
  return linearRange(least, most);
}

/** Names of the lines that a reader tells apart by them, short. */
function namesOf(lines: readonly Line[]): { text: string; index: number }[] {
  const told = lines.map((line, index) => ({ line, index })).filter(({ line }) => !line.faint);
  if (told.length < 2 || told.length > NAMED) return [];
  const names = cutNames(shortNames(told.map(({ line }) => line.label)), LONGEST);
  return told.map(({ index }, i) => ({ index, text: names[i] }));
}

/** Names at the ends of the lines, none over another. */
function drawNames(plot: uPlot, lines: readonly Line[], log: boolean): void {
  const { ctx, bbox } = plot;
  const [, right] = [plot.scales.x.min ?? 0, plot.scales.x.max ?? 0];
  const height = 14 * devicePixelRatio;
  const ends = namesOf(lines).flatMap(({ text, index }) => {
    const { x, y, color } = lines[index];
    const last = x.findLastIndex((each, i) => each <= right && isOnAxis(y[i], log));
    return last < 0 ? [] : [{ text, color, y: plot.valToPos(y[last] as number, "y", true) }];
  });
  const places = spread(ends.map(({ y }) => y), height, bbox.top, bbox.top + bbox.height);
  ctx.save();
  ctx.font = `${11.5 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ends.forEach(({ text, color }, i) => {
    ctx.fillStyle = colorOf(`--series-${color % paletteSize}`);
    ctx.fillText(text, bbox.left + bbox.width + 8 * devicePixelRatio, places[i]);
  });
  ctx.restore();
}

/** Pixels between a level's name and lines from which on it is clear of them. */
const CLEAR = 16;

/**
 * Levels as dotted lines, each with its name at an end or in the middle, above or below it: where it is
 * clear of lines, else where they are farthest, on an edge of paper.
 */
function drawLevels(
  plot: uPlot,
  levels: readonly Level[],
  lines: readonly Line[],
  log: boolean,
): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const [left, top] = [bbox.left, bbox.top];
  const [right, bottom] = [left + bbox.width, top + bbox.height];
  const third = bbox.width / 3;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.lineJoin = "round";
  const [soft, paper] = [colorOf("--soft"), colorOf("--card")];
  ctx.fillStyle = soft;
  for (const { y, label } of levels) {
    const at = plot.valToPos(y, "y", true);
    if (at < top || at > bottom) continue;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    ctx.lineWidth = ratio;
    ctx.strokeStyle = soft;
    ctx.beginPath();
    ctx.moveTo(left, at);
    ctx.lineTo(right, at);
    ctx.stroke();
    const [above, below] = [at - 4 * ratio, at + 12 * ratio];
    const heights = below + 2 * ratio > bottom ? [above] : [above, below];
    const places = heights.flatMap((name) => [
      { align: "left", x: left + 6 * ratio, from: left, name } as const,
      { align: "right", x: right - 6 * ratio, from: right - third, name } as const,
      { align: "center", x: left + bbox.width / 2, from: left + third, name } as const,
    ]).map((place) => {
      const stretch = { from: place.from, to: place.from + third, y: place.name - 4 * ratio };
      return { ...place, room: Math.min(CLEAR * ratio, roomBeside(plot, lines, stretch, log)) };
    });
    const { align, x, name } = places.reduce((best, each) => each.room > best.room ? each : best);
    ctx.textAlign = align;
    ctx.setLineDash([]);
    ctx.lineWidth = 3 * ratio;
    ctx.strokeStyle = paper;
    ctx.strokeText(label, x, name);
    ctx.fillText(label, x, name);
  }
  ctx.restore();
}

/** Pixels from a height to the nearest point of lines within a stretch; infinite where none has one. */
function roomBeside(
  plot: uPlot,
  lines: readonly Line[],
  { from, to, y: height }: { readonly from: number; readonly to: number; readonly y: number },
  log: boolean,
): number {
  let room = Infinity;
  for (const { x, y } of lines) {
    y.forEach((value, i) => {
      const at = plot.valToPos(x[i], "x", true);
      if (at < from || at > to || !isOnAxis(value, log)) return;
      room = Math.min(room, Math.abs(plot.valToPos(value, "y", true) - height));
    });
  }
  return room;
}

/** Moments as thin upright lines with a flag. */
function drawMoments(plot: uPlot, moments: readonly Moment[]): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const [left, top] = [bbox.left, bbox.top];
  const [right, bottom] = [left + bbox.width, top + bbox.height];
  ctx.save();
  for (const { x, kind } of moments) {
    const at = plot.valToPos(x, "x", true);
    if (at < left - 1 || at > right + 1) continue;
    ctx.strokeStyle = ctx.fillStyle = colorOf(momentColors[kind]);
    ctx.setLineDash(kind === "chosen" ? [] : [ratio, 3 * ratio]);
    ctx.lineWidth = (kind === "chosen" ? 1.5 : 1) * ratio;
    ctx.beginPath();
    ctx.moveTo(at, top);
    ctx.lineTo(at, bottom);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(at - 4 * ratio, top);
    ctx.lineTo(at + 4 * ratio, top);
    ctx.lineTo(at, top + 6 * ratio);
    ctx.fill();
  }
  ctx.restore();
}

function hasDots(line: Line): boolean {
  return !line.faint && !line.low && !line.step && !isSingle(line) && line.x.length <= DOTS;
}

/** Indices of the values between two gaps, which no line shows. */
function lonePlaces(column: ArrayLike<number | null | undefined>): number[] {
  // Where another line alone has a point there is no gap.
  const own = Array.from(column, (_, i) => i).filter((i) => column[i] !== undefined);
  if (own.every((i) => column[i] !== null)) return [];
  const isGap = (place: number | undefined) => place === undefined || column[place] === null;
  return own.filter((place, k) => !isGap(place) && isGap(own[k - 1]) && isGap(own[k + 1]));
}

/** Series and bands of lines. */
function marksOf(
  library: Library,
  lines: ChartState["lines"],
): Pick<uPlot.Options, "series" | "bands"> {
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const [i, line] of lines.current.entries()) {
    const property = `--series-${line.color % paletteSize}`;
    const color = colorOf(property);
    const stroke = line.faint ? colorOf(property, 0.4) : color;
    series.push({
      stroke,
      width: line.faint ? 1 : 2,
      dash: line.faint ? [] : [...dashOf(line.color)],
      ...line.step && { paths: library.paths.stepped!({ align: line.step === "after" ? 1 : -1 }) },
      points: {
        // Asked at each drawing, as a line grows.
        show: () => hasDots(lines.current[i] ?? line),
        filter: ({ data }: uPlot, index: number, show: boolean) =>
          show || isSingle(lines.current[i] ?? line) ? null : lonePlaces(data[index]),
        size: line.faint ? 3 : 5,
        fill: stroke,
      },
    });
    if (line.low && line.high) {
      const edge: uPlot.Series = { stroke: "transparent", width: 0, points: { show: false } };
      series.push({ ...edge }, { ...edge });
      bands.push({
        series: [series.length - 1, series.length - 2],
        fill: colorOf(property, line.quiet ? 0.06 : 0.16),
      });
    }
  }
  return { series, bands };
}

/** Width of the y axis: that of its longest label. */
function widthOf(_: uPlot, labels: readonly string[] | null): number {
  return 18 + 7 * Math.max(4, ...(labels ?? []).map((label) => label.length));
}

/** A cross at the foot of the chart for each value that is not finite. */
function drawBroken(plot: uPlot, lines: readonly Line[]): void {
  const { ctx, bbox } = plot;
  const arm = 3.5 * devicePixelRatio;
  const y = bbox.top + bbox.height - 2 * arm;
  ctx.save();
  ctx.strokeStyle = colorOf("--bad");
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  for (const place of lines.flatMap(brokenPlaces)) {
    const x = plot.valToPos(place, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.moveTo(x - arm, y - arm);
    ctx.lineTo(x + arm, y + arm);
    ctx.moveTo(x - arm, y + arm);
    ctx.lineTo(x + arm, y - arm);
  }
  ctx.stroke();
  ctx.restore();
}
