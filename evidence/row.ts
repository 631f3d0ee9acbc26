/**
 * A row of evidence: an experiment, the seeds that it is judged on, what it is held against, and the
 * one rule by which that becomes a bar.
 *
 * @module
 */
import { RETURN } from "../lab/core/metrics.ts";
import type { NamedTensors } from "../lab/core/tensor_data.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import { JUDGING } from "../lab/experiment/judging.ts";
import { figureSpread, iqm, type Spread, standardDeviation } from "../lab/statistics/mod.ts";

/** What a row's scores are held against. */
export interface Reference {
  readonly value: number;
  /** What a score may lack by itself. Default: a hundredth of the value; 0 for a threshold. */
  readonly margin?: number;
  /** Of the mean of its scores; what lies within two of them is no difference. Default 0. */
  readonly standardError?: number;
  /** Where it comes from, for the table. */
  readonly source: string;
}

/** A row of a page's table. */
export interface EvidenceRow {
  /** A named experiment. */
  readonly experiment: string;
  /** The page with the table, from the lab's root: `docs/agents/dqn.md`. */
  readonly page: string;
  /** How many seeds it is judged on, fixed before the runs: see {@linkcode judgingSeeds}. */
  readonly seeds: number;
  /** How many of these its reference is measured on, where one takes others minutes. Default: all. */
  readonly referenceSeeds?: number;
  /** The figure that scores a seed. Default `evaluation/return_mean`. */
  readonly metric?: string;
  /** In place of a figure of the run: the score of the final parameters. */
  readonly score?: Score;
  /** Whether more is better, less, or being near. Default more. */
  readonly better?: "more" | "less" | "near";
  /** Until one is measured here (see `references.ts`); left out: nobody's is known. */
  readonly reference?: Reference;
  /** Experiments of the page that it is to be better than, seed by seed, by the same figure. */
  readonly betterThan?: readonly string[];
  /** Models: further figures for the table, each beside what real examples get where that is known. */
  readonly figures?: readonly string[];
}

/** A score that no series holds. */
export interface Score {
  /** Stands in the results file in the place of a series' name. */
  readonly name: string;
  of(definition: ExperimentDefinition, parameters: NamedTensors): Promise<number>;
}

/** The seeds that a row is judged on: 101 to 100 + n, none skipped. */
export function judgingSeeds({ seeds }: Pick<EvidenceRow, "seeds">): number[] {
  return Array.from({ length: seeds }, (_, i) => JUDGING + i);
}

/** The first of these, on which its reference is measured. */
export function referenceSeeds(row: Pick<EvidenceRow, "seeds" | "referenceSeeds">): number[] {
  return judgingSeeds({ seeds: row.referenceSeeds ?? row.seeds });
}

/** The name of what a row's scores measure. */
export function metricOf(row: EvidenceRow): string {
  return row.score?.name ?? row.metric ?? RETURN;
}

/** Threads that a run of it trains in: those of its agent's own workers. */
export function threadsOf(definition: ExperimentDefinition): number {
  const agent = "agent" in definition ? definition.agent : {};
  const { workers = 1 } = agent as { readonly workers?: number };
  return workers;
}

/** A reference from the scores of several seeds: their IQM, and the standard error of their mean. */
export function referenceOf(scores: readonly number[], source: string): Reference {
  // Of a single one nothing says how far it is known.
  const standardError = scores.length < 2
    ? 0
    : standardDeviation(scores, 1) / Math.sqrt(scores.length);
  return { value: iqm(scores), standardError, source };
}

/** What a score must lie within. */
export interface Bar {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/**
 * The bar of every row: the reference less the larger of its margin and two standard errors of its mean
 * (and more, where less is better). Without a reference there is none.
 */
export function barOf(
  { better = "more" }: Pick<EvidenceRow, "better">,
  reference: Reference | undefined,
): Bar {
  if (reference === undefined) return {};
  const { value, margin = Math.abs(value) / 100, standardError = 0 } = reference;
  const slack = Math.max(margin, 2 * standardError);
  return {
    ...(better === "less" ? {} : { atLeast: value - slack }),
    ...(better === "more" ? {} : { atMost: value + slack }),
  };
}

/** Whether a single score lies within a bar; NaN never does. */
export function within({ atLeast = -Infinity, atMost = Infinity }: Bar, score: number): boolean {
  // A mean of 100 exact returns may be a rounding away from the return itself.
  const rounding = 1e-9 * Math.max(1, Math.abs(score));
  return score >= atLeast - rounding && score <= atMost + rounding;
}

/** What the scores of a row's seeds say. */
export interface Verdict {
  readonly iqm: number;
  /** Of the IQM; null for a single seed. */
  readonly spread: Spread | null;
  readonly bar: Bar;
  /** Seeds that lie within the bar. */
  readonly reaching: number;
  /** Every seed is there and the IQM lies within the bar. */
  readonly reached: boolean;
  /** It does, but not all of its spread. */
  readonly narrow: boolean;
  /** All of the spread is worse than the reference. */
  readonly below: boolean;
}

/** Holds scores, one a seed, against a row's reference. */
export function verdictOf(
  row: Pick<EvidenceRow, "better" | "seeds">,
  reference: Reference | undefined,
  scores: readonly number[],
): Verdict {
  const bar = barOf(row, reference);
  const middle = iqm(scores);
  const spread = figureSpread(scores);
  const [low, high] = [spread?.low ?? middle, spread?.high ?? middle];
  const reached = scores.length === row.seeds && within(bar, middle);
  return {
    iqm: middle,
    spread,
    bar,
    reaching: scores.filter((score) => within(bar, score)).length,
    reached,
    narrow: reached && !(within(bar, low) && within(bar, high)),
    below: reference !== undefined && !Number.isNaN(middle) && row.better !== "near" &&
      (row.better === "less"
        ? !within({ atMost: reference.value }, low)
        : !within({ atLeast: reference.value }, high)),
  };
}
