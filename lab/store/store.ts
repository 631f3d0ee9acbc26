/**
 * The store contract: where runs, series, events, artifacts and checkpoints live. SQLite is the
 * default; another database may speak the same contract.
 *
 * @module
 */
import type { LabEvent, MetricPoint } from "../core/metrics.ts";
import type { Json, Snapshot } from "../core/snapshot.ts";
import type { BudgetUnit } from "../core/trainer.ts";

/** Where a run may stand. `running` counts only while its lock is held: see `Run.active`. */
export const runStatuses = [
  ...["running", "completed", "stopped", "interrupted", "diverged", "failed"] as const,
];

/** Where a run stands. */
export type RunStatus = typeof runStatuses[number];

/** What tells the file that a run was imported from. */
export interface ImportSource {
  /** SHA-256 of its bytes, of several files one after the other, in hexadecimal. */
  readonly hash: string;
  /** The run's among those that the file holds, from 0. */
  readonly place: number;
}

/**
 * The record that determines and describes a run. The part under `determined` decides the result
 * and goes into the digest.
 */
export interface Manifest {
  /** What decides the result. */
  readonly determined: {
    /** Name of the experiment. */
    readonly experiment: string;
    readonly version: number;
    /** Resolved configuration: environment or dataset, agent or model, budget, evaluation, …. */
    readonly configuration: { readonly [key: string]: Json };
    /** As a decimal string, as seeds may have 128 bits. */
    readonly seed: string;
    /** What computes: `tfjs-wasm`, `tfjs-cpu`, `tfjs-webgpu`. */
    readonly backend: string;
    /** Of `native`: name, version and processor type of the library; absent elsewhere. */
    readonly library?: string;
    /** Run id and digest of the weights' source, for warm starts. */
    readonly from?: { readonly run: string; readonly digest: string };
  };
  /** What the configuration's budget counts; missing from early manifests. */
  readonly budgetUnit?: BudgetUnit;
  /** Module that holds the definition, relative to the lab's root or absolute; its content hash. */
  readonly definition: {
    readonly module: string;
    readonly hash: string;
    /** Where its own parts were another file's when it went on: the hash of that, from an iteration on. */
    readonly changes?: readonly { readonly iteration: number; readonly hash: string }[];
  };
  /** SHA-256 over the lab's own source files. */
  readonly code: {
    readonly revision: string | null;
    readonly dirty: boolean | null;
    readonly hash: string;
    readonly lock: string;
  };
  /** Of Deno, V8 and TensorFlow.js, by name. */
  readonly versions: { readonly [name: string]: string };
  /** What it ran on. */
  readonly machine: {
    readonly adapter: string | null;
    readonly cpuFeatures: readonly string[];
    readonly cores: number;
    /** Threads that the run's steps may use; missing from early manifests. They decide no bit. */
    readonly threads?: number;
    readonly os: string;
  };
  /** Why this backend was chosen. */
  readonly backendReason: string;
  /** What tells the data from other ones, where files hold them: see `hashOfData`; absent elsewhere. */
  readonly data?: string;
  /** Of an imported run; absent elsewhere. */
  readonly source?: ImportSource;
  /** Why the same seed does not give the same bits again; absent where it does. */
  readonly irreproducible?: string;
  /** The sweep that asked for it, and its trial there, from 0. */
  readonly sweep?: { readonly name: string; readonly trial: number };
}

/**
 * A stored run. Times are milliseconds since the epoch. Name, tags and message come without
 * characters that command a terminal.
 */
export interface Run {
  /** Six letters and digits that sort by creation. */
  readonly id: string;
  /** The experiment's, or what the user chose. */
  readonly name: string;
  /** How it stands by its own word: see `active`. */
  readonly status: RunStatus;
  /**
   * It is being trained: its status is `running`, and a process holds its lock now. `status` "running"
   * without it means: killed, can be resumed.
   */
  readonly active: boolean;
  /** What determines and describes it. */
  readonly manifest: Manifest;
  /** The user's. */
  readonly tags: readonly string[];
  /** The user's. */
  readonly note: string;
  /** When it was added. */
  readonly createdAt: number;
  /** When it last ended; null while it has not. */
  readonly endedAt: number | null;
  /** Set while the run lies in the trash. */
  readonly trashedAt: number | null;
  /** Seconds of training over all attempts. */
  readonly wallSeconds: number;
  /** As far as it came: see `Progress`. */
  readonly environmentSteps: number;
  /** As far as it came: see `Progress`. */
  readonly gradientSteps: number;
  /** As far as it came: see `Progress`. */
  readonly examples: number;
  /** As far as it came: see `Progress`. */
  readonly iterations: number;
  /** Set when the run has ended with a final checkpoint. */
  readonly digest: string | null;
  /** One line on how it ended, where it did not complete. */
  readonly message: string | null;
  /** Attempts so far: 1, and one more for each resume. */
  readonly attempt: number;
}

/** A run whose record cannot be read. It can be deleted; what it holds beside may be whole. */
export interface DamagedRun extends Pick<Run, "id" | "name"> {
  /** A process holds its lock now. */
  readonly active: boolean;
  /** What of the record is damaged: `its manifest is not as it was written`. */
  readonly reason: string;
}

/** What changes while a run goes on. */
export type RunUpdate = Partial<
  Pick<
    Run,
    | "name"
    | "status"
    | "tags"
    | "note"
    | "endedAt"
    | "wallSeconds"
    | "environmentSteps"
    | "gradientSteps"
    | "examples"
    | "iterations"
    | "digest"
    | "message"
    | "manifest"
  >
>;

/** A series in columns, by ascending iteration. */
export interface Series {
  /** Of the metric. */
  readonly name: string;
  /** An x axis: see `MetricPoint`. */
  readonly iterations: Float64Array;
  /** An x axis: see `MetricPoint`. */
  readonly environmentSteps: Float64Array;
  /** An x axis: see `MetricPoint`. */
  readonly gradientSteps: Float64Array;
  /** An x axis: see `MetricPoint`. */
  readonly examples: Float64Array;
  /** An x axis: see `MetricPoint`. */
  readonly wallSeconds: Float64Array;
  /** The metric, NaN and infinities included. */
  readonly values: Float64Array;
  /** Points in the store, before down-sampling. */
  readonly total: number;
}

/** A stored event. */
export interface StoredEvent extends LabEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The run's when it was reported. */
  readonly iteration: number;
}

/** A stored file: content-addressed, so that equal bytes are kept once. */
export interface StoredArtifact {
  /** For example `samples`; one name, many iterations. */
  readonly name: string;
  /** The run's when it was made. */
  readonly iteration: number;
  /** For example `image/png`. */
  readonly mediaType: string;
  /** SHA-256 in hexadecimal. */
  readonly hash: string;
  /** Length of the file. */
  readonly bytes: number;
}

/** A stored checkpoint. */
export interface StoredCheckpoint {
  /** Unique in the store. */
  readonly id: number;
  /** Iterations done when it was made. */
  readonly iteration: number;
  /** The attempt that made it. */
  readonly attempt: number;
  /** The last of a finished run, the best so far by the run's metric, or one on the way. */
  readonly kind: "last" | "best" | "final" | "diverged";
  /** Value of the metric that `best` is judged by, where one was known. */
  readonly score: number | null;
  /** SHA-256 of its record, which holds that of its tensors, in hexadecimal. */
  readonly hash: string;
  /** Length of its files. */
  readonly bytes: number;
}

/** What a sweep tries. */
export interface StoredSweep {
  readonly name: string;
  /** As the sweep wrote it; of it a store knows `trials` alone, how many there are. */
  readonly definition: Json;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** What was asked for at once. */
export interface Batch {
  readonly id: number;
  /** Runs that have begun, in the order in which they were asked for. */
  readonly runs: readonly string[];
  /** Requests whose runs have not. */
  readonly waiting: readonly number[];
}

/** What a backup holds. */
export interface Backup {
  readonly runs: number;
  /** Of the database and all files. */
  readonly bytes: number;
  /** Files that the store should have and has not, below its folder. */
  readonly missing: readonly string[];
  /** Files that are not what their names say, copied as they are. */
  readonly damaged: readonly string[];
}

/** A file, or a folder of checkpoints, that no run has. */
export interface Orphan {
  /** Below the store's folder. */
  readonly path: string;
  /** Of all files in it. */
  readonly bytes: number;
}

/** A checkpoint's content: the trainer's snapshot and the runner's own counters. */
export interface Checkpoint {
  /** The trainer's. */
  readonly snapshot: Snapshot;
  /** Runner state: evaluations so far, stop count, next boundaries, wall seconds. */
  readonly runner: Json;
}

/** A checkpoint to save. */
export interface NewCheckpoint extends Checkpoint {
  /** Iterations done. */
  readonly iteration: number;
  /** See {@linkcode StoredCheckpoint}. */
  readonly kind: StoredCheckpoint["kind"];
  /** See {@linkcode StoredCheckpoint}. */
  readonly score: number | null;
  /** How many of kind `last` stay, this one included; at least 1. */
  readonly keep: number;
}

/** What of a store pages read. */
export type StoreReader = Pick<
  Store,
  | "location"
  | "run"
  | "find"
  | "runs"
  | "damagedRuns"
  | "seriesNames"
  | "series"
  | "seriesMark"
  | "lastMetrics"
  | "allLastMetrics"
  | "lastValues"
  | "events"
  | "eventCount"
  | "artifacts"
  | "readArtifact"
  | "checkpoints"
  | "sweep"
  | "sweepNames"
  | "version"
>;

/** Keeps runs. All methods are synchronous but those that move large bytes. */
export interface Store {
  /** For people: the folder or URL. */
  readonly location: string;

  /** Folder of judges that its runs share, each of which can be trained again; left out: none are kept. */
  readonly judges?: string;

  /**
   * Adds a run of status `running`; its lock is taken apart. With a `request` of a batch it is the run
   * that this asked for: a `LabError` where another one is already.
   */
  createRun(run: {
    name: string;
    manifest: Manifest;
    tags: readonly string[];
    note: string;
    request?: number;
  }): Run;
  /** Keeps what is asked for at once, until each run begins. */
  addBatch(requests: readonly Json[]): Batch;
  /** Batches, newest first. */
  batches(): Batch[];
  /** What a waiting request asks for; a `DamageError` where its record is damaged. */
  request(id: number): Json;
  /** Gives up what waits of a batch. */
  dropBatch(id: number): void;
  /** Gives up a request that waits. */
  dropRequest(id: number): void;
  /** Keeps what a sweep tries; one of the same name gives way. */
  putSweep(name: string, definition: Json): void;
  /** The sweep of a name; undefined where there is none, a `DamageError` where it is damaged. */
  sweep(name: string): StoredSweep | undefined;
  /** Names of all sweeps, newest first. */
  sweepNames(): string[];
  /**
   * The run, also from the trash; undefined where there is none. A `DamageError` where its record is
   * damaged.
   */
  run(id: string): Run | undefined;
  /**
   * Resolves an id, a unique prefix or `latest`, among the runs outside the trash or, where asked,
   * in it; throws an `InputError` that names the nearest.
   */
  idOf(reference: string, options?: { trashed?: boolean }): string;
  /** The run of a reference: `run(idOf(reference))`. */
  find(reference: string, options?: { trashed?: boolean }): Run;
  /**
   * Sound runs outside the trash or, where asked, those in it; newest first. A record is read and its
   * checksum looked at when it is first listed and after each change of it; a run that did not change
   * since the last list is the same object. What damages a record on the disk in between is found by
   * `run`, and by the next process.
   */
  runs(options?: { trashed?: boolean }): Run[];
  /** Runs whose record is damaged, outside the trash or, where asked, in it; newest first. */
  damagedRuns(options?: { trashed?: boolean }): DamagedRun[];
  /** Changes fields of a run; an `InputError` where there is none of that id. */
  update(id: string, change: RunUpdate): void;
  /**
   * Takes the run's lock, which the operating system drops with the process; throws a `LabError`
   * where another process holds it. Dispose to let go.
   */
  lock(id: string): Disposable;
  /**
   * Starts the next attempt, which goes on after `iteration`: points, artifacts and checkpoints of
   * earlier attempts after it are hidden, the points kept. −1 hides all. Points that cannot be read
   * are hidden wherever they stand.
   *
   * @returns The attempt.
   */
  beginAttempt(id: string, iteration: number): number;

  /**
   * Queues points, each series by ascending iteration; written at the latest after a second and
   * before every checkpoint.
   */
  append(id: string, points: readonly MetricPoint[]): void;
  /** Adds events, at once. */
  appendEvents(id: string, iteration: number, events: readonly LabEvent[]): void;
  /** Writes what is queued. */
  flush(): void;
  /** Names of the run's visible series, sorted; without an id of all runs outside the trash. */
  seriesNames(id?: string): string[];
  /**
   * A visible series; `points` down-samples to about that many by min/max buckets, so that spikes
   * stay; `after` leaves out all up to that iteration. Empty where there is none; a `DamageError`
   * where points of it are damaged.
   */
  series(id: string, name: string, options?: { points?: number; after?: number }): Series;
  /** A text that changes with every point of a series that is added or hidden. */
  seriesMark(id: string, name: string): string;
  /**
   * Last visible value of every series; a `DamageError` where one of them is damaged. Of a run that has
   * ended they were kept together at its end, under a checksum of their own: damage that came to its
   * points later is found by `series`.
   */
  lastMetrics(id: string): Record<string, number>;
  /**
   * `lastMetrics` of many runs at once, by run: of those that have ended and whose values were kept.
   */
  allLastMetrics(): Map<string, Record<string, number>>;
  /** Last visible value of one series, by the ids of the runs that have it whole. */
  lastValues(name: string): Map<string, number>;
  /** Events of a run, of all attempts, in order; `newest`: the last so many of them. */
  events(id: string, options?: { newest?: number }): StoredEvent[];
  /** How many events a run has. */
  eventCount(id: string): number;

  /** Keeps a file; one of the same name, iteration and attempt takes its place. */
  putArtifact(
    id: string,
    artifact: { name: string; iteration: number; mediaType: string; bytes: Uint8Array },
  ): Promise<StoredArtifact>;
  /** Visible artifacts, by iteration. */
  artifacts(id: string): StoredArtifact[];
  /** Bytes of an artifact; throws a `LabError` where they are missing or altered. */
  readArtifact(hash: string): Promise<Uint8Array>;

  /**
   * Durable when it returns: flushed, synced, renamed, then recorded. Keeps the newest `keep` of
   * kind `last` and the newest of each other kind; the others go.
   */
  saveCheckpoint(id: string, checkpoint: NewCheckpoint): Promise<StoredCheckpoint>;
  /** Visible checkpoints, oldest first: resume takes the last. */
  checkpoints(id: string): StoredCheckpoint[];
  /**
   * Reads and verifies; throws a `LabError` that names the file where the hash differs. `without`:
   * tensors of the state whose names begin so are left out; "" leaves out all of them.
   */
  loadCheckpoint(
    id: string,
    checkpoint: StoredCheckpoint,
    options?: { readonly without?: string },
  ): Promise<Checkpoint>;

  /** Moves a run to the trash; a `LabError` while it is being trained. */
  trash(id: string): void;
  /** Takes a run back out of the trash. */
  restore(id: string): void;
  /**
   * Deletes trashed runs for good with their files, and the sweeps that have no run left.
   *
   * @returns How many runs and the bytes freed.
   */
  purge(): { runs: number; bytes: number };
  /** Files that no run of the store has: what a lost or older database once knew. */
  orphans(): Orphan[];
  /**
   * Deletes the orphans for good, and no run.
   *
   * @returns How many there were and the bytes freed.
   */
  purgeOrphans(): { orphans: number; bytes: number };
  /**
   * Copies the store to a new or empty folder, as of one moment, also while runs train. The copy is
   * a store itself.
   */
  backUp(target: string): Promise<Backup>;
  /**
   * What of the database's own structure, and of the journals beside it, is damaged, and what it lacks
   * that the runs' journals have, a line each; reads all of both.
   */
  damages(): string[];
  /**
   * A number that grows with every write, for live pages.
   *
   * @throws {LabError} where the store's file is not the one any more that was opened: what is written
   *   into it would be lost.
   */
  version(): number;
  /** Writes what is queued and lets go of the store. */
  close(): void;
}
