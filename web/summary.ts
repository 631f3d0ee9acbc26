/**
 * What pages and live messages show of a run in one row, as plain JSON.
 *
 * @module
 */
import { isRecord } from "../lab/core/plain.ts";
import { DamageError } from "../lab/core/errors.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import { printable } from "../lab/core/printable.ts";
import { judge, type Verdict } from "./judge.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { headlineMetric } from "../lab/experiment/comparison.ts";
import { judgedSeries } from "../lab/experiment/score.ts";
import { budgetOf, usualCount } from "../lab/store/run_budget.ts";
import type { DamagedRun, Run } from "../lab/store/store.ts";
import { statusOf } from "../lab/store/run_status.ts";
import { unitWords } from "../lab/core/budget.ts";
import { type Axis, axisTitle } from "./axes.ts";

/** What a run is called and how it stands. */
export interface RunFacts {
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  /** The world or the data set. */
  readonly world: string;
  /** The agent or the model. */
  readonly method: string;
  readonly seed: string;
  /** As stored; `killed` where its process is gone, `damaged` where it cannot be read. */
  readonly status: string;
  readonly backend: string;
  readonly tags: readonly string[];
}

/** The figure that a run is judged by. */
export interface Headline {
  readonly name: string;
  /** The series that it is the last value of: another one where it is a score. */
  readonly series: string;
  /** As text where it is not finite. */
  readonly value: number | string;
  /** The return at which its world counts as solved; left out where it is not known. */
  readonly mark?: number;
}

/** A run in one row. */
export interface RunSummary extends RunFacts {
  /** What is damaged, in words; null where nothing is known to be. */
  readonly damage: string | null;
  /** Share of the budget that is used, 0 … 1. */
  readonly progress: number;
  /** The counter that the budget is counted in, what it is called, how far it came, and the total. */
  readonly axis: Axis;
  readonly unit: string;
  readonly count: number;
  readonly budget: number;
  readonly wallSeconds: number;
  readonly createdAt: number;
  /** The figure that the run is judged by; null where it has none. */
  readonly headline: Headline | null;
  /** What its figures say; null where that is not known. */
  readonly verdict: Verdict | null;
  /** Why it is no good one, as a clause; left out where the status says it. */
  readonly reason?: string;
  /** Grows with every change of the run or of its figures. */
  readonly stamp: number;
}

type Configuration = { readonly [key: string]: Json };

/** Name of the first part that the configuration has. */
function part(configuration: Configuration, ...keys: string[]): string {
  for (const key of keys) {
    const value = configuration[key];
    if (isRecord(value)) {
      return printable(String(value.name ?? value.id ?? key));
    }
  }
  return "";
}

/** Numbers as JSON: NaN and infinities as text, which JSON has no numbers for. */
export function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** A run with a damaged record as a row. */
export function summaryOfDamaged({ id, name, reason }: DamagedRun, stamp: number): RunSummary {
  const unknown = {
    experiment: "",
    world: "",
    method: "",
    seed: "",
    backend: "",
    tags: [],
    verdict: null,
  };
  const counts = { progress: 0, count: 0, budget: 0, wallSeconds: 0, createdAt: 0 };
  const axis = "environmentSteps";
  const damaged = { status: "damaged", damage: reason, headline: null, stamp };
  return { id, name, ...unknown, ...counts, axis, unit: unitTitle(axis), ...damaged };
}

/** What a run is called and how it stands, from its record. */
export function factsOf(run: Run): RunFacts {
  const { experiment, configuration, seed, backend } = run.manifest.determined;
  return {
    id: run.id,
    name: run.name,
    experiment: printable(experiment),
    world: part(configuration, "environment", "dataset"),
    method: part(configuration, "agent", "model"),
    seed,
    status: statusOf(run),
    backend,
    tags: run.tags,
  };
}

/** One run as a row, from its record and the figures that it is judged by, or their damage. */
export function summarize(run: Run, read: Metrics | DamageError, stamp: number): RunSummary {
  const isDamaged = read instanceof DamageError;
  const last = isDamaged ? {} : read;
  const headline = headlineMetric(Object.keys(last));
  const mark = judge.mark(run.manifest.determined.configuration, headline);
  const judged = judge.judged(run, last);
  const { total: budget, spent } = budgetOf(run);
  const axis = usualCount(run);
  return {
    ...factsOf(run),
    ...isDamaged ? { status: "damaged", damage: read.message } : { damage: null },
    progress: budget > 0 ? Math.min(1, spent / budget) : 0,
    axis,
    unit: unitTitle(axis),
    count: run[axis],
    budget,
    wallSeconds: run.wallSeconds,
    createdAt: run.createdAt,
    headline: headline === undefined ? null : {
      name: headline,
      series: judgedSeries(run, last, headline),
      value: jsonNumber(last[headline]),
      ...(mark === undefined ? {} : { mark }),
    },
    verdict: judged?.verdict ?? null,
    ...judged?.reason !== undefined && { reason: judged.reason },
    stamp,
  };
}

/** What is counted along an axis: budgets have words of their own. */
function unitTitle(axis: Axis): string {
  return axis in unitWords ? unitWords[axis as keyof typeof unitWords].full : axisTitle(axis);
}
