/**
 * The store on SQLite: a folder with `lab.db` (write-ahead log), `artifacts/`, `checkpoints/`, `locks/`
 * and `judges/`.
 *
 * @module
 */
import { DamageError, InputError, LabError } from "../core/errors.ts";
import type { LabEvent, MetricPoint } from "../core/metrics.ts";
import type { Json } from "../core/snapshot.ts";
import { Artifacts } from "./artifacts.ts";
import { backUp } from "./backup.ts";
import { BatchJournal } from "./batch_journal.ts";
import { Batches } from "./batches.ts";
import { Checkpoints } from "./checkpoints.ts";
import { damagesOf, Database } from "./database.ts";
import { isFolder, namesIn, removeFile, sizeOfFile, writeSynced } from "./files.ts";
import type { WriteSynced } from "./files.ts";
import { Journals } from "./journal.ts";
import { folderOf, makeFolder } from "./location.ts";
import { isLocked, isSweepLocked, nameOfLock, takeLock } from "./lock.ts";
import { artifactPath, ARTIFACTS, checkpointFolder, CHECKPOINTS, STORE_FOLDERS } from "./paths.ts";
import {
  allKeptMetrics,
  allSeriesNames,
  hideUnreadable,
  keepLastMetrics,
  lastMetrics,
  lastValues,
  readSeries,
  seriesMark,
  seriesNames,
} from "./metric_reader.ts";
import { MetricWriter } from "./metric_writer.ts";
import { migrate, refuseForeign } from "./migrations.ts";
import { recoverRuns, type Recovery } from "./recover.ts";
import { RunTable } from "./run_table.ts";
import type {
  Backup,
  Batch,
  Checkpoint,
  DamagedRun,
  Manifest,
  NewCheckpoint,
  Orphan,
  Run,
  RunUpdate,
  Series,
  Store,
  StoredArtifact,
  StoredCheckpoint,
  StoredEvent,
  StoredSweep,
} from "./store.ts";
import { Sweeps } from "./sweeps.ts";
import { FolderTarget, type Sync, sync, type Target } from "./sync.ts";
import { printable } from "../core/printable.ts";

/**
 * Opens the store in a folder (`runs`, `sqlite:runs` or a `file:` URL) and brings its schema
 * forward. A folder that is missing is made, its parent must be there; with `existing` none is. With
 * `readOnly` nothing is made or changed (SQLite keeps its `-wal` and `-shm` files beside an open
 * database), while other processes may write. On a read-only medium a copy of the database is read.
 *
 * @throws {InputError} for another scheme, a folder that is missing or may not be used, a store of
 * a newer schema.
 * @throws {LabError} where the file is damaged or locked.
 */
export function openStore(
  location: string,
  options: { readonly readOnly?: boolean; readonly existing?: boolean } = {},
): Store {
  const folder = folderOf(location);
  const path = `${folder}/lab.db`;
  refuseOther(folder, path);
  if (options.readOnly || options.existing) refuseMissing(folder, path);
  return options.readOnly ? openForReading(folder, path) : openForWriting(folder);
}

/**
 * Rebuilds what the database in a folder lacks from the journals beside the checkpoints. A database
 * that is damaged is set aside, none is deleted.
 *
 * @throws {InputError} where there is nothing to recover from.
 * @throws {LabError} while a run is being trained.
 */
export function recoverStore(location: string): Recovery & { readonly setAside: string | null } {
  const folder = folderOf(location);
  const path = `${folder}/lab.db`;
  refuseFolder(path);
  if (namesIn(`${folder}/${CHECKPOINTS}`).length === 0) {
    throw new InputError(`Cannot recover as there are no checkpoints: ${folder}`);
  }
  const training = namesIn(`${folder}/locks`).find((id) => isLocked(`${folder}/locks/${id}`));
  if (training !== undefined) {
    throw new LabError(
      `Cannot recover as ${nameOfLock(training)} is being trained: stop that first`,
    );
  }
  const setAside = isSound(path) ? null : asideOf(path);
  if (setAside !== null) {
    for (const end of ["", "-wal", "-shm"]) {
      if (sizeOfFile(path + end) !== undefined) Deno.renameSync(path + end, setAside + end);
    }
  }
  const database = openDatabase(folder);
  try {
    return { ...recoverRuns(database, folder), setAside };
  } finally {
    database.close();
  }
}

/**
 * Copies to the store in `target`, which is made where it is missing, what it lacks of the runs in
 * `source`: whole runs, and those that had gone on. Nothing is deleted, and the source stays as it is.
 *
 * @throws {InputError} where both are one, or one of them cannot be used.
 * @throws {LabError} on a full disk and other failures of it.
 */
export async function syncStores(source: string, target: string): Promise<Sync> {
  const [from, to] = [folderOf(source), folderOf(target)];
  using database = openSource(from);
  refuseOther(to, `${to}/lab.db`);
  if (isReadable(`${to}/lab.db`) && Deno.realPathSync(from) === Deno.realPathSync(to)) {
    throw new InputError(`Cannot sync as source and target must be two stores: ${to}`);
  }
  using other = openDatabase(to);
  return await sync({ database, folder: from }, new FolderTarget(other, to));
}

/** As {@linkcode syncStores}, to another target than a folder. */
export async function syncInto(source: string, target: Target): Promise<Sync> {
  const folder = folderOf(source);
  using database = openSource(folder);
  return await sync({ database, folder }, target);
}

/**
 * The database in the folder of a source, for reading.
 *
 * @throws {InputError} where there is none that can be used.
 */
function openSource(folder: string): Database {
  const path = `${folder}/lab.db`;
  refuseOther(folder, path);
  if (!isReadable(path)) throw new InputError(`Cannot sync as there is no store: ${folder}`);
  return openedForReading(path);
}

function openForWriting(folder: string): Store {
  return new SqliteStore(folder, openDatabase(folder));
}

/** The database of a folder, both made where they are missing, its schema brought forward. */
export function openDatabase(folder: string): Database {
  makeFolder(folder);
  const database = new Database(`${folder}/lab.db`, { readOnly: false });
  try {
    // Before anything is written: a store of a newer schema stays as it is, as does a damaged one.
    refuseForeign(database);
    refuseDamaged(database);
    for (const name of STORE_FOLDERS) makeFolder(`${folder}/${name}`);
    // Free pages can go without VACUUM, which Deno lets no task do that may not write everywhere. SQLite
    // takes it for a file that is empty.
    database.execute("PRAGMA auto_vacuum = INCREMENTAL");
    // The file says whether it keeps a write-ahead log; setting that anew would wait for others.
    if (database.get("PRAGMA journal_mode")!.journal_mode !== "wal") {
      database.execute("PRAGMA journal_mode = WAL");
    }
    database.execute("PRAGMA synchronous = NORMAL");
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Refuses what is no database, and to make an empty one beside the files of runs.
 *
 * @throws {InputError}
 * @throws {LabError}
 */
function refuseOther(folder: string, path: string): void {
  refuseFolder(path);
  if (isReadable(path) && sizeOfFile(path)! > 0) return;
  const holds = (files: string) => isReadable(folder) && namesIn(`${folder}/${files}`).length > 0;
  const held = [CHECKPOINTS, ARTIFACTS].filter(holds);
  if (held.length === 0) return;
  throw new LabError(
    `Cannot open the store as ${folder} holds ${held.join(" and ")} of runs but no database: put ` +
      "lab.db back, or rebuild it (`recover`)",
  );
}

/** @throws {InputError} */
function refuseFolder(path: string): void {
  if (isReadable(path) && isFolder(path)) {
    throw new InputError(`Cannot open the store as its database is a folder: ${path}`);
  }
}

/** A database up to this size is looked through when it is opened for writing: some tenths of a second. */
const QUICK_BYTES = 16 << 20;

/** @throws {DamageError} */
function refuseDamaged(database: Database): void {
  if ((sizeOfFile(database.path) ?? 0) > QUICK_BYTES) return;
  const [found] = damagesOf(database, { quick: true });
  if (found === undefined) return;
  throw new DamageError(
    `Cannot write to the store ${database.path} as it is damaged (${found}): \`recover\` rebuilds it`,
  );
}

/** Whether a database is missing, empty, or whole. */
function isSound(path: string): boolean {
  if ((sizeOfFile(path) ?? 0) === 0) return true;
  let database: Database | undefined;
  try {
    database = new Database(path, { readOnly: false });
    refuseForeign(database);
    return damagesOf(database).length === 0;
  } catch (error) {
    if (error instanceof DamageError) return false;
    throw error;
  } finally {
    database?.close();
  }
}

/** The first free name for a damaged database. */
function asideOf(path: string): string {
  for (let n = 1;; n++) {
    if (sizeOfFile(`${path}.damaged-${n}`) === undefined) return `${path}.damaged-${n}`;
  }
}

/** @throws {InputError} where this process may not look. */
function isReadable(path: string): boolean {
  try {
    return sizeOfFile(path) !== undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) return false;
    throw new InputError(
      `Cannot open the store ${path} as this task may not read there (Deno's --allow-read)`,
      { cause: error },
    );
  }
}

/** @throws {InputError} where there is no store. */
function refuseMissing(folder: string, path: string): void {
  if (isReadable(path)) return;
  throw new InputError(
    `Cannot read the store as there is none: ${folder} (train a run to make one: ` +
      "`deno task -q experiment`)",
  );
}

function openForReading(folder: string, path: string): Store {
  if (sizeOfFile(path) === 0) {
    throw new InputError(`Cannot read the store as its database is empty: ${path}`);
  }
  try {
    return new SqliteStore(folder, openedForReading(path));
  } catch (error) {
    const copy = cannotWrite(error) ? copyOf(path) : undefined;
    if (copy === undefined) throw error;
    return new SqliteStore(folder, openedForReading(copy));
  }
}

function openedForReading(path: string): Database {
  const database = new Database(path, { readOnly: true });
  try {
    refuseForeign(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite's codes of a medium that is read only, or full: READONLY, IOERR, FULL, CANTOPEN. */
const UNWRITABLE = [8, 10, 13, 14];

/**
 * Whether SQLite could not read as it could not write: even a reader needs its share of the log's
 * index, in a file beside the database.
 */
function cannotWrite(error: unknown): boolean {
  const { cause } = error as Error;
  return cause instanceof Error && "errcode" in cause &&
    UNWRITABLE.includes(Number(cause.errcode) & 255);
}

/**
 * A copy of a database and its log in the system's folder for temporary files, until the process
 * ends; undefined where it cannot be made.
 */
function copyOf(path: string): string | undefined {
  try {
    const folder = Deno.makeTempDirSync({ prefix: "reverie-" });
    globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
    for (const end of ["", "-wal"]) {
      if (sizeOfFile(path + end) !== undefined) {
        Deno.copyFileSync(path + end, `${folder}/lab.db${end}`);
      }
    }
    return `${folder}/lab.db`;
  } catch {
    return undefined;
  }
}

/** A run with its files, by its id, or an artifact's file, by its hash. */
interface Owned {
  readonly kind: "run" | "artifact";
  readonly name: string;
}

/** Which file of the machine a store's database is; undefined where there is none. */
function identityOf(folder: string): string | undefined {
  try {
    const { dev, ino } = Deno.statSync(`${folder}/lab.db`);
    return `${dev} ${ino}`;
  } catch {
    return undefined;
  }
}

/** See {@linkcode openStore}. `write` stands in for the disk in tests. */
export class SqliteStore implements Store {
  readonly location: string;
  readonly #identity: string | undefined;
  readonly #database: Database;
  readonly #runs: RunTable;
  readonly #batches: Batches;
  readonly #sweeps: Sweeps;
  readonly #metrics: MetricWriter;
  readonly #artifacts: Artifacts;
  readonly #journals: Journals;
  readonly #checkpoints: Checkpoints;

  /** A store in `folder`, whose file is open and of today's schema. */
  constructor(folder: string, database: Database, write: WriteSynced = writeSynced) {
    this.location = folder;
    this.#identity = identityOf(folder);
    this.#database = database;
    this.#runs = new RunTable(database, {
      isActive: (id) => isLocked(this.#lockPath(id)),
      hasFiles: (id) => sizeOfFile(`${folder}/${checkpointFolder(id)}`) !== undefined,
    });
    this.#batches = new Batches(database, new BatchJournal(database, folder));
    this.#sweeps = new Sweeps(database, folder);
    this.#metrics = new MetricWriter(database);
    this.#artifacts = new Artifacts(database, `${folder}/${ARTIFACTS}`, write);
    const checkpoints = `${folder}/${CHECKPOINTS}`;
    this.#journals = new Journals(database, checkpoints);
    this.#checkpoints = new Checkpoints(
      database,
      checkpoints,
      this.#metrics,
      this.#journals,
      write,
    );
  }

  get judges(): string {
    return `${this.location}/judges`;
  }

  createRun(
    run: {
      name: string;
      manifest: Manifest;
      tags: readonly string[];
      note: string;
      request?: number;
    },
  ): Run {
    return this.#runs.create(run, (id) => {
      const noteRun = (durable: boolean) => this.#journals.append(id, { durable });
      if (run.request === undefined) noteRun(false);
      else this.#batches.begin(run.request, id, () => noteRun(true));
    });
  }

  addBatch(requests: readonly Json[]): Batch {
    return this.#batches.add(requests);
  }

  batches(): Batch[] {
    return this.#batches.list();
  }

  request(id: number): Json {
    return this.#batches.content(id);
  }

  dropBatch(id: number): void {
    this.#batches.drop(id);
  }

  dropRequest(id: number): void {
    this.#batches.dropRequest(id);
  }

  putSweep(name: string, definition: Json): void {
    this.#sweeps.put(name, definition);
  }

  sweep(name: string): StoredSweep | undefined {
    return this.#sweeps.get(name);
  }

  sweepNames(): string[] {
    return this.#sweeps.names();
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
    const ends = change.status !== undefined && change.status !== "running";
    if (ends) this.#metrics.release(id);
    this.#runs.update(id, change, () => ends && keepLastMetrics(this.#database, id));
    if (ends) {
      this.#note(id);
      this.#journals.release(id);
    } else if (isAnnotated(change) && !isLocked(this.#lockPath(id))) {
      // What trains it, or takes it up again, notes it with its next checkpoint.
      this.#note(id);
    }
  }

  lock(id: string): Disposable {
    this.#database.requireWritable();
    this.#requireRun(id);
    const lock = takeLock(this.#lockPath(id), `the run ${id}`);
    try {
      // From here on no purge takes it; one may have done so since.
      this.#requireRun(id);
      this.#journals.requireOlder(id);
      this.#checkpoints.sweep(id);
      return lock;
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  beginAttempt(id: string, iteration: number): number {
    this.#metrics.release(id);
    return this.#runs.beginAttempt(id, iteration, () => hideUnreadable(this.#database, id));
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

  allLastMetrics(): Map<string, Record<string, number>> {
    this.flush();
    return allKeptMetrics(this.#database);
  }

  lastValues(name: string): Map<string, number> {
    this.flush();
    return lastValues(this.#database, name);
  }

  events(id: string, { newest = -1 }: { newest?: number } = {}): StoredEvent[] {
    const rows = this.#database.all(
      "SELECT * FROM event WHERE run = ? ORDER BY id DESC LIMIT ?",
      id,
      newest,
    );
    return rows.reverse().map((row) => ({
      at: Number(row.at),
      iteration: Number(row.iteration),
      level: String(row.level) as LabEvent["level"],
      message: printable(String(row.message)),
    }));
  }

  eventCount(id: string): number {
    return Number(
      this.#database.get("SELECT COUNT(*) AS count FROM event WHERE run = ?", id)!.count,
    );
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
    this.#note(id);
  }

  restore(id: string): void {
    this.#runs.setTrashed(id, null);
    this.#note(id);
  }

  purge(): { runs: number; bytes: number } {
    this.#database.requireWritable();
    const before = this.#databaseBytes();
    const purged = this.#database.write(() => {
      // As they are now: one that was taken back a moment ago may be trained again.
      const { sound, damaged } = this.#runs.list(true);
      const ids = [...sound, ...damaged].map((run) => run.id)
        .filter((id) => !isLocked(this.#lockPath(id)));
      for (const id of ids) {
        for (const { hash } of this.#database.all("SELECT hash FROM artifact WHERE run = ?", id)) {
          this.#mark({ kind: "artifact", name: String(hash) });
        }
        this.#mark({ kind: "run", name: id });
        this.#batches.forget(id);
        this.#database.run("DELETE FROM run WHERE id = ?", id);
      }
      return { sound, runs: ids.length };
    });
    this.#dropSweepsOf(purged.sound);
    const files = this.#sweep();
    this.#shrink();
    return { runs: purged.runs, bytes: files + before - this.#databaseBytes() };
  }

  orphans(): Orphan[] {
    return this.#orphans().map(({ kind, name }) => {
      if (kind === "artifact") {
        const path = artifactPath(name);
        return { path, bytes: sizeOfFile(`${this.location}/${path}`) ?? 0 };
      }
      const path = checkpointFolder(name);
      const sizes = namesIn(`${this.location}/${path}`)
        .map((file) => sizeOfFile(`${this.location}/${path}/${file}`) ?? 0);
      return { path, bytes: sizes.reduce((sum, size) => sum + size, 0) };
    });
  }

  purgeOrphans(): { orphans: number; bytes: number } {
    this.#database.requireWritable();
    const orphans = this.#orphans();
    this.#database.write(() => orphans.forEach((orphan) => this.#mark(orphan)));
    return { orphans: orphans.length, bytes: this.#sweep() };
  }

  backUp(target: string): Promise<Backup> {
    this.flush();
    return backUp(this.#database, this.location, target);
  }

  damages(): string[] {
    const files = [this.#batches.journal.file, this.#sweeps.file];
    const ofFiles = () =>
      files.filter((file) => file.isDamaged())
        .map(({ name }) => `the journal ${name} is not as it was written`);
    return [
      ...damagesOf(this.#database),
      ...lasting(() => [...this.#journals.damages(), ...ofFiles()]),
    ];
  }

  version(): number {
    if (identityOf(this.location) !== this.#identity) {
      throw new LabError(
        `Cannot go on with the store as it was deleted or replaced while it was open: ${this.location} ` +
          "(start again)",
      );
    }
    return Number(this.#database.get("SELECT version FROM store")!.version);
  }

  close(): void {
    try {
      this.flush();
    } finally {
      this.#database.close();
    }
  }

  /** Files that no run has, nor a process that trains. */
  #orphans(): Owned[] {
    const runs = this.#checkpoints.orphans().filter((id) => !isLocked(this.#lockPath(id)));
    return [
      ...runs.map((name) => ({ kind: "run" as const, name })),
      ...this.#artifacts.orphans().map((name) => ({ kind: "artifact" as const, name })),
    ];
  }

  /** Deletes the sweeps that had a run among these, have none any more, and that nobody trains. */
  #dropSweepsOf(purged: readonly Run[]): void {
    const had = sweepsOf(purged);
    if (had.size === 0) return;
    this.#sweeps.drop(() => {
      const left = [this.#runs.list(false), this.#runs.list(true)];
      // Nobody knows whose runs the damaged ones are.
      if (left.some(({ damaged }) => damaged.length > 0)) return new Set();
      const gone = had.difference(sweepsOf(left.flatMap(({ sound }) => sound)));
      // One may have been begun anew, and have no run yet.
      return new Set([...gone].filter((name) => !isSweepLocked(this.location, name)));
    });
  }

  /** Notes whose files are to go, until {@linkcode #sweep} has removed them. */
  #mark({ kind, name }: Owned): void {
    this.#database.run("INSERT OR IGNORE INTO tombstone VALUES (?, ?)", kind, name);
  }

  /**
   * Removes the files of what was deleted, also by a purge that was killed.
   *
   * @returns The bytes freed.
   */
  #sweep(): number {
    const tombstones = this.#database.all("SELECT kind, name FROM tombstone").map((row) => ({
      kind: String(row.kind),
      name: String(row.name),
    }));
    let bytes = 0;
    for (const { kind, name } of tombstones) {
      // Within a write transaction: until a file is gone nobody adds a row that names it.
      bytes += this.#database.write(() => {
        this.#database.run("DELETE FROM tombstone WHERE kind = ? AND name = ?", kind, name);
        if (kind === "artifact") return this.#artifacts.sweep(name);
        // It may have come back, by a sync.
        if (this.#exists(name)) return 0;
        removeFile(this.#lockPath(name));
        return this.#checkpoints.remove(name);
      });
    }
    return bytes;
  }

  /** Writes into the journal what the database has already; the next line holds it too. */
  #note(id: string): void {
    try {
      this.#journals.append(id, { durable: true });
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
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
      const { auto_vacuum } = this.#database.get("PRAGMA auto_vacuum")!;
      // A row, and a page, with each step.
      if (auto_vacuum !== 0) this.#database.all("PRAGMA incremental_vacuum");
      else this.#database.execute("VACUUM");
    } catch {
      // Another process reads, the disk is full, or the file is older than its free pages can go by
      // themselves: the pages are used again later.
    }
  }

  /** Bytes of the database with its log moved into it where no other process stands in the way. */
  #databaseBytes(): number {
    this.#database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    return (sizeOfFile(this.#database.path) ?? 0) + (sizeOfFile(`${this.#database.path}-wal`) ?? 0);
  }
}

/** Milliseconds for which a journal and the database may differ while another process writes them. */
const A_MOMENT = 300;

/** What `look` finds, where it is no passing state of what another process does. */
function lasting(look: () => string[]): string[] {
  if (look().length === 0) return [];
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, A_MOMENT);
  return look();
}

/** Whether a change is one that people make, which no training notes for them. */
function isAnnotated({ name, tags, note }: RunUpdate): boolean {
  return name !== undefined || tags !== undefined || note !== undefined;
}

function sweepsOf(runs: readonly Run[]): Set<string> {
  return new Set(
    runs.flatMap(({ manifest: { sweep } }) => sweep === undefined ? [] : [sweep.name]),
  );
}
