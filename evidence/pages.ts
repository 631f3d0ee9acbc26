/**
 * The pages with tables, and what the files of figures hold for each row.
 *
 * @module
 */
import type { Io } from "../cli/terminal/io.ts";
import { LabError } from "../lab/core/errors.ts";
import { renderSvg } from "../lab/core/render_svg.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import { resolve } from "../lab/experiment/resolve.ts";
import { registries } from "../registries.ts";
import { chartScene } from "../lab/core/chart.ts";
import { compareSuite, comparisonPage, curveChart, profileChart, suites } from "./comparison.ts";
import { codeOfScript, peerOf } from "./peers.ts";
import { onSameData } from "./model_comparison.ts";
import { isBehind, readReferences } from "./references.ts";
import { keyOf, readResults, type Results, valid } from "./results.ts";
import type { EvidenceRow } from "./row.ts";
import { evidence } from "./rows.ts";
import { sourcesOf } from "./sources.ts";
import { type MeasuredRow, withResults } from "./tables.ts";

/** A row with the results that belong to it, and what others would have to have. */
export interface KnownRow {
  readonly row: EvidenceRow;
  readonly definition: ExperimentDefinition;
  readonly results: Results | undefined;
  /** See `keyOf`. */
  readonly key: string;
  /** See `sourcesOf`. */
  readonly sources: string;
}

/** What the results files hold for a row. @throws LabError where there is no such experiment. */
export async function knownOf(row: EvidenceRow, io: Pick<Io, "root">): Promise<KnownRow> {
  const entry = registries.experiments.find(({ name }) => name === row.experiment);
  if (entry === undefined) {
    throw new LabError(`Cannot measure ${row.experiment} as there is no such experiment`);
  }
  const definition = await entry.load();
  const { configuration } = await resolve(definition, registries);
  const key = keyOf(row, { version: definition.version, configuration });
  const results = valid(await readResults(resultsFolder(io), row.experiment), row, key);
  return { row, definition, key, results, sources: await sourcesOf(row, definition) };
}

/** A row with what was measured of it and of its peer. */
export async function measuredRow(row: EvidenceRow, io: Pick<Io, "root">): Promise<MeasuredRow> {
  const { definition, results, sources } = await knownOf(row, io);
  const measured = {
    row,
    definition,
    runs: results?.runs ?? [],
    toVerify: results !== undefined && results.sources !== sources,
  };
  const peer = await peerOf(row);
  if (typeof peer === "string") return { ...measured, references: peer };
  const references = await readReferences(io.root, row, peer.key);
  const script = await codeOfScript(peer.script);
  return {
    ...measured,
    references,
    theirsToMeasureAgain: references?.runs.some((run) => isBehind(run, script)),
  };
}

/** Writes the tables of pages from the results files. */
export async function writeTables(pages: readonly string[], io: Pick<Io, "root">): Promise<void> {
  for (const page of new Set(pages)) {
    const path = `${io.root}${page}`;
    const text = await Deno.readTextFile(path);
    const written = await pageWithResults(page, text, io);
    if (written !== text) await Deno.writeTextFile(path, written);
  }
}

/** Writes the page that compares agents over worlds, and its pictures. */
export async function writeComparison(io: Pick<Io, "root">): Promise<void> {
  for (const [path, text] of await comparisonFiles(io)) {
    await Deno.writeTextFile(`${io.root}${path}`, text);
  }
}

/** That page and its pictures, by path from the lab's root. */
export async function comparisonFiles(
  io: Pick<Io, "root">,
): Promise<[path: string, text: string][]> {
  const prefixes = suites.flatMap(({ worlds }) => worlds.map(({ prefix }) => `${prefix}-`));
  const withPeer = new Set(
    Array.from(Deno.readDirSync(`${io.root}docs/references`), ({ name }) => name),
  );
  const isShown = ({ experiment, page }: EvidenceRow) =>
    withPeer.has(`${experiment}.json`) || page.startsWith("docs/models/") ||
    prefixes.some((prefix) => experiment.startsWith(prefix));
  const rows = await Promise.all(evidence.filter(isShown).map((row) => measuredRow(row, io)));
  const comparisons = suites.map((suite) => compareSuite(suite, rows, registries.environments));
  const pictures = comparisons.filter(({ agents }) => agents.length > 0)
    .flatMap((comparison): [string, string][] => {
      const { name } = comparison.suite;
      const charts = { profile: profileChart(comparison), curve: curveChart(comparison) };
      return Object.entries(charts).map(([kind, chart]) => [
        `docs/images/${kind}-${name}.svg`,
        `${renderSvg(chartScene(chart), { width: 640 })}\n`,
      ]);
    });
  return [["docs/comparison.md", comparisonPage(comparisons, rows, onSameData(rows))], ...pictures];
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

export function resultsFolder({ root }: Pick<Io, "root">): string {
  return `${root}docs/results`;
}

/** Where the seeds lie of rows that are being measured anew. */
export function anewFolder(io: Pick<Io, "root">): string {
  return `${resultsFolder(io)}/anew`;
}
