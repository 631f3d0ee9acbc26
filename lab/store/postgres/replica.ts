/**
 * Runs between a store's folder and a hub: what is new of one that trains here, all of one that is taken
 * up, and a folder that holds what a hub has, for everything that reads a store.
 *
 * @module
 */
import { DamageError, LabError } from "../../core/errors.ts";
import { Database, type Row } from "../database.ts";
import { ensureFolder, hashInName, isNamedBy, putFile, sha256, sizeOfFile } from "../files.ts";
import { contentOf, type JournalContent, Journals } from "../journal.ts";
import { takeLock } from "../lock.ts";
import { putRun } from "../recover.ts";
import { openDatabase, SqliteStore, syncStores } from "../sqlite_store.ts";
import type { Checkpoint, Store, StoredCheckpoint } from "../store.ts";
import { renamed, type Sync } from "../sync.ts";
import { unlessMissing } from "./files/folder.ts";
import { checkpointPaths, type Claim, type Delta, type Hub } from "./hub.ts";

/** Times that a shipment is begun anew as its files went while it was made. */
const TRIES = 5;

/** What a hub has of a run. */
interface Known {
  /** Rows of chunks, as far as one can tell them apart, by number. */
  chunks: readonly string[];
  /** Numbers of rows that only grow. */
  events: number;
  artifacts: ReadonlySet<string>;
  /** Paths. */
  readonly files: Set<string>;
}

/** Ships what is new of one run of a folder's store to a hub, under the id that it has there. */
export class Shipper {
  readonly #known: Known;

  /**
   * @param local The run's id in the folder.
   * @param content What the hub has of it, where it has something.
   */
  constructor(
    private readonly folder: string,
    private readonly local: string,
    private readonly run: string,
    content?: JournalContent,
  ) {
    this.#known = {
      chunks: [...content?.chunks.values() ?? []].map(chunkMark),
      events: content?.events.size ?? 0,
      artifacts: new Set([...content?.artifacts.values() ?? []].map(artifactMark)),
      files: new Set(content === undefined ? [] : filesOf(content, run).map(({ there }) => there)),
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
      const chunks = numbered(content.chunks);
      const marks = chunks.map(chunkMark);
      const events = numbered(content.events);
      const artifacts = [...content.artifacts.values()];
      await put({
        run: content.run,
        attempts: content.attempts,
        chunks: chunks.filter((_, at) => marks[at] !== this.#known.chunks[at]),
        events: events.slice(this.#known.events),
        artifacts: artifacts.filter((row) => !this.#known.artifacts.has(artifactMark(row))),
        checkpoints: content.checkpoints.map((row, at) => ({ ...row, number: at })),
      });
      this.#known.chunks = marks;
      this.#known.events = events.length;
      this.#known.artifacts = new Set(artifacts.map(artifactMark));
      return;
    }
    throw new LabError(
      `Cannot ship run ${this.run} as its checkpoints go faster than they are sent`,
    );
  }

  #read(): JournalContent {
    using database = new Database(`${this.folder}/lab.db`, { readOnly: true });
    return renamed(contentOf(database, this.local), this.run, undefined);
  }

  /** Whether all were there. */
  async #shipFiles(
    hub: Hub,
    content: JournalContent,
    claim: Claim | undefined,
  ): Promise<boolean> {
    for (const { there, isNeeded } of filesOf(content, this.run)) {
      if (this.#known.files.has(there)) continue;
      const here = there.replace(`checkpoints/${this.run}/`, `checkpoints/${this.local}/`);
      const bytes = await unlessMissing(Deno.readFile(`${this.folder}/${here}`));
      if (bytes === undefined) {
        if (isNeeded) return false;
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

/** The files of a run below a store's folder. A checkpoint without its files is none. */
function filesOf(
  { checkpoints, artifacts }: JournalContent,
  run: string,
): { readonly there: string; readonly isNeeded: boolean }[] {
  return [
    ...checkpointPaths(run, checkpoints).map((there) => ({ there, isNeeded: true })),
    ...[...artifacts.values()].map(({ hash }) => ({
      there: artifactPath(String(hash)),
      isNeeded: false,
    })),
  ];
}

function artifactPath(hash: string): string {
  return `artifacts/${hash.slice(0, 2)}/${hash}`;
}

/**
 * Fetches a file of a hub into a folder, unless it is there; one that the hub has not is left out.
 *
 * @throws {DamageError} where it is not what its name says; the folder stays as it was.
 */
async function fetchFile(hub: Hub, folder: string, path: string): Promise<void> {
  if (sizeOfFile(`${folder}/${path}`) !== undefined) return;
  const bytes = await hub.files.get(path);
  if (bytes === undefined) return;
  if (!isNamedBy(path, sha256(bytes))) {
    throw new DamageError(
      `Cannot read ${path} in ${hub.files.name} as its content must hash to ${
        hashInName(path)?.slice(0, 12)
      }…: it was altered or cut off`,
    );
  }
  await ensureFolder(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`);
  await putFile(`${folder}/${path}`, [bytes]);
}

/** Fetches files as {@linkcode fetchFile}; those that are damaged are left out, too. */
async function fetchSound(hub: Hub, folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    try {
      await fetchFile(hub, folder, path);
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
  const journals = new Journals(database, `${folder}/checkpoints`);
  journals.rewrite(run);
  return content;
}

/**
 * Brings what a folder's store has of runs, and a hub lacks, to the hub, as `syncStores` does between
 * folders: through the mirror, which is up to date.
 */
export async function syncToHub(source: string, hub: Hub, mirror: Mirror): Promise<Sync> {
  const did = await syncStores(source, mirror.folder);
  for (const id of [...did.added, ...did.updated]) {
    await new Shipper(mirror.folder, id, id).ship(hub, (delta) => hub.put(delta));
  }
  using database = new Database(`${mirror.folder}/lab.db`, { readOnly: true });
  for (const name of did.sweeps) {
    await hub.putSweep(database.get("SELECT * FROM sweep WHERE name = ?", name)!);
  }
  await mirror.refresh();
  return did;
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
  readonly #revisions = new Map<string, number>();
  readonly #locks = new Map<string, Disposable>();
  /** Runs whose files were brought in. */
  readonly #whole = new Set<string>();

  constructor(private readonly hub: Hub, readonly folder: string) {
    this.#database = openDatabase(folder);
    this.#database.execute(
      "CREATE TABLE IF NOT EXISTS mirrored (run TEXT PRIMARY KEY, revision INTEGER NOT NULL)",
    );
    for (const { run, revision } of this.#database.all("SELECT * FROM mirrored")) {
      this.#revisions.set(String(run), Number(revision));
    }
  }

  /**
   * Brings in what has changed, with the files of the runs where asked.
   *
   * @throws {LabError} where the hub is not to be reached; the folder stays as it was.
   */
  async refresh({ files = false }: { readonly files?: boolean } = {}): Promise<void> {
    const now = await this.hub.revisions();
    for (const [run, { revision }] of now) {
      const isKnown = this.#revisions.get(run) === revision;
      if (isKnown && (!files || this.#whole.has(run))) continue;
      const content = await this.hub.content(run);
      if (content === undefined) continue;
      if (files) await this.#bring(run, content);
      if (isKnown) continue;
      this.#database.write(() => {
        putRun(this.#database, content);
        this.#database.run("INSERT OR REPLACE INTO mirrored VALUES (?, ?)", run, revision);
      });
      this.#revisions.set(run, revision);
    }
    for (const run of [...this.#revisions.keys()].filter((run) => !now.has(run))) {
      this.#database.write(() => {
        this.#database.run("DELETE FROM run WHERE id = ?", run);
        this.#database.run("DELETE FROM mirrored WHERE run = ?", run);
      });
      this.#revisions.delete(run);
    }
    await this.#refreshSweeps();
    this.#lock(new Set([...now].filter(([, { active }]) => active).map(([run]) => run)));
  }

  /** Brings in the files of a run, for who reads the folder without the hub. */
  async bring(run: string): Promise<void> {
    const content = this.#whole.has(run) ? undefined : await this.hub.content(run);
    if (content !== undefined) await this.#bring(run, content);
  }

  async #bring(run: string, content: JournalContent): Promise<void> {
    await fetchSound(this.hub, this.folder, filesOf(content, run).map(({ there }) => there));
    this.#whole.add(run);
  }

  /** The folder's store, for reading. */
  store(): Store {
    return new MirrorStore(this.hub, this.folder);
  }

  [Symbol.dispose](): void {
    this.#lock(new Set());
    this.#database.close();
  }

  async #refreshSweeps(): Promise<void> {
    const known = this.#database.all("SELECT name, checksum FROM sweep");
    const marks = new Map(known.map(({ name, checksum }) => [name, checksum]));
    const rows = (await this.hub.sweeps())
      .filter(({ name, checksum }) => marks.get(name) !== checksum);
    if (rows.length === 0) return;
    this.#database.write(() => {
      for (const { name, definition, created_at, checksum } of rows) {
        this.#database.run(
          "INSERT OR REPLACE INTO sweep VALUES (?, ?, ?, ?)",
          ...[name, definition, created_at, checksum],
        );
      }
    });
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
  readonly #database: Database;

  constructor(hub: Hub, folder: string) {
    const database = new Database(`${folder}/lab.db`, { readOnly: true });
    super(folder, database);
    this.#hub = hub;
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
      await fetchFile(this.#hub, this.location, `checkpoints/${id}/${name}`);
    }
    return await super.loadCheckpoint(id, checkpoint, options);
  }
}
