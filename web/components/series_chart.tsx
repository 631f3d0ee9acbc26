/** A chart of one figure of a run, which grows with it. @module */
import { effect, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { type Axis, axisTitle, isCount, type Scales } from "../axes.ts";
import type { Chart } from "../charts.ts";
import type { Range } from "../curves.ts";
import { count, figure, metricWords, partOf } from "../format.ts";
import { bandAround, type Line } from "../lines.ts";
import { heardGrowth, isGone, statusHeard } from "../live.ts";
import { grownBy } from "../live_series.ts";
import type { Meaning } from "../metric_guide.ts";
import { keepScales } from "../query.ts";
import type { SeriesAnswer } from "../routes/api/series.ts";
import { jsonOf, useAsked, useInView } from "./asked.ts";
import { Plot, type PlotProps } from "./plot.tsx";
import type { Moment } from "./plot_options.ts";

/** What a reader has chosen for all charts of a run. */
export interface View extends Partial<Scales> {
  readonly axis: Axis;
  readonly smoothing: number;
  /** The zoom. */
  readonly range?: Range;
}

/** Series by their names. */
export type Loaded = Readonly<Record<string, SeriesAnswer>>;

/** What a chart shows beside its lines. */
export interface SeriesChartProps extends Pick<PlotProps, "levels" | "height"> {
  readonly run: string;
  readonly chart: Chart;
  readonly view: View;
  readonly zoom: (range: Range | undefined) => void;
  readonly about?: Meaning;
  /** Draws a single point, too; otherwise it is the figure in the head. */
  readonly single?: boolean;
  /** What stands on its time line, by iterations. */
  readonly moments?: readonly (Omit<Moment, "x"> & { readonly iteration: number })[];
  /** Told of the iteration that was clicked. */
  readonly pick?: (iteration: number) => void;
}

const none: readonly never[] = [];

/** The card. */
export function SeriesChart(
  {
    run,
    chart,
    view,
    zoom,
    about,
    single = false,
    levels,
    height = 150,
    moments = none,
    pick,
  }: SeriesChartProps,
): VNode {
  const { element, inView } = useInView<HTMLDivElement>();
  const { name, deviation, beside } = chart;
  const wanted: Wanted[] = [
    { name },
    ...(deviation === undefined ? [] : [{ name: deviation, at: name }]),
    ...beside,
  ];
  const { loaded, problem } = useSeries(run, wanted, view, inView);
  const series = loaded?.[name];
  const lines = useMemo(() => loaded === null ? [] : linesOf(chart, loaded), [loaded]);
  // The densest series tells best which x an iteration has.
  const ruler = Object.values(loaded ?? {}).reduce<SeriesAnswer | undefined>(
    (best, each) => best === undefined || each.x.length > best.x.length ? each : best,
    undefined,
  );
  const placed = useMemo(
    () =>
      ruler === undefined ? none : moments.map(({ iteration, ...moment }) => ({
        ...moment,
        x: between(ruler.iterations, ruler.x, iteration),
      })),
    [moments, ruler],
  );
  const title = metricWords(name);
  const isCurve = single || view.range !== undefined || lines.some(({ x }) => x.length > 1);
  return (
    <div class={series === undefined || isCurve ? "card chart" : "card"} ref={element}>
      <h3>
        <span>
          <small>{partOf(name)}</small> {title}
        </span>
        <span class="last">{series && figure(series.last)}</span>
      </h3>
      {about !== undefined && <About {...about} />}
      {/* That a run has left the store is said at the page's head. */}
      {problem !== "" && !isGone(run) && <p class="problem" role="alert">{problem}</p>}
      {series !== undefined && isCurve && (
        <>
          <Plot
            title={title}
            xLabel={axisTitle(series.axis)}
            lines={lines}
            height={height}
            linked
            log={view.log}
            logX={view.logX}
            trimmed={view.trimmed}
            counts={isCount(series.axis)}
            range={view.range}
            zoom={zoom}
            levels={levels}
            moments={placed}
            pick={pick && ruler && ((x) => pick(between(ruler.x, ruler.iterations, x)))}
          />
          {series.total > series.y.length && (
            <small class="badge" title="Lowest and highest of each bucket: no spike is lost">
              {count(series.y.length)} of {count(series.total)} points
            </small>
          )}
        </>
      )}
    </div>
  );
}

/** What the figure is; unfolded, how it looks where training goes well, and where it does not. */
export function About({ meaning, healthy, sick }: Meaning): VNode {
  if (healthy === "" && sick === "") return <p class="about">{meaning}</p>;
  return (
    <details class="about">
      <summary title={meaning}>{meaning}</summary>
      {healthy !== "" && (
        <p>
          <b class="good">healthy</b> {healthy}
        </p>
      )}
      {sick !== "" && (
        <p>
          <b class="bad">sick</b> {sick}
        </p>
      )}
    </details>
  );
}

/** A series that is asked for; `at`: at the points of another one. */
interface Wanted {
  readonly name: string;
  readonly at?: string;
}

/** Where a series is asked for, as a view shows it. */
export function pathOf(
  run: string,
  { name, at }: Wanted,
  { axis, smoothing, range, logX }: View,
): string {
  const query = new URLSearchParams({ run, name, axis, smoothing: String(smoothing) });
  if (at !== undefined) query.set("at", at);
  for (const [end, x] of Object.entries(range ?? {})) query.set(end, String(x));
  keepScales(query, { logX });
  return `/api/series?${query}`;
}

/** The series of a chart, fetched where the view changes, and grown with the news. */
function useSeries(
  run: string,
  asked: readonly Wanted[],
  view: View,
  inView: boolean,
): { readonly loaded: Loaded | null; readonly problem: string } {
  const loaded = useSignal<Loaded | null>(null);
  /** Why what is drawn is not what is asked for. */
  const problem = useSignal("");
  /** How often the drawn points could not be gone on with. */
  const misses = useSignal(0);
  // What is drawn otherwise alone is not asked for again.
  const wanted = asked.map((each) => pathOf(run, each, view)).join("\n");
  useAsked<Loaded>({
    question: inView ? wanted : undefined,
    // The last points of a run may come with its end.
    stamp: `${statusHeard(run)} ${misses.value}`,
    async get(signal) {
      const load = async (path: string, i: number): Promise<[string, SeriesAnswer]> => [
        asked[i].name,
        await jsonOf(path, signal),
      ];
      return Object.fromEntries(await Promise.all(wanted.split("\n").map(load)));
    },
    take(found) {
      loaded.value = found;
      problem.value = "";
    },
    fail: (reason) => problem.value = reason,
  });

  useEffect(() =>
    effect(() => {
      const grown = heardGrowth.value;
      const drawn = loaded.peek();
      if (grown === null || drawn === null) return;
      const next = Object.entries(drawn).map(([name, series]) =>
        [name, grownBy(series, grown, name, view.range)] as const
      );
      if (next.some(([, series]) => series === undefined)) misses.value = misses.peek() + 1;
      else if (next.some(([name, series]) => series !== drawn[name])) {
        loaded.value = Object.fromEntries(next) as Loaded;
      }
    }), [wanted]);
  return { loaded: loaded.value, problem: problem.value };
}

/** The figure's line with its band, what stands beside it, and, smoothed, the raw ones behind. */
export function linesOf({ name, deviation, beside }: Chart, loaded: Loaded): Line[] {
  const label = beside.length === 0 ? metricWords(name) : partOf(name);
  const told = [{ name, label }, ...beside];
  return told.flatMap(({ name: own, label }, color): Line[] => {
    const { x, y, smoothed } = loaded[own];
    if (smoothed !== null) {
      return [
        { label: `${label}, raw`, color, x, y, faint: true },
        { label: `${label}, smoothed`, color, x: x.slice(0, smoothed.length), y: smoothed },
      ];
    }
    const spread = own === name && deviation !== undefined ? loaded[deviation] : undefined;
    const together = spread?.x.length === x.length && spread.x.every((each, i) => each === x[i]);
    const band = together ? bandAround(y, spread.y) : {};
    return [{ label, color, x, y, ...band }];
  });
}

/** The value at a place between points; beyond their ends that of the nearest. */
export function between(xs: readonly number[], ys: readonly number[], x: number): number {
  const i = xs.findIndex((each) => each >= x);
  if (i < 0) return ys.at(-1) ?? 0;
  // Before the first point lies the beginning of training.
  const [x0, y0] = i === 0 ? [0, 0] : [xs[i - 1], ys[i - 1]];
  return xs[i] === x0 ? ys[i] : y0 + (ys[i] - y0) * (x - x0) / (xs[i] - x0);
}
