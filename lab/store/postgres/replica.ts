/**
 * Runs between a store's folder and a hub: what is new of one that trains here, all of one that is taken
 * up, and a folder that holds what a hub has, for everything that reads a store.
 *
 * @module
 */
import { DamageError, LabError } from "../../core/errors.ts";
import { backUp } from "../backup.ts";
import { Database, type Row } from "../database.ts";
import {
  hashInName,
  isAsNamed,
  isNamedBy,
  namesIn,
  PARTIAL,
  putFileBelow,
  removeFile,
  sha256,
  sizeOfFile,
} from "../files.ts";
import { contentOf, type JournalContent, Journals } from "../journal.ts";
import { takeLock } from "../lock.ts";
import { putRun } from "../recover.ts";
import { openDatabase, SqliteStore, syncInto, syncStores } from "../sqlite_store.ts";
import type { Backup, Checkpoint, Store, StoredCheckpoint } from "../store.ts";
import { isChanged, placedAmong, sweepRows, Sweeps } from "../sweeps.ts";
import { artifactPath, checkpointFolder, checkpointPaths, CHECKPOINTS } from "../paths.ts";
import { bringFiles, filesOf, type Lacking, renamed, type Sync } from "../sync.ts";
import { unlessMissing } from "./files/folder.ts";
import { type Claim, type Delta, FenceError, type Hub } from "./hub.ts";

/** Times that a shipment is begun anew as its files went while it was made. */
const TRIES = 5;

/** What a hub has of a run. */
interface Known {
  /** Rows of chunks, as far as one can tell them apart, by number. */
  chunks: readonly string[];
  /** Numbers of rows that only grow. */
  events: number;
  artifacts: ReadonlySet<string>;
  /** Paths of those that it has whole. */
  files: Set<string>;
  /** Paths of those that it names, and may have damaged: they are sent where the run makes them again. */
  lacking: ReadonlySet<string>;
}

/** Ships what is new of one run of a folder's store to a hub, under the id that it has there. */
export class Shipper {
  readonly #known: Known;

  /**
   * @param local The run's id in the folder.
   * @param content What the hub has of it, where it has something, and {@linkcode takeUp} has put here.
   */
  constructor(
    private readonly folder: string,
    private readonly local: string,
    private readonly run: string,
    content?: JournalContent,
  ) {
    const named = content === undefined ? [] : filesOf(content, run);
    const isHere = (path: string) => sizeOfFile(`${folder}/${path}`) !== undefined;
    this.#known = {
      chunks: [...content?.chunks.values() ?? []].map(chunkMark),
      events: content?.events.size ?? 0,
      artifacts: new Set([...content?.artifacts.values() ?? []].map(artifactMark)),
      files: new Set(named.filter(isHere)),
      lacking: new Set(named.filter((path) => !isHere(path))),
    };
  }

  /**
   * Ships files, and hands the rows to `put`, which may fail: then they come again. The store must have
   * written what it queued.
   */
  async ship(hub: Hub, put: (delta: Delta) => Promise<unknown>, claim?: Claim): Promise<void> {
    for (let i = 0; i < TRIES; i++) {
      const content = this.#read();
      if (!await this.#shipFiles(hub, content, claim)) continue; // a newer checkpoint took their place
      const whole = deltaOf(content);
      const { chunks, events, artifacts } = whole;
      const marks = chunks.map(chunkMark);
      await put({
        ...whole,
        chunks: chunks.filter((_, at) => marks[at] !== this.#known.chunks[at]),
        events: events.slice(this.#known.events),
        artifacts: artifacts.filter((row) => !this.#known.artifacts.has(artifactMark(row))),
      });
      this.#known.chunks = marks;
      this.#known.events = events.length;
      this.#known.artifacts = new Set(artifacts.map(artifactMark));
      // The hub has removed the others; a run that begins anew makes them again.
      const named = new Set(filesOf(content, this.run));
      this.#known.files = this.#known.files.intersection(named);
      this.#known.lacking = this.#known.lacking.intersection(named);
      return;
    }
    throw new LabError(
      `Cannot ship run ${this.run} as its checkpoints go faster than they are sent`,
    );
  }

  #read(): JournalContent {
    using database = new Database(`${this.folder}/lab.db`, { readOnly: true });
    return renamed(contentOf(database, this.local), this.run);
  }

  /** Whether all were there. */
  async #shipFiles(
    hub: Hub,
    content: JournalContent,
    claim: Claim | undefined,
  ): Promise<boolean> {
    const needed = new Set(checkpointPaths(this.run, content.checkpoints));
    for (const there of filesOf(content, this.run)) {
      if (this.#known.files.has(there)) continue;
      const here = there.replace(
        `${checkpointFolder(this.run)}/`,
        `${checkpointFolder(this.local)}/`,
      );
      const path = `${this.folder}/${here}`;
      if (this.#known.lacking.has(there) && sizeOfFile(path) === undefined) continue;
      const bytes = await unlessMissing(Deno.readFile(path));
      if (bytes === undefined) {
        // A checkpoint without its files is none.
        if (needed.has(there)) return false;
        continue;
      }
      await hub.putFile(there, bytes, claim);
      this.#known.files.add(there);
    }
    return true;
  }
}

function chunkMark({ attempt, count, head_checksum }: Row): string {
  return `${attempt} ${count} ${head_checksum}`;
}

function artifactMark({ attempt, name, iteration, hash }: Row): string {
  return JSON.stringify([attempt, name, iteration, hash]);
}

function numbered(rows: ReadonlyMap<number, Row>): Row[] {
  return [...rows].sort(([a], [b]) => a - b).map(([, row], number) => ({ ...row, number }));
}

/** All of a run. */
function deltaOf({ run, attempts, chunks, events, artifacts, checkpoints }: JournalContent): Delta {
  return {
    ...{ run, attempts, chunks: numbered(chunks), events: numbered(events) },
    artifacts: [...artifacts.values()],
    checkpoints: checkpoints.map((row, number) => ({ ...row, number })),
  };
}

/**
 * Fetches a file of a hub into a folder, unless it is there whole; one that the hub has not is left out.
 *
 * @returns Whether it is there.
 * @throws {DamageError} where it is not what its name says; the folder stays as it was.
 */
async function fetchFile(hub: Hub, folder: string, path: string): Promise<boolean> {
  if (await isAsNamed(`${folder}/${path}`)) return true;
  const bytes = await hub.files.get(path);
  if (bytes === undefined) return false;
  requireNamed(path, bytes, hub.files.name);
  await putFileBelow(folder, path, bytes);
  return true;
}

/** @throws {DamageError} where a file of `place` is not what its name says. */
function requireNamed(path: string, bytes: Uint8Array, place: string): void {
  if (isNamedBy(path, sha256(bytes))) return;
  throw new DamageError(
    `Cannot read ${path} in ${place} as its content must hash to ${
      hashInName(path)?.slice(0, 12)
    }…: it was altered or cut off`,
  );
}

/**
 * Fetches files as {@linkcode fetchFile}; those that are damaged are left out, too.
 *
 * @param seen Those that were seen whole: of one that is still there the content is not looked at again.
 */
async function fetchSound(
  hub: Hub,
  folder: string,
  paths: readonly string[],
  seen = new Set<string>(),
): Promise<void> {
  for (const path of paths) {
    if (seen.has(path) && sizeOfFile(`${folder}/${path}`) !== undefined) continue;
    try {
      if (await fetchFile(hub, folder, path)) seen.add(path);
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
    }
  }
}

/**
 * Puts a run of a hub, with its checkpoints, into a folder's store, under its id.
 *
 * @returns What the hub has of it; undefined where that is nothing.
 */
export async function takeUp(
  hub: Hub,
  run: string,
  folder: string,
): Promise<JournalContent | undefined> {
  const content = await hub.content(run);
  if (content === undefined) return undefined;
  await fetchSound(hub, folder, checkpointPaths(run, content.checkpoints));
  using database = openDatabase(folder);
  database.write(() => putRun(database, content), { durable: true });
  const journals = new Journals(database, `${folder}/${CHECKPOINTS}`);
  journals.rewrite(run);
  return content;
}

/**
 * Brings what a folder's store has of runs, and a hub lacks, to the hub, as `syncStores` does between
 * folders. What the hub has is looked up in the mirror, which hears of a run when the hub has it: so
 * what is interrupted goes on with the next sync.
 */
export async function syncToHub(source: string, hub: Hub, mirror: Mirror): Promise<Sync> {
  await mirror.refresh();
  using database = new Database(`${mirror.folder}/lab.db`, { readOnly: true });
  const did = await syncInto(source, {
    database,
    newId: (own) => hub.newId(own),
    put: async (content, folder, to, known) => {
      const here = database.get("SELECT revision FROM run WHERE id = ?", to)?.revision;
      // Whoever else uses the mirror has brought it forward since.
      if (here !== known) return "changed";
      return await putWhole(hub, content, folder, to, mirror.revisionOf(to));
    },
    bringSweeps: async (rows) => {
      const places = placedAmong(sweepRows(database), rows);
      for (const { row, before } of places.filter(isChanged)) await hub.putSweep(row, before);
      return places;
    },
  });
  await mirror.refresh();
  return did;
}

/** See {@linkcode Target.put}. `known` is the revision of what the hub has of the run. */
async function putWhole(
  hub: Hub,
  content: JournalContent,
  folder: string,
  to: string,
  known: number | undefined,
): Promise<Lacking | undefined> {
  const lacking = await bringFiles(content, to, async (here, there) => {
    const bytes = await unlessMissing(Deno.readFile(`${folder}/${here}`));
    if (bytes === undefined) return false;
    requireNamed(here, bytes, folder);
    await hub.putFile(there, bytes);
    return true;
  });
  try {
    await hub.put(deltaOf(renamed(content, to)), known);
    return lacking;
  } catch (error) {
    if (error instanceof FenceError) return undefined;
    throw error;
  }
}

/** Brings what a hub has, and a folder's store lacks, to the folder. */
export async function syncFromHub(mirror: Mirror, target: string): Promise<Sync> {
  await mirror.refresh({ files: true });
  return await syncStores(mirror.folder, target);
}

/**
 * A folder with the runs of a hub, as a store that is read: rows as of the last refresh, files when they
 * are asked for. Runs that are being trained somewhere are locked here, so that they are shown so.
 */
export class Mirror implements Disposable {
  readonly #database: Database;
  readonly #store: SqliteStore;
  readonly #sweeps: Sweeps;
  readonly #locks = new Map<string, Disposable>();
  /** Runs whose files were brought in. */
  readonly #whole = new Set<string>();
  /** Files that were seen whole: a run that trains changes each second. */
  readonly #seen = new Set<string>();

  constructor(private readonly hub: Hub, readonly folder: string) {
    this.#database = openDatabase(folder);
    this.#store = new SqliteStore(folder, this.#database);
    this.#sweeps = new Sweeps(this.#database, folder);
    // The hub's revision of each run, and that of its row here, which changes with whatever is written
    // beside the hub. What an older lab kept of it says less, so that all comes once more.
    this.#database.execute(`
      DROP TABLE IF EXISTS mirrored;
      CREATE TABLE IF NOT EXISTS followed (
        run TEXT PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
        revision INTEGER NOT NULL,
        here INTEGER NOT NULL)`);
  }

  /**
   * Brings in what has changed, with the files of the runs where asked, and removes what the hub has
   * not, rows and files.
   *
   * @throws {LabError} where the hub is not to be reached; the folder stays as it was.
   */
  async refresh({ files = false }: { readonly files?: boolean } = {}): Promise<void> {
    // Before the hub is asked: what another process brings into the folder after that stays.
    const here = this.#database.all("SELECT id FROM run");
    const now = await this.hub.revisions();
    for (const [run, { revision }] of now) {
      const isKnown = this.revisionOf(run) === revision;
      if (isKnown && (!files || this.#whole.has(run))) continue;
      const content = await this.hub.content(run);
      if (content === undefined) continue;
      if (!isKnown) this.#put(content, revision);
      // After the rows: what none names is removed.
      if (files) await this.#bring(run, content);
      else this.#whole.delete(run);
    }
    const gone = here.filter(({ id }) => !now.has(String(id)));
    if (gone.length > 0) {
      this.#database.write(() => {
        for (const { id } of gone) this.#database.run("DELETE FROM run WHERE id = ?", id);
      });
    }
    await this.#refreshSweeps();
    this.#lock(new Set([...now].filter(([, { active }]) => active).map(([run]) => run)));
    if (gone.length > 0) this.#store.purgeOrphans();
  }

  /** Puts the rows of a run in place of what is here of it, and removes the files of checkpoints that went. */
  #put(content: JournalContent, revision: number): void {
    const run = String(content.run.id);
    this.#database.write(() => {
      putRun(this.#database, content);
      this.#database.run(
        "INSERT OR REPLACE INTO followed SELECT id, ?, revision FROM run WHERE id = ?",
        ...[revision, run],
      );
    });
    const named = new Set(checkpointPaths(run, content.checkpoints));
    for (const name of namesIn(`${this.folder}/${checkpointFolder(run)}`)) {
      const path = `${checkpointFolder(run)}/${name}`;
      if (!named.has(path) && !name.endsWith(PARTIAL)) removeFile(`${this.folder}/${path}`);
    }
  }

  /** The hub's revision of a run that is here as it is there; undefined where it is not. */
  revisionOf(run: string): number | undefined {
    const row = this.#database.get(
      `SELECT f.revision FROM followed f JOIN run r ON r.id = f.run AND r.revision = f.here
       WHERE f.run = ?`,
      run,
    );
    return row && Number(row.revision);
  }

  /** Brings in the files of a run, for who reads the folder without the hub. */
  async bring(run: string): Promise<void> {
    const content = this.#whole.has(run) ? undefined : await this.hub.content(run);
    if (content !== undefined) await this.#bring(run, content);
  }

  async #bring(run: string, content: JournalContent): Promise<void> {
    await fetchSound(this.hub, this.folder, filesOf(content, run), this.#seen);
    this.#whole.add(run);
  }

  /** The folder's store, for reading. */
  store(): Store {
    return new MirrorStore(this.hub, this);
  }

  [Symbol.dispose](): void {
    this.#lock(new Set());
    this.#database.close();
  }

  async #refreshSweeps(): Promise<void> {
    const marks = new Map(sweepRows(this.#database).map((row) => [row.name, row.checksum]));
    const rows = await this.hub.sweeps();
    this.#sweeps.keep(rows.filter(({ name, checksum }) => marks.get(name) !== checksum));
    const gone = new Set(marks.keys()).difference(new Set(rows.map(({ name }) => name)));
    if (gone.size > 0) this.#sweeps.drop(() => new Set([...gone].map(String)));
  }

  /** Holds the locks of these runs, and of no others. */
  #lock(active: ReadonlySet<string>): void {
    for (const [run, lock] of this.#locks) {
      if (active.has(run)) continue;
      lock[Symbol.dispose]();
      this.#locks.delete(run);
    }
    for (const run of active) {
      if (this.#locks.has(run)) continue;
      try {
        this.#locks.set(run, takeLock(`${this.folder}/locks/${run}`, `the run ${run}`));
      } catch {
        // Another process that reads the hub through this folder holds it.
      }
    }
  }
}

/** The store of a mirror's folder: what it has not yet comes from the hub when it is read. */
class MirrorStore extends SqliteStore {
  readonly #hub: Hub;
  readonly #mirror: Mirror;
  readonly #database: Database;

  constructor(hub: Hub, mirror: Mirror) {
    const database = new Database(`${mirror.folder}/lab.db`, { readOnly: true });
    super(mirror.folder, database);
    this.#hub = hub;
    this.#mirror = mirror;
    this.#database = database;
  }

  override async readArtifact(hash: string): Promise<Uint8Array> {
    await fetchFile(this.#hub, this.location, artifactPath(hash));
    return await super.readArtifact(hash);
  }

  override async loadCheckpoint(
    id: string,
    checkpoint: StoredCheckpoint,
    options?: { readonly without?: string },
  ): Promise<Checkpoint> {
    const row = this.#database.get(
      "SELECT record_file, tensor_file FROM checkpoint WHERE id = ? AND run = ?",
      ...[checkpoint.id, id],
    );
    for (const name of Object.values(row ?? {})) {
      await fetchFile(this.#hub, this.location, `${checkpointFolder(id)}/${name}`);
    }
    return await super.loadCheckpoint(id, checkpoint, options);
  }

  override async backUp(target: string): Promise<Backup> {
    return await backUp(this.#database, this.location, target, {
      refresh: () => this.#mirror.refresh(),
      fetch: (paths) => fetchSound(this.#hub, this.location, paths),
    });
  }
}
