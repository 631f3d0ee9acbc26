/**
 * The store on SQLite: a folder with `lab.db` (write-ahead log), `artifacts/`, `checkpoints/` and
 * `locks/`.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import type { LabEvent, MetricPoint } from "../core/metrics.ts";
import { Artifacts } from "./artifacts.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Database } from "./database.ts";
import { namesIn, removeFile, sizeOfFile, writeSynced } from "./files.ts";
import type { WriteSynced } from "./files.ts";
import { folderOf, makeFolder } from "./location.ts";
import { isLocked, takeLock } from "./lock.ts";
import {
  allSeriesNames,
  lastMetrics,
  lastValues,
  readSeries,
  seriesMark,
  seriesNames,
} from "./metric_reader.ts";
import { MetricWriter } from "./metric_writer.ts";
import { migrate, refuseForeign } from "./migrations.ts";
import { RunTable } from "./run_table.ts";
import type {
  Checkpoint,
  DamagedRun,
  Manifest,
  NewCheckpoint,
  Run,
  RunUpdate,
  Series,
  Store,
  StoredArtifact,
  StoredCheckpoint,
  StoredEvent,
} from "./store.ts";

/**
 * Opens the store in a folder (`runs`, `sqlite:runs` or a `file:` URL) and brings its schema
 * forward. A folder that is missing is made, its parent must be there. With `readOnly` nothing is
 * made or changed (SQLite keeps its `-wal` and `-shm` files beside an open database), while other
 * processes may write.
 *
 * @throws {InputError} for another scheme, a folder that is missing or may not be used, a store of
 * a newer schema.
 * @throws {LabError} where the file is damaged or locked.
 */
export function openStore(location: string, options: { readOnly?: boolean } = {}): Store {
  const folder = folderOf(location);
  const path = `${folder}/lab.db`;
  if (options.readOnly) return openForReading(folder, path);
  makeFolder(folder);
  const database = new Database(path, { readOnly: false });
  try {
    // Before anything is written: a store of a newer schema stays as it is.
    refuseForeign(database);
    for (const name of ["artifacts", "checkpoints", "locks"]) makeFolder(`${folder}/${name}`);
    // The file says whether it keeps a write-ahead log; setting that anew would wait for others.
    if (database.get("PRAGMA journal_mode")!.journal_mode !== "wal") {
      database.execute("PRAGMA journal_mode = WAL");
    }
    database.execute("PRAGMA synchronous = NORMAL");
    migrate(database);
  } catch (error) {
    database.close();
    throw error;
  }
  return new SqliteStore(folder, database);
}

/** @throws {InputError} where this process may not look. */
function isReadable(path: string): boolean {
  try {
    return sizeOfFile(path) !== undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) return false;
    throw new InputError(
      `Cannot read the store as this task may not read there (Deno's --allow-read): ${path}`,
      { cause: error },
    );
  }
}

function openForReading(folder: string, path: string): Store {
  if (!isReadable(path)) {
    throw new InputError(
      `Cannot read the store as there is none: ${folder} (train a run to make one: ` +
        "`deno task -q experiment`)",
    );
  }
  const database = new Database(path, { readOnly: true });
  try {
    refuseForeign(database);
  } catch (error) {
    database.close();
    throw error;
  }
  return new SqliteStore(folder, database);
}

/** See {@linkcode openStore}. `write` stands in for the disk in tests. */
export class SqliteStore implements Store {
  readonly location: string;
  readonly #database: Database;
  readonly #runs: RunTable;
  readonly #metrics: MetricWriter;
  readonly #artifacts: Artifacts;
  readonly #checkpoints: Checkpoints;

  /** A store in `folder`, whose file is open and of today's schema. */
  constructor(folder: string, database: Database, write: WriteSynced = writeSynced) {
    this.location = folder;
    this.#database = database;
    this.#runs = new RunTable(database, (id) => isLocked(this.#lockPath(id)));
    this.#metrics = new MetricWriter(database);
    this.#artifacts = new Artifacts(database, `${folder}/artifacts`, write);
    this.#checkpoints = new Checkpoints(database, `${folder}/checkpoints`, this.#metrics, write);
  }

  createRun(
    run: { name: string; manifest: Manifest; tags: readonly string[]; note: string },
  ): Run {
    return this.#runs.create(run);
  }

  run(id: string): Run | undefined {
    return this.#runs.get(id);
  }

  idOf(reference: string, options: { trashed?: boolean } = {}): string {
    return this.#runs.find(reference, options.trashed ?? false);
  }

  find(reference: string, options: { trashed?: boolean } = {}): Run {
    return this.#runs.get(this.idOf(reference, options))!;
  }

  runs(options: { trashed?: boolean } = {}): Run[] {
    return this.#runs.list(options.trashed ?? false).sound;
  }

  damagedRuns(options: { trashed?: boolean } = {}): DamagedRun[] {
    return this.#runs.list(options.trashed ?? false).damaged;
  }

  update(id: string, change: RunUpdate): void {
    if (change.status !== undefined && change.status !== "running") this.#metrics.release(id);
    this.#runs.update(id, change);
  }

  lock(id: string): Disposable {
    this.#database.requireWritable();
    this.#requireRun(id);
    const lock = takeLock(this.#lockPath(id), id);
    this.#checkpoints.sweep(id);
    return lock;
  }

  beginAttempt(id: string, iteration: number): number {
    this.#metrics.release(id);
    return this.#runs.beginAttempt(id, iteration);
  }

  append(id: string, points: readonly MetricPoint[]): void {
    this.#metrics.append(id, points);
  }

  appendEvents(id: string, iteration: number, events: readonly LabEvent[]): void {
    if (events.length === 0) return;
    this.#requireRun(id);
    this.#database.write(() => {
      for (const { level, message } of events) {
        this.#database.run(
          "INSERT INTO event (run, at, iteration, level, message) VALUES (?, ?, ?, ?, ?)",
          id,
          Date.now(),
          iteration,
          level,
          message,
        );
      }
    });
  }

  flush(): void {
    this.#metrics.flush();
  }

  seriesNames(id?: string): string[] {
    this.flush();
    return id === undefined ? allSeriesNames(this.#database) : seriesNames(this.#database, id);
  }

  series(id: string, name: string, options: { points?: number; after?: number } = {}): Series {
    this.flush();
    return readSeries(this.#database, id, name, options);
  }

  seriesMark(id: string, name: string): string {
    this.flush();
    return seriesMark(this.#database, id, name);
  }

  lastMetrics(id: string): Record<string, number> {
    this.flush();
    return lastMetrics(this.#database, id);
  }

  lastValues(name: string): Map<string, number> {
    this.flush();
    return lastValues(this.#database, name);
  }

  events(id: string): StoredEvent[] {
    return this.#database.all("SELECT * FROM event WHERE run = ? ORDER BY id", id).map((row) => ({
      at: Number(row.at),
      iteration: Number(row.iteration),
      level: String(row.level) as LabEvent["level"],
      message: String(row.message),
    }));
  }

  putArtifact(
    id: string,
    artifact: { name: string; iteration: number; mediaType: string; bytes: Uint8Array },
  ): Promise<StoredArtifact> {
    return this.#artifacts.put(id, artifact);
  }

  artifacts(id: string): StoredArtifact[] {
    return this.#artifacts.list(id);
  }

  readArtifact(hash: string): Promise<Uint8Array> {
    return this.#artifacts.read(hash);
  }

  saveCheckpoint(id: string, checkpoint: NewCheckpoint): Promise<StoredCheckpoint> {
    return this.#checkpoints.save(id, checkpoint);
  }

  checkpoints(id: string): StoredCheckpoint[] {
    return this.#checkpoints.list(id);
  }

  loadCheckpoint(
    id: string,
    checkpoint: StoredCheckpoint,
    options: { readonly without?: string } = {},
  ): Promise<Checkpoint> {
    return this.#checkpoints.load(id, checkpoint, options);
  }

  trash(id: string): void {
    this.#runs.setTrashed(id, Date.now());
  }

  restore(id: string): void {
    this.#runs.setTrashed(id, null);
  }

  purge(): { runs: number; bytes: number } {
    this.#database.requireWritable();
    const { sound, damaged } = this.#runs.list(true);
    const ids = [...sound, ...damaged].filter((run) => !run.active).map((run) => run.id);
    const before = this.#databaseBytes();
    this.#database.write(() => {
      for (const id of ids) this.#database.run("DELETE FROM run WHERE id = ?", id);
    });
    // Also what a purge that was killed left behind.
    const files = this.#artifacts.sweep() + this.#checkpoints.sweepAll();
    for (const id of namesIn(`${this.location}/locks`)) {
      if (!this.#exists(id)) removeFile(this.#lockPath(id));
    }
    this.#shrink();
    return { runs: ids.length, bytes: files + before - this.#databaseBytes() };
  }

  version(): number {
    return Number(this.#database.get("SELECT version FROM store")!.version);
  }

  close(): void {
    try {
      this.flush();
    } finally {
      this.#database.close();
    }
  }

  #lockPath(id: string): string {
    return `${this.location}/locks/${id}`;
  }

  #exists(id: string): boolean {
    return this.#database.get("SELECT id FROM run WHERE id = ?", id) !== undefined;
  }

  /** @throws {InputError} where there is no such run. */
  #requireRun(id: string): void {
    if (this.#exists(id)) return;
    throw new InputError(`Cannot use the run as the store has none of this id: "${id}"`);
  }

  /** Gives the database's free pages back, unless a run that trains would have to wait for it. */
  #shrink(): void {
    if (this.runs().some((run) => run.active)) return;
    try {
      this.#database.execute("VACUUM");
    } catch {
      // Another process reads, or the disk is full: the pages are used again later.
    }
  }

  /** Bytes of the database with its log moved into it where no other process stands in the way. */
  #databaseBytes(): number {
    this.#database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    return (sizeOfFile(this.#database.path) ?? 0) + (sizeOfFile(`${this.#database.path}-wal`) ?? 0);
  }
}
