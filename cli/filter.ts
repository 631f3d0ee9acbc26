/**
 * Which runs, and in which order: `--where "seed<3 and evaluation/return_mean>=475"` and
 * `--sort KEY`.
 *
 * @module
 */
import {
  DamageError,
  didYouMean,
  InputError,
  unknownName,
  unlessDamaged,
} from "../lab/core/errors.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { headlineMetric } from "../lab/experiment/comparison.ts";
import { figureReader, figuresOf } from "../lab/experiment/score.ts";
import type { Run, Store } from "../lab/store/store.ts";
import { statuses, statusOf } from "../lab/store/run_status.ts";
import { type Condition, meets, type Reading, type Value, written } from "./conditions.ts";
import { findRuns } from "./stores.ts";
import { withWords } from "./words.ts";

/** Fields of a run that are no metric and no path of its configuration. */
const columns: Readonly<Record<string, (run: Run) => Value>> = {
  id: (run) => run.id,
  name: (run) => run.name,
  experiment: (run) => run.manifest.determined.experiment,
  seed: (run) => BigInt(run.manifest.determined.seed),
  status: statusOf,
  backend: (run) => run.manifest.determined.backend,
  tag: (run) => run.tags,
  note: (run) => run.note,
  started: (run) => run.createdAt,
  ended: (run) => run.endedAt ?? undefined,
  time: (run) => run.wallSeconds,
  environment_steps: (run) => run.environmentSteps,
  gradient_steps: (run) => run.gradientSteps,
  examples: (run) => run.examples,
  iterations: (run) => run.iterations,
};

/** Those that are not compared as they are. */
const readings: Readonly<Record<string, Reading>> = { id: "id", started: "time", ended: "time" };

/** Every key that is always there, for help and messages. */
export const columnNames: readonly string[] = Object.keys(columns);

/** Whether a key names a metric or a path of the configuration rather than a field of any run. */
export function isOwnKey(key: string): boolean {
  return !(key in columns) && key !== "figure";
}

/** Value at a dotted path of the configuration; a named part (`agent`) is its name or id. */
export function configured(run: Run, path: string): Json | undefined {
  let value: Json | undefined = run.manifest.determined.configuration;
  for (const part of path.split(".")) value = isGroup(value) ? value[part] : undefined;
  return isGroup(value) ? value.name ?? value.id ?? value : value;
}

function isGroup(value: Json | undefined): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** A configured value as one that can be compared: lists and groups as their JSON. */
function comparable(value: Json | undefined): Value {
  return value === null || typeof value === "object" ? JSON.stringify(value) : value;
}

/** Every dotted path of a configuration. */
function pathsOf(value: Json, prefix = ""): string[] {
  if (!isGroup(value)) return [prefix];
  const inner = Object.entries(value).flatMap(([key, each]) =>
    pathsOf(each, prefix === "" ? key : `${prefix}.${key}`)
  );
  return prefix === "" ? inner : [prefix, ...inner];
}

/**
 * How a key is read off a run: a field, a metric's figure (for all runs in one pass), the
 * headline `figure`, or a path of the configuration.
 *
 * @param action What cannot be done where there is no such key.
 * @throws {InputError} for a key that no run has; it names the nearest ones.
 */
export function readerOf(
  store: Store,
  runs: readonly Run[],
  key: string,
  action: string,
): (run: Run) => Value {
  if (Object.hasOwn(columns, key)) return columns[key];
  if (key === "figure") {
    return (run) => {
      const metrics = unlessDamaged(() => figuresOf(store, run));
      return metrics instanceof DamageError
        ? undefined
        : metrics[headlineMetric(Object.keys(metrics)) ?? ""];
    };
  }
  if (runs.some((run) => configured(run, key) !== undefined)) {
    return (run) => comparable(configured(run, key));
  }
  const figure = figureReader(store, key);
  if (figure !== undefined) return figure;
  if (runs.length === 0) return () => undefined;
  const configurations = runs.map((run) => run.manifest.determined.configuration);
  const paths = new Set(configurations.flatMap((configuration) => pathsOf(configuration)));
  const known = [...columnNames, "figure", ...paths, ...store.seriesNames()];
  throw new InputError(
    `Cannot ${action} as no run has a field "${key}"${didYouMean(key, known)}: \`runs --help\` ` +
      "shows all, `runs --json` their metrics and configurations",
  );
}

/**
 * The runs that meet every condition; the order stays.
 *
 * @throws {InputError} for a key that no run has, a status that there is not, or a value that the
 * field cannot be compared with.
 */
export function matching(
  store: Store,
  runs: readonly Run[],
  where: readonly Condition[],
): Run[] {
  return where.reduce<Run[]>((left, condition) => {
    const { key, wanted } = condition;
    const read = readerOf(store, runs, key, "filter runs");
    if (key === "status" && !statuses.includes(wanted)) {
      throw unknownName("filter runs", "status", wanted, statuses);
    }
    return left.filter((run) => meets(read(run), condition, readings[key]));
  }, [...runs]);
}

/** What the words of `runs WORD…` are looked for in. */
function wordsOf(run: Run): string {
  const parts = ["agent", "environment", "model", "dataset"].map((path) => configured(run, path));
  const { experiment } = run.manifest.determined;
  return [run.id, run.name, experiment, statusOf(run), ...parts, ...run.tags, run.note]
    .filter((part) => part !== undefined).join(" ");
}

/** The runs in whose id, name, parts, status, tags or note every word occurs. */
export function runsWith(runs: readonly Run[], words: readonly string[]): Run[] {
  return words.length === 0 ? [...runs] : withWords(runs, words, wordsOf, "run");
}

/**
 * Why no run matches: the first condition that none meets by itself, with the nearest of the values
 * that there are.
 */
export function whyNone(store: Store, runs: readonly Run[], where: readonly Condition[]): string {
  const alone = where.find((condition) => matching(store, runs, [condition]).length === 0);
  if (alone === undefined) return "no run matches";
  const read = readerOf(store, runs, alone.key, "filter runs");
  const values = new Set(
    runs.flatMap((run) => read(run) ?? []).filter((value) => typeof value === "string"),
  );
  return `no run matches ${written(alone)}${didYouMean(alone.wanted, values)}`;
}

/**
 * The runs that a command works on: those named, else all, as far as they meet every condition.
 *
 * @throws {InputError} where none is left.
 */
export function chosenRuns(
  store: Store,
  action: string,
  references: readonly string[],
  where: readonly Condition[],
): Run[] {
  const named = references.length > 0 ? findRuns(store, references) : store.runs();
  const found = matching(store, named, where);
  if (found.length > 0) return found;
  throw new InputError(`Cannot ${action} as ${whyNone(store, named, where)}`);
}

/**
 * Runs by a key: text and seeds ascending, other numbers and times descending; runs without it, and
 * NaN, last.
 *
 * @param reverse The other way round; runs without a value stay last.
 * @throws {InputError} for a key that no run has.
 */
export function sorted(
  store: Store,
  runs: readonly Run[],
  key: string,
  reverse = false,
): Run[] {
  const read = readerOf(store, runs, key, "sort runs");
  const values = new Map(runs.map((run) => [run, read(run)]));
  const isMissing = (value: Value) =>
    value === undefined || (typeof value === "number" && Number.isNaN(value));
  const down = key === "seed" ? 1 : -1;
  const order = (x: Value, y: Value) => {
    const ordered = (each: Value) => typeof each === "number" || typeof each === "bigint";
    if (!ordered(x) || !ordered(y)) return String(x).localeCompare(String(y));
    return x! < y! ? -down : x! > y! ? down : 0;
  };
  return [...runs].sort((a, b) => {
    const [x, y] = [values.get(a), values.get(b)];
    if (isMissing(x) || isMissing(y)) return Number(isMissing(x)) - Number(isMissing(y));
    return reverse ? order(y, x) : order(x, y);
  });
}
