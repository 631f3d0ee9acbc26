/**
 * `deno task docs:results`: measures the rows of evidence that are not measured yet, keeps the
 * figures in docs/results/, and writes the tables of the documentation from them.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { formatMessage } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import { parseSync } from "@optique/core/parser";
import { argument, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { plain } from "../cli/command.ts";
import { type Io, processIo } from "../cli/terminal/io.ts";
import { registries } from "../registries.ts";
import { openStoreOf } from "../cli/stores.ts";
import { watched } from "../cli/training.ts";
import { InputError, LabError } from "../lab/core/errors.ts";
import { measure } from "./measure.ts";
import { keyOf, readResults, type SeedResult, valid, writeResults } from "./results.ts";
import { type EvidenceRow, metricOf } from "./row.ts";
import { evidence } from "./rows.ts";
import { type MeasuredRow, summaryOf, withResults } from "./tables.ts";

const usage = "deno task docs:results [FILTER…] [--tables | --list] [--again] [--workers N]";

const help = `Usage: ${usage}

Measures the rows of evidence/rows.ts, or those whose experiment or page contains a FILTER, and
writes the tables of the documentation. Seeds that docs/results/ has already are not measured
again: to go on after an interruption, give the same command.

  --tables     Only writes the tables, from the figures that are there.
  --list       Only shows how the rows stand.
  --again      Measures all seeds anew.
  --workers N  Seeds at a time. Default: the cores.`;

const parser = object({
  filters: multiple(argument(string({ metavar: "FILTER" }))),
  tables: option("--tables", { description: plain("Only the tables.") }),
  list: option("--list", { description: plain("Only how the rows stand.") }),
  again: option("--again", { description: plain("All seeds anew.") }),
  workers: optional(option("--workers", integer({ metavar: "N", min: 1, max: 1024 }))),
});

/** Runs on `args` and returns the exit code: 2 for bad input, 1 for a failure. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  try {
    return await results(args, io);
  } catch (error) {
    if (!(error instanceof InputError) && !(error instanceof LabError)) throw error;
    io.error(`error: ${error.message}\n`);
    return error instanceof InputError ? 2 : 1;
  }
}

async function results(args: readonly string[], io: Io): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    io.out(help);
    return 0;
  }
  const parsed = parseSync(parser, args);
  if (!parsed.success) {
    const line = formatMessage(parsed.error, { quotes: true }).replace(/\s+/g, " ");
    throw new InputError(`${line} Usage: ${usage}`);
  }
  const { filters, tables, list, again, workers = io.cores } = parsed.value;
  const chosen = chosenRows(filters);
  if (list) {
    for (const row of chosen) io.out(summaryOf(await measuredRow(row, io)));
    return 0;
  }
  if (!tables) {
    using opened = await openStoreOf(io, undefined);
    for (const row of chosen) {
      const interrupted = await bringUpToDate(row, { io, again, workers, store: opened.store });
      await writeTables([row.page], io);
      io.out(summaryOf(await measuredRow(row, io)));
      if (interrupted) return 130;
    }
  }
  await writeTables(chosen.map(({ page }) => page), io);
  return 0;
}

/** Rows by exact name, else by part of the name or page; all without filters. */
function chosenRows(filters: readonly string[]): readonly EvidenceRow[] {
  if (filters.length === 0) return evidence;
  const chosen = filters.flatMap((filter) => {
    const named = evidence.filter(({ experiment }) => experiment === filter);
    if (named.length > 0) return named;
    const found = evidence.filter(({ experiment, page }) =>
      experiment.includes(filter) || page.includes(filter)
    );
    if (found.length > 0) return found;
    throw new InputError(`Cannot measure ${filter} as no row of evidence/rows.ts has it`);
  });
  return [...new Set(chosen)];
}

/**
 * Measures the seeds of a row that are missing.
 *
 * @returns Whether a person stopped it.
 */
async function bringUpToDate(
  row: EvidenceRow,
  { io, again, workers, store }: {
    readonly io: Io;
    readonly again: boolean;
    readonly workers: number;
    readonly store: Parameters<typeof measure>[3]["store"];
  },
): Promise<boolean> {
  const { definition, runs: known } = await measuredRow(row, io);
  const runs: SeedResult[] = again ? [] : [...known];
  const seeds = Array.from({ length: row.seeds }, (_, i) => i + 1)
    .filter((seed) => !runs.some((run) => run.seed === seed));
  if (seeds.length === 0) return false;
  const head = {
    experiment: row.experiment,
    metric: metricOf(row),
    key: keyOf(row, definition),
  };
  const { interrupted } = await watched(
    io,
    seeds.length,
    (watch) =>
      measure(row, definition, seeds, {
        store,
        registries,
        workers,
        ...watch,
        onResult: async (result) => {
          runs.push(result);
          runs.sort((a, b) => a.seed - b.seed);
          await writeResults(resultsFolder(io), row, { ...head, runs });
        },
      }),
  );
  return interrupted;
}

/** A row with its definition and those of the kept results that belong to it. */
async function measuredRow(row: EvidenceRow, io: Pick<Io, "root">): Promise<MeasuredRow> {
  const entry = registries.experiments.find(({ name }) => name === row.experiment);
  if (entry === undefined) {
    throw new LabError(`Cannot measure ${row.experiment} as there is no such experiment`);
  }
  const definition = await entry.load();
  const results = await readResults(resultsFolder(io), row.experiment);
  return { row, definition, runs: valid(results, row, keyOf(row, definition)) };
}

/** Writes the tables of pages from the results files. */
async function writeTables(pages: readonly string[], io: Pick<Io, "root">): Promise<void> {
  for (const page of new Set(pages)) {
    const path = `${io.root}${page}`;
    const text = await Deno.readTextFile(path);
    const written = await pageWithResults(page, text, io);
    if (written !== text) await Deno.writeTextFile(path, written);
  }
}

/** A page's text with its table as the results files give it. */
export async function pageWithResults(
  page: string,
  text: string,
  io: Pick<Io, "root">,
): Promise<string> {
  const rows = evidence.filter((row) => row.page === page);
  return withResults(text, page, await Promise.all(rows.map((row) => measuredRow(row, io))));
}

function resultsFolder({ root }: Pick<Io, "root">): string {
  return `${root}docs/results`;
}

if (import.meta.main) Deno.exit(await main(Deno.args, processIo()));
