/**
 * All figures of one run: the one that it is judged by beside the policy at work or the sheets, four
 * that tell how it trains, the others in sections that fold; drawn while they are in view and again
 * as points arrive.
 *
 * @module
 */
import { type Signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { ask } from "../ask.ts";
import type { Axis } from "../axes.ts";
import { arranged, type Chart } from "../charts.ts";
import { useAddress } from "../components/address.ts";
import { AxisChoice, LogChoice, OutlierChoice, SmoothingChoice } from "../components/choices.tsx";
import type { Level } from "../components/plot_options.ts";
import { SeriesChart, type SeriesChartProps, type View } from "../components/series_chart.tsx";
import { Spark } from "../components/spark.tsx";
import type { Contents } from "../contents.ts";
import type { Range } from "../curves.ts";
import { figure, metricWords, sectionTitle } from "../format.ts";
import { contentsFrom, stampOf, statusHeard } from "../live.ts";
import type { Guide } from "../metric_guide.ts";
import { chosenIteration, nearestTo } from "../moment.ts";
import type { PlayerProps } from "../player/player.tsx";
import type { Sparks } from "../routes/api/sparks.ts";
import { Explore } from "../components/explore.tsx";
import type { ExplorerProps } from "../explorer/explorer.tsx";
import { Gallery } from "../components/gallery.tsx";
import { PolicyAtWork } from "../components/policy.tsx";
import { Spreads } from "../components/spreads.tsx";
import { queryOfView, type RunView } from "../run_view.ts";

/** Milliseconds between two looks at the sparklines of a run that goes on. */
const SPARKS_EVERY = 5000;

/** What the page knows of the run. */
export interface RunChartsProps {
  readonly run: string;
  /** How it stands. */
  readonly status: string;
  readonly contents: Contents;
  /** The usual x axis. */
  readonly axis: Axis;
  /** What the address asks for, which keeps what is chosen; left out: the page is not the run's. */
  readonly view?: RunView;
  readonly guide: Guide;
  /** What returns are held against. */
  readonly levels: readonly Level[];
  /** Undefined where the page cannot play: a model, or a world of the user's own. */
  readonly player?: Omit<PlayerProps, "contents">;
  /** Whether there is a model that the page can ask. */
  readonly explores: boolean;
  /** Whether its data are points in the plane, which the model is drawn over. */
  readonly isPlane: boolean;
  /** Where its data's modes can be dragged: while a page trains it. */
  readonly held?: ExplorerProps["held"];
  /** Whether a server has its checkpoints: how their weights and gradients are spread, and what its model
   * makes with other settings. */
  readonly served?: boolean;
}

/** The island. */
export default function RunCharts(props: RunChartsProps): VNode {
  const { run, status, contents: initial, axis, guide, levels, player, explores, isPlane } = props;
  const { held, served } = props;
  const contents = contentsFrom(initial);
  const { names, events, policies, models, planes, pictures } = contents;
  const search = useSignal(props.view?.search ?? "");
  const open = useSignal<ReadonlySet<string>>(new Set(props.view?.open));
  const view = useSignal<View>(props.view ?? { axis, smoothing: 0 });
  const looked = { ...view.value, search: search.value, open: [...open.value] };
  useAddress(props.view === undefined ? undefined : queryOfView(looked, axis));
  const { hero, small, sections } = useMemo(
    () => arranged(names, Object.keys(guide)),
    [names.join("\n"), guide],
  );
  const sparks = useSparks(run);
  const set = (next: Partial<View>) => view.value = { ...view.value, ...next };
  const zoom = (range: Range | undefined) => set({ range });
  const card = (chart: Chart, more: Partial<SeriesChartProps> = {}) => (
    <SeriesChart
      key={[chart.name, chart.deviation, ...chart.beside.map(({ name }) => name)].join()}
      {...{
        run,
        chart,
        zoom,
        view: view.value,
        about: Object.hasOwn(guide, chart.name) ? guide[chart.name] : undefined,
        ...more,
      }}
    />
  );
  const checkpoints = [...policies, ...models];
  const kept = [...policies, ...models, ...planes, ...pictures];
  const chosen = chosenIteration.value;
  const moments = useMemo(() => [
    ...events.map(({ iteration, message, level }) => ({ iteration, label: message, kind: level })),
    ...(chosen === undefined
      ? []
      : [{ iteration: chosen, label: "what is shown", kind: "chosen" as const }]),
  ], [events, chosen]);
  const pick = (iteration: number) => chosenIteration.value = nearestTo(kept, iteration)?.iteration;
  const wanted = search.value.trim() !== "";
  const found = (charts: readonly Chart[]) => charts.filter((each) => matches(each, search.value));
  const shown = wanted
    ? found([...(hero === undefined ? [] : [hero]), ...small, ...sections.flatMap((s) => s.charts)])
    : [];
  const gallery = pictures.length > 0 && <Gallery contents={initial} onWhite={isPlane} />;
  // A model may have been kept since the page was made.
  const hasModel = explores || models.length > 0;
  const explorer = hasModel && <Explore {...{ run, models, planes, held, served }} />;
  const plays = player !== undefined && policies.length > 0;
  const beside = plays
    ? <PolicyAtWork {...player} contents={initial} />
    : (isPlane && explorer) || gallery;
  // One sheet below has room for the small figures beside it.
  const isSheet = beside !== gallery && new Set(pictures.map(({ name }) => name)).size === 1;
  const four = !wanted && (
    <div class="charts four">
      {small.map((chart) => card(chart, { height: 120, single: true }))}
    </div>
  );
  return (
    <section class="run-figures">
      <h2 class="hidden">Figures</h2>
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
          choose={(axis) => set({ axis, range: undefined })}
        />
        <LogChoice log={view.value.log} logX={view.value.logX} choose={set} />
        <OutlierChoice trimmed={view.value.trimmed} choose={set} />
        <SmoothingChoice
          share={view.value.smoothing}
          choose={(smoothing) => set({ smoothing })}
        />
      </div>
      {wanted && (
        <div class="charts">
          {shown.map((chart) => card(chart))}
        </div>
      )}
      {wanted && shown.length === 0 && <p class="empty">No metric matches “{search.value}”.</p>}
      <div hidden={wanted}>
        <div class={beside === false ? "front" : plays ? "front two playing" : "front two"}>
          {hero !== undefined && !wanted && card(hero, {
            height: "fill",
            single: true,
            levels,
            moments,
            pick: kept.length > 0 ? pick : undefined,
          })}
          {beside !== false && <div class="beside">{beside}</div>}
          {!isSheet && four}
        </div>
        {beside !== gallery && (isSheet ? <div class="sheet-row">{gallery}{four}</div> : gallery)}
        {beside !== explorer && explorer}
        {!wanted && sections.map(({ name, charts }) => (
          <Section
            key={name}
            name={name}
            charts={charts}
            sparks={sparks}
            open={open}
            draw={card}
          />
        ))}
        {served && checkpoints.length > 0 &&
          (["weights", "gradients"] as const).map((part) => (
            <Spreads key={part} run={run} part={part} kept={checkpoints} />
          ))}
      </div>
      {names.length === 0 && (
        <p class="empty">
          {(statusHeard(run) ?? status) === "running"
            ? "No figure yet: the first ones come with the first iteration."
            : "This run has left no figure."}
        </p>
      )}
    </section>
  );
}

/** A series of which nothing has come. */
const unknown: Sparks[string] = { values: [], last: null };

/** A part of the figures, which folds; its head shows how each goes. */
function Section(
  { name, charts, sparks, open, draw }: {
    name: string;
    charts: readonly Chart[];
    sparks: Sparks;
    open: Signal<ReadonlySet<string>>;
    draw: (chart: Chart) => VNode;
  },
): VNode {
  const isOpen = open.value.has(name);
  return (
    <details
      class="section"
      open={isOpen}
      onToggle={({ currentTarget }) => {
        const next = new Set(open.value);
        if (currentTarget.open) next.add(name);
        else next.delete(name);
        if (next.size !== open.value.size) open.value = next;
      }}
    >
      <summary>
        <h2>
          {sectionTitle(name)} <small>({charts.length})</small>
        </h2>
        {!isOpen && (
          <span class="sparks">
            {charts.map(({ name }) => {
              // A series may be called as what every object has.
              const { values, last } = Object.hasOwn(sparks, name) ? sparks[name] : unknown;
              return (
                <span key={name}>
                  <Spark
                    values={values}
                    title={metricWords(name)}
                    broken={typeof last === "string"}
                  />
                  <small>
                    <span>{metricWords(name)}</span> <b>{figure(last)}</b>
                  </small>
                </span>
              );
            })}
          </span>
        )}
      </summary>
      {isOpen && <div class="charts">{charts.map((chart) => draw(chart))}</div>}
    </details>
  );
}

/** The run's sparklines, anew as it goes on. */
function useSparks(run: string): Sparks {
  const sparks = useSignal<Sparks>({});
  const asked = useRef(-Infinity);
  const stamp = stampOf(run);
  useEffect(() => {
    const wait = Math.max(0, asked.current + SPARKS_EVERY - performance.now());
    const timer = setTimeout(() => {
      asked.current = performance.now();
      ask(`/api/sparks?run=${run}`)
        .then((response) => response.json())
        .then((next: Sparks) => sparks.value = next)
        .catch(() => {/* the next news fetches them again */});
    }, wait);
    return () => clearTimeout(timer);
  }, [run, stamp]);
  return sparks.value;
}

function matches({ name, deviation, beside }: Chart, search: string): boolean {
  const names = [name, deviation ?? "", ...beside.map((each) => each.name)];
  const text = names.flatMap((each) => [each, each.replaceAll(/[/_]/g, " "), metricWords(each)])
    .join(" ").toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
