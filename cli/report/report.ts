/**
 * Reports: what was asked, what was trained, what came of it and how to get it again, from stored runs.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { choiceOf } from "../../lab/compute/backend_choice.ts";
import { chartScene } from "../../lab/core/chart.ts";
import { unitWords } from "../../lab/core/budget.ts";
import { InputError } from "../../lab/core/errors.ts";
import { renderSvg } from "../../lab/core/render_svg.ts";
import { interquartileMean } from "../../lab/core/interquartile_mean.ts";
import {
  differingPaths,
  flatten,
  isFinished,
  isLost,
  seedsText,
} from "../../lab/experiment/comparison.ts";
import { deciding } from "../../lab/experiment/deciding.ts";
import { Describer } from "../../lab/experiment/describe.ts";
import { isFile } from "../../lab/experiment/load.ts";
import { isOwnFileGone } from "../../lab/experiment/manifest.ts";
import { isComputed, LOGGED } from "../../lab/experiment/untrained.ts";
import { needsModule } from "../../lab/experiment/own.ts";
import { sourceRun } from "../../lab/experiment/recorded_run.ts";
import { stagesOf } from "../../lab/experiment/stages.ts";
import { type SweepState, sweepState } from "../../lab/experiment/sweep/state.ts";
import type { Registries } from "../../lab/experiment/registries.ts";
import { suiteLine } from "../../lab/experiment/suite.ts";
import { detectableText, testText } from "../../lab/statistics/p_value.ts";
import { usualCount } from "../../lab/store/run_budget.ts";
import type { Run, Series, Store } from "../../lab/store/store.ts";
import { programFor } from "../command.ts";
import { compareRuns, type Comparison, type Group } from "../comparison.ts";
import { settingWords, shellWord } from "../../lab/core/shell.ts";
import { storeFlag } from "../../web/program.ts";
import type { Settings } from "../settings.ts";
import { importanceLine, trialsTable } from "../sweeping.ts";
import {
  iqmCell,
  iqmTitle,
  lessLine,
  markOf,
  middleCells,
  neverLine,
  pairTitles,
  probabilityCell,
  suiteRows,
  suiteTitles,
  thresholdCells,
} from "../terminal/comparison_table.ts";
import { metricLabel } from "../../lab/experiment/metric_label.ts";
import { isPostgres } from "../../lab/store/scheme.ts";
import { scaleLine } from "../terminal/figures.ts";
import { count, duration, figure, figureBeside, plural } from "../terminal/format.ts";
import type { Block } from "./blocks.ts";
import { picturesOf } from "./pictures.ts";

/** Groups that a chart can tell apart by colour. */
const MOST_LINES = 8;
/** Bands that do not hide one another. */
const MOST_BANDS = 3;

/**
 * The page of runs. Of a whole sweep's runs those that chose the best trial are told as its trials, those
 * that judge it are what is reported.
 *
 * @param options.file Name of the page's files, without their ends.
 * @throws {InputError} where none of them has ended, or no group has the label `options.against`.
 */
export async function reportOf(
  store: Store,
  runs: readonly Run[],
  registries: Registries,
  options: {
    readonly title: string;
    readonly question?: string;
    readonly file: string;
    readonly metric?: string;
    /** Label of the group that every other is compared with. Default: each pair. */
    readonly against?: string;
    /** Whether tests compare equal seeds with one another. */
    readonly paired?: boolean;
    /** Whether it says how long the runs took. Default: it does. */
    readonly isTimed?: boolean;
    /** Where the store lies, as it was typed; default: nothing was. */
    readonly store?: string;
  },
): Promise<Block[]> {
  const { metric, against, paired = false } = options;
  const sweep = judgedSweepOf(store, runs);
  const comparison = compareRuns(store, sweep?.judged.runs ?? runs, registries, {
    metric,
    against,
    paired,
  });
  const { groups, notes } = comparison;
  const { isTimed = true } = options;
  if (groups.length === 0) {
    throw new InputError(`Cannot report as no run has ended: ${notes.join("; ")}`);
  }
  const text = (text: string): Block => ({ kind: "text", text });
  const heading = (text: string): Block => ({ kind: "heading", text });
  const asked = options.question ?? questionOf(groups, registries);
  return [
    { kind: "title", text: options.title },
    ...asked === "" ? [] : [text(asked)],
    ...sweep === undefined ? [] : [heading("Trials"), ...trialsOf(sweep)],
    heading("Result"),
    ...resultOf(comparison, { isTimed, paired }),
    ...chartOf(store, groups, options.file),
    ...await shownOf(store, groups, registries, options.file),
    heading("Set-up"),
    ...setupOf(groups),
    heading("Every seed"),
    seedsOf(groups, isTimed),
    ...notes.map(text),
    ...await againOf(store, groups, registries, options.store),
  ];
}

/** What the experiments say of themselves. */
function questionOf(groups: readonly Group[], { experiments }: Registries): string {
  const names = [...new Set(groups.map(({ experiment }) => experiment))];
  const summaries = names.flatMap((name) =>
    experiments.find((entry) => entry.name === name)?.summary ?? []
  );
  return summaries.map((summary) => `${summary.replace(/\.$/, "")}.`).join(" ");
}

/**
 * The sweep whose runs all of `runs` are, none left out but those that do not judge, where its best trial has
 * been judged.
 */
function judgedSweepOf(store: Store, runs: readonly Run[]): SweepState | undefined {
  const [name, ...others] = new Set(runs.map(({ manifest }) => manifest.sweep?.name));
  if (name === undefined || others.length > 0) return undefined;
  const all = store.runs().filter(({ manifest }) => manifest.sweep?.name === name);
  const state = sweepState(store, name, all);
  if (state === undefined || state.judged.runs.length === 0) return undefined;
  const idsOf = (some: readonly Run[]) => new Set(some.map(({ id }) => id));
  const isWhole = [all, state.judged.runs].some((some) =>
    idsOf(some).symmetricDifference(idsOf(runs)).size === 0
  );
  return isWhole ? state : undefined;
}

/** What a sweep tried, from the best down. */
function trialsOf(state: SweepState): Block[] {
  const { best, judged, sweep } = state;
  const { columns, rows, left } = trialsTable(state);
  const lines = [
    left === 0 ? "" : `… and ${plural(left, "trial")} more.`,
    importanceLine(state),
    `Trials are judged by ${plural(sweep.seeds, "seed")} from 1 on. The best of many looks ` +
    `better than it is: below stands what trial ${best!.trial} gets on ` +
    `${plural(judged.runs.length, "seed")} that chose nothing.`,
  ];
  return [
    { kind: "table", head: columns.map(({ title }) => title), rows },
    ...lines.filter((line) => line !== "").map((text): Block => ({ kind: "text", text })),
  ];
}

/** A letter for each group, by which chart and tables name it. */
function letterOf(i: number): string {
  return i < 26
    ? String.fromCharCode(97 + i)
    : `${letterOf(Math.floor(i / 26) - 1)}${letterOf(i % 26)}`;
}

/** What a comparison found, as tables and lines. */
export function resultOf(
  { groups, pairs, scales, suite }: Comparison,
  { isTimed, paired }: { readonly isTimed: boolean; readonly paired: boolean },
): Block[] {
  const letters = new Map(groups.map((group, i) => [group, letterOf(i)]));
  const hasThreshold = groups.some(({ threshold }) => threshold !== null);
  const timed = (cells: readonly string[], at: number) => isTimed ? cells : cells.toSpliced(at, 1);
  const isJudged = groups.some(({ verdict }) => verdict !== undefined);
  const table: Block = {
    kind: "table",
    head: [
      ...["", "experiment", "seeds", "figure", iqmTitle(groups)],
      ...isJudged ? ["verdict"] : [],
      ...["mean", "median"],
      ...hasThreshold ? timed(["steps to solved", "time", "at the end"], 1) : [],
    ],
    rows: groups.map((group, i) => [
      letterOf(i),
      group.label,
      seedsText(group.runs, group.lacking.length),
      group.metric === undefined ? "–" : metricLabel(group.metric),
      iqmCell(group),
      ...isJudged ? [group.verdict ?? "–"] : [],
      ...middleCells(group),
      ...hasThreshold ? timed(thresholdCells(group), 1) : [],
    ]),
  };
  const lines = scales.map(scaleLine).filter((line) => line !== "");
  const over: Block[] = suite === undefined ? [] : [
    { kind: "table", head: suiteTitles, rows: suiteRows(suite) },
    { kind: "text", text: suiteLine(suite) },
  ];
  const blocks: Block[] = [
    table,
    ...lines.map((text): Block => ({ kind: "text", text })),
    ...over,
  ];
  if (pairs.length === 0) return blocks;
  return [...blocks, {
    kind: "table",
    head: ["a", "b", ...pairTitles(pairs)],
    rows: pairs.map((pair) => [
      letters.get(pair.first)!,
      letters.get(pair.second)!,
      probabilityCell(pair),
      testText(pair),
      detectableText(pair, figure),
    ]),
  }, {
    kind: "text",
    text:
      "The seed is the unit. P(a > b): a run of a gets more than one of b. p: a permutation test of " +
      `the means${paired ? ", equal seeds against one another" : ""}${
        pairs.some(({ ofRanks }) => ofRanks) ? " (of ranks where a seed was lost)" : ""
      }, two-sided, corrected for all ` +
      "pairs. The last column: a lesser difference of means " +
      [
        "is seen by so many seeds less than four times in five (at p < 0.05).",
        neverLine(pairs),
        lessLine(pairs),
      ].filter((line) => line !== "").join(" "),
  }];
}

/** The IQM over seeds along the budget, each metric's groups in one chart. */
function chartOf(store: Store, groups: readonly Group[], file: string): Block[] {
  const metrics = [...new Set(groups.map(({ metric }) => metric))].filter((each) =>
    each !== undefined
  );
  return metrics.flatMap((metric): Block[] => {
    const judged = groups.map((group, i) => ({ group, letter: letterOf(i) }))
      .filter(({ group }) => group.metric === metric);
    const shown = judged.slice(0, MOST_LINES);
    const axis = axisOf(shown.flatMap(({ group }) => group.runs));
    const hasBands = shown.length <= MOST_BANDS;
    const curves = shown.map(({ group, letter }) => ({
      name: letter,
      ...curveOfGroup(store, group, metric, axis),
    }));
    const lines = curves.filter(({ y }) => y.some(Number.isFinite))
      .map(({ name, x, y, low, high }) => ({ name, x, y, ...hasBands ? { low, high } : {} }));
    const said = curves.flatMap(({ name, said }) => said.map((each) => `${name}: ${each}`))
      .join("; ");
    const drawn = judged.length > shown.length
      ? ` of the first ${shown.length} of ${judged.length} groups`
      : "";
    if (lines.length === 0) {
      return [{ kind: "text", text: `No curve of ${metricLabel(metric)} can be drawn: ${said}.` }];
    }
    if (lines.every(({ x }) => x.length < 2)) return [];
    const svg = renderSvg(
      chartScene({
        xLabel: axis === ITERATIONS ? ITERATIONS : unitWords[axis].full,
        yLabel: metricLabel(metric),
        lines,
      }),
      { width: 900 },
    );
    return [{
      kind: "figure",
      svg,
      file: `${file}${metrics.length === 1 ? "" : `-${metric.replaceAll("/", "-")}`}.svg`,
      text: `${metricLabel(metric)} along training${drawn}: the interquartile mean over seeds` +
        `${
          hasBands ? ", and their lowest and highest" : ""
        }. A seed that ended early keeps its last ` +
        "value; where one diverged or failed the curve ends." + (said === "" ? "" : ` ${said}.`),
    }];
  });
}

/** What all runs count, whatever it is that they do. */
const ITERATIONS = "iterations";

type Axis = ReturnType<typeof usualCount>;

/** What a chart of runs has along it: the first that one of them is told in and all of them count. */
function axisOf(runs: readonly Run[]): Axis {
  return runs.map(usualCount).find((count) => runs.every((run) => run[count] > 0)) ?? ITERATIONS;
}

/**
 * The curve of a group, over those of its seeds that have points, and in `said` what there is to say of the
 * others and of points without a finite value. Where a seed was lost before its first point there is no
 * curve.
 */
function curveOfGroup(
  store: Store,
  { runs }: Group,
  metric: string,
  axis: Axis,
): Curve & { readonly said: readonly string[] } {
  const all = runs.map((run) => ({ run, series: store.series(run.id, metric) }));
  const empty = all.filter(({ series }) => series.values.length === 0).map(({ run }) => run);
  const drawn = all.filter(({ run }) => isLost(run) || !empty.includes(run));
  const ends = all.filter(({ run }) => isLost(run)).map(({ series }) => series[axis].at(-1));
  const until = Math.min(...ends.map((end) => end ?? -Infinity));
  const curve = curveOf(drawn.map(({ series }) => series), axis, until);
  const lacking = empty.filter((run) => !isLost(run)).length;
  const { seeds, at } = curve.gaps;
  const without = (some: number, what: string) =>
    `${some} of ${plural(runs.length, "seed")} without ${what}`;
  return {
    ...curve,
    said: [
      ...empty.filter(isLost).map(({ status, manifest: { determined } }) =>
        `no curve, as seed ${determined.seed} ${status} before its first point`
      ),
      ...lacking === 0 ? [] : [without(lacking, metricLabel(metric))],
      ...seeds === 0 ? [] : [
        `${without(seeds, "a finite value")} at ${count(at[0])}` +
        (at.length === 1 ? "" : ` … ${count(at.at(-1)!)} (${at.length} places)`),
      ],
    ],
  };
}

/** A line with a band. */
interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** How many seeds have no finite value somewhere, and the places where one has none. */
  readonly gaps: { readonly seeds: number; readonly at: readonly number[] };
}

/**
 * Seeds on one axis: at each place where some seed has a point, each seed's last value up to there.
 * Places before every seed has one are left out.
 *
 * @param until The last place.
 */
export function curveOf(
  seeds: readonly Series[],
  axis: Axis,
  until = Infinity,
): Curve {
  const first = Math.max(...seeds.map((series) => series[axis][0] ?? Infinity));
  const x = [...new Set(seeds.flatMap((series) => [...series[axis]]))].sort((a, b) => a - b)
    .filter((at) => at >= first && at <= until);
  const last = seeds.map(() => -1);
  const columns = x.map((at) =>
    seeds.map((series, i) => {
      while (series[axis][last[i] + 1] <= at) last[i]++;
      return series.values[last[i]];
    })
  );
  return {
    x,
    y: columns.map((values) => interquartileMean(values)),
    low: columns.map((values) => Math.min(...values)),
    high: columns.map((values) => Math.max(...values)),
    gaps: {
      seeds: seeds.filter((_, i) => columns.some((values) => !Number.isFinite(values[i]))).length,
      at: x.filter((_, j) => !columns[j].every(Number.isFinite)),
    },
  };
}

function setupOf(groups: readonly Group[]): Block[] {
  const settings = groups.map(({ configuration }) => flatten(configuration));
  const differing = differingPaths(settings);
  const common = Object.entries(settings[0]).filter(([path]) => !differing.has(path));
  const blocks: Block[] = [];
  if (differing.size > 0) {
    const paths = [...differing];
    blocks.push({
      kind: "table",
      head: ["field", ...groups.map((_, i) => letterOf(i))],
      rows: paths.map((path) => [path, ...settings.map((each) => each[path] ?? "–")]),
    });
  }
  if (common.length > 0) {
    blocks.push({ kind: "table", head: ["field of all", "value"], rows: common });
  }
  return [...blocks, { kind: "table", head: ["computed by", ""], rows: computedByRows(groups) }];
}

/**
 * What the runs were computed by, a row a part: all values that it has, and where not all groups have the
 * same, whose each is.
 */
function computedByRows(groups: readonly Group[]): string[][] {
  const known = groups.flatMap(({ runs }, i) =>
    runs.map((run) => ({ letter: letterOf(i), parts: computedBy(run) }))
  );
  const names = new Set(known.flatMap(({ parts }) => Object.keys(parts)));
  return [...names].map((name) => {
    const having = known.filter(({ parts }) => name in parts);
    const values = Map.groupBy(having, ({ parts }) => parts[name]);
    const lettersOf = (some: typeof known) => [...new Set(some.map(({ letter }) => letter))];
    const isSame = [...values.values()].every((some) => lettersOf(some).length === groups.length);
    const texts = [...values].map(([value, some]) =>
      isSame ? value : `${value} (${lettersOf(some).join(", ")})`
    );
    return [name, texts.join("; ")];
  });
}

/** Digits of a hash that tell changed sources apart. */
const HASH_DIGITS = 6;

/** What a run was computed by, as far as the lab knows it: of another program's runs it stored them. */
function computedBy({ manifest }: Run): Record<string, string> {
  const { code, versions, machine, determined: { backend } } = manifest;
  const isExact = code.revision !== null && code.dirty === false;
  const lab = [
    code.revision ?? "no revision",
    ...code.dirty ? ["changed"] : [],
    ...isExact || code.hash === "" ? [] : [`sources ${code.hash.slice(0, HASH_DIGITS)}`],
  ].join(", ");
  if (backend === LOGGED) return { program: `logged by another program; stored with ${lab}` };
  if (!isComputed(backend)) return { program: "none, as it was refused" };
  return {
    backend,
    code: lab,
    ...versions,
    machine: `${machine.os}, ${machine.cores} cores`,
  };
}

function seedsOf(groups: readonly Group[], isTimed: boolean): Block {
  return {
    kind: "table",
    head: ["", "seed", "figure", "run", "status", ...isTimed ? ["time"] : [], "digest"],
    rows: groups.flatMap((group, i) =>
      group.runs.map((run, k) => [
        ...[
          letterOf(i),
          run.manifest.determined.seed,
          isLost(run) || group.lacking.includes(run)
            ? "none"
            : figureBeside(group.values[k], markOf(group)),
          run.id,
          run.status,
        ],
        ...isTimed ? [duration(run.wallSeconds)] : [],
        run.digest?.slice(0, 12) ?? "–",
      ])
    ),
  };
}

/** What the runs show: policies at play, pictures of models. */
async function shownOf(
  store: Store,
  groups: readonly Group[],
  registries: Registries,
  file: string,
): Promise<Block[]> {
  const shown = groups.map(({ runs }, i) => ({ letter: letterOf(i), runs }));
  const pictures = await picturesOf(store, shown, registries, file);
  if (pictures.length === 0) return [];
  return [{ kind: "heading", text: "To look at" }, { kind: "pictures", pictures }];
}

/** Command lines that train the groups again, and that reproduce runs of them. */
async function againOf(
  store: Store,
  groups: readonly Group[],
  registries: Registries,
  location: string | undefined,
): Promise<Block[]> {
  using describer = new Describer(registries, { examine: false });
  const trained = groups.filter(({ runs: [{ manifest }] }) =>
    isComputed(manifest.determined.backend)
  );
  const again: string[] = [];
  const anew: string[] = [];
  for (const group of trained) {
    const lines = await trainingLines(store, group, describer, registries);
    again.push(...lines);
    // Where no line trains all of its runs again, each is reproduced.
    anew.push(
      ...group.runs.filter(isFinished).filter(({ manifest }) => !isOwnFileGone(manifest))
        .slice(0, lines.length > 0 ? 1 : undefined).map((run) =>
          `${programFor(run)} reproduce ${run.id}`
        ),
    );
  }
  // Workers alone store runs in a database, so that nothing is reproduced there.
  const lines = [...again, ...isPostgres(location) ? [] : anew]
    .map((line) => line + storeFlag(location));
  const gone = new Set(
    trained.flatMap(({ runs }) => runs.map(({ manifest }) => manifest).filter(isOwnFileGone))
      .map(({ definition }) => definition.module),
  );
  if (lines.length === 0 && gone.size === 0) return [];
  const text = [
    ...again.length > 0 ? ["The first lines train the same again"] : [],
    ...anew.length > 0 && !isPostgres(location)
      ? [
        `${
          again.length > 0 ? "the others" : "These lines"
        } train one run anew and compare it with ` +
        "the stored one, digit for digit",
      ]
      : [],
    ...[...gone].map((module) => `to train runs of ${module}, it must lie where it was`),
  ].join("; ");
  return [
    { kind: "heading", text: "Again" },
    { kind: "text", text: `${text[0].toUpperCase()}${text.slice(1)}.` },
    ...lines.length > 0 ? [{ kind: "code", lines } as const] : [],
  ];
}

/** Fields that others have their defaults from. */
const LEADING = ["agent.name", "model.name", "environment.id", "dataset.name", "budget"];

/**
 * Command lines that train all runs of a group again. None where the definition is not at hand or no
 * longer the one of the runs, where they were given another budget on the way, where the run that they
 * began with is not at hand, or where no line says all.
 */
async function trainingLines(
  store: Store,
  { experiment, configuration, runs }: Group,
  describer: Describer,
  registries: Registries,
): Promise<string[]> {
  const [{ manifest }] = runs;
  const { definition, determined } = manifest;
  if (stagesOf(manifest).length > 1) return [];
  const isKnown = registries.experiments.some(({ name }) => name === experiment);
  const reference = isKnown || !isFile(definition.module) ? experiment : definition.module;
  const describe = (set: Settings = []) =>
    describer.describe(reference, { set }).catch((error) => {
      if (error instanceof InputError) return undefined;
      throw error;
    });
  const described = await describe();
  const isOther = described === undefined || described.version !== determined.version ||
    (needsModule(configuration) && described.hash !== definition.hash);
  if (isOther) return [];
  const own = flatten(configuration);
  const settingsOf = (all: Group["configuration"]) => flatten(deciding(all));
  const differing = (usual: Readonly<Record<string, string>>) =>
    Object.entries(own).filter(([path, value]) => usual[path] !== value);
  // What others have their defaults from is said first.
  const leading = differing(settingsOf(described.configuration))
    .filter(([path]) => LEADING.includes(path));
  const led = settingsOf((await describe(leading) ?? described).configuration);
  const set = [
    ...leading,
    ...differing(led).filter(([path]) => !LEADING.includes(path)),
    ...Object.keys(led).filter((path) => !(path in own)).map((path) => [path, "default"] as const),
  ];
  const again = await describe(set);
  if (again === undefined || !isDeepStrictEqual(settingsOf(again.configuration), own)) return [];
  const { backend, from } = determined;
  const source = from && sourceRun(store, from);
  if (from !== undefined && source === undefined) return [];
  const line = [
    `${programFor(runs[0])} run ${shellWord(reference)}`,
    ...settingWords(set),
    // What `auto` takes.
    ...backend === "wasm" ? [] : [`--backend ${choiceOf(backend)}`],
    ...source === undefined ? [] : [`--from ${source.id}`],
  ].join(" ");
  const seeds = runs.map(({ manifest: { determined } }) => BigInt(determined.seed));
  const isRow = seeds.every((seed, i) => seed === seeds[0] + BigInt(i));
  return isRow
    ? [`${line} --seed ${seeds[0]} --seeds ${seeds.length}`]
    : seeds.map((seed) => `${line} --seed ${seed}`);
}
