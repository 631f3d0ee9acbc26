/**
 * A worker seen from the main thread: trains one run at a time and hands on what it reports, in order,
 * to a recorder.
 *
 * @module
 */
import { holdDriver } from "../compute/graphics.ts";
import { InputError, LabError } from "../core/errors.ts";
import { firstLine } from "./error_lines.ts";
import type { FromWorker, Opened, ToWorker, TrainMessage, WorkerReport } from "./protocol.ts";
import type { Ending, RunCheckpoint } from "./runner.ts";

/** Takes what a run reports; the next message waits for what is returned. */
export interface RunRecorder {
  opened(opened: Opened): void | Promise<void>;
  report(report: WorkerReport): void | Promise<void>;
  checkpoint(checkpoint: RunCheckpoint): void | Promise<void>;
  /** Where the order asked for a profile. */
  profiled?(text: string): void;
  /** `fallbacks` names programs that could not be compiled, with the reason. */
  ended(ending: Ending, fallbacks: readonly string[]): void | Promise<void>;
}

/** A run's part of a {@linkcode TrainMessage}. */
export type TrainOrder =
  & Omit<TrainMessage, "kind" | "interrupt" | "threads">
  & Partial<Pick<TrainMessage, "threads">>;

/** Trains runs, one at a time, in a thread of its own that starts with the first. */
export class TrainingWorker implements Disposable {
  #worker: Worker | undefined;

  /** @param threads Threads that compiled steps may use, where an order does not say. */
  constructor(private readonly threads: number) {}

  /**
   * Trains a run to its end.
   *
   * Rejects with an `InputError` where the worker refused the input, with a `LabError` where it
   * failed, and with what a recorder threw; the run in the worker is over then, too.
   */
  async train(order: TrainOrder, recorder: RunRecorder, signal?: AbortSignal): Promise<Ending> {
    const worker = this.#worker ??= new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: "training",
    });
    const interrupt = new SharedArrayBuffer(4);
    const stop = () => void Atomics.store(new Int32Array(interrupt), 0, 1);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop);
    try {
      return await new Promise<Ending>((resolve, reject) => {
        let inOrder = Promise.resolve();
        let refused: unknown;
        const post = (message: ToWorker) => worker.postMessage(message);
        const receive = async (message: FromWorker) => {
          if (message.kind === "failed") {
            const { message: line, input, fatal, stack } = message;
            if (fatal) this[Symbol.dispose]();
            const error = new (input ? InputError : LabError)(line);
            error.stack = stack;
            return reject(refused ?? error);
          }
          try {
            if (refused === undefined) await record(message, recorder);
          } catch (error) {
            refused = error;
            stop();
          }
          if (message.kind === "report" || message.kind === "checkpoint") post({ kind: "taken" });
          if (message.kind === "ended") {
            refused === undefined ? resolve(message.ending) : reject(refused);
          }
        };
        worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
          inOrder = inOrder.then(() => receive(data));
        };
        worker.onerror = (event) => {
          event.preventDefault();
          this[Symbol.dispose]();
          reject(new LabError(`the worker ended: ${firstLine(event.message)}`));
        };
        post({ kind: "train", interrupt, threads: this.threads, ...order });
      });
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Ends the thread. */
  [Symbol.dispose](): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

async function record(message: FromWorker, recorder: RunRecorder): Promise<void> {
  if (message.kind === "opened") {
    // Before this worker or another can end.
    if (message.opened.adapter !== null) await holdDriver();
    if (message.opened.library !== null) (await import("./blas.ts")).findLibrary();
    await recorder.opened(message.opened);
  } else if (message.kind === "report") await recorder.report(message.report);
  else if (message.kind === "checkpoint") await recorder.checkpoint(message.checkpoint);
  else if (message.kind === "profile") recorder.profiled?.(message.text);
  else if (message.kind === "ended") {
    if (message.leakedTensors > 0) {
      const { progress, wallSeconds } = message.ending;
      const lost = `${message.leakedTensors} tensors were not freed at the end of the run`;
      await recorder.report({
        kind: "iteration",
        progress,
        wallSeconds,
        metrics: {},
        events: [{ level: "warning", message: lost }],
        artifacts: [],
      });
    }
    await recorder.ended(message.ending, message.fallbacks);
  }
}
