/** Groups of runs by one metric: curves, statistics and settings. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { axisTitle } from "../axes.ts";
import { AxisChoice, SmoothingChoice } from "../components/choices.tsx";
import { Differences, Statistics } from "../components/comparison_tables.tsx";
import { Plot } from "../components/plot.tsx";
import { Swatch } from "../components/swatch.tsx";
import type { Comparison } from "../comparison.ts";
import { metricTitle } from "../format.ts";
import { groupLines } from "../lines.ts";
import { stampOf } from "../live.ts";

/** The island. `runs` are those asked for, none where all are. */
export default function ComparisonView(
  { initial, runs, smoothing: asked }: {
    initial: Comparison;
    runs: readonly string[];
    smoothing: number;
  },
): VNode {
  const comparison = useSignal(initial);
  const view = useSignal({ metric: initial.metric, axis: initial.axis, smoothing: asked });
  const seeds = useSignal(true);
  const hidden = useSignal<ReadonlySet<string>>(new Set());
  const first = useRef(true);
  const { metric, axis, smoothing } = view.value;
  const { groups, names } = comparison.value;
  const stamp = groups.flatMap((group) => group.seeds).map(({ run }) => stampOf(run)).join();

  useEffect(() => {
    if (first.current) return void (first.current = false);
    const controller = new AbortController();
    const query = new URLSearchParams({ metric, axis, smoothing: String(smoothing) });
    for (const id of runs) query.append("run", id);
    history.replaceState(null, "", `/compare?${query}`);
    fetch(`/api/comparison?${query}`, { signal: controller.signal })
      .then((response) => response.json())
      .then((next: Comparison) => comparison.value = next)
      .catch(() => {/* the next news fetches it again */});
    return () => controller.abort();
  }, [metric, axis, smoothing, stamp]);

  const lines = useMemo(
    () => groupLines(groups, { seeds: seeds.value, hidden: hidden.value }),
    [groups, seeds.value, hidden.value],
  );
  const toggle = (label: string) => {
    const next = new Set(hidden.value);
    if (!next.delete(label)) next.add(label);
    hidden.value = next;
  };
  return (
    <section>
      <div class="toolbar">
        <label>
          Metric{" "}
          <select
            value={metric}
            onChange={(event) => view.value = { ...view.value, metric: event.currentTarget.value }}
          >
            {names.map((name) => (
              <option key={name} value={name} selected={name === metric}>
                {metricTitle(name)}
              </option>
            ))}
          </select>
        </label>
        <AxisChoice axis={axis} choose={(axis) => view.value = { ...view.value, axis }} />
        <SmoothingChoice
          share={smoothing}
          choose={(smoothing) => view.value = { ...view.value, smoothing }}
        />
        <label>
          <input
            type="checkbox"
            checked={seeds.value}
            onChange={(event) => seeds.value = event.currentTarget.checked}
          />{" "}
          Single seeds
        </label>
      </div>
      <div class="card">
        <ul class="legend" aria-label="Groups">
          {groups.map((group, i) => (
            <li key={group.label}>
              <button
                type="button"
                aria-pressed={!hidden.value.has(group.label)}
                title="Show or hide the group"
                onClick={() => toggle(group.label)}
              >
                <Swatch color={i} /> {group.label}
              </button>
            </li>
          ))}
        </ul>
        {groups.length === 0
          ? <p class="empty">None of these runs has {metricTitle(metric)}.</p>
          : (
            <Plot
              title={`${metricTitle(metric)} of each group`}
              xLabel={axisTitle(axis)}
              lines={lines}
              height={360}
            />
          )}
        <p class="note">
          Lines are means over the seeds that count, bands their 95 % bootstrap interval, thin lines
          the lowest and highest values of single seeds. A run that finished keeps its last value.
        </p>
      </div>
      <h2>{metricTitle(metric)}, last value of each seed</h2>
      <Statistics groups={groups} />
      <Differences groups={groups} />
    </section>
  );
}
