/**
 * What crosses between the main thread, which alone writes the store, and a worker, which trains.
 * All of it is plain data.
 *
 * @module
 */
import type { Ending, RunCheckpoint, RunnerState, RunReport } from "./runner.ts";
import type { Snapshot } from "../core/snapshot.ts";
import type { Job } from "./session.ts";

/** Starts a run in a worker. */
export interface TrainMessage {
  readonly kind: "train";
  readonly job: Job;
  /** URL of the module that exports the registries. */
  readonly registries: string;
  /** Of the run's {@linkcode Signs}, which are read without waiting for messages. */
  readonly signs: SharedArrayBuffer;
  /** To go on from. */
  readonly start?: { readonly snapshot: Snapshot; readonly runner: RunnerState };
  /** What tells the data that it must find from others: see `Opened`. Default: whatever they are. */
  readonly data?: string | null;
  /** What another run learned, without its replay, to start from. */
  readonly source?: Snapshot;
  /** Whether a stored run is opened, whose data `--data` names where they were moved. */
  readonly again?: boolean;
  /** Iterations after which the run is to end as if it were interrupted. */
  readonly until?: number;
  /** Threads that compiled steps may use; decides no bit of the result. */
  readonly threads: number;
  /** Folder of judges that were trained before. */
  readonly judges?: string;
  /** Whether to report in the end what took how long. */
  readonly profile?: boolean;
}

/** A file of a run, encoded. */
export interface EncodedArtifact {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** A report whose artifacts are encoded. */
export interface WorkerReport extends Omit<RunReport, "artifacts"> {
  readonly artifacts: readonly EncodedArtifact[];
}

/** What computes a run. */
export interface Opened {
  readonly backend: string;
  readonly backendReason: string;
  readonly adapter: string | null;
  /** The library that computes products; null without one. */
  readonly library: string | null;
  /** Threads that its steps may use. */
  readonly threads: number;
  /** See `Session.data`. */
  readonly data: string | null;
  /** Whether the world can be restored to the same bits. */
  readonly resumable: boolean;
  /** See `Trainer.irreproducible`. */
  readonly irreproducible: string | null;
}

/** To a worker. `taken` acknowledges each report and each checkpoint: it is kept. */
export type ToWorker = TrainMessage | { readonly kind: "taken" };

/** From a worker. After `ended` or `failed` it takes the next run. */
export type FromWorker =
  | { readonly kind: "opened"; readonly opened: Opened }
  | { readonly kind: "report"; readonly report: WorkerReport }
  | { readonly kind: "checkpoint"; readonly checkpoint: RunCheckpoint }
  /** A judge that was trained, as a file of {@linkcode TrainMessage.judges}. */
  | { readonly kind: "judge"; readonly name: string; readonly bytes: Uint8Array }
  /** For a person who waits while nothing is reported. */
  | { readonly kind: "noticed"; readonly message: string }
  /** Before `ended`, where it was asked for: tables for a person. */
  | { readonly kind: "profile"; readonly text: string }
  | {
    readonly kind: "ended";
    readonly ending: Ending;
    /** See `Session.fallbacks`. */
    readonly fallbacks: readonly string[];
    readonly leakedTensors: number;
  }
  | {
    readonly kind: "failed";
    readonly message: string;
    /** An `InputError`: bad input, not a failure. */
    readonly input: boolean;
    /** The thread can take no further run. */
    readonly fatal: boolean;
    readonly stack: string;
  };
