/**
 * What crosses between the main thread, which alone writes the store, and a worker, which trains.
 * All of it is plain data.
 *
 * @module
 */
import type { NamedTensors } from "../core/tensor_data.ts";
import type { Ending, RunCheckpoint, RunnerState, RunReport } from "./runner.ts";
import type { Snapshot } from "../core/snapshot.ts";
import type { Job } from "./session.ts";

/** What a run's thread and the main thread share. */
export class Signs {
  readonly #words: Int32Array;

  /** @param memory Of the other thread; left out: new ones. */
  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.#words = new Int32Array(memory);
  }

  /** Whether the run is to finish its iteration, checkpoint and end. */
  get interrupted(): boolean {
    return Atomics.load(this.#words, 0) !== 0;
  }

  /** Asks the run to finish its iteration, to checkpoint and to end. */
  interrupt(): void {
    Atomics.store(this.#words, 0, 1);
  }

  /** How often the run's thread has shown that it goes on. */
  get beats(): number {
    return Atomics.load(this.#words, 1);
  }

  /** Shows that the run's thread goes on. */
  beat(): void {
    Atomics.add(this.#words, 1, 1);
  }
}

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
  /** Weights of another run to start from, by name. */
  readonly weights?: NamedTensors;
  /** Threads that compiled steps may use; decides no bit of the result. */
  readonly threads: number;
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
