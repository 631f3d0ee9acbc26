/**
 * Sweeps on the command line: from what is typed, or a file, to trials, and what came of them.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { encodeCanonicalJson } from "../lab/core/canonical_json.ts";
import { InputError } from "../lab/core/errors.ts";
import { settingText, settingWords } from "../lab/core/shell.ts";
import type { Json } from "../lab/core/snapshot.ts";
import type { BackendChoice } from "../lab/compute/backend_choice.ts";
import { lostText } from "../lab/experiment/comparison.ts";
import type { Describer } from "../lab/experiment/describe.ts";
import { figureSpread, iqm } from "../lab/statistics/mod.ts";
import type { PrunerName } from "../lab/search/pruners.ts";
import type { SamplerName } from "../lab/search/samplers.ts";
import type { SweepOptions } from "../lab/experiment/sweep/run.ts";
import {
  importancesOf,
  lossOf,
  type SweepState,
  triedAgain,
} from "../lab/experiment/sweep/state.ts";
import { shownField, type Sweep, whereSweep } from "../lab/experiment/sweep/sweep.ts";
import type { SweepDefinition } from "../lab/experiment/sweep/definition.ts";
import { JUDGING } from "../lab/experiment/judging.ts";
import { REFUSED } from "../lab/experiment/untrained.ts";
import type { Verdict } from "../lab/experiment/verdict.ts";
import { fourDigits, Judge } from "../lab/experiment/verdict.ts";
import { openFleet } from "./fleet.ts";
import { commandLine, openStoreOf } from "./stores.ts";
import { withSpread } from "./terminal/comparison_table.ts";
import { metricLabel } from "../lab/experiment/metric_label.ts";
import { type Column, heading, plural, table, wrapped } from "./terminal/format.ts";
import { isFile } from "../lab/experiment/load.ts";
import { isPostgres } from "../lab/store/scheme.ts";
import { callersReference, type Io } from "./terminal/io.ts";
import { shownVerdict } from "./terminal/runs_table.ts";
import { errorLine, watched } from "./training.ts";

/** What `run` is told of a sweep. */
export interface SweepValues {
  readonly names: readonly string[];
  readonly sweep: readonly (readonly [path: string, range: string])[];
  readonly set: readonly (readonly [path: string, value: string])[];
  readonly trials?: number;
  readonly seeds?: number;
  readonly sampler?: SamplerName;
  readonly pruner?: PrunerName;
  readonly objective?: string;
  readonly judge?: number;
  readonly extend: boolean;
  readonly seed?: number | bigint;
  readonly budget?: string;
  readonly backend?: BackendChoice;
  readonly name?: string;
  readonly from?: string;
}

/** Options that only a sweep has. */
const flags = ["trials", "sampler", "pruner", "objective", "judge"] as const;

/**
 * The sweep that is asked for: by `--sweep`, by `--set` with several values, or by a file that exports
 * one; undefined where there is none.
 *
 * @throws {InputError} for what does not fit together.
 */
export async function sweepAsked(
  values: SweepValues,
  describer: Describer,
  io: Io,
): Promise<SweepDefinition | undefined> {
  const [name] = values.names;
  const reference = callersReference(io, name);
  const written = isFile(reference) ? await describer.sweepOf(reference) : undefined;
  if (written !== undefined) return ofFile(written, reference, values);
  const { lists, rest } = await listsIn(values, reference, describer);
  const typed = [...values.sweep, ...lists];
  if (typed.length === 0) {
    const alone = values.extend ? "extend" : flags.find((flag) => values[flag] !== undefined);
    if (alone === undefined) return undefined;
    throw new InputError(
      `Cannot run with --${alone} as a sweep is needed: --sweep PATH=RANGE (--help says more)`,
    );
  }
  const twice = typed.find(([path], i) => typed.findIndex((each) => each[0] === path) < i);
  if (twice !== undefined) {
    throw new InputError(`Cannot sweep over ${twice[0]} as it must be given once: ${twice[1]}`);
  }
  requireOne(values);
  const { name: experiment } = await describer.describe(reference, {
    set: rest,
    budget: values.budget,
  });
  // Several values are a grid, however many there are.
  const isGrid = values.sweep.length === 0 && values.trials === undefined;
  return {
    name: values.name ?? `${experiment}-sweep`,
    experiment: reference,
    space: Object.fromEntries(typed),
    set: Object.fromEntries(rest),
    ...isGrid && { sampler: "grid" as const },
    ...given(values),
  };
}

/** Whether two sweeps try the same values of the same fields. */
function sameSpace(a: Partial<Sweep>, b: Partial<Sweep>): boolean {
  const [one, other] = [a, b].map(({ space = [] }) =>
    encodeCanonicalJson(space as unknown as Json)
  );
  return one === other;
}

/** What a sweep would try, for people. */
export function plannedSweepPage(name: string, sweep: Sweep, io: Io): string {
  const { objective, judge, pruner, set, budget } = sweep;
  const shared = settingWords([...set, ...budget === null ? [] : [["budget", budget] as const]]);
  const chosen = `the ${objective.goal === "maximize" ? "highest" : "lowest"} ` +
    `${metricLabel(objective.metric)} is the best`;
  return [
    heading(name, `a sweep of ${sweep.experiment}`, io),
    wrapped(
      `${plural(sweep.trials, "trial")} (${sweep.sampler}${
        pruner === "none" ? "" : `, ${pruner}`
      }) of ` +
        `${plural(sweep.seeds, "seed")}: ${chosen}` +
        `${judge === 0 ? "" : `, and judged on ${plural(judge, "other seed")}`}.`,
      io.columns(),
    ).join("\n"),
    table(
      [{ title: "field" }, { title: "tried", flexible: true }],
      sweep.space.map((field) => [field.path, shownField(field)]),
      io,
    ),
    ...shared.length === 0 ? [] : [`Shared by all: ${shared.join(" ")}`],
  ].join("\n\n");
}

/** What was given of some options. */
function given(values: SweepValues): Partial<SweepDefinition> {
  const { budget, trials, seeds, sampler, pruner, objective, judge, backend } = values;
  if (typeof values.seed === "bigint") {
    throw new InputError(
      `Cannot sweep with this seed as that of a sampler must be a whole number from 0 to ` +
        `${Number.MAX_SAFE_INTEGER}: ${values.seed}`,
    );
  }
  const { seed } = values;
  const all = { budget, trials, seeds, sampler, pruner, objective, judge, seed, backend };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function ofFile(written: SweepDefinition, file: string, values: SweepValues): SweepDefinition {
  requireOne(values);
  if (values.sweep.length + values.set.length > 0) {
    throw new InputError(
      `Cannot sweep as the file says what is tried, and --sweep and --set must not: ${file}`,
    );
  }
  const named = values.name === undefined ? {} : { name: values.name };
  return { ...sweepBeside(file, written), ...given(values), ...named };
}

/** A sweep as its file says it, whose experiment is found from there. */
export function sweepBeside(file: string, written: SweepDefinition): SweepDefinition {
  const { experiment } = written;
  return {
    ...written,
    experiment: isFile(experiment) ? resolve(dirname(file), experiment) : experiment,
  };
}

/** @throws {InputError} */
function requireOne({ names, from }: SweepValues): void {
  if (names.length > 1) {
    throw new InputError(`Cannot sweep as one experiment is needed: ${names.join(", ")}`);
  }
  if (from !== undefined) {
    throw new InputError(
      `Cannot sweep as trials must not start from a run's weights: --from ${from}`,
    );
  }
}

/** A number with commas between its thousands, or several of three digits. */
const THOUSANDS = /^\d{1,3}(,\d{3})+$/;

/**
 * The settings that have several values: their fields do not take the text as it stands, neither beside
 * those that hold no comma nor alone.
 *
 * @throws {InputError} for a budget that may be one or several.
 */
async function listsIn(
  { set, budget }: SweepValues,
  reference: string,
  describer: Describer,
): Promise<Record<"lists" | "rest", (readonly [string, string])[]>> {
  const lists: (readonly [string, string])[] = [];
  const rest: (readonly [string, string])[] = [];
  const single = set.filter(([, value]) => !value.includes(","));
  const isTaken = (settings: SweepValues["set"]) =>
    describer.describe(reference, { set: settings, budget }).then(() => true, (error) => {
      if (error instanceof InputError) return false;
      throw error;
    });
  for (const each of set) {
    const [path, value] = each;
    if (path === "budget" && THOUSANDS.test(value)) {
      throw new InputError(
        `Cannot run as --set budget=${value} may be one budget or several: write ` +
          `${value.replaceAll(",", "")}, or --sweep budget=${value}`,
      );
    }
    const isValue = !value.includes(",") || await isTaken([...single, each]) ||
      await isTaken([each]);
    (isValue ? rest : lists).push(each);
  }
  return { lists, rest };
}

/** Trains a sweep, prints what came of it and returns the exit code. */
export async function sweep(
  definition: SweepDefinition,
  values: {
    readonly workers?: number;
    readonly threads?: number;
    readonly memoryLimit?: number;
    readonly store?: string;
    readonly tag: readonly string[];
    readonly note?: string;
    readonly noCheck: boolean;
    readonly json: boolean;
    readonly extend: boolean;
    readonly onProfile?: SweepOptions["onProfile"];
  },
  io: Io,
): Promise<number> {
  const registries = await io.registries();
  const { runSweep } = await import("../lab/experiment/sweep/run.ts");
  const { resolveSweep } = await import("../lab/experiment/sweep/sweep.ts");
  const examine = !values.noCheck;
  const asked = await resolveSweep(definition, registries, { examine });
  using fleet = isPostgres(values.store) ? await openFleet(io, values.store) : null;
  using opened = fleet === null ? await openStoreOf(io, values.store) : null;
  const { store } = (fleet ?? opened)!;
  const judge = new Judge(registries);
  const { name } = definition;
  // A sweep keeps the sampler that it has, whatever is usual for as many trials as it gets.
  const stored = store.sweep(name)?.definition as Partial<Sweep> | undefined;
  const { sampler: known } = stored !== undefined && sameSpace(stored, asked) ? stored : {};
  const sampler = definition.sampler ?? known ?? asked.sampler;
  const sweep = sampler === asked.sampler
    ? asked
    : await resolveSweep({ ...definition, sampler }, registries, { examine });
  const runs = sweep.trials * sweep.seeds + sweep.judge;
  const onBegun = (again: number) => {
    io.notice(
      `Sweep ${name}: ${plural(sweep.trials, "trial")} (${sweep.sampler}` +
        `${sweep.pruner === "none" ? "" : `, ${sweep.pruner}`}) of ${plural(sweep.seeds, "seed")}` +
        `${sweep.judge === 0 ? "" : `, the best on ${plural(sweep.judge, "other seed")}`}\n`,
    );
    if (again > 0) io.notice(`Trying again what had failed: ${plural(again, "run")}\n`);
    if ("model" in sweep.configuration && sweep.objective.metric.startsWith("evaluation/")) {
      io.notice("The test examples choose the best trial, so that no figure is of unseen ones\n");
    }
  };
  const options: Omit<SweepOptions, "onProgress" | "signal"> = {
    store,
    registries,
    workers: Math.min(values.workers ?? io.cores, runs),
    threads: values.threads,
    memoryLimit: values.memoryLimit,
    isolated: io.isolated,
    extend: values.extend,
    tags: values.tag,
    note: values.note,
    examine,
    onProfile: values.onProfile,
    onBegun,
  };
  const { result, interrupted } = await watched(
    io,
    runs,
    async (watch, display) => {
      if (fleet === null) return await runSweep(name, sweep, { ...options, ...watch });
      const { fleetForSweep } = await import("../lab/experiment/fleet.ts");
      const { onProgress } = watch;
      const elsewhere = fleetForSweep(fleet, { onProgress, onLine: (line) => display.note(line) });
      return await runSweep(name, sweep, { ...options, ...watch, elsewhere });
    },
    judge,
    { elsewhere: fleet !== null },
  );
  io.out(values.json ? sweepDocument(result) : sweepPage(result, judge, io, values.store));
  tellBroken(result, io);
  if (interrupted && !result.over) {
    const others = fleet === null ? "" : "; workers go on with the runs that were asked for";
    io.error(`Interrupted. To go on: the same command again${others}\n`);
    return 130;
  }
  return result.best === undefined || Number.isNaN(judgedValue(result)) ? 1 : 0;
}

/** The name of what the best trial is judged by, where that is not what it was chosen by. */
function judgedName({ judged: { metric }, sweep: { objective } }: SweepState): string {
  return metric === objective.metric ? "" : `${metric} `;
}

/** What the best trial came to on the seeds that chose nothing; undefined where it was not judged. */
function judgedValue({ judged: { values } }: SweepState): number | undefined {
  return values.length === 0 ? undefined : iqm([values]);
}

/** Says which runs of a sweep broke, and how they are tried again. */
function tellBroken(state: SweepState, io: Io): void {
  for (const line of brokenLines(state)) io.error(errorLine(io, line));
  const again = triedAgain(state).length;
  if (again > 0) io.error(`To try ${plural(again, "run")} again: the same command again\n`);
}

/** Which runs of a sweep broke, in a line for all that broke alike, and what of its space was refused. */
export function brokenLines(
  { name, trials, best, judged, over, sweep }: SweepState,
): string[] {
  const failed = [...trials.flatMap(({ runs }) => runs), ...judged.runs]
    .filter(({ status }) => status === "failed");
  // Where one diverges the others are there to choose from; without any, that is why there is none.
  const diverged = (best === undefined ? trials.flatMap(({ runs }) => runs) : judged.runs)
    .filter(({ status }) => status === "diverged");
  const alike = Map.groupBy(
    new Set([...failed, ...diverged]),
    // The same at another iteration, or of another value, is the same.
    ({ status, message }) => `${status}: ${message?.replace(/\d+/g, "N")}`,
  );
  const broken = [...alike.values()].map((runs) => {
    const [{ id, name: of, status, message }] = runs;
    const who = runs.length === 1 ? `run ${id} (${of})` : `${runs.length} runs, as ${id} (${of}),`;
    const others = runs.some((run) => run.message !== message) ? " (and others alike)" : "";
    return `${who} ${status}: ${message}${others}`;
  });
  const begun = trials.filter(({ runs }) => runs.length > 0);
  const refused = begun.filter(({ runs }) =>
    runs.some(({ manifest }) => manifest.determined.backend === REFUSED)
  );
  const isMost = 2 * refused.length > begun.length;
  return [
    ...broken,
    ...isMost
      ? [
        `${refused.length} of ${
          plural(begun.length, "trial")
        } were refused by the configuration: a list ` +
        "of values that fit (--sweep PATH=64,128), or a condition in a sweep's file (when), tries none such",
      ]
      : [],
    ...over && best === undefined
      ? [`No trial of the sweep ${name} came to a figure: ${sweep.objective.metric}`]
      : [],
  ];
}

/** Trials that a page shows, at most: the best ones. */
const SHOWN = 20;

/** The trials of a sweep from the best down, and how many of them are left out. */
export function trialsTable(
  { sweep, trials, best }: SweepState,
): { columns: Column[]; rows: string[][]; left: number } {
  const paths = sweep.space.map(({ path }) => path);
  const loss = (value = NaN) => lossOf(sweep.objective, value);
  const begun = trials.filter(({ runs }) => runs.length > 0)
    .sort((a, b) => Number(a.pruned) - Number(b.pruned) || compare(loss(a.value), loss(b.value)));
  const short = (path: string) => path.replace(/^(agent|model)\./, "");
  const columns: Column[] = [
    { title: "trial", align: "right" },
    ...paths.map((path): Column => ({ title: short(path), align: "right" })),
    { title: `${metricLabel(sweep.objective.metric)}: IQM`, align: "right" },
    { title: "seeds", align: "right" },
    { title: "" },
  ];
  const rows = begun.slice(0, SHOWN).map((trial) => [
    String(trial.trial),
    ...paths.map((path) => shown(trial.point[path])),
    valueCell(trial),
    seedsCell(trial, sweep.seeds),
    trial.pruned ? "pruned" : trial === best ? "best" : "",
  ]);
  return { columns, rows, left: begun.length - rows.length };
}

/** What a trial came to: `none` where a seed of it diverged or failed. */
function valueCell({ value, values }: SweepState["trials"][number]): string {
  if (value === undefined) return "–";
  return Number.isNaN(value) ? "none" : withSpread(value, figureSpread(values));
}

/** How many of a trial's seeds came to a figure: `2 of 3`, or `1 of 3, 1 diverged`. */
function seedsCell({ runs, values }: SweepState["trials"][number], seeds: number): string {
  const given = values.filter((value) => !Number.isNaN(value)).length;
  return `${given} of ${seeds}${lostText(runs)}`;
}

/** Which fields of a sweep matter, in a line; "" where that cannot be told. */
export function importanceLine(state: SweepState): string {
  const shares = importancesOf(state);
  if (shares === undefined || state.sweep.space.length < 2) return "";
  if ([...shares.values()].every((share) => share === 0)) {
    return "What matters: nothing that these trials tell from chance";
  }
  const named = [...shares].sort(([, a], [, b]) => b - a)
    .map(([path, share]) => `${path} ${Math.round(100 * share)} %`);
  return `What matters: ${named.join(", ")}`;
}

/** A sweep for people: its trials from the best down, and how the best one is judged. */
export function sweepPage(state: SweepState, judge: Judge, io: Io, store?: string): string {
  const { name, trials, best, judged, over } = state;
  const { columns, rows, left } = trialsTable(state);
  const parts = rows.length === 0 ? [] : [table(columns, rows, io)];
  if (left > 0) parts.push(`… and ${plural(left, "trial")} more`);
  const repeated = trials.filter(({ repeats }) => repeats !== undefined).length;
  if (repeated > 0) {
    parts.push(...wrapped(
      `${
        plural(repeated, "trial")
      } more came to points that were tried before, and trained nothing`,
      io.columns(),
    ));
  }
  if (best !== undefined) {
    const value = judgedValue(state);
    if (value !== undefined) {
      const isNone = Number.isNaN(value);
      const verdict: Verdict | undefined = isNone ? undefined : judge.figure(
        judged.runs[0].manifest.determined.configuration,
        judged.metric,
        value,
        judged.training,
      );
      const shown = isNone
        ? `none${lostText(judged.runs)}`
        : withSpread(value, figureSpread(judged.values));
      parts.push(...wrapped(
        `Trial ${best.trial} on ${
          plural(judged.values.length, "seed")
        } from ${JUDGING} on, which chose ` +
          `nothing: ${judgedName(state)}${shown}${
            verdict === undefined ? "" : `, ${shownVerdict(verdict, io)}`
          }`,
        io.columns(),
      ));
    }
    parts.push(`Its settings: ${settingWords(Object.entries(best.point)).join(" ")}`);
  }
  const importance = importanceLine(state);
  if (importance !== "") parts.push(...wrapped(importance, io.columns()));
  parts.push(
    over
      ? `Its runs: ${commandLine(`runs ${whereSweep(name)}`, store)}`
      : `Not over: the same command again goes on where it stands (${
        commandLine("sweeps", store)
      } shows all)`,
  );
  return parts.join("\n");
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function shown(value: Json | undefined): string {
  if (value === undefined) return "–";
  return typeof value === "number" ? fourDigits(value) : settingText(value);
}

/** A sweep as a JSON document; NaN and infinities as null. */
export function sweepDocument(state: SweepState): string {
  const { name, sweep, trials, best, judged, over } = state;
  const ids = (runs: SweepState["judged"]["runs"]) => runs.map(({ id }) => id);
  const finite = (value: number | undefined) =>
    value === undefined || !Number.isFinite(value) ? null : value;
  const document = {
    sweep: name,
    definition: sweep,
    over,
    importance: Object.fromEntries(importancesOf(state) ?? []),
    trials: trials.map(({ trial, point, runs, values, value, pruned, repeats }) => ({
      ...{ trial, point, value: finite(value), values: values.map(finite), pruned, repeats },
      state: pruned
        ? "pruned"
        : value === undefined
        ? "open"
        : Number.isNaN(value)
        ? "failed"
        : "complete",
      runs: ids(runs),
      statuses: runs.map(({ status }) => status),
    })),
    best: best === undefined ? null : {
      trial: best.trial,
      judged: {
        metric: judged.metric,
        value: finite(judgedValue(state)),
        values: judged.values.map(finite),
        runs: ids(judged.runs),
      },
    },
  };
  return JSON.stringify(document, null, 2);
}
