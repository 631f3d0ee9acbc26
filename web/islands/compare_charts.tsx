/** Charts over groups of runs: choice of metric and x axis, seeds behind their mean. @module */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { GroupCurves } from "../routes/api/curves.ts";
import type { Axis } from "../routes/api/series.ts";
import { metricTitle } from "./format.ts";
import { listen, rows } from "./live.ts";
import { type Line, paletteSize, Plot } from "./plot.tsx";
import { AxisChoice, titleOf } from "./run_charts.tsx";

/** The island. */
export default function CompareCharts(
  { runs, names, metric, axis }: {
    runs: readonly string[];
    names: readonly string[];
    metric: string;
    axis: Axis;
  },
): VNode {
  const chosen = useSignal(metric);
  const chosenAxis = useSignal<Axis>(axis);
  const seeds = useSignal(true);
  const groups = useSignal<readonly GroupCurves[]>([]);
  useEffect(listen, []);
  const stamp = runs.map((id) => rows.value.get(id)?.count ?? 0).join();

  useEffect(() => {
    const controller = new AbortController();
    const query = new URLSearchParams({ metric: chosen.value, axis: chosenAxis.value });
    for (const id of runs) query.append("run", id);
    fetch(`/api/curves?${query}`, { signal: controller.signal })
      .then((response) => response.json())
      .then((next: GroupCurves[]) => groups.value = next)
      .catch(() => {/* the next news fetches it again */});
    return () => controller.abort();
  }, [chosen.value, chosenAxis.value, stamp]);

  return (
    <section>
      <div class="toolbar">
        <label>
          Metric{" "}
          <select
            value={chosen.value}
            onChange={(event) => chosen.value = event.currentTarget.value}
          >
            {names.map((name) => (
              <option key={name} value={name} selected={name === chosen.value}>
                {metricTitle(name)}
              </option>
            ))}
          </select>
        </label>
        <AxisChoice axis={chosenAxis.value} choose={(next) => chosenAxis.value = next} />
        <label>
          <input
            type="checkbox"
            checked={seeds.value}
            onChange={(event) => seeds.value = event.currentTarget.checked}
          />{" "}
          single seeds
        </label>
      </div>
      <div class="card">
        <Legend groups={groups.value} />
        <Curves
          groups={groups.value}
          metric={chosen.value}
          axis={chosenAxis.value}
          seeds={seeds.value}
        />
        <small>
          Lines: mean over seeds, bands: 95 % bootstrap interval of the mean. A run that ended keeps
          its last value.
        </small>
      </div>
    </section>
  );
}

function Legend({ groups }: { groups: readonly GroupCurves[] }): VNode {
  return (
    <ul class="legend">
      {groups.map((group, i) => (
        <li key={group.label} class={`series-${i % paletteSize}`}>
          {group.label} <small>n = {group.seeds.length}</small>
        </li>
      ))}
    </ul>
  );
}

function Curves(
  { groups, metric, axis, seeds }: {
    groups: readonly GroupCurves[];
    metric: string;
    axis: Axis;
    seeds: boolean;
  },
): VNode {
  const lines = useMemo(() => linesOf(groups, seeds), [groups, seeds]);
  return (
    <Plot
      title={`${metricTitle(metric)} of each group`}
      xLabel={titleOf(axis)}
      lines={lines}
      height={360}
    />
  );
}

function linesOf(groups: readonly GroupCurves[], seeds: boolean): Line[] {
  return groups.flatMap((group, color): Line[] => [
    ...(seeds && group.seeds.length > 1
      ? group.seeds.map((seed) => ({
        label: `${group.label}, seed ${seed.seed}`,
        color,
        x: seed.x,
        y: seed.y,
        faint: true,
      }))
      : []),
    { label: group.label, color, ...group.mean },
  ]);
}
