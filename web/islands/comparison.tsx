/** Groups of runs by one metric or several: curves, statistics, settings. @module */
import { type Signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { differingPaths } from "../../lab/experiment/comparison.ts";
import { useAddress } from "../components/address.ts";
import { useAsked } from "../components/asked.ts";
import { axisTitle, isCount, type Scales } from "../axes.ts";
import { AxisChoice, LogChoice, OutlierChoice, SmoothingChoice } from "../components/choices.tsx";
import { Differences, Statistics, Suite } from "../components/comparison_tables.tsx";
import { Conclusion } from "../components/conclusion.tsx";
import { Plot } from "../components/plot.tsx";
import { Sheets } from "../components/sheets.tsx";
import { ParallelSettings, SettingScatter, triedBy } from "../components/settings_plots.tsx";
import { Swatch } from "../components/swatch.tsx";
import type { ComparedGroup, Comparison, ComparisonRequest } from "../comparison.ts";
import { MOST_BESIDE, MOST_GROUPS } from "../comparison_size.ts";
import { comparingWords } from "../compare_query.ts";
import type { Range } from "../curves.ts";
import { metricTitle } from "../format.ts";
import { groupLines, profileLines } from "../lines.ts";
import { stampOfAll } from "../live.ts";
import { keepScales } from "../query.ts";
import { directionOf } from "../../lab/experiment/metric_direction.ts";
import { commandIn, EXAMPLE, type Program } from "../program.ts";

/** Groups up to which single seeds are drawn unless the reader chooses otherwise. */
const FEW = 3;

/** What is asked for, and how it is drawn. */
interface View extends ComparisonRequest, Scales {
  readonly logX: boolean;
  /** Metrics beside the first one. */
  readonly also: readonly string[];
  /** Groups that are not drawn, each by one of its runs or by its label. */
  readonly hidden: readonly string[];
}

/** The island. `program`: how commands reach the store. */
export default function ComparisonView(
  { initial, request, problem: why = "", also, hidden: none = [], program, ...scales }: {
    initial: Comparison;
    request: ComparisonRequest;
    /** Why `request` could not be answered. */
    problem?: string;
    also: readonly string[];
    /** Groups that are not drawn at first, each by one of its runs or by its label. */
    hidden?: readonly string[];
    program: Program;
  } & Partial<Scales>,
): VNode {
  const comparison = useSignal<Comparison | null>(initial);
  // Runs of another name that begin later take no page from those that it was opened for.
  const view = useSignal<View>({
    ...{ ...request, filter: request.filter || initial.filter },
    ...{ also, hidden: none, log: scales.log ?? false, logX: scales.logX ?? false },
    trimmed: scales.trimmed ?? false,
  });
  const problem = useSignal(why);
  const wanted = useSignal<boolean | undefined>(undefined);
  const looked = useSignal<string | undefined>(undefined);
  const { smoothing } = view.value;
  const { groups, names, found, left, notes, metric, axis, findings, suite } = comparison.value!;
  const filter = view.value.filter || comparison.value!.filter;
  // Also runs that have no figures yet, or are not there any more.
  const stamp = stampOfAll(view.value.runs);
  const isComparing = useComparison(view.value, stamp, comparison, problem);
  const counted = view.value.runs.length > 0
    ? view.value.runs.length
    : view.value.filter === comparison.value!.filter
    ? groups.flatMap((group) => group.seeds).length
    : undefined;
  useAddress(addressOf(view.value));

  const seeds = wanted.value ?? groups.length <= FEW;
  const hidden = useMemo(() => hiddenOf(groups, view.value.hidden), [groups, view.value.hidden]);
  const drawn = { seeds, hidden, looked: looked.value };
  const toggle = (group: ComparedGroup) => {
    const others = view.value.hidden.filter((name) => !namesOf(group).includes(name));
    set({ hidden: hidden.has(group.label) ? others : [...others, namesOf(group)[0]] });
  };
  const look = (label: string | undefined) => looked.value = label;
  const set = (next: Partial<View>) => view.value = { ...view.value, ...next };
  // Of the axis that is drawn: another metric, which all or fewer runs have, may come with another one.
  const zoom = (range: Range | undefined) =>
    set({ range, axis: range === undefined ? view.value.axis : axis });
  const shown = useMemo(() => groups.filter(({ label }) => !hidden.has(label)), [
    groups,
    hidden,
  ]);
  const paths = useMemo(() => pathsOf(groups), [groups]);
  const beside = view.value.also.filter((each) => each !== metric);
  return (
    <section>
      <h2 class="hidden">Curves</h2>
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
              set({ runs: [], filter: value, metric: undefined, range: undefined })}
          />
        </label>
      </div>
      <div class="toolbar">
        <MetricChoice
          title="Metric"
          names={names}
          value={metric}
          choose={(metric) => set({ metric })}
        />
        {beside.length < MOST_BESIDE && (
          <MetricChoice
            title="Beside it"
            names={["", ...names.filter((name) => name !== metric && !beside.includes(name))]}
            value=""
            choose={(name) => set({ also: [...view.value.also, name] })}
          />
        )}
        <AxisChoice
          axis={view.value.axis ?? axis}
          choose={(axis) => set({ axis, range: undefined })}
        />
        <LogChoice log={view.value.log} logX={view.value.logX} choose={set} />
        <OutlierChoice trimmed={view.value.trimmed} choose={set} />
        <SmoothingChoice share={smoothing} choose={(smoothing) => set({ smoothing })} />
        <label>
          <input
            type="checkbox"
            checked={seeds}
            onChange={(event) => wanted.value = event.currentTarget.checked}
          />{" "}
          Single seeds
        </label>
        <label title="Tests compare the seeds that two groups share, each with itself">
          <input
            type="checkbox"
            checked={view.value.paired ?? false}
            onChange={(event) => set({ paired: event.currentTarget.checked || undefined })}
          />{" "}
          Equal seeds
        </label>
        <small class="waiting" role="status">{isComparing && comparingWords(counted)}</small>
      </div>
      <Conclusion findings={findings} />
      <ul class="legend" aria-label="Groups">
        {groups.map((group) => (
          <li key={group.label}>
            <button
              type="button"
              aria-pressed={!hidden.has(group.label)}
              title="Show or hide the group"
              onClick={() => toggle(group)}
              onPointerEnter={() => look(group.label)}
              onPointerLeave={() => look(undefined)}
              onFocus={() => look(group.label)}
              onBlur={() => look(undefined)}
            >
              <Swatch color={group.color} /> {group.label}
            </button>
          </li>
        ))}
      </ul>
      {left > 0 && (
        <p class="note">
          The newest {found - left} of {found} groups are shown.{" "}
          {found - left < MOST_GROUPS && (
            <button
              type="button"
              class="quiet"
              onClick={() => set({ most: Math.min(found, MOST_GROUPS) })}
            >
              Show {found <= MOST_GROUPS ? "all" : `the newest ${MOST_GROUPS}`}
            </button>
          )}
        </p>
      )}
      {notes.map((note) => <p class="note" key={note}>{note}</p>)}
      {problem.value !== "" && <p class="problem" role="alert">{problem.value}</p>}
      {groups.length === 0
        ? problem.value === "" && (
          <Nothing {...comparison.value!} filter={filter} program={program} />
        )
        : (
          <>
            <div class={beside.length === 0 ? "compared alone" : "compared"}>
              <ComparedPlot
                comparison={comparison.value!}
                drawn={drawn}
                scales={view.value}
                range={view.value.range}
                zoom={zoom}
              />
              {beside.map((name) => (
                <Beside
                  key={name}
                  request={{ ...view.value, metric: name }}
                  stamp={stamp}
                  drawn={drawn}
                  scales={view.value}
                  zoom={zoom}
                  leave={() => set({ also: view.value.also.filter((each) => each !== name) })}
                />
              ))}
            </div>
            <p class="note">
              Lines are means over the seeds that count, bands their 95 % bootstrap interval (of
              fewer than five seeds the lowest and highest), thin lines single seeds: of more than
              {" "}
              {FEW}{" "}
              groups those of the name that is pointed at. A run that finished keeps its last value.
              What was measured once is a mark with its interval.
            </p>
            <h2>{metricTitle(metric)}, figure of each seed</h2>
            <Statistics {...{ groups, findings, metric, look }} />
            {suite !== null && <Suite suite={suite} />}
            <div class="compared">
              {paths.length > 0 && (
                <>
                  <SettingScatter tried={shown.map(triedBy)} metric={metric} paths={paths} />
                  <ParallelSettings tried={shown.map(triedBy)} metric={metric} paths={paths} />
                </>
              )}
              <Profiles groups={shown} metric={metric} />
            </div>
            <Sheets groups={shown} />
            <Differences groups={groups} />
          </>
        )}
    </section>
  );
}

/** Settings in which groups differ: those that all have first, then those with most values. */
function pathsOf(groups: readonly ComparedGroup[]): string[] {
  const missing = (path: string) => groups.filter(({ settings }) => !(path in settings)).length;
  const values = (path: string) => new Set(groups.map(({ settings }) => settings[path])).size;
  return [...differingPaths(groups.map(({ settings }) => settings))].sort((a, b) =>
    missing(a) - missing(b) || values(b) - values(a) || (a < b ? -1 : 1)
  );
}

function Nothing(
  { names, metric, filter, found, program }:
    & Pick<Comparison, "names" | "metric" | "filter" | "found">
    & { program: Program },
): VNode {
  if (found === 0 && filter === "") {
    return (
      <p class="empty">
        No figures to compare yet. Train some runs with <code>{commandIn(program, EXAMPLE)}</code>.
      </p>
    );
  }
  return (
    <p class="empty">
      {names.length > 0
        ? `None of these runs has ${metricTitle(metric)}.`
        : filter === ""
        ? "None of these runs has figures yet."
        : `No run with figures matches “${filter}”.`}
    </p>
  );
}

function MetricChoice(
  { title, names, value, choose }: {
    title: string;
    names: readonly string[];
    value: string;
    choose: (name: string) => void;
  },
): VNode {
  return (
    <label>
      {title}{" "}
      <select
        value={value}
        onChange={({ currentTarget }) => {
          choose(currentTarget.value);
          currentTarget.value = value;
        }}
      >
        {/* What an address asks for is shown as chosen, also where no run has it. */}
        {(names.includes(value) ? names : [value, ...names]).map((name) => (
          <option key={name} value={name} selected={name === value}>
            {name === "" ? "another metric …" : metricTitle(name)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** How lines are drawn. */
interface Drawn {
  readonly seeds: boolean;
  readonly hidden: ReadonlySet<string>;
  /** The group that is pointed at. */
  readonly looked: string | undefined;
}

function ComparedPlot(
  { comparison: { metric, axis, groups }, drawn, scales, range, zoom, leave }: {
    comparison: Comparison;
    drawn: Drawn;
    scales: Scales;
    range: Range | undefined;
    zoom: (range: Range | undefined) => void;
    leave?: () => void;
  },
): VNode {
  const lines = useMemo(
    () => groupLines(groups, { ...drawn, quiet: groups.length > FEW }),
    [groups, drawn.seeds, drawn.hidden, drawn.looked],
  );
  return (
    <div class="card">
      <h3>
        <span>{metricTitle(metric)}</span>
        {leave && (
          <button
            type="button"
            class="quiet"
            aria-label={`Take ${metricTitle(metric)} away`}
            onClick={leave}
          >
            ✕
          </button>
        )}
      </h3>
      <Plot
        title={`${metricTitle(metric)} of each group`}
        xLabel={axisTitle(axis)}
        lines={lines}
        height="fill"
        linked
        named
        log={scales.log}
        logX={scales.logX}
        trimmed={scales.trimmed}
        counts={isCount(axis)}
        range={range}
        zoom={zoom}
      />
    </div>
  );
}

/** The same runs by another metric, beside the first one. */
function Beside(
  { request, stamp, drawn, scales, zoom, leave }: {
    request: ComparisonRequest;
    stamp: string;
    drawn: Drawn;
    scales: Scales;
    zoom: (range: Range | undefined) => void;
    leave: () => void;
  },
): VNode | null {
  const comparison = useSignal<Comparison | null>(null);
  const problem = useSignal("");
  useComparison(request, stamp, comparison, problem);
  if (problem.value !== "") return <p class="problem">{problem.value}</p>;
  if (comparison.value === null) return <div class="card chart"></div>;
  const { names, metric } = comparison.value;
  if (!names.includes(metric)) {
    return (
      <p class="problem">
        None of these runs has {metric}.{" "}
        <button type="button" class="quiet" onClick={leave}>Take it away</button>
      </p>
    );
  }
  return (
    <ComparedPlot
      comparison={comparison.value}
      drawn={drawn}
      scales={scales}
      range={request.range}
      zoom={zoom}
      leave={leave}
    />
  );
}

/** Performance profiles: which share of a group's seeds lies on the better side of each value. */
function Profiles(
  { groups, metric }: { groups: readonly ComparedGroup[]; metric: string },
): VNode | null {
  const lines = useMemo(() => profileLines(groups, metric), [groups, metric]);
  const range = useSignal<Range | undefined>(undefined);
  if (lines.length === 0) return null;
  const side = directionOf(metric) === "down" ? "below" : "above";
  return (
    <div class="card">
      <h3>Performance profile: share of seeds {side} a value</h3>
      <Plot
        title={`Share of each group's seeds ${side} a value`}
        xLabel={metricTitle(metric)}
        lines={lines}
        height="fill"
        named
        range={range.value}
        zoom={(next) => range.value = next}
      />
    </div>
  );
}

/** The query that asks the server for a comparison. */
function queryOf(
  { runs, filter, metric, axis, smoothing, most, range, logX, paired }: ComparisonRequest,
): URLSearchParams {
  const query = new URLSearchParams({ smoothing: String(smoothing) });
  if (axis !== undefined) query.set("axis", axis);
  if (most !== undefined) query.set("groups", String(most));
  if (metric !== undefined) query.set("metric", metric);
  if (paired) query.set("paired", "1");
  if (filter !== "") query.set("filter", filter);
  for (const [end, x] of Object.entries(range ?? {})) query.set(end, String(x));
  keepScales(query, { logX });
  for (const id of runs) query.append("run", id);
  return query;
}

/** What a group is called in an address: each of its runs, or its label, which hangs on what other groups are there. */
function namesOf({ label, seeds }: ComparedGroup): string[] {
  return [...seeds.map(({ run }) => run), label];
}

/** The labels of those that an address hides. */
function hiddenOf(groups: readonly ComparedGroup[], names: readonly string[]): ReadonlySet<string> {
  const found = groups.filter((group) => namesOf(group).some((name) => names.includes(name)));
  return new Set(found.map(({ label }) => label));
}

/** The query of the page's address. */
function addressOf(view: View): string {
  const query = queryOf(view);
  for (const name of view.also) query.append("also", name);
  for (const name of view.hidden) query.append("hide", name);
  keepScales(query, view);
  return query.toString();
}

/**
 * Fetches the comparison where the reader chooses another view, and, one at a time, where the news
 * say that runs went on; at first only where there is none.
 *
 * @returns Whether the view that was chosen is not there yet.
 */
function useComparison(
  request: ComparisonRequest,
  stamp: string,
  comparison: Signal<Comparison | null>,
  problem: Signal<string>,
): boolean {
  const question = `/api/comparison?${queryOf(request)}`;
  const answered = useSignal(question);
  useAsked<Comparison>({
    question,
    stamp,
    answered: comparison.value !== null,
    take(answer) {
      answered.value = question;
      comparison.value = answer;
      problem.value = "";
    },
    fail(reason) {
      answered.value = question;
      problem.value = reason;
    },
  });
  return answered.value !== question;
}
