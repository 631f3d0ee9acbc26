/**
 * Verifies results: trains the cheapest seed of a row again, whose digest and scores tell whether the
 * code of today still gives what was measured.
 *
 * @module
 */
import { choiceOf } from "../lab/compute/backend_choice.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import { measure, type MeasureOptions } from "./measure.ts";
import { cheapest, costOf, type Results, type SeedResult } from "./results.ts";
import type { EvidenceRow } from "./row.ts";

/** Seconds that each of a few chosen rows may take. */
const CHEAP_SECONDS = 8;

/** A row with its results. */
export interface VerifiableRow {
  readonly row: EvidenceRow;
  readonly definition: ExperimentDefinition;
  readonly results: Results;
  /** Of the code as it is. */
  readonly sources: string;
}

/** Whether a digest can tell anything of a row: some seed has one, which can be had again. */
export function isVerifiable({ irreproducible, runs }: Results): boolean {
  return irreproducible === undefined && cheapest(runs) !== undefined;
}

/**
 * Of rows that are cheap to verify `count`, by a text in hexadecimal that changes with the code: other
 * ones each time, the same ones for the same code.
 */
export function chosenBy<T extends Pick<VerifiableRow, "results">>(
  revision: string,
  rows: readonly T[],
  count: number,
): T[] {
  const left = rows.filter(({ results }) =>
    isVerifiable(results) && costOf(cheapest(results.runs)!) <= CHEAP_SECONDS
  );
  const chosen: T[] = [];
  let lot = BigInt(`0x${revision}`);
  while (chosen.length < count && left.length > 0) {
    const at = Number(lot % BigInt(left.length));
    lot /= BigInt(left.length);
    chosen.push(...left.splice(at, 1));
  }
  return chosen;
}

/** What a seed must give again. A score may be another one of the same run where other code values it. */
const COMPARED = ["digest", "score", "best"] as const;

/** What verifying a row found. */
export interface Verification {
  /** The seed that was trained again; undefined: it was interrupted. */
  readonly seed: SeedResult | undefined;
  /** What came out otherwise than it was measured; undefined: nothing. */
  readonly other?: (typeof COMPARED)[number];
  /** What is to be kept: renewed for the code of today, or without the runs that it voids. */
  readonly results: Results;
}

/** Trains the cheapest seed of a row again, on the backend that it was measured on. */
export async function verify(
  { row, definition, results, sources }: VerifiableRow,
  options: Omit<MeasureOptions, "onResult">,
): Promise<Verification> {
  const kept = cheapest(results.runs)!;
  const backend = choiceOf(kept.backend);
  const [seed] = await measure(row, definition, [kept.seed], { ...options, backend, workers: 1 });
  if (seed === undefined) return { seed, results };
  const other = COMPARED.find((name) => seed[name] !== kept[name]);
  const runs = other === undefined ? timed(results.runs, seed) : [];
  return { seed, other, results: { ...results, sources, runs } };
}

/** Results with a seed that gave its digest again in the old one's place, where only the new one knows its cost. */
export function timed(runs: readonly SeedResult[], again: SeedResult): readonly SeedResult[] {
  if (again.seconds === null) return runs;
  return runs.map((run) => run.seed === again.seed && run.seconds === null ? again : run);
}
