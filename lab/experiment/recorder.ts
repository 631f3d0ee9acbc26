/**
 * Recorders: where what a run reports is kept. One writes a store, one keeps series in memory.
 *
 * @module
 */
import type { LabEvent, MetricPoint, Metrics, Progress } from "../core/metrics.ts";
import type { Snapshot } from "../core/snapshot.ts";
import type { NamedTensors } from "../core/tensor_data.ts";
import type { BudgetUnit } from "../core/trainer.ts";
import type { Manifest, Run, RunUpdate, Store } from "../store/store.ts";
import { digestOf, type DigestSeries } from "./digest.ts";
import type { WorkerReport } from "./protocol.ts";
import type { Ending, RunCheckpoint, RunnerState, RunReport } from "./runner.ts";

/** Where a run stands, for progress lines. */
export interface RunProgress {
  readonly run: Run;
  readonly kind: "started" | "report" | "evaluation" | "checkpoint" | "event" | "ended";
  readonly progress: Progress;
  readonly budget: { readonly unit: BudgetUnit; readonly total: number };
  /** What this report brought. */
  readonly metrics: Metrics;
  readonly wallSeconds: number;
  readonly message?: string;
}

/** Series in memory, by name. */
export class Recording {
  readonly #columns = new Map<string, { iterations: number[]; values: number[] }>();

  /** Adds the values of a report. */
  add(report: Pick<RunReport, "metrics" | "progress">): void {
    for (const [name, value] of Object.entries(report.metrics)) {
      let column = this.#columns.get(name);
      if (column === undefined) this.#columns.set(name, column = { iterations: [], values: [] });
      column.iterations.push(report.progress.iterations);
      column.values.push(value);
    }
  }

  /** Every series so far. */
  series(): DigestSeries[] {
    return [...this.#columns].map(([name, { iterations, values }]) => ({
      name,
      iterations: Float64Array.from(iterations),
      values: Float64Array.from(values),
    }));
  }
}

/** The runner's part of a stored checkpoint. */
export interface StoredRunner {
  readonly state: RunnerState;
  readonly progress: Progress;
}

/** Milliseconds between two writes of a run's counters. */
const COUNTERS_EVERY = 1000;

/** Writes a run into a store and reports how it goes. The run is there and locked. */
export class StoreRecorder {
  #run: Run;
  /** Of the final checkpoint, which may be too large to be read again for them. */
  #parameters: NamedTensors = {};
  #countedAt = -Infinity;
  /** What the latest evaluation had to say: said again by the next one, it is no news. */
  #said: readonly string[] = [];

  constructor(
    readonly store: Store,
    run: Run,
    readonly unit: BudgetUnit,
    readonly onProgress: (progress: RunProgress) => void = () => {},
  ) {
    this.#run = run;
  }

  /** The run as last written. */
  get run(): Run {
    return this.#run;
  }

  /** Says that training begins at the run's counters. */
  started(): void {
    this.#report("started", this.#run, this.#run.wallSeconds, {});
  }

  /** Writes an event and reports it. */
  event(level: LabEvent["level"], message: string): void {
    this.store.appendEvents(this.#run.id, this.#run.iterations, [{ level, message }]);
    this.#report("event", this.#run, this.#run.wallSeconds, {}, message);
  }

  /** Writes points, events and artifacts. */
  async report(report: WorkerReport): Promise<void> {
    const { id } = this.#run;
    const { progress, metrics, wallSeconds } = report;
    const events = this.#news(report);
    this.store.append(id, pointsOf(report));
    if (events.length > 0) this.store.appendEvents(id, progress.iterations, events);
    for (const artifact of report.artifacts) {
      await this.store.putArtifact(id, { ...artifact, iteration: progress.iterations });
    }
    this.#count(progress, wallSeconds, performance.now() - this.#countedAt >= COUNTERS_EVERY);
    const kind = report.kind === "evaluation" ? "evaluation" : "report";
    this.#report(kind, progress, wallSeconds, metrics);
    for (const { message } of events) this.#report("event", progress, wallSeconds, {}, message);
  }

  /** The events of a report, but for those that an evaluation has in common with the one before. */
  #news({ kind, events }: WorkerReport): WorkerReport["events"] {
    if (kind !== "evaluation") return events;
    const before = this.#said;
    this.#said = events.map(({ message }) => message);
    return events.filter(({ message }) => !before.includes(message));
  }

  /** Saves a checkpoint; durable when it resolves. */
  async checkpoint(checkpoint: RunCheckpoint): Promise<void> {
    const { kind, progress, snapshot, runner, score } = checkpoint;
    const { keepLast } = this.#run.manifest.determined.configuration.checkpoint as {
      keepLast: number;
    };
    // Before it, as the run's journal keeps what the row says at that moment.
    if (kind !== "diverged") this.#count(progress, runner.wallSeconds, true);
    await this.store.saveCheckpoint(this.#run.id, {
      snapshot,
      runner: { state: { ...runner }, progress: { ...progress } },
      iteration: progress.iterations,
      kind,
      score,
      keep: keepLast,
    });
    if (kind === "final") this.#parameters = snapshot.parameters;
    this.#report("checkpoint", progress, runner.wallSeconds, {});
  }

  /** Programs that ran kernel by kernel belong to how the run was computed. */
  #tellFallbacks(fallbacks: readonly string[]): void {
    const { id, manifest } = this.#run;
    const events = fallbacks.map((message) => ({ level: "warning" as const, message }));
    this.store.appendEvents(id, this.#run.iterations, events);
    const backendReason = [manifest.backendReason, ...fallbacks].join("; ");
    this.#update({ manifest: { ...manifest, backendReason } });
  }

  /** Writes how the run ended, with its digest where it finished. */
  ended(ending: Ending, fallbacks: readonly string[] = []): void {
    const { status, message, progress, wallSeconds } = ending;
    if (fallbacks.length > 0) this.#tellFallbacks(fallbacks);
    this.store.flush();
    const finished = status === "completed" || status === "stopped";
    const digest = finished ? this.#digest() : null;
    this.#count(progress, wallSeconds, false);
    this.#update({ ...countersOf(this.#run), status, message, digest, endedAt: Date.now() });
    this.#report("ended", progress, wallSeconds, {}, message ?? undefined);
  }

  /**
   * Marks the run as failed; the last checkpoint stays.
   *
   * @param stack Of the error, whose calls the event keeps behind the message.
   */
  failed(message: string, stack = ""): void {
    this.store.flush();
    const calls = stack.split("\n").filter((line) => /^\s+at /.test(line)).map((line) =>
      line.trim()
    );
    this.store.appendEvents(this.#run.id, this.#run.iterations, [
      { level: "error", message: [message, ...calls].join(" ") },
    ]);
    this.#update({ ...countersOf(this.#run), status: "failed", message, endedAt: Date.now() });
    this.#report("ended", this.#run, this.#run.wallSeconds, {}, message);
  }

  /** From the series that the store holds and the parameters that it was given. */
  #digest(): string {
    const { id, manifest } = this.#run;
    return digestOf(manifest.determined, storedSeries(this.store, id), this.#parameters);
  }

  #count(progress: Progress, wallSeconds: number, write: boolean): void {
    this.#run = { ...this.#run, ...countersOf({ ...progress, wallSeconds }) };
    if (write) this.#update(countersOf(this.#run));
  }

  #update(change: RunUpdate): void {
    this.store.update(this.#run.id, change);
    this.#run = { ...this.#run, ...change };
    this.#countedAt = performance.now();
  }

  #report(
    kind: RunProgress["kind"],
    { iterations, environmentSteps, gradientSteps, examples }: Progress,
    wallSeconds: number,
    metrics: Metrics,
    message?: string,
  ): void {
    this.onProgress({
      run: this.#run,
      kind,
      progress: { iterations, environmentSteps, gradientSteps, examples },
      budget: { unit: this.unit, total: budgetOf(this.#run.manifest) },
      metrics,
      wallSeconds,
      ...(message === undefined ? {} : { message }),
    });
  }
}

/** Total budget of a manifest. */
function budgetOf(manifest: Manifest): number {
  return manifest.determined.configuration.budget as number;
}

/** A run's counters alone. */
function countersOf(of: Progress & { readonly wallSeconds: number }) {
  const { iterations, environmentSteps, gradientSteps, examples, wallSeconds } = of;
  return { iterations, environmentSteps, gradientSteps, examples, wallSeconds };
}

function pointsOf({ metrics, progress, wallSeconds }: WorkerReport): MetricPoint[] {
  return Object.entries(metrics).map(([name, value]) => ({
    name,
    value,
    ...progress,
    wallSeconds,
  }));
}

/** The visible series of a stored run, as the digest sees them. */
export function storedSeries(store: Store, id: string): DigestSeries[] {
  return store.seriesNames(id).map((name) => {
    const { iterations, values } = store.series(id, name);
    return { name, iterations, values };
  });
}

/**
 * A finished run's final checkpoint; an empty one where there is none.
 *
 * @param without Tensors of the state whose names begin so are left out.
 */
export async function finalSnapshot(store: Store, run: Run, without: string): Promise<Snapshot> {
  const final = store.checkpoints(run.id).filter(({ kind }) => kind === "final").at(-1);
  if (final === undefined) return { parameters: {}, state: {}, values: {} };
  return (await store.loadCheckpoint(run.id, final, { without })).snapshot;
}

/** The parameters of a finished run's final checkpoint. */
export async function finalParameters(store: Store, run: Run): Promise<NamedTensors> {
  return (await finalSnapshot(store, run, "")).parameters;
}

/** The digest of what is stored of a finished run: its own, unless something was altered. */
export async function storedDigest(store: Store, run: Run): Promise<string> {
  const { determined } = run.manifest;
  return digestOf(determined, storedSeries(store, run.id), await finalParameters(store, run));
}
