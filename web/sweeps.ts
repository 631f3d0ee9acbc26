/**
 * Sweeps as pages show them: their trials as far as they came, what matters, and what to run next.
 *
 * @module
 */
import { DamageError, unknownName } from "../lab/core/errors.ts";
import { RecentlyUsed } from "../lab/core/recently_used.ts";
import type { Json } from "../lab/core/snapshot.ts";
import type { SweepState, Trial } from "../lab/experiment/sweep/state.ts";
import type { Sweep } from "../lab/experiment/sweep/sweep.ts";
import type { Field, Space } from "../lab/search/space.ts";
import { placeOf } from "../lab/search/space.ts";
import { figuresOf } from "../lab/experiment/score.ts";
import { figureSpread, iqm, type Spread } from "../lab/statistics/mod.ts";
import { budgetOf } from "../lab/store/run_budget.ts";
import { statusOf } from "../lab/store/run_status.ts";
import type { Run, StoreReader } from "../lab/store/store.ts";
import { term } from "../lab/experiment/conditions.ts";
import { JUDGING } from "../lab/experiment/judging.ts";
import { judge, type Verdict } from "./judge.ts";
import type { NumberKind } from "./scales.ts";
import { jsonNumber } from "./summary.ts";
import { settingText, settingWords, shellWord } from "../lab/core/shell.ts";

/** A value as JSON: text where it is not finite. */
type Value = number | string;

/** A run of a trial. */
export interface SweptRun {
  readonly run: string;
  readonly seed: string;
  readonly status: string;
  /** Share of its budget, 0 … 1. */
  readonly progress: number;
  /** Its objective; null while it has not ended. */
  readonly figure: Value | null;
}

/** A trial. */
export interface SweptTrial {
  readonly trial: number;
  /** Values of the fields as text; a field that a condition leaves out is missing. */
  readonly settings: Readonly<Record<string, string>>;
  readonly runs: readonly SweptRun[];
  /** The IQM over its seeds, NaN where one has no figure, or what it had come to where it was pruned; null: not over. */
  readonly value: Value | null;
  readonly spread: Spread | null;
  readonly pruned: boolean;
  /** The trial before at the same point, whose runs stand for its own; null: it has its own. */
  readonly repeats: number | null;
}

/** A sweep. */
export interface SweepView {
  readonly name: string;
  /** Finds its runs. */
  readonly filter: string;
  readonly experiment: string;
  readonly metric: string;
  readonly better: "up" | "down";
  readonly sampler: string;
  readonly pruner: string;
  /** How many trials and tuning seeds a trial it has in all. */
  readonly total: number;
  readonly seeds: number;
  readonly paths: readonly string[];
  /** How numbers of a field lie, where it is tried in a range. */
  readonly kinds: Readonly<Record<string, NumberKind>>;
  /** Those whose points are known, by number. */
  readonly trials: readonly SweptTrial[];
  readonly best: number | null;
  /**
   * The best one on seeds that chose nothing, NaN and without a verdict where one of them has no figure;
   * null while there are none.
   */
  readonly judged: {
    /** What the best one is judged by, where other examples say it than chose it. */
    readonly metric: string;
    readonly runs: readonly SweptRun[];
    readonly value: Value;
    readonly spread: Spread | null;
    readonly verdict: Verdict | null;
  } | null;
  /** The share of each field in what they say of the objective; empty while that is not known. */
  readonly importance: readonly { readonly path: string; readonly share: number }[];
  readonly over: boolean;
  readonly next: readonly Advice[];
}

/** What may be worth doing next. */
export interface Advice {
  readonly text: string;
  /** To type after `deno task -q experiment`; empty where there is nothing to copy. */
  readonly command: string;
}

/** A sweep in the list of all. */
export interface SweepRow {
  readonly name: string;
  readonly paths: readonly string[];
  readonly ended: number;
  readonly total: number;
  readonly metric: string;
  readonly best: Value | null;
  readonly over: boolean;
  /** What of it is damaged, in words; null: nothing. */
  readonly damage: string | null;
}

/** Where pages read sweeps. */
export interface SweepSource {
  /** All of them, newest first. */
  rows(): Promise<readonly SweepRow[]>;
  /** @throws {InputError} where there is none of this name. */
  named(name: string): Promise<SweepView>;
}

/** What reads how sweeps stand; loaded where a page asks for one. */
type Sweeping = typeof import("../lab/experiment/sweep/state.ts");

/** Sweeps of a store that are kept. */
const KEPT = 100;

/** How sweeps of a store stood, each with what that was made of. */
const states = new WeakMap<
  StoreReader,
  RecentlyUsed<{ readonly of: readonly unknown[]; readonly state: SweepState }>
>();

/**
 * How a sweep stands; kept until one of its runs changes, and beyond that where a sampler that learns would
 * draw the same points again.
 *
 * @param runs Its own.
 */
function stateKept(
  { stateOf }: Pick<Sweeping, "stateOf">,
  store: StoreReader,
  name: string,
  runs: readonly Run[],
): SweepState | undefined {
  const definition = store.sweep(name)?.definition as Sweep | undefined;
  if (definition === undefined) return undefined;
  const { objective: { metric } } = definition;
  // The store lists a run that did not change as the same object.
  const of = [
    JSON.stringify(definition),
    ...runs,
    ...runs.map((run) => run.digest === null ? null : figuresOf(store, run)[metric]),
  ];
  const kept = states.get(store) ?? new RecentlyUsed(KEPT);
  states.set(store, kept);
  const known = kept.get(name);
  if (known?.of.length === of.length && of.every((each, i) => Object.is(each, known.of[i]))) {
    return known.state;
  }
  const state = stateOf(store, name, definition, runs, { reads: true, before: known?.state });
  kept.set(name, { of, state });
  return state;
}

const sharesKept = new RecentlyUsed<SweepView["importance"]>(KEPT);

/** The share of each field, the largest first; kept by what it is made of, as a forest grows for it. */
function importanceOf(
  { importancesOf }: Pick<Sweeping, "importancesOf">,
  state: SweepState,
): SweepView["importance"] {
  const { sweep: { space, seed, objective }, trials } = state;
  const values = trials.map((
    { point, value, pruned, repeats },
  ) => [point, String(value), pruned, repeats]);
  const key = JSON.stringify([space, seed, objective, values]);
  const shares = sharesKept.get(key) ??
    [...importancesOf(state) ?? []].map(([path, share]) => ({ path, share }))
      .sort((a, b) => b.share - a.share);
  sharesKept.set(key, shares);
  return shares;
}

/** The sweeps of a store as they stand. */
export function sweepsOf(store: StoreReader): SweepSource {
  return {
    rows: () => sweepRows(store),
    async named(name) {
      const view = await sweepView(store, name);
      if (view === undefined) {
        throw unknownName("show the sweep", "sweep", name, store.sweepNames());
      }
      return view;
    },
  };
}

/** All sweeps of a store, newest first. */
export async function sweepRows(store: StoreReader): Promise<SweepRow[]> {
  const sweeping = await import("../lab/experiment/sweep/state.ts");
  const rows: SweepRow[] = [];
  const read = (name: string, runs: readonly Run[]) => stateKept(sweeping, store, name, runs);
  for (const [name, state] of sweeping.sweepStates(store, read)) {
    rows.push(rowOf(name, state));
    // Other pages are answered meanwhile.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return rows;
}

function rowOf(name: string, state: SweepState | DamageError): SweepRow {
  if (state instanceof DamageError) {
    const unknown = { paths: [], ended: 0, total: 0, metric: "", best: null, over: false };
    return { name, ...unknown, damage: state.message };
  }
  const { sweep, trials, best, over } = state;
  return {
    name,
    paths: sweep.space.map(({ path }) => path),
    ended: trials.filter(({ value }) => value !== undefined).length,
    total: sweep.trials,
    metric: sweep.objective.metric,
    best: best === undefined ? null : jsonNumber(best.value!),
    over,
    damage: null,
  };
}

/** The sweep of a name; undefined where there is none. */
export async function sweepView(store: StoreReader, name: string): Promise<SweepView | undefined> {
  const sweeping = await import("../lab/experiment/sweep/state.ts");
  const { hasEnded } = sweeping;
  const state = stateKept(sweeping, store, name, sweeping.runsOf(store, name));
  if (state === undefined) return undefined;
  const { sweep, trials, best, judged, over } = state;
  /** By the runs' names. */
  const figures = new Map<string, number>();
  for (const { runs, values } of [...trials.filter(({ pruned }) => !pruned), judged]) {
    runs.filter(hasEnded).forEach(({ id }, i) => figures.set(id, values[i]));
  }
  const { objective: { metric, goal } } = sweep;
  const importance = importanceOf(sweeping, state);
  const configuration = judged.runs[0]?.manifest.determined.configuration;
  const value = iqm(judged.values);
  return {
    name,
    filter: term("sweep", name),
    experiment: sweep.experiment,
    metric,
    better: goal === "maximize" ? "up" : "down",
    sampler: sweep.sampler,
    pruner: sweep.pruner,
    total: sweep.trials,
    seeds: sweep.seeds,
    paths: sweep.space.map(({ path }) => path),
    kinds: kindsOf(sweep.space),
    trials: trials.map((trial) => trialView(trial, figures)),
    best: best?.trial ?? null,
    judged: judged.values.length === 0 ? null : {
      metric: judged.metric,
      runs: runViews(judged.runs, figures),
      value: jsonNumber(value),
      spread: figureSpread(judged.values),
      verdict: configuration === undefined || Number.isNaN(value)
        ? null
        : judge.figure(configuration, judged.metric, value, judged.training) ?? null,
    },
    importance,
    over,
    next: adviceOf(state, importance),
  };
}

/** How the numbers of a space's ranges lie; choices are as they are. */
function kindsOf(space: Space): SweepView["kinds"] {
  return Object.fromEntries(
    space.flatMap(({ path, range: { kind } }): [string, NumberKind][] =>
      kind === "choice" ? [] : [[path, kind.startsWith("log") ? "logarithmic" : "linear"]]
    ),
  );
}

function trialView(
  { trial, point, runs, values, value, pruned, repeats }: Trial,
  figures: ReadonlyMap<string, number>,
): SweptTrial {
  return {
    trial,
    settings: Object.fromEntries(
      Object.entries(point).map(([path, value]) => [path, settingText(value)]),
    ),
    runs: runViews(runs, figures),
    value: value === undefined ? null : jsonNumber(value),
    spread: value === undefined ? null : figureSpread(values),
    ...{ pruned, repeats: repeats ?? null },
  };
}

function runViews(runs: readonly Run[], figures: ReadonlyMap<string, number>): SweptRun[] {
  return runs.map((run) => {
    const { total, spent } = budgetOf(run);
    const figure = figures.get(run.id);
    return {
      run: run.id,
      seed: run.manifest.determined.seed,
      status: statusOf(run),
      progress: total > 0 ? Math.min(1, spent / total) : 0,
      figure: figure === undefined ? null : jsonNumber(figure),
    };
  });
}

/** Seeds that are proposed for the best trial. */
const PROPOSED_SEEDS = 10;
/** So near an end of its range, as a share of it, the best may lie beyond. */
const EDGE = 0.1;
/** A field below this share decides nothing. */
const IDLE = 0.05;

/** What a person may do next, by how the sweep stands. */
export function adviceOf(
  { sweep, trials, best, over }: Pick<SweepState, "sweep" | "trials" | "best" | "over">,
  importance: SweepView["importance"],
): Advice[] {
  const advice: Advice[] = [];
  if (!over) {
    const missing = sweep.trials - trials.filter(({ value }) => value !== undefined).length;
    advice.push({
      text: missing > 0
        ? `${missing} of ${sweep.trials} trials are not over: where nothing trains now, the ` +
          "command that began the sweep goes on with it."
        : "Its trials are over, the best one is not judged: the command that began the sweep does it.",
      command: "",
    });
  }
  if (best === undefined) return advice;
  for (const field of sweep.space) {
    const end = endNear(field, best.point[field.path]);
    if (end === undefined) continue;
    advice.push({
      text:
        `The best ${field.path} (${
          settingText(best.point[field.path])
        }) lies at the ${end} end of ` +
        "its range: a range that goes on there may hold a better one.",
      command: "",
    });
  }
  const idle = importance.filter(({ share }) => share < IDLE).map(({ path }) => path);
  if (idle.length > 0 && idle.length < importance.length) {
    advice.push({
      text: `${idle.join(", ")} ${idle.length === 1 ? "decides" : "decide"} next to nothing: a ` +
        "sweep without leaves more trials to the others.",
      command: "",
    });
  }
  if (over) {
    const settings = settingWords([...sweep.set, ...Object.entries(best.point)]).join(" ");
    const budget = sweep.budget === null ? "" : ` --budget ${sweep.budget}`;
    advice.push({
      text: `Train the best one on ${PROPOSED_SEEDS} seeds that chose nothing.`,
      command:
        `run ${shellWord(sweep.experiment)} ${settings}${budget} --seeds ${PROPOSED_SEEDS} ` +
        `--seed ${JUDGING}`,
    });
  }
  return advice;
}

/** The end of its range that a value is near. */
function endNear(field: Field, value: Json | undefined): "lower" | "upper" | undefined {
  const { range } = field;
  if (value === undefined || range.kind === "choice") return undefined;
  const at = placeOf(range, value);
  return at <= EDGE ? "lower" : at >= 1 - EDGE ? "upper" : undefined;
}
