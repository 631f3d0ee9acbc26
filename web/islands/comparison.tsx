/** Groups of runs by one metric: curves, statistics and settings. @module */
import { type Signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { axisTitle } from "../axes.ts";
import { AxisChoice, SmoothingChoice } from "../components/choices.tsx";
import { Differences, Statistics } from "../components/comparison_tables.tsx";
import { Plot } from "../components/plot.tsx";
import { Swatch } from "../components/swatch.tsx";
import type { Comparison, ComparisonRequest } from "../comparison.ts";
import { metricTitle } from "../format.ts";
import { groupLines } from "../lines.ts";
import { heardCount, stampOf } from "../live.ts";

/** The island. */
export default function ComparisonView(
  { initial, request }: { initial: Comparison; request: ComparisonRequest },
): VNode {
  const comparison = useSignal(initial);
  const view = useSignal(request);
  const problem = useSignal("");
  const seeds = useSignal(true);
  const hidden = useSignal<ReadonlySet<string>>(new Set());
  const { smoothing } = view.value;
  const { groups, names, notes, metric, axis } = comparison.value;
  const filter = view.value.filter || comparison.value.filter;
  const shown = groups.flatMap((group) => group.seeds);
  // Runs that are heard of for the first time may be found by the filter, too.
  const stamp = [heardCount(), ...shown.map(({ run }) => stampOf(run))].join();
  useComparison(view.value, stamp, comparison, problem);

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
        <label class="grow">
          <span class="hidden">Filter runs</span>
          <input
            type="search"
            placeholder={view.value.runs.length > 0
              ? `${view.value.runs.length} chosen runs; a filter finds others`
              : "Filter: ppo, experiment=cartpole-ppo, tag=first …"}
            value={filter}
            onChange={({ currentTarget: { value } }) =>
              view.value = {
                ...view.value,
                runs: [],
                filter: value,
                metric: undefined,
                range: undefined,
              }}
          />
        </label>
      </div>
      <div class="toolbar">
        <label>
          Metric{" "}
          <select
            value={view.value.metric ?? metric}
            onChange={(event) => view.value = { ...view.value, metric: event.currentTarget.value }}
          >
            {names.map((name) => (
              <option key={name} value={name} selected={name === metric}>
                {metricTitle(name)}
              </option>
            ))}
          </select>
        </label>
        <AxisChoice
          axis={view.value.axis ?? axis}
          choose={(axis) => view.value = { ...view.value, axis, range: undefined }}
        />
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
          {groups.map((group) => (
            <li key={group.label}>
              <button
                type="button"
                aria-pressed={!hidden.value.has(group.label)}
                title="Show or hide the group"
                onClick={() => toggle(group.label)}
              >
                <Swatch color={group.color} /> {group.label}
              </button>
            </li>
          ))}
        </ul>
        {notes.map((note) => <p class="note" key={note}>{note}</p>)}
        {problem.value !== "" && <p class="problem">{problem.value}</p>}
        {groups.length === 0
          ? (
            <p class="empty">
              {names.length > 0
                ? `None of these runs has ${metricTitle(metric)}.`
                : filter === ""
                ? "None of these runs has figures yet."
                : `No run with figures matches “${filter}”.`}
            </p>
          )
          : (
            <>
              <Plot
                title={`${metricTitle(metric)} of each group`}
                xLabel={axisTitle(axis)}
                lines={lines}
                height={360}
                range={view.value.range}
                zoom={(range) => view.value = { ...view.value, range }}
              />
              <p class="note">
                Lines are means over the seeds that count, bands their 95 % bootstrap interval (of
                fewer than five seeds the lowest and highest), thin lines single seeds. A run that
                finished keeps its last value.
              </p>
            </>
          )}
      </div>
      {groups.length > 0 && (
        <>
          <h2>{metricTitle(metric)}, figure of each seed</h2>
          <Statistics groups={groups} />
          <Differences groups={groups} />
        </>
      )}
    </section>
  );
}

/**
 * Fetches the comparison anew where the reader chooses another view, and, one at a time, where the
 * news say that runs went on.
 */
function useComparison(
  { runs, filter, metric, axis, smoothing, range }: ComparisonRequest,
  stamp: string,
  comparison: Signal<Comparison>,
  problem: Signal<string>,
): void {
  const query = new URLSearchParams({ smoothing: String(smoothing) });
  if (axis !== undefined) query.set("axis", axis);
  if (metric !== undefined) query.set("metric", metric);
  if (filter !== "") query.set("filter", filter);
  for (const [end, x] of Object.entries(range ?? {})) query.set(end, String(x));
  for (const id of runs) query.append("run", id);
  const asked = query.toString();
  const busy = useRef<{ controller: AbortController; again: boolean }>(null);
  const shown = useRef<string>();

  const load = async () => {
    busy.current?.controller.abort();
    const own = { controller: new AbortController(), again: true };
    busy.current = own;
    while (own.again && !own.controller.signal.aborted) {
      own.again = false;
      try {
        const response = await fetch(`/api/comparison?${asked}`, { signal: own.controller.signal });
        if (!response.ok) throw new Error(await response.text());
        comparison.value = await response.json();
        problem.value = "";
      } catch (error) {
        // Where the server is gone, the page says so, and the next news fetches it again.
        if (error instanceof TypeError || own.controller.signal.aborted) break;
        problem.value = (error as Error).message;
      }
    }
    if (busy.current === own) busy.current = null;
  };

  useEffect(() => {
    const before = shown.current;
    shown.current = asked;
    if (before === undefined) return; // the server has drawn it
    if (before !== asked) history.replaceState(null, "", `/compare?${asked}`);
    if (before === asked && busy.current !== null) busy.current.again = true;
    else void load();
  }, [asked, stamp]);
  useEffect(() => () => busy.current?.controller.abort(), []);
}
