/**
 * All series of one run: search, choice of the x axis, smoothing; drawn when they come into view
 * and again as points arrive.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Contents } from "../routes/api/contents.ts";
import type { Axis, SeriesAnswer } from "../routes/api/series.ts";
import { count, figure, metricTitle } from "./format.ts";
import { listen, useContents, useStamp } from "./live.ts";
import { type Line, Plot } from "./plot.tsx";
import { smooth } from "./smooth.ts";

/** X axes by what they are called. */
export const axes: readonly { key: Axis; title: string }[] = [
  { key: "environmentSteps", title: "environment steps" },
  { key: "gradientSteps", title: "gradient steps" },
  { key: "examples", title: "examples" },
  { key: "wallSeconds", title: "seconds" },
  { key: "iterations", title: "iterations" },
];

/** What an axis is called. */
export function titleOf(axis: Axis): string {
  return axes.find((each) => each.key === axis)!.title;
}

/** The island. */
export default function RunCharts(
  { run, contents, axis }: { run: string; contents: Contents; axis: Axis },
): VNode {
  const { names } = useContents(run, contents);
  const search = useSignal("");
  const chosenAxis = useSignal<Axis>(axis);
  const smoothing = useSignal(0);
  useEffect(listen, []);
  const found = names.filter((name) => name.toLowerCase().includes(search.value.toLowerCase()));
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
        <AxisChoice axis={chosenAxis.value} choose={(next) => chosenAxis.value = next} />
        <label>
          Smoothing{" "}
          <input
            type="range"
            min={0}
            max={0.2}
            step={0.005}
            value={smoothing.value}
            title="y(x) = Σ yᵢ·exp(−(x−xᵢ)/w) / Σ exp(−(x−xᵢ)/w) over xᵢ ≤ x, w a share of the x range"
            onInput={(event) => smoothing.value = Number(event.currentTarget.value)}
          />{" "}
          <output>{(smoothing.value * 100).toFixed(1)} %</output>
        </label>
      </div>
      <div class="charts">
        {found.map((name) => (
          <SeriesChart
            key={name}
            run={run}
            name={name}
            axis={chosenAxis.value}
            smoothing={smoothing.value}
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

/** The choice of an x axis. */
export function AxisChoice(
  { axis, choose }: { axis: Axis; choose: (axis: Axis) => void },
): VNode {
  return (
    <label>
      X axis{" "}
      <select
        value={axis}
        onChange={(event) => choose(event.currentTarget.value as Axis)}
      >
        {axes.map((each) => (
          <option key={each.key} value={each.key} selected={each.key === axis}>
            {each.title}
          </option>
        ))}
      </select>
    </label>
  );
}

/** True from the moment when the element first comes near the viewport. */
function useSeen() {
  const element = useRef<HTMLDivElement>(null);
  const seen = useSignal(false);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) seen.value = true;
    }, { rootMargin: "300px" });
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return { element, seen };
}

function SeriesChart(
  { run, name, axis, smoothing }: { run: string; name: string; axis: Axis; smoothing: number },
): VNode {
  const { element, seen } = useSeen();
  const answer = useSignal<SeriesAnswer | null>(null);
  const stamp = useStamp(run);

  useEffect(() => {
    if (!seen.value) return;
    const controller = new AbortController();
    const query = new URLSearchParams({ run, name, points: "600" });
    fetch(`/api/series?${query}`, { signal: controller.signal })
      .then((response) => response.json())
      .then((next: SeriesAnswer) => answer.value = next)
      .catch(() => {/* the next news fetches it again */});
    return () => controller.abort();
  }, [seen.value, run, name, stamp]);

  const series = answer.value;
  const lines = useMemo(
    () => series === null ? [] : linesOf(series, axis, smoothing),
    [series, axis, smoothing],
  );
  const total = answer.value?.total ?? 0;
  const points = answer.value?.values.length ?? 0;
  return (
    <div class="card" ref={element}>
      <h3>
        {metricTitle(name)}
        <span class="last">{figure(answer.value?.values.at(-1))}</span>
      </h3>
      {lines.length > 0 && <Plot title={metricTitle(name)} xLabel={titleOf(axis)} lines={lines} />}
      {total > points && <small class="badge">{count(points)} of {count(total)} points</small>}
    </div>
  );
}

/** The curve; where it is smoothed, the raw one stays faintly behind it. */
function linesOf(series: SeriesAnswer, axis: Axis, smoothing: number): Line[] {
  const raw = { label: series.name, color: 0, x: series.x[axis], y: series.values };
  if (smoothing === 0) return [raw];
  const smoothed = smooth(raw.x, raw.y, smoothing);
  return [{ ...raw, label: `${series.name}, raw`, faint: true }, { ...raw, y: smoothed }];
}
