/**
 * Runs an open session from its order's start to the end: what a worker does, and a library call in
 * its own thread.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import { RETURN } from "../core/metrics.ts";
import { streamOf } from "../core/random.ts";
import { isOwn } from "./own.ts";
import type { EncodedArtifact, Opened, WorkerReport } from "./protocol.ts";
import {
  type Ending,
  requireSeries,
  type RunCheckpoint,
  runnerOptions,
  type RunReport,
  runTrainer,
} from "./runner.ts";
import { type Job, parseSeed, type Session } from "./session.ts";
import type { TrainOrder } from "./training_worker.ts";
import { usageMeter } from "./usage.ts";
import { startFrom } from "./warm_start.ts";

/** Where a session's reports and checkpoints go. */
export interface SessionSink {
  opened(opened: Opened): void | Promise<void>;
  report(report: RunReport): void | Promise<void>;
  checkpoint(checkpoint: RunCheckpoint): void | Promise<void>;
}

/** Trains an open session to its end; the session stays open. */
export async function runSession(
  session: Session,
  { job, start, source, data: expected, until = Infinity }: Pick<
    TrainOrder,
    "job" | "start" | "source" | "data" | "until"
  >,
  sink: SessionSink,
  interrupted: () => boolean,
): Promise<Ending> {
  const { trainer, backend, backendReason, adapter, library, threads, data } = session;
  requireData(expected, data, job);
  if (start !== undefined) await trainer.restore(start.snapshot);
  else if (source !== undefined) await startFrom(trainer, source);
  if (start === undefined) await requireJudgingSeries(session, job);
  const resumable = session.makeEnvironment?.().snapshot !== undefined || !session.makeEnvironment;
  const { irreproducible = null } = trainer;
  await sink.opened({
    ...{ backend, backendReason, adapter, library, threads },
    ...{ data, resumable, irreproducible },
  });
  const usage = usageMeter();
  return await runTrainer(trainer, {
    ...runnerOptions(job.configuration),
    seed: parseSeed(job.seed),
    bestBy: session.bestBy,
    callbacks: session.callbacks,
    dataset: session.dataset,
    state: start?.runner,
    interrupted: () => interrupted() || trainer.progress.iterations >= until,
  }, {
    report: (report) => {
      const notices = session.notices().map((message) => ({ level: "warning" as const, message }));
      const metrics = { ...report.metrics, ...usage() };
      return sink.report({ ...report, metrics, events: [...report.events, ...notices] });
    },
    checkpoint: (checkpoint) => sink.checkpoint(checkpoint),
  });
}

/**
 * Requires that a run's data are what they were when it began.
 *
 * @throws InputError that says how to learn on from other ones.
 */
function requireData(
  then: string | null | undefined,
  now: string | null,
  { configuration }: Job,
): void {
  if (then === undefined || then === now) return;
  const { name } = configuration.dataset as { readonly name: string };
  throw new InputError(
    `Cannot resume as what ${name} reads must be what it was when the run began: it has changed ` +
      "(run … --from RUN learns on from other data)",
  );
}

/**
 * Refuses a stop rule, or the best checkpoint of an own model, by a series that evaluations do not bring,
 * which one evaluation shows, as it leaves training as it is. Callbacks may bring series of their own later.
 *
 * @throws InputError that names the nearest one.
 */
async function requireJudgingSeries(
  { trainer, callbacks, bestBy }: Session,
  { configuration, seed }: Job,
): Promise<void> {
  const { stop } = runnerOptions(configuration);
  const judging = stop?.metric ?? (isOwn(configuration.model) ? bestBy?.metric : undefined);
  const isUsual = "agent" in configuration && judging === RETURN;
  if (judging === undefined || isUsual || callbacks !== undefined) return;
  const random = streamOf(parseSeed(seed), "stop-metric");
  const action = stop === null ? "choose the best checkpoint" : "stop training";
  requireSeries(action, judging, await trainer.evaluate({ random, episodes: 1 }));
}

/** The report with its pictures as PNG files and its texts as UTF-8. */
export async function encoded(report: RunReport): Promise<WorkerReport> {
  const artifacts: EncodedArtifact[] = [];
  if (report.artifacts.length > 0) {
    const { encodePng } = await import("../core/png.ts");
    for (const artifact of report.artifacts) {
      const { name } = artifact;
      artifacts.push(
        "raster" in artifact
          ? { name, mediaType: "image/png", bytes: encodePng(artifact.raster) }
          : { name, mediaType: "text/plain", bytes: new TextEncoder().encode(artifact.text) },
      );
    }
  }
  return { ...report, artifacts };
}
