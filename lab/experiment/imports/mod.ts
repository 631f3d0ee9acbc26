/**
 * Runs of other programs, by what their files hold.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import { printable } from "../../core/printable.ts";
import { parseSeed } from "../../core/seed_sequence.ts";
import { sha256 } from "../../store/files.ts";
import type { Run, Store } from "../../store/store.ts";
import {
  addImported,
  addLabRun,
  type ImportOptions,
  knownRun,
  type LabRun,
} from "./imported_run.ts";
import { importJsonLines } from "./json_lines.ts";
import { runOfMonitor, runsOfCsv, runsOfJson, type Table } from "./table.ts";
import { type NamedBytes, pointsOfTensorboard } from "./tensorboard.ts";

/** What came of a file. */
export interface Imported {
  /** Ids of the runs that were added. */
  readonly ids: readonly string[];
  /** Ids of those that the same content had become before. */
  readonly known: readonly string[];
  /** Lines on what of the file no run has, and on what was taken for granted. */
  readonly remarks: readonly string[];
}

/** Whether a file is one of TensorBoard's events, by its name. */
export function isEventFile(name: string): boolean {
  return name.split("/").at(-1)!.includes("tfevents");
}

/**
 * Adds the runs of a file: JSON lines (`.jsonl`), TensorBoard's events (`tfevents` in its name), monitor
 * files (a `#` at its beginning), tables in CSV or JSON. Nothing is stored of a file that is wrong, nor
 * of one whose content was imported before.
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
    // Event files are told apart by their folders.
    const folder = name.split("/").at(-2) ?? "";
    return await importEventRun(store, [{ name, bytes }], { at: name, run: folder }, options);
  }
  if (/\.(jsonl|ndjson)$/.test(name)) {
    refuseOptions(options, name, "JSON lines say it themselves");
    const source = { hash: sha256(bytes), place: 0 };
    const known = knownRun(options.before ?? store.runs(), source);
    if (known !== undefined) return { ids: [], known: [known], remarks: [] };
    const text = new TextDecoder().decode(bytes);
    const id = await importJsonLines(store, text, name, options.tags, source);
    return { ids: [id], known: [], remarks: [] };
  }
  return await add(store, tableOf(bytes, name), name, sha256(bytes), options);
}

/**
 * Adds the run that the event files of a folder are, joined as {@linkcode pointsOfTensorboard} says.
 *
 * @param folder.at What it is called in messages.
 * @param folder.run What the run is called, unless the options say it.
 * @param folder.mayBeEmpty Whether one without a scalar is passed over with a remark.
 * @throws {InputError} where a file is damaged, or none has a scalar.
 */
export async function importEventRun(
  store: Store,
  files: readonly NamedBytes[],
  { at, run, mayBeEmpty = false }: {
    readonly at: string;
    readonly run: string;
    readonly mayBeEmpty?: boolean;
  },
  options: ImportOptions,
): Promise<Imported> {
  const inOrder = files.toSorted((a, b) => a.name < b.name ? -1 : 1);
  const { points, rewritten } = pointsOfTensorboard(inOrder);
  if (points.length === 0) {
    if (mayBeEmpty) {
      return { ids: [], known: [], remarks: [`Left out ${at} as it has no scalars`] };
    }
    throw new InputError(`Cannot import ${at} as it has no scalars`);
  }
  const remarks = rewritten === 0
    ? []
    : [`Left out of ${at} as they were written again later: ${rewritten} values`];
  const hash = sha256(...inOrder.map(({ bytes }) => bytes));
  const runs = [{ name: printable(run) || "tensorboard", points }];
  return await add(store, { runs, remarks }, at, hash, options);
}

/** Adds what a file holds, but for the runs that are there. */
async function add(
  store: Store,
  { runs, remarks }: Table,
  name: string,
  hash: string,
  options: ImportOptions,
): Promise<Imported> {
  const { before = store.runs() } = options;
  const [ids, known]: string[][] = [[], []];
  // The lab's own in the order in which they began, which their ids have: of two of a seed the newer counts.
  const began = (run: Table["runs"][number]) => "id" in run ? run.id : "";
  const inOrder = [...runs.entries()].sort(([, a], [, b]) =>
    began(a) === began(b) ? 0 : began(a) < began(b) ? -1 : 1
  );
  for (const [place, run] of inOrder) {
    const origin = { note: `imported from ${name}`, source: { hash, place } };
    if ("id" in run) refuseOptions(options, name, "the lab's own export says it itself");
    const there = knownRun(before, origin.source) ??
      ("id" in run ? ownRun(store, before, run) : undefined);
    if (there !== undefined) {
      known.push(there);
      continue;
    }
    const seed = options.seed === undefined ? undefined : parseSeed(options.seed) + BigInt(place);
    ids.push(
      await ("id" in run
        ? addLabRun(store, run, { ...options, ...origin })
        : addImported(store, run, { ...options, ...origin, seed })),
    );
  }
  return { ids, known, remarks: ids.length === 0 ? [] : remarks };
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
  for (const option of ["name", "seed"] as const) {
    if (options[option] === undefined) continue;
    throw new InputError(`Cannot import ${name} with --${option} as ${reason}`);
  }
}

function tableOf(bytes: Uint8Array, name: string): Table {
  const text = new TextDecoder().decode(bytes);
  if (text.startsWith("#")) return { runs: [runOfMonitor(text, name)], remarks: [] };
  if (/\.json$/.test(name)) return runsOfJson(text, name);
  if (/\.(csv|txt)$/.test(name)) return runsOfCsv(text, name);
  throw new InputError(
    `Cannot import ${name} as it must be JSON lines (.jsonl), a TensorBoard file (tfevents), or a ` +
      "table (.csv, .json)",
  );
}
