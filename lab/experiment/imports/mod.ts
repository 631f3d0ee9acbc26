/**
 * Runs of other programs, by what their files hold.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import type { Store } from "../../store/store.ts";
import { addImported, type ImportedRun, type ImportOptions } from "./imported_run.ts";
import { importJsonLines } from "./json_lines.ts";
import { runOfMonitor, runsOfCsv, runsOfJson, type Table } from "./table.ts";
import { runOfTensorboard } from "./tensorboard.ts";

/** What came of a file. */
export interface Imported {
  /** The runs' ids. */
  readonly ids: readonly string[];
  /** Columns of a table that no run has, as they hold text. */
  readonly leftOut: readonly string[];
}

/**
 * Adds the runs of a file: JSON lines (`.jsonl`), TensorBoard's events (`tfevents` in its name), monitor
 * files (a `#` at its beginning), tables in CSV or JSON. Nothing is stored of a file that is wrong.
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
  if (/\.(jsonl|ndjson)$/.test(name)) {
    for (const option of ["name", "seed"] as const) {
      if (options[option] === undefined) continue;
      throw new InputError(
        `Cannot import ${name} with --${option} as JSON lines say it themselves`,
      );
    }
    const text = new TextDecoder().decode(bytes);
    return { ids: [await importJsonLines(store, text, name, options.tags)], leftOut: [] };
  }
  const { runs, leftOut } = tableOf(bytes, name);
  const ids: string[] = [];
  for (const [i, run] of runs.entries()) {
    const seed = options.seed === undefined ? undefined : options.seed + i;
    ids.push(await addImported(store, run, { ...options, seed, note: `imported from ${name}` }));
  }
  return { ids, leftOut };
}

function tableOf(bytes: Uint8Array, name: string): Table {
  const whole = (run: ImportedRun) => ({ runs: [run], leftOut: [] });
  if (name.split("/").at(-1)!.includes("tfevents")) return whole(runOfTensorboard(bytes, name));
  const text = new TextDecoder().decode(bytes);
  if (text.startsWith("#")) return whole(runOfMonitor(text, name));
  if (/\.json$/.test(name)) return runsOfJson(text, name);
  if (/\.(csv|txt)$/.test(name)) return runsOfCsv(text, name);
  throw new InputError(
    `Cannot import ${name} as it must be JSON lines (.jsonl), a TensorBoard file (tfevents), or a ` +
      "table (.csv, .json)",
  );
}
