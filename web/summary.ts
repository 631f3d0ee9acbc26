/**
 * What pages and live messages show of a run, as plain JSON.
 *
 * @module
 */
import type { Json } from "../lab/core/snapshot.ts";
import type { Run, Store } from "../lab/store/store.ts";

/** A run in one row. */
export interface RunSummary {
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  /** The world or the data set. */
  readonly world: string;
  /** The agent or the model. */
  readonly method: string;
  readonly seed: string;
  readonly status: string;
  readonly backend: string;
  readonly tags: readonly string[];
  /** Share of the budget that is used, 0 … 1. */
  readonly progress: number;
  /** `environment steps`, `gradient steps` or `examples`, and how many. */
  readonly unit: string;
  readonly count: number;
  readonly budget: number;
  readonly wallSeconds: number;
  readonly createdAt: number;
  /** The figure that the run is judged by; its value as text where it is not finite. */
  readonly headline: { readonly name: string; readonly value: number | string } | null;
}

/** Metrics that a run may be judged by, first found first taken. */
export const headlines = [
  "evaluation/return_mean",
  "evaluation/high_quality",
  "evaluation/recognised",
  "evaluation/accuracy",
  "evaluation/negative_elbo",
  "evaluation/reconstruction",
];

type Configuration = { readonly [key: string]: Json };

function part(configuration: Configuration, ...keys: string[]): string {
  for (const key of keys) {
    const value = configuration[key];
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      return String(value.name ?? value.id ?? key);
    }
  }
  return "";
}

/** A status that tells a run that goes on from one whose process was killed. */
export function statusOf(run: Run): string {
  return run.status === "running" && !run.active ? "killed" : run.status;
}

/** Numbers as JSON: NaN and infinities as text, which JSON has no numbers for. */
export function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** The counter that a run's budget is counted in. */
export function budgetOf(run: Run): { unit: string; count: number; total: number } {
  const configuration = run.manifest.determined.configuration;
  const total = Number(configuration.budget ?? 0);
  if ("agent" in configuration) {
    return { unit: "environment steps", count: run.environmentSteps, total };
  }
  const gradients = part(configuration, "model").includes("gan");
  return gradients
    ? { unit: "gradient steps", count: run.gradientSteps, total }
    : { unit: "examples", count: run.examples, total };
}

/** One run as a row. */
export function summarize(store: Store, run: Run): RunSummary {
  const { determined } = run.manifest;
  const last = store.lastMetrics(run.id);
  const headline = headlines.find((name) => name in last);
  const { unit, count, total } = budgetOf(run);
  return {
    id: run.id,
    name: run.name,
    experiment: determined.experiment,
    world: part(determined.configuration, "environment", "dataset"),
    method: part(determined.configuration, "agent", "model"),
    seed: determined.seed,
    status: statusOf(run),
    backend: determined.backend,
    tags: run.tags,
    progress: total > 0 ? Math.min(1, count / total) : 0,
    unit,
    count,
    budget: total,
    wallSeconds: run.wallSeconds,
    createdAt: run.createdAt,
    headline: headline === undefined ? null : { name: headline, value: jsonNumber(last[headline]) },
  };
}

/** All runs as rows, newest first. */
export function summaries(store: Store): RunSummary[] {
  return store.runs().map((run) => summarize(store, run));
}
