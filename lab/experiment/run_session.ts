/**
 * Runs an open session from its order's start to the end: what a worker does, and a library call in
 * its own thread.
 *
 * @module
 */
import type { EncodedArtifact, Opened, WorkerReport } from "./protocol.ts";
import {
  type Ending,
  type RunCheckpoint,
  runnerOptions,
  type RunReport,
  runTrainer,
} from "./runner.ts";
import { parseSeed, type Session } from "./session.ts";
import type { TrainOrder } from "./training_worker.ts";
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
  { job, start, weights, until = Infinity }: Pick<
    TrainOrder,
    "job" | "start" | "weights" | "until"
  >,
  sink: SessionSink,
  interrupted: () => boolean,
): Promise<Ending> {
  const { trainer, backend, backendReason, adapter, library, threads } = session;
  if (start !== undefined) await trainer.restore(start.snapshot);
  else if (weights !== undefined) await startFrom(trainer, weights);
  const resumable = session.makeEnvironment?.().snapshot !== undefined || !session.makeEnvironment;
  const { irreproducible = null } = trainer;
  await sink.opened({
    ...{ backend, backendReason, adapter, library, threads },
    ...{ resumable, irreproducible },
  });
  return await runTrainer(trainer, {
    ...runnerOptions(job.configuration),
    seed: parseSeed(job.seed),
    bestBy: session.bestBy,
    callbacks: session.callbacks,
    state: start?.runner,
    interrupted: () => interrupted() || trainer.progress.iterations >= until,
  }, {
    report: (report) => {
      const notices = session.notices().map((message) => ({ level: "warning" as const, message }));
      return sink.report({ ...report, events: [...report.events, ...notices] });
    },
    checkpoint: (checkpoint) => sink.checkpoint(checkpoint),
  });
}

/** The report with its pictures as PNG files. */
export async function encoded(report: RunReport): Promise<WorkerReport> {
  const artifacts: EncodedArtifact[] = [];
  if (report.artifacts.length > 0) {
    const { encodePng } = await import("../core/png.ts");
    for (const { name, raster } of report.artifacts) {
      artifacts.push({ name, mediaType: "image/png", bytes: encodePng(raster) });
    }
  }
  return { ...report, artifacts };
}
