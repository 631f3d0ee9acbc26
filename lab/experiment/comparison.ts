/**
 * Runs side by side: groups of runs that differ in their seed alone, and what their evaluations
 * say. The seed is the unit, never the episode.
 *
 * @module
 */
import { unitWords } from "../core/budget.ts";
import { encodeCanonicalJson } from "../core/canonical_json.ts";
import { lastParts } from "../core/last_parts.ts";
import { DamageError, unlessDamaged } from "../core/errors.ts";
import { RETURN, TRAINING_RETURN } from "../core/metrics.ts";
import { isRecord } from "../core/plain.ts";
import { printable } from "../core/printable.ts";
import { settingText } from "../core/shell.ts";
import type { Json } from "../core/snapshot.ts";
import { budgetOf, usualCount } from "../store/run_budget.ts";
import { isPruned } from "../store/run_status.ts";
import type { Manifest, Run, Series, Store } from "../store/store.ts";
import { deciding, ownCodeOf, shownCode } from "./deciding.ts";
import { JUDGING } from "./judging.ts";
import type { Registries } from "./registries.ts";
import { isSolved, ownPartOf, taskOf } from "./return_scale.ts";
import { figuresOf, judgedSeries } from "./score.ts";
import { stagesOf } from "./stages.ts";
import { LOGGED } from "./untrained.ts";
import { badEnd } from "./verdict.ts";

/**
 * Runs of one experiment with equal configuration, version, backend and code of its own, by ascending
 * seed.
 */
export interface RunGroup {
  /** {@linkcode RunGroup.called}, and where several groups share that, in what they differ. */
  readonly label: string;
  /** What its runs are called, where none of another experiment are, else the experiment's name. */
  readonly called: string;
  /**
   * In what it differs from others of its experiment; empty where there are none, or it has what most
   * have.
   */
  readonly apart: readonly Part[];
  readonly experiment: string;
  /** What of it decides the result. */
  readonly configuration: { readonly [key: string]: Json };
  readonly backend: string;
  /** Of its own code; undefined where its configuration says all. */
  readonly code: string | undefined;
  readonly runs: readonly Run[];
}

/** A setting by its dotted path, or what else tells groups apart, which has no name. */
export interface Part {
  readonly path?: string;
  readonly value: string;
}

/** Groups runs by everything that determines them but the seed, each with a label that no other has. */
export function groupRuns(runs: readonly Run[]): RunGroup[] {
  const made = sameButSeed(runs).map((members) => {
    const [{ manifest }] = members;
    const { experiment, configuration, backend } = manifest.determined;
    return {
      ...{ experiment, configuration: deciding(configuration), backend },
      ...{ code: ownCodeOf(manifest), runs: members },
    };
  });
  const namesakes = Map.groupBy(made, ({ experiment }) => experiment);
  const parts = new Map([...namesakes.values()].flatMap(partsOf));
  const ofName = new Map<Unlabelled, Part[]>();
  for (const [name, groups] of Map.groupBy(made, nameOfRuns)) {
    const isOfOne = groups.every(({ experiment }) => experiment === groups[0].experiment);
    if (name === undefined || !isOfOne) continue;
    for (const [group, own] of partsOf(groups)) ofName.set(group, own);
  }
  const called = made.map((group) => ofName.has(group) ? nameOfRuns(group)! : group.experiment);
  const labels = numbered(made.map((group, i) => {
    const name = printable(called[i]);
    const own = ofName.get(group) ?? parts.get(group)!;
    return own.length === 0 ? name : `${name} (${own.map((part) => saidBy(part)).join(", ")})`;
  }));
  return made.map((group, i) => ({
    ...{ ...group, label: labels[i], called: called[i], apart: parts.get(group)! },
  }));
}

/** What all runs of a group are called; undefined where that is as their experiment, or differs. */
function nameOfRuns({ experiment, runs }: Unlabelled): string | undefined {
  const [{ name }] = runs;
  return name !== experiment && runs.every((run) => run.name === name) ? name : undefined;
}

/**
 * What tells each of some runs from the others of its experiment among them, beside the seed
 * ({@linkcode RunGroup.apart}), as `name=value` with the last parts of paths.
 */
export function settingsApart(runs: readonly Run[]): Map<Run, readonly string[]> {
  const groups = groupRuns(runs);
  const paths = [
    ...new Set(groups.flatMap(({ apart }) => apart.flatMap(({ path }) => path ?? []))),
  ];
  const names = new Map(lastParts(paths).map((name, i) => [paths[i], name]));
  return new Map(groups.flatMap(({ apart, runs }) => {
    const own = apart.map((part) => saidBy(part, names));
    return runs.map((run): [Run, readonly string[]] => [run, own]);
  }));
}

function saidBy({ path, value }: Part, names?: ReadonlyMap<string, string>): string {
  return path === undefined ? value : `${names?.get(path) ?? path}=${value}`;
}

/** Labels with a number behind those that stand there already, as of weights of one run at two times. */
export function numbered(labels: readonly string[]): string[] {
  const taken = new Set(labels);
  const seen = new Set<string>();
  return labels.map((label) => {
    let own = label;
    for (let i = 2; seen.has(own) || (own !== label && taken.has(own)); i++) own = `${label} #${i}`;
    seen.add(own);
    return own;
  });
}

/** The same groups without names, each by ascending seed. */
export function sameButSeed(runs: readonly Run[]): Run[][] {
  const known = new Map<string, string>();
  const groups = Map.groupBy(runs, ({ manifest }) => keyOf(manifest, known));
  const ascending = (a: Run, b: Run) => Number((seedNumber(a) ?? -1n) - (seedNumber(b) ?? -1n));
  return [...groups.values()].map((members) => members.sort(ascending));
}

/** Kept, as tables ask for all runs again and again. */
const keys = new WeakMap<Manifest, string>();

/**
 * Equal for what differs in its seed alone.
 *
 * @param known Of this call, by their text as stored, which most seeds of a group share.
 */
function keyOf(manifest: Manifest, known: Map<string, string>): string {
  if (!keys.has(manifest)) {
    const { seed: _, configuration, ...rest } = manifest.determined;
    const code = ownCodeOf(manifest) ?? null;
    const all = { ...rest, configuration: deciding(configuration), code };
    const text = JSON.stringify(all);
    if (!known.has(text)) known.set(text, encodeCanonicalJson(all as unknown as Json));
    keys.set(manifest, known.get(text)!);
  }
  return keys.get(manifest)!;
}

function seedOf(run: Run): string {
  return run.manifest.determined.seed;
}

/** A run's seed as a number; undefined where the record has one that is no whole number. */
export function seedNumber(run: Run): bigint | undefined {
  return /^\d+$/.test(seedOf(run)) ? BigInt(seedOf(run)) : undefined;
}

type Unlabelled = Omit<RunGroup, "label" | "called" | "apart">;

/**
 * Of groups of one experiment: the settings, or what else, that tell each from the others. What more
 * than half of those that a setting tells apart share goes without saying. Of logged runs beside the lab's
 * own it is said that they are, and what their logs do not tell of is left out.
 */
function partsOf(groups: readonly Unlabelled[]): [Unlabelled, Part[]][] {
  const isLogged = ({ backend }: Unlabelled) => backend === LOGGED;
  const areMixed = groups.some(isLogged) && !groups.every(isLogged);
  const settings = groups.map(({ configuration, code, runs: [{ manifest }] }): Settings => {
    const { earlierBudgets: _, extendedFrom: __, ...typed } = configuration;
    const isSilent = areMixed && manifest.determined.backend === LOGGED;
    return { ...flatten(typed), ...isSilent ? {} : factsOf(manifest, code) };
  });
  const silent = new Set(settings.filter((_, i) => areMixed && isLogged(groups[i])));
  const paths = [...differingPaths(settings, silent)];
  const goesWithoutSaying = usualOf(settings, paths, silent);
  const shown = new Map(
    paths.map((path) => [path, shortNumbers(settings.map((own) => own[path]))]),
  );
  return groups.map((group, i) => {
    const own = settings[i];
    const told = paths.filter((path) => tells(own, path, silent) && !goesWithoutSaying(path, own));
    const parts = told.map((path) => ({
      ...!nameless.includes(path) && { path },
      value: shown.get(path)![i] ?? "unset",
    }));
    return [group, silent.has(own) ? [{ value: LOGGED }, ...parts] : parts];
  });
}

/** Whether a path is a matter of a configuration: of one that is silent where it has a value there. */
function tells(own: Settings, path: string, silent: ReadonlySet<Settings>): boolean {
  return path in own || !silent.has(own);
}

/**
 * What tells groups apart beside their settings, among which it stands with names that no field has, as
 * it is said.
 */
function factsOf(
  manifest: Manifest,
  code: string | undefined,
): { readonly [name in typeof facts[number]]: string } {
  const { backend, library, version, from } = manifest.determined;
  const earlier = stagesOf(manifest).slice(0, -1).map(({ budget }) => budget);
  return {
    "earlier ": earlier.length === 0 ? "one budget" : `budget before ${earlier.join(", ")}`,
    "version ": `version ${version}`,
    "backend ": backend,
    "library ": library ?? "no library",
    "from ": from === undefined ? "no --from" : `from ${from.run}`,
    "code ": code === undefined ? "no own code" : `code ${shownCode(code)}`,
  };
}

const facts = ["earlier ", "version ", "backend ", "library ", "from ", "code "] as const;

/** Where the name of a part stands whose other fields are its own. */
const names: Readonly<Record<string, string>> = {
  agent: "agent.name",
  model: "model.name",
  environment: "environment.id",
  dataset: "dataset.name",
};

/** What is known by its value alone. */
const nameless: readonly string[] = [...Object.values(names), ...facts];

type Settings = Readonly<Record<string, string>>;

/**
 * Tells whether most configurations have the value of one of them; names of agents and worlds are
 * always said. A field of an agent is held against those with the same agent only, as two agents
 * differ in most.
 */
function usualOf(
  settings: readonly Settings[],
  paths: readonly string[],
  silent: ReadonlySet<Settings>,
): (path: string, own: Settings) => boolean {
  const nameOf = (path: string) => names[path.split(".")[0]];
  const kin = (path: string, own: Settings) => JSON.stringify([path, own[nameOf(path)]]);
  const same = (path: string, own: Settings) =>
    JSON.stringify([path, own[nameOf(path)], own[path]]);
  const counts = new Map<string, number>();
  for (const path of paths) {
    for (const own of settings.filter((each) => tells(each, path, silent))) {
      for (const key of [kin(path, own), same(path, own)]) {
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  return (path, own) =>
    path !== nameOf(path) && isMost(counts.get(same(path, own))!, counts.get(kin(path, own))!);
}

/** Whether more than half of `values` are this one. */
export function isUsual<T>(value: T, values: readonly T[]): boolean {
  return isMost(values.filter((each) => each === value).length, values.length);
}

function isMost(count: number, all: number): boolean {
  return 2 * count > all;
}

/** The fewest digits that a shortened number has. */
const FEWEST_DIGITS = 3;
/** As many as tell any two numbers apart. */
const MOST_DIGITS = 17;

/**
 * Values of one setting with as few digits of their fractions as tell them apart, three at least: a
 * drawn rate of 0.0026135574 beside 0.0051680508 is 0.00261. What is no fraction stays as it is.
 */
export function shortNumbers(
  values: readonly (string | undefined)[],
): (string | undefined)[] {
  const count = new Set(values).size;
  for (let digits = FEWEST_DIGITS; digits < MOST_DIGITS; digits++) {
    const short = values.map((value) =>
      value !== undefined && /^-?\d*(\.\d+)?(e-?\d+)?$/.test(value) && /\.|e-/.test(value)
        ? String(Number(Number(value).toPrecision(digits)))
        : value
    );
    if (new Set(short).size === count) return short;
  }
  return [...values];
}

/**
 * The paths whose values are not the same in all of some configurations; missing is a value.
 *
 * @param silent Those of them of which it is none.
 */
export function differingPaths(
  settings: readonly Settings[],
  silent: ReadonlySet<Settings> = new Set(),
): Set<string> {
  const paths = new Set(settings.flatMap((each) => Object.keys(each)));
  return new Set([...paths].filter((path) => {
    const [first, ...others] = settings.filter((each) => tells(each, path, silent));
    return others.some((each) => each[path] !== first[path]);
  }));
}

/** A configuration as dotted paths and values as text. */
export function flatten(
  configuration: { readonly [key: string]: Json },
  prefix = "",
): Record<string, string> {
  return Object.assign(
    {},
    ...Object.entries(configuration).map(([key, value]) =>
      isRecord(value)
        ? flatten(value, `${prefix}${key}.`)
        : { [printable(`${prefix}${key}`)]: printable(settingText(value)) }
    ),
  );
}

/** When a series first reached a threshold. */
interface Reached {
  readonly environmentSteps: number;
  readonly wallSeconds: number;
}

/** The first point of `series` with a return that comes to `threshold`; undefined: never. */
export function firstAtLeast(series: Series, threshold: number): Reached | undefined {
  const index = series.values.findIndex((value) => isSolved(value, threshold));
  if (index < 0) return undefined;
  return {
    environmentSteps: series.environmentSteps[index],
    wallSeconds: series.wallSeconds[index],
  };
}

/**
 * Figures that a run may be judged by, in the order of interest. What a judge is sure of comes after the
 * distance to the data: a judge that learned from few pictures is sure of noise, too. A likelihood comes
 * before the bound of one draw, which grows looser where a bound of many draws is descended.
 */
export const headlines: readonly string[] = [
  RETURN,
  "evaluation/accuracy",
  "evaluation/nll_oracle",
  "evaluation/negative_log_likelihood",
  "evaluation/negative_elbo",
  "evaluation/modes",
  "evaluation/high_quality",
  "evaluation/recalled",
  "evaluation/reconstruction",
  "evaluation/energy_distance",
  "evaluation/recognised",
  "evaluation/signal_to_noise",
  "evaluation/absolute_error",
  "evaluation/recall",
  TRAINING_RETURN,
  "losses/elbo",
  "losses/reconstruction",
  "losses/critic",
  "losses/loss",
  "losses/policy",
];

/**
 * The series among `names` that a run is judged by; undefined where there is none. A model's is one of
 * `evaluation/…`, the test split, though its best checkpoint is the one with the best `validation/…`:
 * what chooses does not judge.
 */
export function headlineMetric(names: Iterable<string>): string | undefined {
  const known = [...names];
  return headlines.find((metric) => known.includes(metric)) ??
    known.find((name) => name.startsWith("evaluation/")) ??
    known.find((name) => name.startsWith("losses/"));
}

/** Of several runs with one seed the newest; the order stays. */
export function newestOfEachSeed(runs: readonly Run[]): Run[] {
  const newest = new Map<string, Run>();
  for (const run of runs) {
    const known = newest.get(seedOf(run));
    if (known === undefined || run.id > known.id) newest.set(seedOf(run), run);
  }
  return runs.filter((run) => newest.get(seedOf(run)) === run);
}

/** Whether a run ended with a result, which one that was pruned has not. */
export function isFinished(
  run: { readonly status: string; readonly message?: string | null },
): boolean {
  return run.status === "completed" || (run.status === "stopped" && !isPruned(run));
}

/**
 * Whether a run ended without a result, as it diverged or failed. Its seed counts all the same: figures
 * of those that came through alone would be too good. So it has none, a group with such a seed has no mean
 * and no IQM, and where runs are held against one another it is the worst.
 */
export function isLost({ status }: { readonly status: string }): boolean {
  return status === "diverged" || status === "failed";
}

/** Says of so many runs that a pruner ended that they have no part in a comparison. */
export function prunedNote(count: number): string {
  return count === 1
    ? "1 run that a sweep pruned is left out"
    : `${count} runs that a sweep pruned are left out`;
}

/** Runs that are named in a line, at most. */
const NAMED = 3;

/**
 * Runs as their last figures leave them: one that ended as if with a result, though a loss of it or its
 * return is no finite number, diverged. Of a loss its last evaluation may be finite, and says nothing of
 * what it left.
 *
 * @returns The runs in their order, and a line where there is such a one.
 */
export function judgedByEnd(
  store: Pick<Store, "lastMetrics">,
  runs: readonly Run[],
): { runs: Run[]; notes: string[] } {
  const broken = new Map(
    runs.filter(isFinished).flatMap((run): [Run, string][] => {
      const metrics = unlessDamaged(() => store.lastMetrics(run.id));
      const message = metrics instanceof DamageError ? undefined : badEnd(metrics);
      return message === undefined ? [] : [[run, message]];
    }),
  );
  const named = [...broken].slice(0, NAMED).map(([{ id }, message]) => `${id} (${message})`);
  const more = broken.size - named.length;
  const notes = broken.size === 0 ? [] : [
    `${broken.size} run${
      broken.size === 1 ? " counts" : "s count"
    } as diverged, whatever the status ` +
    `says, by what it ended with: ${named.join(", ")}${more > 0 ? `, and ${more} more` : ""}`,
  ];
  return {
    runs: runs.map((run) => {
      const message = broken.get(run);
      return message === undefined ? run : { ...run, status: "diverged", message };
    }),
    notes,
  };
}

/**
 * A line where a group has both the seeds by which a sweep chose its settings among others and those
 * that judge them: the figure of all is too good.
 */
export function choiceNote(label: string, runs: readonly Run[]): string[] {
  const bySweep = Map.groupBy(runs, ({ manifest }) => manifest.sweep?.name);
  return [...bySweep].flatMap(([sweep, members]) => {
    const chose = members.filter((run) => (seedNumber(run) ?? 0n) < JUDGING).length;
    if (sweep === undefined || chose === 0 || chose === members.length) return [];
    return [
      `${label}: ${chose} of ${members.length} seeds chose these settings in the sweep ` +
      `${printable(sweep)} and flatter them; those that judge alone are found by seed>=${JUDGING}`,
    ];
  });
}

/**
 * A line where the figure of some of a group's runs is of the evaluation that ended them: a rule or a
 * callback may have waited for it, and it was not measured again.
 */
export function endNote(
  store: Pick<Store, "lastMetrics">,
  label: string,
  metric: string,
  runs: readonly Run[],
): string[] {
  if (!/^(evaluation|validation)\//.test(metric)) return [];
  const atEnd = runs.filter((run) => {
    if (run.status !== "stopped" || run.digest === null || isPruned(run)) return false;
    const last = unlessDamaged(() => store.lastMetrics(run.id));
    return !(last instanceof DamageError) && metric in last &&
      judgedSeries(run, last, metric) === metric;
  }).length;
  const all = `${runs.length} run${runs.length === 1 ? "" : "s"}`;
  return atEnd === 0 ? [] : [
    `${label}: ${
      printable(metric)
    } of ${atEnd} of ${all} is of the evaluation that ended it, and ` +
    "may be good by choice: no later one measured it",
  ];
}

/** Of two lengths of training the lesser share that is as good as the other: episodes end where they end. */
const AS_LONG = 0.95;

/** How long a run was trained. */
interface Length {
  readonly unit: ReturnType<typeof usualCount>;
  readonly length: number;
  /** Nothing ended it early. */
  readonly isWhole: boolean;
}

/** How long runs that came to a result were trained, without those that count nothing. */
function lengthsOf(runs: readonly Run[]): Length[] {
  return runs.filter(isFinished).map((run) => {
    const unit = usualCount(run);
    const { total } = budgetOf(run);
    const isBudgeted = total > 0 && run.manifest.determined.backend !== LOGGED;
    // The last episode, or batch, may go beyond a budget.
    const length = isBudgeted ? Math.min(run[unit], total) : run[unit];
    return { unit, length, isWhole: run.status === "completed" };
  }).filter(({ length }) => length > 0);
}

function longestOf(lengths: readonly Length[]): number {
  return Math.max(...lengths.map(({ length }) => length));
}

function unitName(unit: Length["unit"]): string {
  return unit === "iterations" ? unit : unitWords[unit].full;
}

function amountText(amount: number): string {
  return amount.toLocaleString("en-US");
}

/**
 * A line where some of a group's runs ended before others, though neither a stop rule nor a callback ended
 * them, nor were they lost: as of a log that breaks off.
 */
export function raggedNote(label: string, runs: readonly Run[]): string[] {
  const whole = lengthsOf(runs).filter(({ isWhole }) => isWhole);
  const longest = longestOf(whole);
  const [early, late] = [true, false].map((isEarly) =>
    whole.filter(({ length }) => length < AS_LONG * longest === isEarly)
  );
  if (early.length === 0 || whole.some(({ unit }) => unit !== whole[0].unit)) return [];
  const span = (some: readonly Length[]) => {
    const [least, most] = [Math.min(...some.map(({ length }) => length)), longestOf(some)];
    return `${amountText(least)}${least === most ? "" : ` to ${amountText(most)}`}`;
  };
  const others = early.length + late.length < runs.length
    ? String(late.length)
    : late.length === 1
    ? "the other"
    : "the others";
  return [
    `${early.length} of ${runs.length} seeds of ${label} end${early.length === 1 ? "s" : ""} at ` +
    `${span(early)} ${unitName(whole[0].unit)}, ${others} at ${span(late)}`,
  ];
}

/** What is asked of a group to tell how long it was trained beside others of its task. */
export interface TrainedGroup extends Pick<RunGroup, "label" | "runs"> {
  readonly task: string;
}

/**
 * A line for each task whose groups were trained for different lengths. A run that was ended early is no
 * short one, and of groups that are called by their budgets there is nothing to say.
 */
export function lengthsNote(
  groups: readonly TrainedGroup[],
): string[] {
  const measured = groups.flatMap(({ label, runs, task }) =>
    [...Map.groupBy(lengthsOf(runs), ({ unit }) => unit)].map(([unit, lengths]) => ({
      ...{ label, unit, key: JSON.stringify([task, unit]), most: longestOf(lengths) },
      whole: longestOf(lengths.filter(({ isWhole }) => isWhole)),
    }))
  );
  return [...Map.groupBy(measured, ({ key }) => key).values()].flatMap((members) => {
    const [longest] = members.toSorted((a, b) => b.most - a.most);
    const [shortest] = members.filter(({ whole }) => whole > 0).sort((a, b) => a.whole - b.whole);
    if (shortest === undefined || shortest.whole >= AS_LONG * longest.most) return [];
    if (shortest === longest) return [];
    if ([shortest, longest].every(({ label }) => label.includes("budget="))) return [];
    return [
      `of the groups that are compared ${shortest.label} was trained for the fewest ` +
      `${unitName(longest.unit)}, ${amountText(shortest.whole)}, ${longest.label} for the most, ` +
      amountText(longest.most),
    ];
  });
}

/** Groups in own worlds, or on own data, that are called the same and are of several versions of their code. */
export function namesakesOf<Group extends Pick<RunGroup, "configuration" | "code">>(
  groups: readonly Group[],
  registries: Pick<Registries, "environments">,
): Group[][] {
  const own = groups.filter(({ configuration }) => ownPartOf(configuration) !== undefined);
  const byName = Map.groupBy(own, ({ configuration }) => taskOf({ configuration }, registries));
  return [...byName.values()]
    .filter((members) => members.some(({ code }) => code !== members[0].code));
}

/** Says of such groups that their figures are not held against one another. */
export function namesakesNote(
  groups: readonly Pick<RunGroup, "label" | "configuration">[],
): string {
  const { id, name } = ownPartOf(groups[0].configuration)!;
  const own = printable(String(id ?? name));
  const labels = groups.map(({ label }) => label).join(", ");
  return `${own} is of several files, or of several versions of one, which are in no pair with one another: ` +
    `${labels}; train from one file, as it is, what is to be compared`;
}

/** A line where `seeds` of a group's `count` runs came to their end without the figure `metric`. */
export function lackingNote(
  label: string,
  metric: string,
  count: number,
  seeds: readonly string[],
): string[] {
  if (seeds.length === 0) return [];
  return [
    `${seeds.length} of ${count} run${count === 1 ? "" : "s"} ` +
    `${seeds.length === 1 ? "has" : "have"} no ${printable(metric)}: ${label} ` +
    `seed${seeds.length === 1 ? "" : "s"} ${seeds.join(", ")}`,
  ];
}

/**
 * How many of a group's runs came to a result: `5`, or `2 of 5, 3 diverged` where not all did.
 *
 * @param lacking How many came to their end without the figure.
 */
export function seedsText(runs: readonly { readonly status: string }[], lacking = 0): string {
  const whole = runs.filter((run) => !isLost(run)).length - lacking;
  if (whole === runs.length) return String(whole);
  const without = lacking === 0 ? "" : `, ${lacking} without a figure`;
  return `${whole} of ${runs.length}${lostText(runs)}${without}`;
}

/** How many runs ended without a result, to follow how many did not: `, 3 diverged, 1 failed`, or nothing. */
export function lostText(runs: readonly { readonly status: string }[]): string {
  const lost = Map.groupBy(runs.filter(isLost), ({ status }) => status);
  return [...lost].sort().map(([status, { length }]) => `, ${length} ${status}`).join("");
}

/**
 * The figure `metric` of each run in the group, by ascending seed; NaN of a run that ended without a
 * result, undefined of one that came to its end without the figure, as where it was not measured.
 */
export function figuresOfGroup(
  store: Store,
  group: RunGroup,
  metric: string,
): (number | undefined)[] {
  return group.runs.map((run) => isLost(run) ? NaN : figuresOf(store, run)[metric]);
}
