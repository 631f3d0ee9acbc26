/**
 * Measures a row of evidence: trains its seeds as the command line does, and reads their scores
 * from the store.
 *
 * @module
 */
import { cpus } from "node:os";
import { LabError } from "../lab/core/errors.ts";
import { firstAtLeast } from "../lab/experiment/comparison.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import { launch, type RunProgress } from "../lab/experiment/launch.ts";
import { finalParameters } from "../lab/experiment/recorder.ts";
import type { Registries } from "../lab/experiment/registries.ts";
import type { Run, Series, Store } from "../lab/store/store.ts";
import type { SeedResult } from "./results.ts";
import { type Bar, type EvidenceRow, metricOf } from "./row.ts";

/** How seeds are measured. */
export interface MeasureOptions {
  readonly store: Store;
  readonly registries: Registries;
  /** Seeds at a time. */
  readonly workers: number;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Aborted: seeds under way are left out. */
  readonly signal?: AbortSignal;
  /** Called after each seed, one call at a time; awaited. */
  readonly onResult?: (result: SeedResult) => void | Promise<void>;
}

/**
 * Trains `seeds` of a row and returns their results by ascending seed.
 *
 * @throws LabError where a run failed. One that diverged is a result.
 */
export async function measure(
  row: EvidenceRow,
  definition: ExperimentDefinition,
  seeds: readonly number[],
  options: MeasureOptions,
): Promise<SeedResult[]> {
  const { store, onProgress, onResult } = options;
  const results: SeedResult[] = [];
  let inOrder = Promise.resolve();
  const take = async (id: string) => {
    const result = await resultOf(store, store.run(id)!, row, definition);
    if (result === undefined) return;
    results.push(result);
    await onResult?.(result);
  };
  await launch(
    seeds.map((seed) => ({
      reference: row.experiment,
      seed,
      backend: "auto",
      tags: ["evidence"],
    })),
    {
      ...options,
      onProgress: (progress) => {
        onProgress?.(progress);
        if (progress.kind !== "ended") return;
        inOrder = inOrder.then(() => take(progress.run.id));
        inOrder.catch(() => {}); // thrown below, once the runs under way have ended
      },
    },
  );
  await inOrder;
  return results.sort((a, b) => a.seed - b.seed);
}

/** What a run that has ended gave; undefined where it was interrupted. */
async function resultOf(
  store: Store,
  run: Run,
  row: EvidenceRow,
  definition: ExperimentDefinition,
): Promise<SeedResult | undefined> {
  const { status, manifest } = run;
  if (status === "interrupted" || status === "running") return undefined;
  if (status === "failed") {
    throw new LabError(`Cannot measure ${row.experiment} as run ${run.id} failed: ${run.message}`);
  }
  const { code, determined, versions } = manifest;
  const series = row.score === undefined ? store.series(run.id, metricOf(row)) : undefined;
  const last = row.score === undefined
    ? series!.values.at(-1) ?? NaN
    : await row.score.of(definition, await finalParameters(store, run));
  return {
    seed: Number(determined.seed),
    status,
    score: status === "diverged" || !Number.isFinite(last) ? null : last,
    best: series === undefined ? null : bestOf(series, row.bar),
    stepsToGoal: series === undefined ? null : stepsTo(series, row.bar),
    environmentSteps: run.environmentSteps,
    wallSeconds: Math.round(run.wallSeconds * 10) / 10,
    digest: run.digest,
    commit: code.revision === null
      ? "unknown"
      : code.revision.slice(0, 7) + (code.dirty ? "+" : ""),
    date: new Date().toISOString().slice(0, 10),
    deno: versions.deno,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`,
    backend: determined.backend,
    threads: 1,
  };
}

/** The evaluation that the checkpoint `best` would be taken at. */
function bestOf({ values }: Series, { atLeast }: Bar): number | null {
  const best = atLeast === undefined ? Math.min(...values) : Math.max(...values);
  return Number.isFinite(best) ? best : null;
}

/** Environment steps at the first evaluation of at least the bar. */
function stepsTo(series: Series, { atLeast }: Bar): number | null {
  if (atLeast === undefined) return null;
  return firstAtLeast(series, atLeast)?.environmentSteps ?? null;
}
