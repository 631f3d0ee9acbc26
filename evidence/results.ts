/**
 * The results files: what was measured of each row, kept in docs/results/.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { encodeCanonicalJson } from "../lab/core/canonical_json.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { deciding } from "../lab/experiment/deciding.ts";
import { mean } from "../lab/statistics/mod.ts";
import { readFigures, writeFigures } from "./files.ts";
import { type Bar, type EvidenceRow, judgingSeeds, metricOf, within } from "./row.ts";

/** What one seed gave, and what it was measured with. */
export interface SeedResult {
  readonly seed: number;
  readonly status: "completed" | "stopped" | "diverged";
  /** Of the final policy or model; null where it diverged. */
  readonly score: number | null;
  /** Of the best checkpoint on the way, scored afresh; null where none is kept. */
  readonly best: number | null;
  /**
   * What evaluations showed on the way: [what the budget counts, figure], null where that is no finite
   * number; empty where none do.
   */
  readonly evaluations: readonly (readonly [amount: number, value: number | null])[];
  /** Of models: everything that is measured in the end, of real examples too. */
  readonly figures?: Readonly<Record<string, number>>;
  /** What the budget counts. */
  readonly steps: number;
  /** Of one core, training with its evaluations; null where the machine had other work. */
  readonly seconds: number | null;
  readonly wallSeconds: number;
  readonly digest: string | null;
  readonly commit: string;
  readonly date: string;
  readonly deno: string;
  readonly machine: string;
  readonly backend: string;
}

/** A results file. */
export interface Results {
  readonly experiment: string;
  readonly metric: string;
  /** See {@linkcode keyOf}. */
  readonly key: string;
  /** See `sourcesOf`: of the code that the digests are known to hold for. */
  readonly sources: string;
  /** Why no seed gives its digest again. */
  readonly irreproducible?: string;
  /** By ascending seed. */
  readonly runs: readonly SeedResult[];
}

/** SHA-256 over the resolved configuration, but for when it is saved, the version and the metric. */
export function keyOf(
  row: EvidenceRow,
  resolved: {
    readonly version?: number;
    readonly configuration: { readonly [field: string]: Json };
  },
): string {
  const configuration = deciding(resolved.configuration);
  const { version = 1 } = resolved;
  const text = encodeCanonicalJson({ configuration, version, metric: metricOf(row) });
  return createHash("sha256").update(text).digest("hex");
}

/** The results that belong to a row as it stands: of this key, of its seeds. */
export function valid(
  results: Results | undefined,
  row: EvidenceRow,
  key: string,
): Results | undefined {
  if (results?.key !== key) return undefined;
  const seeds = judgingSeeds(row);
  return { ...results, runs: results.runs.filter(({ seed }) => seeds.includes(seed)) };
}

/** One score a seed; NaN where a seed diverged. */
export function scoresOf(runs: readonly Pick<SeedResult, "score">[]): number[] {
  return runs.map(({ score }) => score ?? NaN);
}

/** What had been spent at the first evaluation within a bar; null: none was. */
export function spentAtGoal({ evaluations }: SeedResult, bar: Bar): number | null {
  return evaluations.find(([, value]) => within(bar, value ?? NaN))?.[0] ?? null;
}

/** The cheapest of a row's seeds: the one to train again. */
export function cheapest(runs: readonly SeedResult[]): SeedResult | undefined {
  return runs.filter(({ digest }) => digest !== null)
    .toSorted((a, b) => costOf(a) - costOf(b) || a.seed - b.seed)[0];
}

/**
 * Seconds of one core that a seed takes on average, by what a step costs where that is known: seeds that a
 * rule ends take more steps or fewer. Undefined where no seed knows it.
 */
export function meanSeconds(
  runs: readonly Pick<SeedResult, "seconds" | "steps">[],
): number | undefined {
  const known = runs.filter(({ seconds }) => seconds !== null);
  if (known.length === 0) return undefined;
  const meanSteps = (of: typeof runs) => mean(of.map(({ steps }) => steps));
  return mean(known.map(({ seconds }) => seconds!)) / meanSteps(known) * meanSteps(runs);
}

/** Seconds that a seed takes, about. */
export function costOf({ seconds, wallSeconds }: SeedResult): number {
  return seconds ?? wallSeconds;
}

/** Reads a results file; undefined where there is none yet. */
export function readResults(folder: string, experiment: string): Promise<Results | undefined> {
  return readFigures(`${folder}/${experiment}.json`);
}

/** Writes a results file whole: a line a seed. */
export function writeResults(folder: string, results: Results): Promise<void> {
  return writeFigures(`${folder}/${results.experiment}.json`, { ...results });
}

/** Puts a results file into another folder, in the place of the one there. */
export function moveResults(from: string, to: string, experiment: string): Promise<void> {
  return Deno.rename(`${from}/${experiment}.json`, `${to}/${experiment}.json`);
}
