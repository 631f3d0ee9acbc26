/**
 * How uPlot draws a chart of ours: axes, lines, bands, marks of values that are not finite.
 *
 * @module
 */
import type { Signal } from "@preact/signals";
import type uPlot from "uplot";
import type { Range } from "../curves.ts";
import type { Line } from "../lines.ts";
import { constantRange, isConstant, tickLabels } from "../ticks.ts";
import { dashOf, paletteSize } from "./palette.ts";

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
}

/** At most so many points are drawn as dots, too. */
const DOTS = 40;
/** At most so many marks of values that are not finite. */
const MARKS = 200;

function style(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const finite = (value: number | string) => typeof value === "number" ? value : null;

/** Lines on a common x: null is a gap, undefined a place where another line has a point. */
export function joined(library: Library, lines: readonly Line[]): uPlot.AlignedData {
  return library.join(lines.map((line) => {
    const columns = [line.y.map(finite)];
    if (line.low && line.high) columns.push(line.low.map(finite), line.high.map(finite));
    return [[...line.x], ...columns] as unknown as uPlot.AlignedData;
  }));
}

/** Options of a chart. */
export function chartOptions(
  library: Library,
  state: ChartState,
  size: { width: number; height: number },
): uPlot.Options {
  const { linked, xLabel } = state;
  const grid = { stroke: style("--grid"), width: 1 };
  const axis: uPlot.Axis = {
    stroke: style("--ink-soft"),
    grid,
    ticks: { ...grid, size: 4 },
    font: "12px system-ui, sans-serif",
    values: (_, splits) => tickLabels(splits),
  };
  return {
    ...size,
    padding: [8, 22, 0, 0],
    scales: {
      x: { time: false },
      y: {
        range: (_, low, high) =>
          low === null
            ? [0, 1]
            : isConstant(low, high)
            ? constantRange(low)
            : library.rangeNum(low, high, 0.1, true),
      },
    },
    axes: [{ ...axis, size: 28 }, { ...axis, size: widthOf }],
    ...marksOf(state.lines.current),
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false, dist: 5 },
      bind: {
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
      setCursor: [(plot) => {
        const { left } = plot.cursor;
        const inside = left !== undefined && left !== null && left >= 0;
        state.cursor.value = inside ? plot.posToVal(left, "x") : null;
      }],
      setSelect: [(plot) => {
        const { left, width } = plot.select;
        if (width === 0) return;
        const at = (pixel: number) => Number(plot.posToVal(pixel, "x").toPrecision(7));
        const [from, to] = [at(left), at(left + width)];
        plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        state.zoom.current({ from, to });
      }],
      draw: [(plot) => drawBroken(plot, state.lines.current)],
    },
  };
}

/** Series and bands of lines. */
function marksOf(lines: readonly Line[]): Pick<uPlot.Options, "series" | "bands"> {
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const line of lines) {
    const color = style(`--series-${line.color % paletteSize}`);
    series.push({
      stroke: line.faint ? `${color}60` : color,
      width: line.faint ? 1 : 2,
      dash: line.faint ? [] : [...dashOf(line.color)],
      points: {
        show: !line.faint && !line.low && line.x.length <= DOTS,
        size: 5,
        fill: color,
      },
    });
    if (line.low && line.high) {
      const edge: uPlot.Series = { stroke: "transparent", width: 0, points: { show: false } };
      series.push({ ...edge }, { ...edge });
      bands.push({ series: [series.length - 1, series.length - 2], fill: `${color}28` });
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
  ctx.strokeStyle = style("--bad");
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  for (const line of lines) {
    if (line.faint) continue;
    let marks = 0;
    line.y.forEach((value, i) => {
      if (typeof value === "number" || marks++ > MARKS) return;
      const x = plot.valToPos(line.x[i], "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width) return;
      ctx.moveTo(x - arm, y - arm);
      ctx.lineTo(x + arm, y + arm);
      ctx.moveTo(x - arm, y + arm);
      ctx.lineTo(x + arm, y - arm);
    });
  }
  ctx.stroke();
  ctx.restore();
}
