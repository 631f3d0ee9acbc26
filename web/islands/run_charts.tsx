/**
 * All series of one run: search, choice of the x axis, smoothing; drawn while they are in view and
 * again as points arrive.
 *
 * @module
 */
import { effect, useSignal } from "@preact/signals";
import type { RefObject, VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { type Axis, axisTitle } from "../axes.ts";
import { AxisChoice, SmoothingChoice } from "../components/choices.tsx";
import { Plot } from "../components/plot.tsx";
import type { Contents } from "../contents.ts";
import type { Range } from "../curves.ts";
import { count, figure, metricTitle } from "../format.ts";
import type { Line } from "../lines.ts";
import { contentsFrom, heardGrowth, statusHeard } from "../live.ts";
import { grownBy } from "../live_series.ts";
import type { SeriesAnswer } from "../routes/api/series.ts";

/** What a reader has chosen. */
interface View {
  readonly axis: Axis;
  readonly smoothing: number;
  /** The zoom, which all charts share. */
  readonly range?: Range;
}

/** The island. */
export default function RunCharts(
  { run, contents, axis }: { run: string; contents: Contents; axis: Axis },
): VNode {
  const { names } = contentsFrom(contents);
  const search = useSignal("");
  const view = useSignal<View>({ axis, smoothing: 0 });
  const found = names.filter((name) => matches(name, search.value));
  return (
    <section>
      <div class="toolbar">
        <label class="grow">
          <span class="hidden">Search metrics</span>
          <input
            type="search"
            placeholder={`Search ${names.length} metrics`}
            value={search.value}
            onInput={(event) => search.value = event.currentTarget.value}
          />
        </label>
        <AxisChoice
          axis={view.value.axis}
          choose={(axis) => view.value = { ...view.value, axis, range: undefined }}
        />
        <SmoothingChoice
          share={view.value.smoothing}
          choose={(smoothing) => view.value = { ...view.value, smoothing }}
        />
      </div>
      <div class="charts">
        {found.map((name) => (
          <SeriesChart
            key={name}
            run={run}
            name={name}
            view={view.value}
            zoom={(range) => view.value = { ...view.value, range }}
          />
        ))}
      </div>
      {found.length === 0 && (
        <p class="empty">
          {names.length === 0 ? "No figure yet." : `No metric matches “${search.value}”.`}
        </p>
      )}
    </section>
  );
}

function matches(name: string, search: string): boolean {
  const text = `${name} ${metricTitle(name)}`.toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** Whether an element is in or near the viewport. */
function useInView(): { element: RefObject<HTMLDivElement>; inView: boolean } {
  const element = useRef<HTMLDivElement>(null);
  const inView = useSignal(false);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => inView.value = entries.at(-1)!.isIntersecting,
      { rootMargin: "200px" },
    );
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return { element, inView: inView.value };
}

function SeriesChart(
  { run, name, view, zoom }: {
    run: string;
    name: string;
    view: View;
    zoom: (range: Range | undefined) => void;
  },
): VNode {
  const { element, inView } = useInView();
  const loaded = useSignal<SeriesAnswer | null>(null);
  /** How often the drawn points could not be gone on with. */
  const misses = useSignal(0);
  // The last points of a run may come with its end.
  const status = statusHeard(run);

  useEffect(() => {
    if (!inView) return;
    const controller = new AbortController();
    const { axis, smoothing, range } = view;
    const query = new URLSearchParams({ run, name, axis, smoothing: String(smoothing) });
    for (const [end, x] of Object.entries(range ?? {})) query.set(end, String(x));
    fetch(`/api/series?${query}`, { signal: controller.signal })
      .then((response) => response.json())
      .then((next: SeriesAnswer) => loaded.value = next)
      .catch(() => {/* the next news fetches it again */});
    return () => controller.abort();
  }, [inView, run, name, view, status, misses.value]);

  useEffect(() =>
    effect(() => {
      const grown = heardGrowth.value;
      const drawn = loaded.peek();
      if (grown === null || drawn === null) return;
      const next = grownBy(drawn, grown, name);
      if (next === undefined) misses.value = misses.peek() + 1;
      else loaded.value = next;
    }), [name]);

  const series = loaded.value;
  const lines = useMemo(() => series === null ? [] : linesOf(name, series), [series]);
  return (
    <div class="card" ref={element}>
      <h3>
        <span>{metricTitle(name)}</span>
        <span class="last">{series && figure(series.last)}</span>
      </h3>
      {series !== null && (
        <>
          <Plot
            title={metricTitle(name)}
            xLabel={axisTitle(series.axis)}
            lines={lines}
            linked
            range={view.range}
            zoom={zoom}
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

/** The curve; where it is smoothed, the raw one stays faintly behind it. */
function linesOf(name: string, { x, y, smoothed }: SeriesAnswer): Line[] {
  const label = metricTitle(name.slice(name.indexOf("/") + 1));
  const raw = { label, color: 0, x, y };
  if (smoothed === null) return [raw];
  return [
    { ...raw, label: "raw", faint: true },
    { ...raw, label: "smoothed", x: x.slice(0, smoothed.length), y: smoothed },
  ];
}
