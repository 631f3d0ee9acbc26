/**
 * A chart of lines with bands on uPlot, with a table of its figures for who cannot see it.
 *
 * @module
 */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { figure } from "./format.ts";

/** One line; `low` and `high` draw a band around it. Values that are not finite are gaps. */
export interface Line {
  readonly label: string;
  /** Index into the palette. */
  readonly color: number;
  readonly x: readonly number[];
  readonly y: readonly (number | string)[];
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** Thin and pale: raw values behind a smoothed line, single seeds behind their mean. */
  readonly faint?: boolean;
}

/** Lines, told apart by colour and by dash, on one x axis. */
export interface PlotProps {
  readonly title: string;
  readonly xLabel: string;
  readonly lines: readonly Line[];
  readonly height?: number;
}

/** Dashes of the palette's colours, so that colour is not the only mark. */
const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [12, 4], [3, 6], [6, 2, 2, 2]];

/** Length of the palette; further lines begin it anew. */
export const paletteSize = dashes.length;

function style(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function colorOf(line: Line): string {
  return style(`--series-${line.color % paletteSize}`);
}

const finite = (value: number | string | undefined) =>
  typeof value === "number" && Number.isFinite(value) ? value : null;

/** One table a line: x and its one or three columns; uPlot joins them on a common x. */
function tables(lines: readonly Line[]): uPlot.AlignedData[] {
  return lines.map((line) => {
    const columns: (number | null)[][] = [line.y.map(finite)];
    if (line.low && line.high) columns.push(line.low.map(finite), line.high.map(finite));
    return [[...line.x], ...columns] as unknown as uPlot.AlignedData;
  });
}

function options(
  Plot: typeof uPlot,
  { title, xLabel, lines, height = 220 }: PlotProps,
  width: number,
): uPlot.Options {
  const ink = style("--ink-soft");
  const grid = { stroke: style("--line"), width: 1 };
  const series: uPlot.Series[] = [{ label: xLabel, value: (_, x) => figure(x) }];
  const bands: uPlot.Band[] = [];
  for (const line of lines) {
    const color = colorOf(line);
    series.push({
      label: line.label,
      stroke: line.faint ? `${color}55` : color,
      width: line.faint ? 1 : 2,
      dash: line.faint ? [] : dashes[line.color % paletteSize],
      spanGaps: true,
      points: { show: line.x.length <= 2 },
      value: (_, y) => figure(y),
    });
    if (line.low && line.high) {
      const edge = { stroke: "transparent", width: 0, points: { show: false }, spanGaps: true };
      series.push({ label: `${line.label}, low`, ...edge }, {
        label: `${line.label}, high`,
        ...edge,
      });
      bands.push({ series: [series.length - 1, series.length - 2], fill: `${color}26` });
    }
  }
  const axis = { stroke: ink, grid, ticks: grid, font: "12px system-ui" };
  return {
    width,
    height,
    title: undefined,
    ariaLabel: title,
    scales: { x: { time: false } },
    axes: [
      { ...axis, values: (_: uPlot, splits: number[]) => splits.map(short) },
      { ...axis, size: 56, values: (_: uPlot, splits: number[]) => splits.map(short) },
    ],
    series,
    bands,
    legend: { show: false },
    cursor: { points: { size: 6 }, drag: { x: true, y: false } },
    plugins: [readout(Plot)],
  } as uPlot.Options;
}

const short = (value: number) =>
  Math.abs(value) >= 1e4
    ? value.toLocaleString("en", { notation: "compact", maximumFractionDigits: 1 })
    : figure(value);

/** Writes the figures under the cursor into the line below the chart: off the curves. */
function readout(_: typeof uPlot): uPlot.Plugin {
  return {
    hooks: {
      setCursor: (plot: uPlot) => {
        const index = plot.cursor.idx;
        const target = plot.root.parentElement?.parentElement?.querySelector(".readout");
        if (!target) return;
        if (index === null || index === undefined) return void (target.textContent = "");
        const parts = plot.series.slice(1).flatMap((series, i) => {
          const y = plot.data[i + 1][index];
          const hidden = series.width === 0 || y === null || y === undefined;
          return hidden ? [] : [`${series.label}: ${figure(y)}`];
        });
        target.textContent = `${plot.series[0].label} ${figure(plot.data[0][index])} — ${
          parts.slice(0, 6).join(", ")
        }`;
      },
    },
  };
}

/** The chart. Drag to zoom, double-click to zoom out. */
export function Plot(props: PlotProps): VNode {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);

  useEffect(() => {
    let alive = true;
    let observer: ResizeObserver | undefined;
    const draw = async () => {
      const { default: Plot } = await import("uplot");
      const element = holder.current;
      if (!alive || element === null || props.lines.length === 0) return;
      const joined = Plot.join(tables(props.lines));
      chart.current?.destroy();
      chart.current = new Plot(options(Plot, props, element.clientWidth), joined, element);
      observer = new ResizeObserver(() =>
        chart.current?.setSize({ width: element.clientWidth, height: props.height ?? 220 })
      );
      observer.observe(element);
    };
    draw();
    const theme = matchMedia("(prefers-color-scheme: dark)");
    theme.addEventListener("change", draw);
    return () => {
      alive = false;
      observer?.disconnect();
      theme.removeEventListener("change", draw);
      chart.current?.destroy();
      chart.current = null;
    };
  }, [props.lines, props.xLabel]);

  return (
    <figure class="plot">
      <div class="canvas" ref={holder}></div>
      <p class="readout" aria-hidden="true"></p>
      <Figures {...props} />
    </figure>
  );
}

/** The last figures of each line as a table, and a warning where values are not finite. */
function Figures({ title, xLabel, lines }: PlotProps): VNode {
  const shown = lines.filter((line) => !line.faint);
  const broken = shown.flatMap((line) => {
    const index = line.y.findIndex((y) => typeof y === "string");
    return index < 0 ? [] : [`${line.label}: first ${line.y[index]} at ${figure(line.x[index])}`];
  });
  return (
    <>
      {broken.map((text) => <p class="problem" key={text}>{text}</p>)}
      <details>
        <summary>Figures</summary>
        <div class="scroll">
          <table>
            <caption>{title}</caption>
            <thead>
              <tr>
                <th scope="col">Line</th>
                <th scope="col">{xLabel}</th>
                <th scope="col">Last</th>
                <th scope="col">Lowest</th>
                <th scope="col">Highest</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((line) => {
                const values = line.y.filter((y): y is number => typeof y === "number");
                return (
                  <tr key={line.label}>
                    <th scope="row">{line.label}</th>
                    <td>{figure(line.x.at(-1))}</td>
                    <td>{figure(line.y.at(-1))}</td>
                    <td>{figure(values.length > 0 ? Math.min(...values) : null)}</td>
                    <td>{figure(values.length > 0 ? Math.max(...values) : null)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}
