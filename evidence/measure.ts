/**
 * Measures a row of evidence: trains its seeds as the command line does, and reads their scores
 * from the store.
 *
 * @module
 */
import process from "node:process";
import type { BackendChoice } from "../lab/compute/backend_choice.ts";
import { InputError, LabError } from "../lab/core/errors.ts";
import type { Metrics } from "../lab/core/metrics.ts";
import { streamOf } from "../lab/core/random.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import { openTrainer } from "../lab/experiment/inspect.ts";
import { launch, type RunProgress } from "../lab/experiment/launch.ts";
import { finalParameters } from "../lab/experiment/recorder.ts";
import type { Registries } from "../lab/experiment/registries.ts";
import { figuresOf } from "../lab/experiment/score.ts";
import { parseSeed } from "../lab/experiment/session.ts";
import { budgetOf, budgetUnitOf } from "../lab/store/run_budget.ts";
import type { Manifest, Run, Store } from "../lab/store/store.ts";
import { isShared, machineName } from "./machine.ts";
import type { SeedResult } from "./results.ts";
import { type EvidenceRow, metricOf, threadsOf } from "./row.ts";

/** How seeds are measured. */
export interface MeasureOptions {
  readonly store: Store;
  readonly registries: Registries;
  /** Seeds at a time; one alone knows what it cost, where nothing else computes. */
  readonly workers: number;
  /** Default: left to the lab. */
  readonly backend?: BackendChoice;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Aborted: seeds under way are left out. */
  readonly signal?: AbortSignal;
  /** Called after each seed, one call at a time; awaited. */
  readonly onResult?: (result: SeedResult, irreproducible?: string) => void | Promise<void>;
}

/**
 * Trains `seeds` of a row and returns their results by ascending seed.
 *
 * @throws LabError where a run failed, once those beside it have ended. One that diverged is a result.
 */
export async function measure(
  row: EvidenceRow,
  definition: ExperimentDefinition,
  seeds: readonly number[],
  options: MeasureOptions,
): Promise<SeedResult[]> {
  const { store, workers, backend = "auto", onProgress, onResult } = options;
  const results: SeedResult[] = [];
  const take = async (id: string, seconds: number | null) => {
    const run = store.run(id)!;
    const result = await resultOf(run, row, definition, options);
    if (result === undefined) return;
    results.push({ ...result, seconds });
    await onResult?.(results.at(-1)!, run.manifest.irreproducible);
  };
  const requestOf = (seed: number) => ({
    reference: row.experiment,
    seed,
    backend,
    tags: ["evidence"],
    threads: 1,
  });
  let inOrder = Promise.resolve();
  let failed: { readonly error: unknown } | undefined;
  // One after the other each run's work can be told from the next one's.
  const batches = workers === 1 ? seeds.map((seed) => [seed]) : [seeds];
  for (const batch of batches) {
    if (options.signal?.aborted) break;
    let before = process.cpuUsage();
    let isBusy = false;
    await launch(batch.map(requestOf), {
      ...options,
      onProgress: (progress) => {
        onProgress?.(progress);
        if (progress.kind === "started") before = process.cpuUsage();
        isBusy ||= isShared(threadsOf(definition));
        if (progress.kind !== "ended") return;
        const { user, system } = process.cpuUsage(before);
        const isAlone = workers === 1 && !isBusy;
        const seconds = isAlone ? Math.round((user + system) / 1e5) / 10 : null;
        inOrder = inOrder.then(() => take(progress.run.id, seconds)).catch((error) => {
          failed ??= { error };
        });
      },
    });
    await inOrder;
    // The seeds beside one that failed have ended, and are kept.
    if (failed !== undefined) throw failed.error;
  }
  return results.sort((a, b) => a.seed - b.seed);
}

/** Why a working tree's code is no commit's; undefined: it is. */
export function uncommitted(
  { revision, dirty }: Pick<Manifest["code"], "revision" | "dirty">,
): string | undefined {
  if (revision !== null && dirty === false) return undefined;
  if (revision === null) return "there is no revision here";
  return dirty === null ? "whether files differ from it cannot be told" : "files differ from it";
}

/**
 * Refuses a working tree whose code is no commit's: nobody could measure it again.
 *
 * @throws InputError that says what is missing.
 */
export function requireCommitted(code: Parameters<typeof uncommitted>[0]): void {
  const found = uncommitted(code);
  if (found === undefined) return;
  throw new InputError(`Cannot measure as the code must be a commit's: ${found}`);
}

/** What a run that has ended gave; undefined where it was interrupted. */
async function resultOf(
  run: Run,
  row: EvidenceRow,
  definition: ExperimentDefinition,
  { store, registries }: Pick<MeasureOptions, "store" | "registries">,
): Promise<Omit<SeedResult, "seconds"> | undefined> {
  const { status, manifest } = run;
  if (status === "interrupted" || status === "running") return undefined;
  if (status === "failed") {
    throw new LabError(`Cannot measure ${row.experiment} as run ${run.id} failed: ${run.message}`);
  }
  const { code, determined, versions } = manifest;
  const metric = metricOf(row);
  const score = row.score === undefined
    ? figuresOf(store, run)[metric] ?? NaN
    : await row.score.of(definition, await finalParameters(store, run));
  const series = store.series(run.id, metric);
  const amounts = series[budgetUnitOf(manifest)];
  return {
    seed: Number(determined.seed),
    status,
    score: status === "diverged" || !Number.isFinite(score) ? null : score,
    best: row.score === undefined ? await bestScore(run, metric, { store, registries }) : null,
    evaluations: Array.from(
      series.values,
      (value, i) => [amounts[i], Number.isFinite(value) ? Number(value.toPrecision(6)) : null],
    ),
    ...("model" in definition && { figures: measuredFigures(figuresOf(store, run)) }),
    steps: budgetOf(run).spent,
    wallSeconds: Math.round(run.wallSeconds * 10) / 10,
    digest: run.digest,
    commit: code.revision?.slice(0, 7) ?? "unknown",
    date: new Date().toISOString().slice(0, 10),
    deno: versions.deno,
    machine: machineName(),
    backend: determined.backend,
  };
}

/**
 * What evaluations show of a model, of real examples by the same measures (`ceiling/…`), and what it is
 * worth where it is applied.
 */
export function measuredFigures(figures: Metrics): Metrics {
  return Object.fromEntries(
    Object.entries(figures).filter(([name]) => /^(evaluation|ceiling|application)\//.test(name))
      .map(([name, value]) => [name, Number(value.toPrecision(6))]),
  );
}

/** By how many draws a likelihood was estimated: figures compare at an equal number alone. */
const DRAWS = "evaluation/likelihood_draws";

/**
 * What the best checkpoint is worth on a stream that did not choose it; null where none is kept, or where it
 * is estimated by another number of draws than the last one.
 */
async function bestScore(
  run: Run,
  metric: string,
  options: Pick<MeasureOptions, "store" | "registries">,
): Promise<number | null> {
  if (!options.store.checkpoints(run.id).some(({ kind }) => kind === "best")) return null;
  const { trainer, dispose } = await openTrainer(run, { ...options, checkpoint: "best" });
  try {
    const { seed, configuration } = run.manifest.determined;
    const evaluation = configuration.evaluation as { episodes?: number; stochastic?: boolean };
    const random = streamOf(parseSeed(seed), "score/best");
    const { metrics } = await trainer.evaluate({ ...evaluation, random });
    if (metrics[DRAWS] !== figuresOf(options.store, run)[DRAWS]) return null;
    return Number.isFinite(metrics[metric]) ? metrics[metric] : null;
  } finally {
    dispose();
  }
}
