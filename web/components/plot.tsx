/**
 * A chart of lines with bands on uPlot, with a table of its figures for who cannot see it.
 *
 * @module
 */
import { type Signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import type { Range } from "../curves.ts";
import { figure, figureBeside } from "../format.ts";
import {
  aboveZero,
  isOnAxis,
  isSingle,
  type Line,
  lineFigures,
  MIDDLE,
  middleOf,
  nearestReadings,
  placesIn,
  readable,
  type Reading,
  readingsAt,
  valuesIn,
} from "../lines.ts";
import { csvOf, download, fileNameOf, pngOf } from "../plot_files.ts";
import { svgOf } from "../plot_svg.ts";
import { cutNames, shortNames } from "../short_names.ts";
import { colorOf, onThemeChange } from "../theme.ts";
import { unitOf } from "../ticks.ts";
import {
  chartOptions,
  type ChartState,
  joined,
  type Level,
  type Library,
  type Moment,
  momentColors,
} from "./plot_options.ts";
import { paletteSize } from "./palette.ts";
import { showAtOnce } from "./plot_hands.ts";
import { askedBy, KEYS } from "./plot_keys.ts";
import { onlyPlace } from "./single_points.ts";
import { Swatch } from "./swatch.tsx";
import { Scrolled } from "./scrolled.tsx";

/** Lines, distinguished by colour and by dash, on one x axis. */
export interface PlotProps {
  readonly title: string;
  readonly xLabel: string;
  readonly lines: readonly Line[];
  /** Pixels; `fill`: as high as its place, which the style gives it. */
  readonly height?: number | "fill";
  /** Shows the cursor of the page's other charts of the same axis. */
  readonly linked?: boolean;
  /** The stretch of the x axis that is shown; undefined: all that the lines have. */
  readonly range: Range | undefined;
  /** Asks for another stretch, whose points are then fetched. */
  readonly zoom: (range: Range | undefined) => void;
  readonly levels?: readonly Level[];
  readonly moments?: readonly Moment[];
  /** Told of the x that was clicked. */
  readonly pick?: (x: number) => void;
  /** Writes the lines' names at their ends, where there is room. */
  readonly named?: boolean;
  /** The y axis is logarithmic: values of 0 or less are gaps. */
  readonly log?: boolean;
  /** The x axis is: points at 0 or less are left out. */
  readonly logX?: boolean;
  /** The y axis fits the middle of what is shown: what lies beyond its ends is cut off. */
  readonly trimmed?: boolean;
  /** The x axis counts: between whole numbers it has no ticks. */
  readonly counts?: boolean;
}

const none: readonly never[] = [];
/** Shares of the x axis within which a moment is near the pointer, and a mark below it. */
const [NEAR, MARK] = [0.01, 0.02];
/** Lines that are named below a chart, and those whose values are told of an x, at most. */
const [LEGEND, TOLD] = [6, 8];
/** Letters of a name below a chart. */
const LETTERS = 26;

/** How figures read beside a chart's levels. */
function figuresBeside(levels: readonly Level[]) {
  return (value: number | string | undefined) => figureBeside(value, ...levels.map(({ y }) => y));
}

/**
 * The chart. Drag to zoom, or turn the wheel with Ctrl; with Shift, or a wheel sideways, a zoom moves along;
 * double-click to zoom out; keys do all of it.
 */
export function Plot(
  { title, xLabel, lines: all, linked = false, height = 200, range: asked, zoom, ...more }:
    PlotProps,
): VNode {
  const { levels = none, moments = none, pick, named = false, log = false, logX = false } = more;
  const { trimmed = false, counts = false } = more;
  const lines = useMemo(() => logX ? aboveZero(all) : all, [all, logX]);
  const range = logX ? rangeAboveZero(asked, lines) : asked;
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const library = useRef<Library | null>(null);
  const latest = useRef(lines);
  latest.current = lines;
  /** What is shown: a hand or a key changes it before the page is drawn with what it asked for. */
  const shown = useRef(range);
  useMemo(() => shown.current = range, [range?.from, range?.to]);
  const zooming = useRef(zoom);
  zooming.current = zoom;
  const whole = useRef<Range>();
  if (range === undefined || logX && !(whole.current && whole.current.from > 0)) {
    whole.current = wholeOf(lines);
  }
  const pointed = useSignal<number | null>(null);
  const picking = useRef(pick);
  picking.current = pick;
  const leveled = useRef(levels);
  leveled.current = levels;
  const marked = useRef(moments);
  marked.current = moments;
  const cursor = useSignal<number | null>(null);
  /** What draws did not come. */
  const isMissing = useSignal(false);
  /** The x that keys went to: the cursor's own is that of a pixel. */
  const keyed = useRef<number | null>(null);
  /** Whether the cursor is where keys put it: a hand may have moved it since. */
  const isKeyed = (plot: uPlot) =>
    keyed.current !== null &&
    Math.abs(plot.valToPos(keyed.current, "x") - plot.cursor.left!) < 1;
  /** What keys changed, for who hears it. */
  const heard = useSignal("");
  /** Puts the cursor to an x, or away. */
  const point = (x: number | null) => {
    const plot = chart.current!;
    const [left, top] = x === null ? [-10, -10] : [Math.max(0, plot.valToPos(x, "x")), 0];
    // The page's other charts of the axis are told of it: uPlot's types leave that argument out.
    const set: (place: { left: number; top: number }, ...more: boolean[]) => void = plot.setCursor;
    set({ left, top }, true, true);
    keyed.current = cursor.value = x;
  };
  // A chart is made anew only where its lines are other ones, so that a zoom outlives new points.
  const shape =
    lines.map((line) =>
      [line.label, line.color, line.faint, !!line.low, line.quiet, line.step, isSingle(line)].join()
    ).join() + onlyPlace(lines);
  const drawable = lines.some((line) => line.x.length > 0);

  useLayoutEffect(() => {
    const element = holder.current;
    if (element === null || !drawable) return;
    let alive = true;
    const state: ChartState = {
      ...{ linked, xLabel, cursor, named, log, logX, trimmed, counts, lines: latest },
      ...{ zoom: zooming, shown, whole, pick: picking, levels: leveled, moments: marked, pointed },
    };
    const draw = () => {
      if (!alive || library.current === null) return;
      chart.current?.destroy();
      chart.current = new library.current(
        chartOptions(library.current, state, sizeOf(element, height)),
        joined(library.current, latest.current, log),
        element,
      );
      show(chart.current, shown.current);
    };
    void import("uplot").then((module) => {
      library.current = module.default;
      isMissing.value = false;
      draw();
    }, () => isMissing.value = true);
    const observer = new ResizeObserver(() => chart.current?.setSize(sizeOf(element, height)));
    observer.observe(element);
    const forgetTheme = onThemeChange(draw);
    return () => {
      alive = false;
      observer.disconnect();
      forgetTheme();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [shape, xLabel, height, drawable, log, logX, trimmed, counts]);

  useEffect(() => {
    const plot = chart.current;
    if (plot === null || library.current === null) return;
    const wasKeyed = isKeyed(plot);
    plot.setData(joined(library.current, lines, log), shown.current === undefined);
    show(plot, shown.current);
    if (wasKeyed) point(keyed.current);
  }, [lines, log, range?.from, range?.to]);

  useEffect(() => {
    if (holder.current === null || document.activeElement !== holder.current) return;
    heard.value = range === undefined
      ? "All is shown."
      : `Shown: ${figure(range.from)} to ${figure(range.to)} ${xLabel}.`;
  }, [range?.from, range?.to]);

  useEffect(() => chart.current?.redraw(false), [moments, levels]);

  const press = (event: KeyboardEvent) => {
    const plot = chart.current;
    const { min, max } = plot?.scales.x ?? {};
    if (plot === null || min === undefined || max === undefined) return;
    const seen = { from: min, to: max };
    const wasKeyed = isKeyed(plot);
    const wanted = askedBy(event, {
      ...{ shown: seen, places: placesIn(lines, seen), whole: whole.current, logX },
      isZoomed: range !== undefined,
      x: wasKeyed ? keyed.current : cursor.value,
    });
    if (wanted === undefined || wanted.act === "pick" && pick === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (wanted.act === "pick") pick!(wanted.x);
    if (wanted.act === "point") {
      point(wanted.x);
      heard.value = spoken({ lines, xLabel, x: wanted.x, levels, moments, range, logX });
    }
    if (wanted.act === "reset") point(null);
    if (wanted.act === "zoom" || wanted.act === "reset") {
      const next = wanted.act === "zoom" ? wanted.range : undefined;
      // At once: a key that is held does not wait for the points of the stretch, nor the cursor's pixel.
      plot.batch(() => showAtOnce(plot, { shown, whole }, next));
      if (wasKeyed) point(keyed.current);
      zoom(next);
    }
  };

  const written = figuresBeside(levels);
  const summary = readable(lines).slice(0, TOLD).map((line) =>
    `${line.label}: ${written(line.y.at(-1))} at ${figure(line.x.at(-1))} ${xLabel}`
  ).join("; ");
  return (
    <figure class={height === "fill" ? "plot filling" : "plot"}>
      <div
        class="canvas"
        ref={holder}
        role="application"
        aria-roledescription="chart"
        aria-label={`${title}. ${summary}`}
        aria-keyshortcuts={KEYS}
        tabIndex={0}
        onKeyDown={press}
        onBlur={() => chart.current && point(null)}
      >
      </div>
      {isMissing.value && (
        <p class="problem" role="alert">
          The chart cannot be drawn, as the server does not answer. Load the page again.
        </p>
      )}
      <p class="hidden" aria-live="polite">{heard.value}</p>
      <p class="chart-keys" aria-hidden="true">
        <kbd>←</kbd> <kbd>→</kbd> points, <kbd>+</kbd> <kbd>−</kbd> zoom, <kbd>Esc</kbd> all
      </p>
      <div class="foot">
        <Readout
          {...{ lines, xLabel, cursor, pointed, levels, moments, named, range, log, logX }}
        />
        {asked !== undefined && (
          <button type="button" class="quiet" onClick={() => zoom(undefined)}>
            Zoom out
          </button>
        )}
        {logX && <LeftOutPoints of={all} left={lines} />}
        {log && <LeftOut lines={lines} />}
        {trimmed && <Trimmed {...{ lines, log, range }} />}
        <Figures {...{ title, xLabel, lines, levels, moments, log, logX, counts, chart }} />
      </div>
    </figure>
  );
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement, height: number | "fill") {
  return { width: clientWidth, height: height === "fill" ? clientHeight : height };
}

/** From where to where the lines go; undefined where there is no stretch between. */
function wholeOf(lines: readonly Line[]): Range | undefined {
  const ends = lines.flatMap(({ x }) => x.length === 0 ? [] : [x[0], x.at(-1)!]);
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  return from < to ? { from, to } : undefined;
}

/** A stretch of a logarithmic axis: what begins at 0 or less begins where the lines do. */
function rangeAboveZero(range: Range | undefined, lines: readonly Line[]): Range | undefined {
  if (range === undefined || range.from > 0) return range;
  const from = wholeOf(lines)?.from;
  return from !== undefined && from < range.to ? { from, to: range.to } : undefined;
}

function show(plot: uPlot, range: Range | undefined): void {
  if (range !== undefined) plot.setScale("x", { min: range.from, max: range.to });
}

/** What is read off a chart at an x. */
interface ReadAt {
  readonly lines: readonly Line[];
  readonly levels?: readonly Level[];
  readonly moments: readonly Moment[];
  /** The stretch that is shown; left out: all. */
  readonly range?: Range;
  readonly logX?: boolean;
}

/** What lines say at an x, and what happened near it. */
function readOff(
  { lines, moments, range = wholeOf(lines), logX = false }: ReadAt,
  x: number,
): { readings: Reading[]; near: string[] } {
  const unit = unitOf(logX);
  const apart = (one: number, other: number) => Math.abs(unit(one) - unit(other));
  const length = range === undefined ? 0 : apart(range.to, range.from);
  const near = moments.filter((each) => apart(each.x, x) < NEAR * length).slice(0, 3);
  return {
    readings: readingsAt(lines, x, MARK * length, logX),
    near: near.map(({ label }) => label),
  };
}

/** The same in words, for who hears it. */
export function spoken({ xLabel, x, ...read }: ReadAt & { xLabel: string; x: number }): string {
  const { readings, near } = readOff(read, x);
  const written = figuresBeside(read.levels ?? none);
  const told = readings.slice(0, TOLD).map(({ label, value, band }) =>
    `${label} ${written(value)}${band ? ` (${written(band[0])} to ${written(band[1])})` : ""}`
  );
  const more = readings.length - told.length;
  const all = [...told, ...more > 0 ? [`${more} more`] : [], ...near];
  return `${figure(x)} ${xLabel}: ${all.join(", ")}.`;
}

/** Short names of readable lines, by their labels. */
function namesIn(lines: readonly Line[]): ReadonlyMap<string, string> {
  const labels = readable(lines).map(({ label }) => label);
  const names = cutNames(shortNames(labels), LETTERS);
  return new Map(labels.map((label, i) => [label, names[i]]));
}

/** The values under the cursor, below the chart: off the curves. */
export function Readout(
  { xLabel, cursor, pointed, named, log, ...read }: ReadAt & {
    xLabel: string;
    cursor: Signal<number | null>;
    /** The y that is pointed at. */
    pointed?: Signal<number | null>;
    named: boolean;
    log?: boolean;
  },
): VNode {
  const { lines, levels = none } = read;
  // Marks of one place stand side by side, away from it.
  const x = cursor.value === null ? null : onlyPlace(lines) ?? cursor.value;
  const legend = named || readable(lines).length < 2 ? [] : readable(lines).slice(0, LEGEND);
  const written = figuresBeside(levels);
  const { readings, near } = x === null ? { readings: none, near: none } : readOff(read, x);
  const height = readings.length > TOLD ? pointed?.value ?? null : null;
  const told = nearestReadings(readings, height, TOLD, log);
  // Of few lines the legend says whose a mark is.
  const isMany = readable(lines).length > LEGEND;
  const names = useMemo(() => isMany ? namesIn(lines) : undefined, [lines, isMany]);
  return (
    <p class={isMany ? "readout many" : "readout"} aria-hidden="true">
      {x === null
        ? (
          <>
            {legend.map(({ label, color }) => (
              <span key={label}>
                <Swatch color={color} /> {label}
              </span>
            ))}
            <span>{xLabel}</span>
          </>
        )
        : (
          <>
            {figure(x)} {xLabel}
            {told.map(({ label, color, value, band }) => (
              <span key={label}>
                <Swatch color={color} /> {names?.get(label)} <b>{written(value)}</b>
                {band && ` (${written(band[0])} … ${written(band[1])})`}
              </span>
            ))}
            {readings.length > told.length && <span>{readings.length - told.length} more</span>}
            {near.map((label, i) => <span key={i}>{label}</span>)}
          </>
        )}
    </p>
  );
}

/** Says how many values a logarithmic axis has no place for. */
function LeftOut({ lines }: { lines: readonly Line[] }): VNode | null {
  const values = readable(lines).flatMap(({ y }) => y.filter((value) => typeof value === "number"));
  const left = values.filter((value) => !isOnAxis(value, true)).length;
  if (left === 0) return null;
  return (
    <p class="note">
      {left.toLocaleString("en")} of {values.length.toLocaleString("en")}{" "}
      drawn values are 0 or less: gaps on this axis.
    </p>
  );
}

/** Says how many points a logarithmic x axis has no place for. */
function LeftOutPoints(
  { of, left }: { of: readonly Line[]; left: readonly Line[] },
): VNode | null {
  const pointsOf = (lines: readonly Line[]) =>
    readable(lines).reduce((sum, { x }) => sum + x.length, 0);
  const [total, drawn] = [pointsOf(of), pointsOf(left)];
  if (drawn === total) return null;
  return (
    <p class="note">
      {(total - drawn).toLocaleString("en")} of {total.toLocaleString("en")}{" "}
      points stand at 0 or less, and are left out on this x axis.
    </p>
  );
}

/** Says what a y axis fits, and how far the rest of what is drawn reaches. */
function Trimmed(
  { lines, log, range }: { lines: readonly Line[]; log: boolean; range: Range | undefined },
): VNode | null {
  const values = valuesIn(lines, range).filter((value) => isOnAxis(value, log));
  const middle = middleOf(values);
  if (middle === undefined) return null;
  // Of many lines there are more than a function takes arguments.
  const [least, most] = [Math.min, Math.max].map((of) => values.reduce((a, b) => of(a, b)));
  if (least === middle[0] && most === middle[1]) return null;
  return (
    <p class="note">
      The y axis fits the middle {MIDDLE} % of what is drawn, {figure(middle[0])} to{" "}
      {figure(middle[1])}: all of it goes from {figure(least)} to {figure(most)}.
    </p>
  );
}

/** The figures of each line as a table, and a warning where values are not finite. */
function Figures(
  { title, xLabel, lines, levels, moments, log, logX, counts, chart }: {
    title: string;
    xLabel: string;
    lines: readonly Line[];
    levels: readonly Level[];
    moments: readonly Moment[];
    log: boolean;
    logX: boolean;
    counts: boolean;
    chart: { readonly current: uPlot | null };
  },
): VNode {
  const saveTable = () =>
    download(fileNameOf(title, "csv"), new Blob([csvOf(lines, xLabel)], { type: "text/csv" }));
  const problem = useSignal("");
  /** What is shown as an SVG document; undefined where nothing is. */
  const drawing = () => {
    const { x, y } = chart.current?.scales ?? {};
    if (x?.min === undefined || y?.min === undefined) return undefined;
    const stretch = (scale: uPlot.Scale) => [scale.min!, scale.max!] as const;
    // As every reader of SVG takes it, without a share of opacity.
    const color = (name: string) => `rgb(${colorOf(name).match(/[\d.]+/g)!.slice(0, 3)})`;
    return svgOf({
      ...{ title, xLabel, lines, levels, moments, log, logX, counts },
      ...{ x: stretch(x), y: stretch(y) },
      colors: {
        ...{ paper: color("--card"), ink: color("--ink") },
        ...{ soft: color("--soft"), grid: color("--grid") },
        bad: color("--bad"),
        moment: (kind) => color(momentColors[kind]),
        line: (index) => color(`--series-${index % paletteSize}`),
      },
    });
  };
  const saveDrawing = () => {
    const svg = drawing();
    if (svg === undefined) return;
    download(fileNameOf(title, "svg"), new Blob([svg], { type: "image/svg+xml" }));
  };
  const savePicture = async () => {
    const svg = drawing();
    if (svg !== undefined) download(fileNameOf(title, "png"), await pngOf(svg));
  };
  const rows = useMemo(() => readable(lines).map(lineFigures), [lines]);
  const written = figuresBeside(levels);
  return (
    <>
      {rows.map(({ label, broken }) =>
        broken && (
          <p class="problem" key={label}>
            {label}: first {broken.value} at {figure(broken.x)} {xLabel}
          </p>
        )
      )}
      <details>
        <summary>Figures</summary>
        <p class="note">
          Save as <button type="button" class="quiet" onClick={saveTable}>CSV</button>{" "}
          <button
            type="button"
            class="quiet"
            onClick={() =>
              savePicture().catch(() =>
                problem.value = "This browser cannot draw it as PNG: take the SVG."
              )}
          >
            PNG
          </button>{" "}
          <button type="button" class="quiet" onClick={saveDrawing}>SVG</button>{" "}
          {problem.value !== "" && <span class="problem" role="alert">{problem.value}</span>}
        </p>
        <Scrolled name={`Figures of ${title}`}>
          <table>
            <caption class="hidden">{title}</caption>
            <thead>
              <tr>
                <th scope="col">Line</th>
                <th scope="col">Until</th>
                <th scope="col">Last</th>
                <th scope="col">Lowest</th>
                <th scope="col">Highest</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ label, until, last, lowest, highest }) => (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  <td>{figure(until)}</td>
                  <td>{written(last)}</td>
                  <td>{written(lowest)}</td>
                  <td>{written(highest)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
      </details>
    </>
  );
}
