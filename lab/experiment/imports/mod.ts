/**
 * Runs of other programs, by what their files hold.
 *
 * @module
 */
import { dirname, join } from "node:path/posix";
import { InputError } from "../../core/errors.ts";
import { printable, shortened } from "../../core/printable.ts";
import { LARGEST_SEED } from "../../core/seed_sequence.ts";
import { sha256 } from "../../store/files.ts";
import type { Run, Store } from "../../store/store.ts";
import { EVENT_FILES, isEventFile, MONITOR_FILES, runName } from "./file_names.ts";
import {
  addImported,
  addLabRun,
  beginningOf,
  filesBeside,
  type ImportOptions,
  knownRun,
  type LabRun,
  noteOf,
  seedsOf,
} from "./imported_run.ts";
import { scoresOf } from "../score.ts";
import { runOfEvaluations } from "./evaluations.ts";
import { withLabSeries } from "./lab_series.ts";
import { importJsonLines } from "./json_lines.ts";
import { runOfMonitors } from "./monitor.ts";
import { runsOfCsv, runsOfJson, type Table } from "./table.ts";
import { textOf } from "./rows.ts";
import { type Events, type NamedBytes, pointsOfTensorboard } from "./tensorboard.ts";

/** What came of a file. */
export interface Imported {
  /** Ids of the runs that were added. */
  readonly ids: readonly string[];
  /** Ids of those that the same content had become before. */
  readonly known: readonly string[];
  /** Lines on what of the file no run has, and on what was taken for granted. */
  readonly remarks: readonly string[];
  /** Of event files: tags of what no run has as it is no scalar. */
  readonly others?: readonly string[];
}

/** Files of a folder that are one run. */
export interface RunFolder {
  /** What it is called in messages where there are several. */
  readonly at: string;
  /** What the run is called, unless the options say it. */
  readonly run: string;
  /** Whether one without anything is passed over with a remark. */
  readonly mayBeEmpty?: boolean;
}

/**
 * Adds the runs of a file: JSON lines (`.jsonl`), TensorBoard's events (`tfevents` in its name),
 * Stable-Baselines3's evaluations (`.npz`) and monitor files (a `#` at its beginning), tables in CSV or
 * JSON. Nothing is stored of a file that is wrong, nor of one whose content was imported before.
 *
 * @param name Path or name of the file.
 * @param options Of what the file does not say: JSON lines say all of it.
 * @throws {InputError} that says what is wrong and where.
 */
export async function importFileRuns(
  store: Store,
  bytes: Uint8Array,
  name: string,
  options: ImportOptions,
): Promise<Imported> {
  if (isEventFile(name)) {
    const run = runName(options.path ?? name);
    return await importEventRun(store, [{ name, bytes }], { at: name, run }, options);
  }
  if (/\.(jsonl|ndjson)$/i.test(name)) {
    refuseOptions(options, name, "JSON lines say it themselves");
    const source = { hash: sha256(bytes), place: 0 };
    const known = knownRun(options.before ?? store.runs(), source);
    if (known !== undefined) return { ids: [], known: [known], remarks: [] };
    const id = await importJsonLines(store, textOf(bytes, name), name, options.tags, source);
    return { ids: [id], known: [], remarks: [] };
  }
  const origin = { file: name, hash: sha256(bytes) };
  return await add(store, await tableOf(bytes, name), name, origin, options);
}

/**
 * Adds the run that the event files of a folder are, joined as {@linkcode pointsOfTensorboard} says.
 *
 * @throws {InputError} where a file is damaged, or none has a scalar.
 */
export async function importEventRun(
  store: Store,
  files: readonly NamedBytes[],
  folder: RunFolder,
  options: ImportOptions,
): Promise<Imported> {
  const inOrder = files.toSorted((a, b) => a.name < b.name ? -1 : 1);
  const { at, run } = folder;
  const { points, ...left } = pointsOfTensorboard(inOrder);
  const others = left.others.length === 0 ? {} : { others: left.others };
  if (points.length === 0) {
    const but = left.others.length === 0 ? "" : `, but ${shortened(left.others.join(", "))}`;
    return { ...withoutRun(folder, "scalars", but), ...others };
  }
  const runs = [{ name: printable(run) || "tensorboard", points }];
  const table = { runs, remarks: remarksOn(left, at) };
  const imported = await add(store, table, at, originOf(inOrder, EVENT_FILES), options);
  return imported.ids.length === 0 ? imported : { ...imported, ...others };
}

/**
 * Adds the run that the monitor files of a folder are, of which each environment of a training wrote one,
 * joined as {@linkcode runOfMonitors} says.
 *
 * @throws {InputError} where a file is none, or none has an episode.
 */
export async function importMonitorRun(
  store: Store,
  files: readonly NamedBytes[],
  folder: RunFolder,
  options: ImportOptions,
): Promise<Imported> {
  const inOrder = files.toSorted((a, b) => a.name < b.name ? -1 : 1);
  const texts = inOrder.map(({ name, bytes }) => ({ name, text: textOf(bytes, name) }));
  const { runs: [found], remarks } = runOfMonitors(texts, folder.at);
  if (found === undefined) return withoutRun(folder, "episodes");
  const runs = [{ ...found, name: printable(folder.run) || "imported" }];
  const origin = originOf(inOrder, MONITOR_FILES);
  return await add(store, { runs, remarks }, folder.at, origin, options);
}

/** What comes of a folder whose files hold no run. */
function withoutRun({ at, mayBeEmpty = false }: RunFolder, lack: string, but = ""): Imported {
  if (!mayBeEmpty) throw new InputError(`Cannot import ${at} as it has no ${lack}${but}`);
  return { ids: [], known: [], remarks: [`Left out ${at} as it has no ${lack}`] };
}

/** What the files of a run hold together, and a name for all of them. */
function originOf(files: readonly NamedBytes[], all: string): FileOrigin {
  const [{ name }] = files;
  const hash = sha256(...files.map(({ bytes }) => bytes));
  return { file: files.length === 1 ? name : join(dirname(name), all), hash };
}

/** Lines on what of event files no run has. */
function remarksOn({ rewritten, cutOff }: Omit<Events, "points">, at: string): string[] {
  return [
    ...rewritten === 0
      ? []
      : [`Left out of ${at} as they were written again later: ${rewritten} values`],
    ...cutOff.map(({ name, bytes }) =>
      `Left out of ${name} as its last record is cut off: ${bytes} bytes`
    ),
  ];
}

/** What runs are from. */
interface FileOrigin {
  /** As it was typed; of several of a folder a name for all. */
  readonly file: string;
  readonly hash: string;
}

/** Adds what a file holds, but for the runs that are there. */
async function add(
  store: Store,
  { runs, remarks }: Table,
  name: string,
  { file, hash }: FileOrigin,
  options: ImportOptions,
): Promise<Imported> {
  const { before = store.runs(), seed: first } = options;
  if (first !== undefined && BigInt(first) + BigInt(runs.length - 1) > LARGEST_SEED) {
    const have = runs.length === 1
      ? "its run would have"
      : `its ${runs.length} runs would begin at`;
    throw new InputError(
      `Cannot import ${name} as seeds must be at most 2¹²⁸ − 1: ${have} ${first}`,
    );
  }
  const [ids, known, grown, again, beside]: string[][] = [[], [], [], [], []];
  // The lab's own in the order in which they began, which their ids have: of two of a seed the newer counts.
  const began = (run: Table["runs"][number]) => "id" in run ? run.id : "";
  const inOrder = [...runs.entries()].sort(([, a], [, b]) =>
    began(a) === began(b) ? 0 : began(a) < began(b) ? -1 : 1
  );
  const alike = new Map<string, string>();
  for (const [place, found] of inOrder) {
    // A file's name, or a column's, is none that anyone typed.
    const named = { ...found, name: printable(found.name ?? runName(options.path ?? name)) };
    const { run, pairs } = "id" in named ? { run: named, pairs: [] } : withLabSeries(named);
    const origin = { note: noteOf(file), source: { hash, place } };
    if ("id" in run) refuseOptions(options, name, "the lab's own export says it itself");
    const there = knownRun(before, origin.source) ??
      ("id" in run ? ownRun(store, before, run) : undefined);
    if (there !== undefined) {
      known.push(there);
      continue;
    }
    const seed = first === undefined ? undefined : BigInt(first) + BigInt(place);
    if ("id" in run) ids.push(await addLabRun(store, run, { ...options, ...origin }));
    else {
      const called = { ...run, name: options.name ?? run.name };
      const beginning = beginningOf(store, before, called, options.axis);
      if (beginning !== undefined) grown.push(beginning);
      for (const other of filesBeside(store, { name: file, path: options.path }, called)) {
        if (other.id !== beginning) beside.push(`${other.file}, which the run ${other.id} is of`);
      }
      if (seed !== undefined && seedsOf(store, called.name, run.configuration).has(`${seed}`)) {
        again.push(`${seed}`);
      }
      ids.push(await addImported(store, run, { ...options, ...origin, seed }));
      for (const [theirs, ours] of pairs) alike.set(theirs, ours);
    }
  }
  const scored = ids.filter((id) => isScored(store, id));
  const more = [
    ...alike.size === 0 ? [] : [
      "Kept under the lab's names, too: " +
      [...alike].map(([theirs, ours]) => `${theirs} as ${ours}`).join(", "),
    ],
    ...grown.map((id) =>
      `The run ${id} is the beginning of ${name}, imported before: delete it, or both count as seeds`
    ),
    ...beside.map((other) =>
      `${file} lies beside ${other}: if both log one training, delete one, or both count as seeds`
    ),
    ...again.length === 0 ? [] : [
      `Another run of that name has seed ${
        again.join(", ")
      }: where seeds count, the newer one stands for it`,
    ],
    ...scored.length === 0 ? [] : [
      `Shown by the last evaluation, for which a rule had waited: ${
        scored.join(", ")
      }; what such a ` +
      "run is judged by is its score, the series score/…",
    ],
  ];
  return { ids, known, remarks: ids.length === 0 ? [] : [...remarks, ...more] };
}

/**
 * Whether a run was scored where it ended, by another figure than its last evaluation's: the file of a run
 * does not say how that ended, so that the store takes none for stopped by a rule.
 */
function isScored(store: Store, id: string): boolean {
  const last = store.lastMetrics(id);
  return Object.keys(last).some((evaluated) => {
    const [score] = Object.keys(scoresOf({ [evaluated]: 0 }));
    if (score === undefined || !(score in last) || last[score] === last[evaluated]) return false;
    const [scoredAt, evaluatedAt] = [score, evaluated].map((series) =>
      store.series(id, series).iterations.at(-1)
    );
    return scoredAt === evaluatedAt;
  });
}

/**
 * The run that an export is of, where it lies in the same store: another machine's may have its id and its
 * seed, but not the points.
 */
function ownRun(
  store: Store,
  before: readonly Run[],
  { id, seed, points }: LabRun,
): string | undefined {
  const run = before.find((each) => each.id === id);
  if (run?.manifest.determined.seed !== String(seed)) return undefined;
  const { name, iterations, value, wallSeconds } = points.at(-1)!;
  if (!store.seriesNames(id).includes(name)) return undefined;
  const series = store.series(id, name);
  const at = series.iterations.lastIndexOf(iterations);
  const isIt = Object.is(series.values[at], value) && series.wallSeconds[at] === wallSeconds;
  return isIt ? id : undefined;
}

function refuseOptions(options: ImportOptions, name: string, reason: string): void {
  const { name: called, seed, axis: steps } = options;
  for (const [option, given] of Object.entries({ name: called, seed, steps })) {
    if (given === undefined) continue;
    throw new InputError(`Cannot import ${name} with --${option} as ${reason}`);
  }
}

async function tableOf(bytes: Uint8Array, name: string): Promise<Table> {
  if (/\.npz$/i.test(name)) return await runOfEvaluations({ bytes, path: name });
  // What is no table may be no text either.
  const isJson = /\.json$/i.test(name);
  if (isJson || /\.(csv|txt)$/i.test(name) || bytes[0] === "#".charCodeAt(0)) {
    const text = textOf(bytes, name);
    if (text.startsWith("#")) {
      const table = runOfMonitors([{ name, text }], name);
      if (table.runs.length === 0) {
        throw new InputError(`Cannot import ${name} as it has no episodes`);
      }
      return table;
    }
    return isJson ? runsOfJson(text, name) : runsOfCsv(text, name);
  }
  throw new InputError(
    `Cannot import ${name} as it must be JSON lines (.jsonl), a TensorBoard file (tfevents), ` +
      "evaluations of Stable-Baselines3 (.npz), or a table (.csv, .json)",
  );
}
