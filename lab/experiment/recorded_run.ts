/**
 * What launch, resume and reproduce share: training in a worker under the eyes of a store.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import type { LabEvent } from "../core/metrics.ts";
import { REPLAY, type Snapshot } from "../core/snapshot.ts";
import { putFileBelow } from "../store/files.ts";
import type { Manifest, Run, Store } from "../store/store.ts";
import { fileOf, OWN } from "./blas.ts";
import { isComputed, LOGGED } from "./untrained.ts";
import { stackOf } from "../core/stack.ts";
import { lineOf } from "./error_lines.ts";
import type { Opened } from "./protocol.ts";
import { finalSnapshot, type RunProgress, type StoreRecorder } from "./recorder.ts";
import type { Registries } from "./registries.ts";
import type { Ending } from "./runner.ts";
import { CrashError, type RunRecorder, type TrainOrder, type Watching } from "./training_worker.ts";

/** What trains runs, one at a time: a worker, or the caller's thread. */
export interface Trainee {
  /**
   * Trains a run to its end.
   *
   * @throws InputError where the input is refused, LabError where training fails, and what a
   *   recorder throws; the run is over then, too.
   */
  train(order: TrainOrder, recorder: RunRecorder, signal?: AbortSignal): Promise<Ending>;
}

/** Where runs go and who watches. */
export interface LaunchOptions extends Watching {
  readonly store: Store;
  readonly registries: Registries;
  /** Runs at a time. */
  readonly workers: number;
  /** Threads that the steps of one run may use, at most; see {@linkcode threadsOf}. Decides no bit. */
  readonly threads?: number;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Aborted: every run finishes its iteration, checkpoints and is marked `interrupted`. */
  readonly signal?: AbortSignal;
  /** Given: every run reports in the end what its programs did and how long it took, as text. */
  readonly onProfile?: (run: Run, text: string) => void;
}

/** Threads of a run unless asked: the lab's steps are small, and each one waits for all. */
const MOST_THREADS = 4;

/**
 * Threads for each of `parallel` runs: as many as asked for or worth while, at most its share of the
 * machine's cores, as threads that wait for a core make every run slower.
 */
export function threadsOf({ threads }: Pick<LaunchOptions, "threads">, parallel: number): number {
  const share = Math.floor(navigator.hardwareConcurrency / parallel);
  return Math.max(1, Math.min(share, threads ?? MOST_THREADS));
}

/** What a finished run learned, without its replay, and how a manifest names it. */
export async function sourceOf(
  store: Store,
  reference: string,
): Promise<{ from: { run: string; digest: string }; snapshot: Snapshot }> {
  const run = store.find(reference);
  requireTrained(run, "start from");
  if (run.digest === null) {
    throw new InputError(
      `Cannot start from run ${run.id} as it must have finished: it is ${run.status}`,
    );
  }
  return {
    from: { run: run.id, digest: run.digest },
    snapshot: await finalSnapshot(store, run, REPLAY),
  };
}

/** How a manifest names the run whose weights another began with. */
type From = NonNullable<Manifest["determined"]["from"]>;

/**
 * The run whose weights another began with, which its digest says: one may have been trained further since,
 * and a sync may have given it another id. Undefined where the store has it no more.
 */
export function sourceRun(store: Pick<Store, "run" | "runs">, from: From): Run | undefined {
  const named = store.run(from.run);
  if (named?.digest === from.digest) return named;
  return store.runs().find(({ digest }) => digest === from.digest);
}

/** What a run started from; an `InputError` where the store has it no more. */
export async function sourceAgain(store: Store, from: From): Promise<Snapshot> {
  const run = sourceRun(store, from);
  if (run !== undefined) return await finalSnapshot(store, run, REPLAY);
  throw new InputError(
    `Cannot start again from the weights of run ${from.run} as the store must have the run that it ` +
      `was then: none has the digest ${from.digest.slice(0, 12)}`,
  );
}

/**
 * Requires that the lab has trained a run: that no loop of the user's own logged it, and that it was not
 * refused.
 *
 * @param verb What is to be done with it.
 * @throws {InputError} that says what else it is.
 */
export function requireTrained({ id, message, manifest }: Run, verb: string): void {
  const { backend } = manifest.determined;
  if (isComputed(backend)) return;
  throw new InputError(
    backend === LOGGED
      ? `Cannot ${verb} run ${id} as it was logged by a program of yours: the lab did not train it`
      : `Cannot ${verb} run ${id} as it must have begun: it was refused (${message})`,
  );
}

/** Tag of runs whose world keeps hidden state: their checkpoints cannot be gone on from. */
export const NOT_RESUMABLE = "not resumable";

/** What is said of a run whose seed does not determine its bits. */
export function irreproducibleLine(reason: string): string {
  return `no two runs of it are the same to the bit: ${reason}`;
}

/**
 * Requires that what computes now is the library that computed a run's products: another one's bits
 * are its own.
 *
 * @param verb What is to be done with the run.
 * @param otherwise What can be done where that library is not here.
 * @throws InputError that names both.
 */
export function requireLibrary(
  { id, manifest: { determined } }: Run,
  opened: Opened,
  verb: string,
  otherwise = "",
): void {
  const [then, now] = [determined.library ?? null, opened.library];
  if (then === now) return;
  const file = then === null ? undefined : fileOf(then);
  throw new InputError(
    `Cannot ${verb} run ${id} to the same bits as ${then ?? "no library"} computed its products: ` +
      `here it is ${now ?? "none"}` +
      (file === undefined ? otherwise : `, and ${OWN}=${file} takes that one`),
  );
}

/** Whether the data that a run learned from are other ones now; false where its manifest does not tell. */
export function hasOtherData({ manifest }: Pick<Run, "manifest">, data: string | null): boolean {
  return manifest.data !== undefined && manifest.data !== data;
}

/** A crash of a run that goes on after it. */
export interface Crash {
  readonly line: string;
  readonly stack: string;
  /** The last one that the run reported. */
  readonly iteration: number;
  /** How often it has crashed. */
  readonly times: number;
}

/** Times that a run goes on after a crash. */
const MOST_RETRIES = 3;

/**
 * Trains with a recorder that is there once the run is open. A failure before that is thrown; one
 * after it marks the run as failed, unless it is a crash that the run is to go on after.
 *
 * @param before The crash that it goes on after.
 * @returns A crash after which it is to go on, which the caller sees to.
 */
export async function trainRecorded(
  trainee: Trainee,
  order: TrainOrder,
  opened: (opened: Opened) => Promise<void>,
  recorder: () => StoreRecorder | undefined,
  { store, signal, onProfile }: Pick<LaunchOptions, "store" | "signal" | "onProfile">,
  before?: Crash,
): Promise<Crash | undefined> {
  const noticed = (message: string, level: LabEvent["level"] = "warning") =>
    recorder()?.event(level, message);
  const forward: RunRecorder = {
    opened,
    report: (report) => recorder()!.report(report),
    checkpoint: (checkpoint) => recorder()!.checkpoint(checkpoint),
    judges: judgesOf(store, noticed),
    noticed,
    profiled: (text) => onProfile?.(recorder()!.run, text),
    ended: (ending, fallbacks) => recorder()!.ended(ending, fallbacks),
  };
  try {
    const profile = onProfile !== undefined;
    await trainee.train(profile ? { ...order, profile } : order, forward, signal);
  } catch (error) {
    const writer = recorder();
    if (writer === undefined) throw error;
    const [line, stack] = [lineOf(error), stackOf(error)];
    const crash = error instanceof CrashError && !signal?.aborted
      ? crashAfter(before, { line, stack, iteration: writer.run.iterations })
      : undefined;
    if (crash === undefined) writer.failed(line, stack);
    else {
      const next = store.checkpoints(writer.run.id).length > 0
        ? "goes on from its last checkpoint"
        : "begins anew, as there is no checkpoint yet";
      writer.event("warning", `${line}: ${next} (${crash.times} of ${MOST_RETRIES} times)`);
    }
    return crash;
  }
}

/** Where a store's judges are kept; that one cannot be is `noticed`. */
function judgesOf(
  { judges: folder }: Store,
  noticed: (message: string) => void,
): RunRecorder["judges"] {
  return folder === undefined ? undefined : {
    folder,
    keep: (name, bytes) =>
      putFileBelow(folder, name, bytes).catch((error) =>
        noticed(`the judge is not kept for other runs: ${lineOf(error)}`)
      ),
  };
}

/** The crash that a run goes on after; undefined where it did often enough, or would meet it again. */
function crashAfter(
  before: Crash | undefined,
  now: Omit<Crash, "times">,
): Crash | undefined {
  const times = (before?.times ?? 0) + 1;
  const isSame = before?.line === now.line && before.iteration === now.iteration;
  return isSame || times > MOST_RETRIES ? undefined : { ...now, times };
}
