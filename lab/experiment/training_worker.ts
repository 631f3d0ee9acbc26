/**
 * A worker seen from the main thread: trains one run at a time and hands on what it reports, in order,
 * to a recorder.
 *
 * @module
 */
import { deviceGivenUp, holdDriver, isSoftware } from "../compute/graphics.ts";
import { InputError, LabError } from "../core/errors.ts";
import type { LabEvent } from "../core/metrics.ts";
import { withPlace } from "../core/stack.ts";
import { Thread } from "../core/thread.ts";
import { firstLine } from "./error_lines.ts";
import { foreignWorker } from "./foreign_worker.ts";
import { needsModule } from "./own.ts";
import { refusalOf } from "./own_errors.ts";
import type { FromWorker, Opened, ToWorker, TrainMessage, WorkerReport } from "./protocol.ts";
import type { Ending, RunCheckpoint } from "./runner.ts";
import { RunProcess } from "./run_process.ts";
import { excessOf, Signs } from "./signs.ts";

/** Takes what a run reports; the next message waits for what is returned. */
export interface RunRecorder {
  opened(opened: Opened): void | Promise<void>;
  report(report: WorkerReport): void | Promise<void>;
  checkpoint(checkpoint: RunCheckpoint): void | Promise<void>;
  /** Where judges are kept that runs share; left out: nowhere. */
  readonly judges?: {
    readonly folder: string;
    /** Keeps the file of one that was trained. */
    keep(name: string, bytes: Uint8Array): Promise<void>;
  };
  /** What is noticed about the run's thread from outside, or what it says it is at. Default: a warning. */
  noticed?(message: string, level?: LabEvent["level"]): void;
  /** Where the order asked for a profile. */
  profiled?(text: string): void;
  /** `fallbacks` names programs that could not be compiled, with the reason. */
  ended(ending: Ending, fallbacks: readonly string[]): void | Promise<void>;
}

/** A run's part of a {@linkcode TrainMessage}. */
export type TrainOrder =
  & Omit<TrainMessage, "kind" | "signs" | "threads">
  & Partial<Pick<TrainMessage, "threads">>;

/** What trains a run broke down: its code threw, or its thread or process has ended. */
export class CrashError extends LabError {}

/** Seconds without a sign of life after which a run says so. */
const SILENT_SECONDS = 60;
/** Milliseconds between two looks at a run's signs. */
const LOOK_EVERY = 20;

/** What is watched of a run's thread. */
export interface Watching {
  /** Seconds without a sign of life after which the recorder hears of it. Default 60. */
  readonly silentSeconds?: number;
  /** Bytes; a run whose thread holds more fails. Default: only the engine's own limit counts. */
  readonly memoryLimit?: number;
  /** Given: each run has a process of its own, which may read these folders beside the lab's. */
  readonly isolated?: readonly string[];
}

/** What trains: a thread, or a process. */
type TrainingThread = Pick<Thread<ToWorker, FromWorker>, "post" | "listen"> & Disposable;

/**
 * Trains runs, one at a time, in a thread of its own that starts with the first. After a run with parts of
 * a user's module the next one gets a new thread: a module is imported once a thread, and a run must not
 * begin with what the variables of another's hold.
 */
export class TrainingWorker implements Disposable {
  #thread: TrainingThread | undefined;
  /** Whether the thread holds a graphics device. */
  #hasDevice = false;

  /**
   * @param threads Threads that compiled steps may use, where an order does not say.
   */
  constructor(private readonly threads: number, private readonly watching: Watching = {}) {}

  /**
   * Trains a run to its end.
   *
   * Rejects with an `InputError` where the worker refused the input, or the run's own file threw before
   * the run was open, with a {@linkcode CrashError}
   * where it failed or its thread is gone, with a `LabError` where it holds too much memory or would
   * need more than there can be, and with what a recorder threw; the run in the worker is over then, too.
   */
  async train(order: TrainOrder, recorder: RunRecorder, signal?: AbortSignal): Promise<Ending> {
    const { isolated } = this.watching;
    await settleLibrary([order], isolated);
    const thread: TrainingThread = this.#thread ??= isolated === undefined
      ? new Thread(foreignWorker(new URL("./worker.ts", import.meta.url), "training"))
      : new RunProcess(isolated);
    const signs = new Signs();
    const stop = () => signs.interrupt();
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop);
    const over = new AbortController();
    try {
      return await new Promise<Ending>((resolve, reject) => {
        let inOrder = Promise.resolve();
        let refused: unknown;
        let isOpen = false;
        /** The thread can take no further run. */
        const lost = (error: unknown) => {
          this[Symbol.dispose]();
          reject(refused ?? error);
        };
        const receive = async (message: FromWorker) => {
          if (message.kind === "failed") {
            const failure = failureOf(message);
            const error = isOpen ? failure : beforeItBegan(order.job.experiment, failure);
            return message.fatal ? lost(error) : reject(refused ?? error);
          }
          try {
            if (refused === undefined) await record(message, recorder);
          } catch (error) {
            refused = error;
            stop();
          }
          if (message.kind === "opened") {
            isOpen = true;
            this.#hasDevice ||= isolated === undefined && message.opened.adapter !== null;
            noticeSilence(signs, this.watching, recorder, over.signal);
          }
          if (message.kind === "report" || message.kind === "checkpoint") {
            thread.post({ kind: "taken" });
          }
          if (message.kind === "ended") {
            refused === undefined ? resolve(message.ending) : reject(refused);
          }
        };
        watchMemory(signs, this.watching, (error) => {
          signs.giveUp();
          lost(error);
        }, over.signal);
        thread.listen(
          (message) => inOrder = inOrder.then(() => receive(message)),
          (reason) =>
            inOrder.then(() =>
              lost(new CrashError(`the run's thread ended: ${firstLine(reason)}`))
            ),
        );
        const judges = recorder.judges?.folder;
        thread.post({
          kind: "train",
          signs: signs.memory,
          threads: this.threads,
          judges,
          ...order,
        });
      });
    } finally {
      // What a user's module keeps in its variables belongs to this run alone.
      if (isolated !== undefined || needsModule(order.job.configuration)) this[Symbol.dispose]();
      over.abort();
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Ends the thread. */
  [Symbol.dispose](): void {
    this.#thread?.[Symbol.dispose]();
    this.#thread = undefined;
    if (this.#hasDevice) deviceGivenUp();
    this.#hasDevice = false;
  }
}

/**
 * Opens the library of `native` where an order asks for it: which code it runs is settled by who opens it
 * first, for all threads. A run in a process of its own opens it there.
 *
 * @throws InputError with what to do where there is none or it may not be loaded.
 */
export async function settleLibrary(
  orders: readonly Pick<TrainOrder, "job">[],
  isolated: Watching["isolated"],
): Promise<void> {
  if (isolated !== undefined || orders.every(({ job }) => job.backend !== "native")) return;
  (await import("./blas.ts")).findLibrary();
}

/** The error that a thread's word of a failure stands for: what needs too much memory would again. */
export function failureOf(
  { message: line, input, stack }: Pick<
    FromWorker & { kind: "failed" },
    "message" | "input" | "stack"
  >,
): Error {
  const tooMuch = line.startsWith("Cannot hold the programs in ");
  const error = new (input ? InputError : tooMuch ? LabError : CrashError)(line);
  error.stack = stack;
  return error;
}

/** A failure before a run was open: where the run's own file threw, that is wrong input. */
function beforeItBegan(experiment: string, failure: Error): Error {
  const isOwn = failure instanceof CrashError && withPlace("", failure) !== "";
  return isOwn ? refusalOf(`train "${experiment}"`, failure) : failure;
}

/** Tells the recorder, once, that a run gives no sign of life, and when it goes on; until it is over. */
function noticeSilence(
  signs: Signs,
  { silentSeconds: seconds = SILENT_SECONDS }: Watching,
  recorder: RunRecorder,
  signal: AbortSignal,
): void {
  let [beats, since] = [signs.beats, performance.now()];
  let isSilent = false;
  const timer = setInterval(() => {
    const silence = (performance.now() - since) / 1000;
    if (signs.beats !== beats) {
      if (isSilent) {
        recorder.noticed?.(`goes on after ${Math.round(silence)} s without a sign of life`);
        return clearInterval(timer);
      }
      [beats, since] = [signs.beats, performance.now()];
    } else if (!isSilent && silence >= seconds) {
      isSilent = true;
      recorder.noticed?.(
        `no sign of life for ${seconds} s: an iteration, or a step of the world, takes long or ` +
          "does not end",
      );
    }
  }, 1000 * seconds / 8);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** Hands an error to `ended`, once, where a run's thread holds more than it may. */
function watchMemory(
  signs: Signs,
  { memoryLimit = Infinity }: Watching,
  ended: (error: LabError) => void,
  signal: AbortSignal,
): void {
  const timer = setInterval(() => {
    const reason = excessOf(signs.held, memoryLimit);
    if (reason === undefined) return;
    clearInterval(timer);
    ended(new LabError(reason));
  }, LOOK_EVERY);
  signal.addEventListener("abort", () => clearInterval(timer));
}

async function record(message: FromWorker, recorder: RunRecorder): Promise<void> {
  if (message.kind === "opened") {
    // Before this worker or another can end.
    const { adapter } = message.opened;
    if (adapter !== null) await holdDriver();
    await recorder.opened(message.opened);
    if (adapter !== null && isSoftware(adapter)) {
      recorder.noticed?.(
        `trains on ${adapter}, which computes on the processor: many times slower than wasm`,
      );
    }
  } else if (message.kind === "report") await recorder.report(message.report);
  else if (message.kind === "checkpoint") await recorder.checkpoint(message.checkpoint);
  else if (message.kind === "judge") await recorder.judges?.keep(message.name, message.bytes);
  else if (message.kind === "noticed") recorder.noticed?.(message.message, "info");
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
