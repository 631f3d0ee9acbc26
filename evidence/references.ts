/**
 * References that are measured here, by other libraries with the same preset: what
 * `deno task docs:references` keeps in docs/references/.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { encodeCanonicalJson } from "../lab/core/canonical_json.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { readFigures, writeFigures } from "./files.ts";
import {
  type Bar,
  barOf,
  type EvidenceRow,
  type Reference,
  referenceOf,
  referenceSeeds,
} from "./row.ts";

/** What one seed of another library gave. */
export interface ReferenceRun {
  readonly seed: number;
  /** Of the final policy or model; null where it diverged. */
  readonly score: number | null;
  /** Environment steps of an agent, examples or gradient steps of a model, as it counts. */
  readonly steps: number;
  /** Of one core, of training alone; null where the machine had other work. */
  readonly seconds: number | null;
  /** Cores and processor; left out of the first ones. */
  readonly machine?: string;
  /** See `codeOfScript`; left out of the first ones. */
  readonly script?: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly date: string;
}

/** A file of references. */
export interface References {
  readonly experiment: string;
  /** What was trained: `Stable-Baselines3, PPO`. */
  readonly peer: string;
  /** Over what was asked for; other runs do not count. */
  readonly key: string;
  /** By ascending seed. */
  readonly runs: readonly ReferenceRun[];
}

/** SHA-256 over what a peer was asked to train. */
export function keyOfOrder(order: object): string {
  return createHash("sha256").update(encodeCanonicalJson(order as Json)).digest("hex");
}

function pathOf(root: string, experiment: string): string {
  return `${root}docs/references/${experiment}.json`;
}

/** The references of a row that were measured with the order that it has today. */
export async function readReferences(
  root: string,
  row: Pick<EvidenceRow, "experiment" | "seeds" | "referenceSeeds">,
  key: string | undefined,
): Promise<References | undefined> {
  const found = await readFigures<References>(pathOf(root, row.experiment));
  if (found === undefined || found.key !== key) return undefined;
  const seeds = referenceSeeds(row);
  return { ...found, runs: found.runs.filter(({ seed }) => seeds.includes(seed)) };
}

/** Whether a run was trained by another script than that of today; of the first ones nobody knows. */
export function isBehind({ script }: ReferenceRun, today: string): boolean {
  return script !== undefined && script !== today;
}

/** Keeps references. */
export async function writeReferences(root: string, references: References): Promise<void> {
  await writeFigures(pathOf(root, references.experiment), { ...references });
}

/** The scores of references, one a seed; NaN where a seed diverged. */
export function referenceScores({ runs }: Pick<References, "runs">): number[] {
  return runs.map(({ score }) => score ?? NaN);
}

/**
 * What a row is held against: what was measured of all seeds of its reference, else what the row says. A threshold
 * stands where it asks for more than what was measured: nothing is lowered.
 */
export function referenceFor(
  row: EvidenceRow,
  measured: References | undefined,
): Reference | undefined {
  const { reference: stated } = row;
  if (measured === undefined || !isMeasured(row, measured)) return stated;
  const scores = referenceScores(measured);
  if (!scores.every(Number.isFinite)) return stated;
  const found = referenceOf(scores, measured.peer);
  return stated?.margin === 0 && asksMore(barOf(row, stated), barOf(row, found)) ? stated : found;
}

/** Whether a row's reference has all of its seeds. */
export function isMeasured(
  row: Pick<EvidenceRow, "seeds" | "referenceSeeds">,
  { runs }: Pick<References, "runs">,
): boolean {
  return runs.length >= referenceSeeds(row).length;
}

/** Whether a bar asks for more than another one. */
function asksMore(bar: Bar, than: Bar): boolean {
  return (bar.atLeast ?? -Infinity) > (than.atLeast ?? -Infinity) ||
    (bar.atMost ?? Infinity) < (than.atMost ?? Infinity);
}
