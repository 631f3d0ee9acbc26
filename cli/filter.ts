/**
 * Which runs, and in which order: `--where "seed<3 and evaluation/return_mean>=475"` and
 * `--sort KEY`.
 *
 * @module
 */
import { didYouMean, InputError, unknownName } from "../lab/core/errors.ts";
import { shortened } from "../lab/core/printable.ts";
import { type Condition, type Value, written } from "../lab/experiment/conditions.ts";
import { configured, matching, partNames, readerOf } from "../lab/experiment/run_fields.ts";
import { statusOf } from "../lab/store/run_status.ts";
import type { Run, Store } from "../lab/store/store.ts";
import { findRuns } from "./stores.ts";
import { withWords } from "./words.ts";

/** What the words of `runs WORD…` are looked for in. */
function wordsOf(run: Run): string {
  const parts = partNames.map((path) => configured(run, path));
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
  // Tables show the names of runs under that word.
  const isName = alone.key === "experiment" && alone.operator === "=" &&
    runs.some(({ name }) => name === alone.wanted);
  const nearest = isName
    ? ` (${written({ ...alone, key: "name" })} does)`
    : didYouMean(alone.wanted, Array.from(values, shortened));
  return `no run matches ${written(alone)}${nearest}`;
}

/**
 * The runs that a command works on: those named, else all, as far as they meet every condition.
 *
 * @param find What names mean. Default: a run each.
 * @throws {InputError} where none is left.
 */
export function chosenRuns(
  store: Store,
  action: string,
  references: readonly string[],
  where: readonly Condition[],
  find = findRuns,
): Run[] {
  const named = references.length > 0 ? find(store, references) : store.runs();
  const found = matching(store, named, where);
  if (found.length > 0) return found;
  throw new InputError(`Cannot ${action} as ${whyNone(store, named, where)}`);
}

/**
 * Requires that some of the runs have a series.
 *
 * @throws {InputError} with the nearest one that they have.
 */
export function requireSeries(
  store: Store,
  action: string,
  runs: readonly Run[],
  series: string,
): void {
  const known = new Set(runs.flatMap((run) => store.seriesNames(run.id)));
  if (!known.has(series)) throw unknownName(action, "series", series, known, "runs --json");
}

/**
 * Runs by a key: text and seeds ascending, other numbers and times descending; runs without it, and
 * NaN, last.
 *
 * @param reverse The other way round, also of runs with equal values; those without one stay last.
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
  const alike = reverse ? runs.toReversed() : [...runs];
  return alike.sort((a, b) => {
    const [x, y] = [values.get(a), values.get(b)];
    if (isMissing(x) || isMissing(y)) return Number(isMissing(x)) - Number(isMissing(y));
    return reverse ? order(y, x) : order(x, y);
  });
}
