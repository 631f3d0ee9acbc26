/**
 * `deno task docs:results`: measures the rows of evidence that are not measured yet, keeps the
 * figures in docs/results/, and writes the tables of the documentation from them.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { parsedWords, plain } from "../cli/command.ts";
import { exitCodeOf, taskCode } from "../cli/exit_code.ts";
import { plural } from "../cli/terminal/format.ts";
import { type Io, processIo } from "../cli/terminal/io.ts";
import { registries } from "../registries.ts";
import { openStoreOf } from "../cli/stores.ts";
import { watched } from "../cli/training.ts";
import { InputError, LabError } from "../lab/core/errors.ts";
import { provenance } from "../lab/experiment/manifest.ts";
import type { Manifest, Store } from "../lab/store/store.ts";
import { chosenRows } from "./chosen_rows.ts";
import { measure, requireCommitted, uncommitted } from "./measure.ts";
import {
  anewFolder,
  knownOf,
  measuredRow,
  resultsFolder,
  writeComparison,
  writeTables,
} from "./pages.ts";
import {
  moveResults,
  readResults,
  type Results,
  type SeedResult,
  valid,
  writeResults,
} from "./results.ts";
import { type EvidenceRow, judgingSeeds, metricOf } from "./row.ts";
import { evidence } from "./rows.ts";
import { sourcesNow } from "./sources.ts";
import { summaryOf } from "./tables.ts";
import { chosenBy, isVerifiable, type VerifiableRow, verify } from "./verify.ts";

const usage =
  "deno task docs:results [FILTER…] [--tables | --list | --verify [N]] [--again] [--workers N]";

const help = `Usage: ${usage}

Measures the rows of evidence/rows.ts, or those whose experiment or page contains a FILTER, and
writes the tables of the documentation. Seeds that docs/results/ has already are not measured
again: to go on after an interruption, give the same command.

  --tables     Only writes the tables, from the figures that are there.
  --list       Only shows how the rows stand.
  --verify [N] Trains one seed again of each row that a FILTER names, without one of each row whose
               code has changed since: an equal digest with equal scores renews the row, others void
               it (exit code 1). With N, of N cheap rows that the revision chooses, which changes no row.
  --again      Measures all seeds anew. What a row has stays until its last seed has ended; to go on
               with it after an interruption, give the same command.
  --workers N  Seeds at a time. Default: 1, which tells what each costs.`;

const parser = object({
  filters: multiple(argument(string({ metavar: "FILTER" }))),
  tables: option("--tables", { description: plain("Only the tables.") }),
  list: option("--list", { description: plain("Only how the rows stand.") }),
  verify: option("--verify", { description: plain("One seed again of rows to verify.") }),
  again: option("--again", { description: plain("All seeds anew.") }),
  workers: optional(option("--workers", integer({ metavar: "N", min: 1, max: 1024 }))),
});

/** Runs on `args` and returns the exit code: 2 for bad input, 1 for a failure. */
export function main(args: readonly string[], io: Io): Promise<number> {
  return taskCode(args, io, help, () => results(args, io));
}

async function results(args: readonly string[], io: Io): Promise<number> {
  const given = parsedWords(parser, args, usage);
  const { tables, list, again, workers = 1 } = given;
  const ways = Object.entries({ tables, list, verify: given.verify, again });
  const asked = ways.filter(([, isAsked]) => isAsked).map(([name]) => `--${name}`);
  if (asked.length > 1) {
    throw new InputError(`Cannot do ${asked.join(" and ")} at once: choose one`);
  }
  const isCount = (text: string) => given.verify && /^\d+$/.test(text);
  const [sample, ...more] = given.filters.filter(isCount).map(Number);
  if (sample === 0 || more.length > 0) {
    const counts = [sample, ...more].join(" and ");
    throw new InputError(`Cannot verify ${counts} rows as N must be one whole number from 1 on`);
  }
  const filters = given.filters.filter((text) => !isCount(text));
  const chosen = chosenRows(filters, evidence);
  if (list) {
    const codes: number[] = [];
    for (const row of chosen) {
      codes.push(await exitCodeOf(io, async () => io.out(summaryOf(await measuredRow(row, io)))));
    }
    return Math.max(...codes);
  }
  if (given.verify) {
    using opened = await openStoreOf(io, undefined);
    const which = whichOf(filters, sample);
    const code = await verifyRows(chosen, which, await surroundings(io, opened.store));
    if (sample !== undefined) return code;
    await writeTables(chosen.map(({ page }) => page), io);
    await writeComparison(io);
    return code;
  }
  let code = 0;
  if (!tables) {
    using opened = await openStoreOf(io, undefined);
    const around = { ...await surroundings(io, opened.store), again, workers };
    code = await measureRows(chosen, around, async (row) => {
      await writeTables([row.page], io);
      io.out(summaryOf(await measuredRow(row, io)));
    });
    if (code === INTERRUPTED) return code;
  }
  await writeTables(chosen.map(({ page }) => page), io);
  await writeComparison(io);
  return code;
}

/** The exit code where a person stopped it. */
const INTERRUPTED = 130;

/** What measuring goes on in. */
interface Surroundings {
  readonly io: Io;
  readonly store: Store;
  /** What runs go through. */
  readonly code: Pick<Manifest["code"], "revision" | "dirty">;
  /** The hash of a row's code as it is now. Default: of the files. */
  readonly sourcesNow?: typeof sourcesNow;
}

async function surroundings(io: Io, store: Store): Promise<Surroundings> {
  return { io, store, code: (await provenance()).code };
}

/** How rows are measured. */
interface Measuring extends Surroundings {
  readonly again: boolean;
  readonly workers: number;
}

/**
 * Measures rows one after the other and calls `show` after each. What cannot be measured is said before the
 * first, and keeps no other from it.
 *
 * @returns The exit code: that of what is worst.
 * @throws InputError where seeds are missing and the code is no commit's.
 */
export async function measureRows(
  rows: readonly EvidenceRow[],
  around: Measuring,
  show: (row: EvidenceRow) => Promise<void>,
): Promise<number> {
  const { io, code, again } = around;
  const able: EvidenceRow[] = [];
  let isMissing = false;
  let worst = 0;
  for (const row of rows) {
    const exitCode = await exitCodeOf(io, async () => {
      isMissing = (await missingOf(row, io, again)).seeds.length > 0 || isMissing;
      able.push(row);
    });
    worst = Math.max(worst, exitCode);
  }
  if (isMissing) requireCommitted(code);
  for (const row of able) {
    const exitCode = await exitCodeOf(io, async () => {
      const interrupted = await bringUpToDate(row, around);
      await show(row);
      return interrupted ? INTERRUPTED : 0;
    });
    if (exitCode === INTERRUPTED) return exitCode;
    worst = Math.max(worst, exitCode);
  }
  return worst;
}

/**
 * What is to be measured of a row: the seeds that are missing, or of all of them anew those that are not
 * there yet; and what is kept beside them.
 *
 * @throws InputError where its code has changed since its first seed.
 */
async function missingOf(row: EvidenceRow, io: Io, again: boolean) {
  const known = await knownOf(row, io);
  const { results, key, sources } = known;
  const folder = resultsFolder(io);
  const place = again ? anewFolder(io) : folder;
  const begun = again ? valid(await readResults(place, row.experiment), row, key) : results;
  // Digests of other code may be others: what was measured with it stays until it is verified.
  const kept = again && begun?.sources !== sources ? undefined : begun;
  const runs = kept?.runs ?? [];
  const seeds = judgingSeeds(row).filter((seed) => !runs.some((run) => run.seed === seed));
  if (seeds.length > 0 && kept !== undefined && runs.length > 0 && kept.sources !== sources) {
    throw new InputError(
      `Cannot add seeds to ${row.experiment} as its code has changed since the first: ` +
        commandOf(row, isVerifiable(kept) ? "--verify" : "--again"),
    );
  }
  return { ...known, folder, place, runs, seeds };
}

/** What to type for a row. */
function commandOf({ experiment }: EvidenceRow, way?: "--verify" | "--again"): string {
  return ["deno task docs:results", experiment, ...way === undefined ? [] : [way]].join(" ");
}

/**
 * Measures the seeds of a row that are missing, or all of them anew, beside what it has until they are
 * all there.
 *
 * @returns Whether a person stopped it.
 */
export async function bringUpToDate(
  row: EvidenceRow,
  { io, store, sourcesNow: now = sourcesNow, again, workers }: Measuring,
): Promise<boolean> {
  const { definition, key, sources, folder, place, runs: kept, seeds } = await missingOf(
    row,
    io,
    again,
  );
  if (seeds.length === 0 && !again) return false;
  const runs: SeedResult[] = [...kept];
  const head = { experiment: row.experiment, metric: metricOf(row), key, sources };
  const { interrupted } = await watched(
    io,
    seeds.length,
    (watch) =>
      measure(row, definition, seeds, {
        store,
        registries,
        workers,
        ...watch,
        onResult: async (result, irreproducible) => {
          // Each run reads the code from the disk, where it may be edited meanwhile.
          if (await now(row, definition) !== sources) {
            throw new LabError(
              `Cannot keep seed ${result.seed} of ${row.experiment} as its code was changed meanwhile`,
            );
          }
          runs.push(result);
          runs.sort((a, b) => a.seed - b.seed);
          await writeResults(place, { ...head, irreproducible, runs });
        },
      }),
  );
  // Half a row would be less than what it had.
  const isWhole = runs.length === judgingSeeds(row).length;
  if (again && isWhole) await moveResults(place, folder, row.experiment);
  return interrupted;
}

/** Which rows of those chosen are verified: all where the line names them, as who names a row doubts it. */
export function whichOf(filters: readonly string[], sample: number | undefined): Verified {
  return sample ?? (filters.length === 0 ? "changed" : "all");
}

/** All rows, those whose code has changed, or so many cheap ones. */
type Verified = "all" | "changed" | number;

/**
 * Trains one seed again of each row, of those whose code has changed, or of so many cheap ones, which
 * the revision chooses. What the last find is not written: a gate's clone stays as it was cloned. A row
 * that cannot be verified is said with what to do instead, and keeps no other from it.
 *
 * @returns The exit code: 1 where a digest or a score is another one, 130 where a person stopped it.
 */
export async function verifyRows(
  rows: readonly EvidenceRow[],
  which: Verified,
  around: Surroundings,
): Promise<number> {
  const { io, store, code } = around;
  const found: VerifiableRow[] = [];
  let worst = 0;
  let isSaid = false;
  for (const row of rows) {
    const exitCode = await exitCodeOf(io, async () => {
      const { results, ...known } = await knownOf(row, io);
      const isAsked = which === "all" ||
        which === "changed" && results !== undefined && results.sources !== known.sources;
      if (results !== undefined && isVerifiable(results)) {
        if (isAsked || typeof which === "number") found.push({ ...known, results });
      } else if (isAsked) {
        io.out(`${row.experiment}: cannot be verified as ${instead(row, results)}`);
        isSaid = true;
      }
    });
    worst = Math.max(worst, exitCode);
  }
  const chosen = typeof which === "number" ? chosenBy(code.revision ?? "0", found, which) : found;
  if (chosen.length === 0 && !isSaid) io.out("Nothing to verify.");
  for (const each of chosen) {
    const exitCode = await exitCodeOf(io, async () => {
      const { result: { seed, other, results }, interrupted } = await watched(
        io,
        1,
        (watch) => verify(each, { store, registries, workers: 1, ...watch }),
      );
      if (seed === undefined) return INTERRUPTED;
      const found = other === undefined ? "equal digest" : `ANOTHER ${other}`;
      const kept = typeof which === "number" ? "" : await keepVerified(each, results, around);
      io.out(`${each.row.experiment}, seed ${seed.seed}: ${found}${kept}`);
      return interrupted ? INTERRUPTED : other === undefined ? 0 : 1;
    });
    if (exitCode === INTERRUPTED) return exitCode;
    worst = Math.max(worst, exitCode);
  }
  return worst;
}

/** Why no seed can tell whether a row holds, and what to type instead. */
function instead(row: EvidenceRow, results: Results | undefined): string {
  if (results === undefined || results.runs.length === 0) {
    return `nothing of it is measured: ${commandOf(row)}`;
  }
  const { irreproducible = "no seed has a digest" } = results;
  return `${irreproducible}: ${commandOf(row, "--again")}`;
}

/** Writes what verifying a row found. @returns What is to be said of that, after a comma. */
async function keepVerified(
  { row, definition, sources, results: before }: VerifiableRow,
  results: Results,
  { io, code, sourcesNow: now = sourcesNow }: Surroundings,
): Promise<string> {
  const voided = before.runs.length - results.runs.length;
  // Only a commit's code may renew or void what was measured.
  const found = uncommitted(code) ??
    (await now(row, definition) === sources ? undefined : "its code was changed meanwhile");
  if (found !== undefined) {
    return voided === 0 && before.sources === sources ? "" : `, not kept as ${found}`;
  }
  await writeResults(resultsFolder(io), results);
  return voided === 0 ? "" : `, which voids ${plural(voided, "seed")}: ${commandOf(row)}`;
}

if (import.meta.main) Deno.exit(await main(Deno.args, processIo()));
