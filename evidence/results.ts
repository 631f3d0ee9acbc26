/**
 * The results files: what was measured of each row, kept in docs/results/.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { encodeCanonicalJson } from "../lab/core/canonical_json.ts";
import type { Json } from "../lab/core/snapshot.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import { type EvidenceRow, metricOf, verdictOf } from "./row.ts";

/** What one seed gave, and what it was measured with. */
export interface SeedResult {
  readonly seed: number;
  readonly status: "completed" | "stopped" | "diverged";
  /** At the end of the run; null where it diverged. */
  readonly score: number | null;
  /** Of the best evaluation on the way; null where no series is judged. */
  readonly best: number | null;
  /** Environment steps at the first evaluation within the bar's bounds; null: none was. */
  readonly stepsToGoal: number | null;
  readonly environmentSteps: number;
  readonly wallSeconds: number;
  readonly digest: string | null;
  /** Commit, with a + where files differed from it. */
  readonly commit: string;
  readonly date: string;
  readonly deno: string;
  readonly machine: string;
  readonly backend: string;
  readonly threads: number;
}

/** A results file. */
interface Results {
  readonly experiment: string;
  readonly metric: string;
  /** See {@linkcode keyOf}. */
  readonly key: string;
  /** By ascending seed. */
  readonly runs: readonly SeedResult[];
}

/**
 * SHA-256 over what a definition says about its results, as it is written, and the metric. Results
 * of an equal key count on, whatever the commit: a new field of an agent, whose default changes
 * nothing, leaves them valid.
 */
export function keyOf(row: EvidenceRow, definition: ExperimentDefinition): string {
  const { summary: _, expectedSeconds: __, seeds: ___, checkpoint: ____, ...said } = definition;
  const text = encodeCanonicalJson({ ...said, metric: metricOf(row) } as unknown as Json);
  return createHash("sha256").update(text).digest("hex");
}

/** Seeds of a results file that belong to a row as it stands: 1 … n, of this key. */
export function valid(results: Results | undefined, row: EvidenceRow, key: string): SeedResult[] {
  if (results?.key !== key) return [];
  return results.runs.filter(({ seed }) => seed <= row.seeds);
}

/** One score a seed; NaN where a seed diverged. */
export function scoresOf(runs: readonly SeedResult[]): number[] {
  return runs.map(({ score }) => score ?? NaN);
}

/** The file of an experiment in the folder `docs/results/`. */
function fileOf(folder: string, experiment: string): string {
  return `${folder}/${experiment}.json`;
}

/** Reads a results file; undefined where there is none yet. */
export async function readResults(
  folder: string,
  experiment: string,
): Promise<Results | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(fileOf(folder, experiment)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Writes a results file whole: a line a seed, and the figures over all of them. */
export async function writeResults(
  folder: string,
  row: EvidenceRow,
  results: Results,
): Promise<void> {
  const { runs, ...head } = results;
  const { iqm, interval } = verdictOf(row, scoresOf(runs));
  const lines = [
    ...Object.entries({ ...head, seeds: runs.length, iqm, interval }).map(([name, value]) =>
      `  ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`
    ),
    `  "runs": [\n`,
    runs.map((run) => `    ${JSON.stringify(run)}`).join(",\n"),
    `\n  ]\n`,
  ];
  await Deno.mkdir(folder, { recursive: true });
  const path = fileOf(folder, row.experiment);
  await Deno.writeTextFile(`${path}.part`, `{\n${lines.join("")}}\n`);
  await Deno.rename(`${path}.part`, path);
}
