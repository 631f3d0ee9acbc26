/** The compare page: groups of runs over seeds. @module */
import type { VNode } from "preact";
import { streamOf } from "../../lab/core/random.ts";
import { flatten, groupRuns, lastValues, type RunGroup } from "../../lab/experiment/comparison.ts";
import { bootstrapInterval, iqm, mean, median } from "../../lab/statistics/mod.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import type { State } from "../app.ts";
import { type Context, page, type PageAnswer, type PageProps } from "../fresh.ts";
import { CompareCharts } from "../islands.ts";
import { figure, metricTitle } from "../islands/format.ts";
import { headlines } from "../summary.ts";
import type { Axis } from "./api/series.ts";

interface Row {
  readonly label: string;
  readonly seeds: readonly { readonly run: string; readonly seed: string }[];
  readonly iqm: number;
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  readonly median: number;
  readonly settings: Record<string, string>;
}

interface Data {
  readonly title: string;
  readonly runs: readonly string[];
  readonly names: readonly string[];
  readonly metric: string;
  readonly axis: Axis;
  readonly rows: readonly Row[];
}

/** `?run=ID&run=ID…`; without any, every run of the store. `?metric=` chooses the metric. */
export function handler({ url, state: { store } }: Context<State>): PageAnswer<Data> {
  const asked = url.searchParams.getAll("run");
  const runs = asked.length > 0 ? asked.map((id) => store.find(id)) : store.runs();
  const names = [...new Set(runs.flatMap((run) => store.seriesNames(run.id)))].sort();
  const metric = url.searchParams.get("metric") ?? headlines.find((name) => names.includes(name)) ??
    names[0] ?? "";
  return page({
    title: "Compare",
    runs: runs.map((run) => run.id),
    names,
    metric,
    axis: axisOf(runs),
    rows: groupRuns(runs)
      .map((group) => rowOf(store, group, metric))
      .filter((row) => row.seeds.length > 0),
  });
}

function axisOf(runs: readonly Run[]): Axis {
  return runs.some((run) => run.environmentSteps > 0) ? "environmentSteps" : "examples";
}

function rowOf(store: Store, group: RunGroup, metric: string): Row {
  const values = lastValues(store, group, metric);
  const known = values.filter((value) => !Number.isNaN(value));
  const random = streamOf(0, "bootstrap");
  const interval = known.length > 0
    ? bootstrapInterval([known], iqm, { random, repeats: 2000 })
    : { low: NaN, high: NaN };
  return {
    label: group.label,
    seeds: group.runs
      .filter((_, i) => !Number.isNaN(values[i]))
      .map((run) => ({ run: run.id, seed: run.manifest.determined.seed })),
    iqm: iqm(known),
    low: interval.low,
    high: interval.high,
    mean: mean(known),
    median: median(known),
    settings: flatten(group.configuration),
  };
}

/** The page. */
export default function Compare({ data }: PageProps<Data>): VNode {
  if (data.runs.length === 0) {
    return (
      <>
        <h1>Compare</h1>
        <p class="empty">
          No run to compare yet. Train some with <code>deno task experiment</code>.
        </p>
      </>
    );
  }
  return (
    <>
      <h1>Compare</h1>
      <CompareCharts
        runs={data.runs}
        names={data.names}
        metric={data.metric}
        axis={data.axis}
      />
      <h2>{metricTitle(data.metric)}, last value of each seed</h2>
      <Statistics rows={data.rows} />
      <Differences rows={data.rows} />
    </>
  );
}

function Statistics({ rows }: { rows: readonly Row[] }): VNode {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col">Seeds</th>
            <th scope="col">IQM</th>
            <th scope="col">95 % interval</th>
            <th scope="col">Mean</th>
            <th scope="col">Median</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.label}>
              <th scope="row">{row.label}</th>
              <td>
                {row.seeds.map((seed, i) => (
                  <span key={seed.run}>
                    {i > 0 && ", "}
                    <a href={`/runs/${seed.run}`}>{seed.seed}</a>
                  </span>
                ))}
              </td>
              <td>
                <strong>{figure(row.iqm)}</strong>
              </td>
              <td>{figure(row.low)} … {figure(row.high)}</td>
              <td>{figure(row.mean)}</td>
              <td>{figure(row.median)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Settings in which the groups differ. */
function Differences({ rows }: { rows: readonly Row[] }): VNode | null {
  const paths = [...new Set(rows.flatMap((row) => Object.keys(row.settings)))]
    .filter((path) => new Set(rows.map((row) => row.settings[path])).size > 1).sort();
  if (rows.length < 2 || paths.length === 0) return null;
  return (
    <details>
      <summary>Settings that differ ({paths.length})</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Setting</th>
              {rows.map((row) => <th scope="col" key={row.label}>{row.label}</th>)}
            </tr>
          </thead>
          <tbody>
            {paths.map((path) => (
              <tr key={path}>
                <th scope="row">
                  <code>{path}</code>
                </th>
                {rows.map((row) => <td key={row.label}>{row.settings[path] ?? "–"}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
