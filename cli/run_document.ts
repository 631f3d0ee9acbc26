/**
 * Runs as the JSON document that `--json` prints.
 *
 * @module
 */
import { DamageError, unlessDamaged } from "../lab/core/errors.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { budgetUnitOf } from "../lab/store/run_budget.ts";
import type { Run, Store } from "../lab/store/store.ts";
import { statusOf } from "../lab/store/run_status.ts";
import { figuresOf } from "../lab/experiment/score.ts";
import type { Judge, Verdict } from "../lab/experiment/verdict.ts";

/** One run of the document. */
export interface RunEntry {
  readonly id: string;
  readonly name: string;
  /** A number where it is exact, else a decimal string. */
  readonly seed: number | string;
  /** As stored; `killed` for a run whose process is gone, `damaged` for one with damaged series. */
  readonly status: string;
  /** What its figures say; null where that is not known. */
  readonly verdict: Verdict | null;
  /** When it was added, as ISO 8601 in UTC. */
  readonly started: string;
  readonly tags: readonly string[];
  readonly note: string;
  readonly config: { readonly [key: string]: Json };
  /** Last value of each series; null for NaN and the infinities, which JSON does not have. */
  readonly metrics: { readonly [name: string]: number | null };
  readonly wall_seconds: number;
  /** What `config.budget` counts: `environmentSteps`, `gradientSteps` or `examples`. */
  readonly budget_unit: string;
  readonly environment_steps: number;
  readonly gradient_steps: number;
  readonly examples: number;
  readonly backend: string;
  readonly digest: string | null;
}

/** One run as an entry of the document. */
export function runEntry(store: Store, run: Run, judge: Judge): RunEntry {
  const { configuration, seed, backend } = run.manifest.determined;
  const exact = Number(seed);
  const metrics = unlessDamaged(() => figuresOf(store, run));
  const damaged = metrics instanceof DamageError;
  return {
    id: run.id,
    name: run.name,
    seed: Number.isSafeInteger(exact) ? exact : seed,
    status: damaged ? "damaged" : statusOf(run),
    verdict: judge.run(run, damaged ? {} : metrics) ?? null,
    started: new Date(run.createdAt).toISOString(),
    tags: run.tags,
    note: run.note,
    config: configuration,
    metrics: damaged ? {} : finite(metrics),
    wall_seconds: run.wallSeconds,
    budget_unit: budgetUnitOf(run.manifest),
    environment_steps: run.environmentSteps,
    gradient_steps: run.gradientSteps,
    examples: run.examples,
    backend,
    digest: run.digest,
  };
}

/** Values that JSON has not become null. */
export function finite(metrics: Record<string, number>): { [name: string]: number | null } {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
  );
}

/** The document: `{"runs": […]}` and what a command adds to it. */
export function runsDocument(
  store: Store,
  runs: readonly Run[],
  judge: Judge,
  more: { readonly [key: string]: unknown } = {},
): string {
  return JSON.stringify({ runs: runs.map((run) => runEntry(store, run, judge)), ...more }, null, 2);
}
