/**
 * The runs of a store as rows.
 *
 * @module
 */
import { DamageError, InputError, LabError, nearest } from "../core/errors.ts";
import { checksum } from "./checksum.ts";
import type { Database, Row } from "./database.ts";
import { nextRunNumber, runIdOf } from "./run_id.ts";
import type { DamagedRun, Manifest, Run, RunStatus, RunUpdate } from "./store.ts";
import { runStatuses } from "./store.ts";
import { printable } from "../core/printable.ts";

/** How a field of a run is stored. */
const columns: Readonly<Record<keyof RunUpdate, string>> = {
  name: "name",
  status: "status",
  tags: "tags",
  note: "note",
  endedAt: "ended_at",
  wallSeconds: "wall_seconds",
  environmentSteps: "environment_steps",
  gradientSteps: "gradient_steps",
  examples: "examples",
  iterations: "iterations",
  digest: "digest",
  message: "message",
  manifest: "manifest",
};

/** Where one row in so many changed, all are read at once. */
const MOST_ONE_BY_ONE = 10;

/** Candidates that an ambiguous prefix lists at most. */
const CANDIDATES = 10;

/** Reads and writes rows of runs. Whether a run is active is asked of `isActive`. */
export class RunTable {
  readonly #database: Database;
  readonly #isActive: (id: string) => boolean;
  readonly #hasFiles: (id: string) => boolean;
  /** What was listed last, by id. */
  readonly #listed = new Map<string, { revision: Row[string]; run: Run | DamagedRun }>();

  /**
   * `isActive` returns whether somebody holds the lock of a run, `hasFiles` whether there are files of a
   * run, also of one that the database does not have.
   */
  constructor(
    database: Database,
    { isActive, hasFiles }: {
      readonly isActive: (id: string) => boolean;
      readonly hasFiles: (id: string) => boolean;
    },
  ) {
    this.#database = database;
    this.#isActive = isActive;
    this.#hasFiles = hasFiles;
  }

  /** Adds a run of status `running`, unless `added` throws. */
  create(
    run: { name: string; manifest: Manifest; tags: readonly string[]; note: string },
    added: (id: string) => void,
  ): Run {
    const now = Date.now();
    const manifest = JSON.stringify(run.manifest);
    const id = this.#database.write(() => {
      const { last_run } = this.#database.get("SELECT last_run FROM store")!;
      let number = nextRunNumber(Number(last_run), now);
      // An older database knows nothing of runs that began after it.
      while (this.#hasFiles(runIdOf(number))) number++;
      this.#database.run("UPDATE store SET last_run = ?", number);
      this.#database.run(
        `INSERT INTO run (id, name, status, manifest, manifest_checksum, tags, note, created_at)
         VALUES (?, ?, 'running', ?, ?, ?, ?, ?)`,
        runIdOf(number),
        run.name,
        manifest,
        checksum(runIdOf(number), manifest),
        JSON.stringify(run.tags),
        run.note,
        now,
      );
      added(runIdOf(number));
      return runIdOf(number);
    });
    return this.get(id)!;
  }

  /**
   * The run of an id, trashed or not.
   *
   * @throws {DamageError} where its row is damaged.
   */
  get(id: string): Run | undefined {
    const row = this.#database.get("SELECT * FROM run WHERE id = ?", id);
    if (row === undefined) return undefined;
    const run = this.#runOf(row);
    if (!("reason" in run)) return run;
    throw new DamageError(`Cannot read the run ${id} as its record is damaged: ${run.reason}`);
  }

  /**
   * Runs in the trash or outside it, newest first: the sound ones, and those that are damaged. Only
   * rows that changed since the last list are read and checked again; a run whose row did not is the
   * same object. What damages a row on the disk after that is seen by {@linkcode get}.
   */
  list(trashed: boolean): { sound: Run[]; damaged: DamagedRun[] } {
    const where = `trashed_at IS ${trashed ? "NOT NULL" : "NULL"}`;
    const revisions = this.#database.all(
      `SELECT id, revision FROM run WHERE ${where} ORDER BY id DESC`,
    );
    const isKnown = (row: Row) => this.#listed.get(String(row.id))?.revision === row.revision;
    const changed = revisions.filter((row) => !isKnown(row));
    const rows = changed.length > revisions.length / MOST_ONE_BY_ONE
      ? this.#database.all(`SELECT * FROM run WHERE ${where}`)
      : changed.flatMap(({ id }) => this.#database.all("SELECT * FROM run WHERE id = ?", id));
    for (const row of rows) {
      if (isKnown(row)) continue;
      this.#listed.set(String(row.id), { revision: row.revision, run: this.#runOf(row) });
    }
    this.#forgetDeleted(trashed, revisions);
    const sound: Run[] = [];
    const damaged: DamagedRun[] = [];
    for (const { id } of revisions) {
      const run = this.#asOfNow(String(id));
      if (run === undefined) continue; // purged since
      if ("reason" in run) damaged.push(run);
      else sound.push(run);
    }
    return { sound, damaged };
  }

  /** A listed run with whether it is active now. */
  #asOfNow(id: string): Run | DamagedRun | undefined {
    const listed = this.#listed.get(id);
    if (listed === undefined || !("reason" in listed.run || listed.run.status === "running")) {
      return listed?.run;
    }
    const active = this.#isActive(id);
    if (active !== listed.run.active) listed.run = { ...listed.run, active };
    return listed.run;
  }

  /** Keeps no rows of runs that are gone. */
  #forgetDeleted(trashed: boolean, rows: readonly Row[]): void {
    const ids = new Set(rows.map(({ id }) => id));
    for (const [id, { run }] of this.#listed) {
      const isTrashed = !("reason" in run) && run.trashedAt !== null;
      if (isTrashed === trashed && !ids.has(id)) this.#listed.delete(id);
    }
  }

  /** The id that a user means by one, a unique prefix of one, or `latest`. */
  find(reference: string, trashed: boolean): string {
    if (reference === "latest") {
      const [newest] = this.#ids("", trashed);
      if (newest !== undefined) return newest;
      throw new InputError(
        `Cannot find the latest run as there is none ${
          trashed ? "in the trash" : "yet"
        }: ${this.#database.path}`,
      );
    }
    if (reference === "") throw new InputError(`Cannot find the run as its id is empty: ""`);
    const found = this.#ids(reference.toLowerCase(), trashed);
    if (found.length === 1) return found[0];
    throw found.length > 1 ? this.#ambiguous(reference, found) : this.#unknown(reference, trashed);
  }

  /** Changes fields of a run, unless `changed` throws. */
  update(id: string, change: RunUpdate, changed: () => void = () => {}): void {
    const fields = Object.entries(change).filter(([, value]) => value !== undefined);
    if (fields.length === 0) return;
    const assignments = fields.map(([field]) => `${columns[field as keyof RunUpdate]} = ?`);
    if (change.manifest !== undefined) assignments.push("manifest_checksum = ?");
    const values = fields.map(([, value]) =>
      typeof value === "object" && value !== null
        ? JSON.stringify(value)
        : value as string | number | null
    );
    this.#database.write(() => {
      const { changes } = this.#database.run(
        `UPDATE run SET ${assignments.join(", ")} WHERE id = ?`,
        ...values,
        ...change.manifest === undefined ? [] : [checksum(id, JSON.stringify(change.manifest))],
        id,
      );
      if (changes === 0) throw this.#missing("change", id);
      changed();
    });
  }

  /**
   * Starts the next attempt of a run, which goes on after `iteration`, unless `begun` throws.
   *
   * @returns Its number.
   */
  beginAttempt(id: string, iteration: number, begun: () => void): number {
    return this.#database.write(() => {
      const row = this.#database.get(
        "UPDATE run SET attempt = attempt + 1 WHERE id = ? RETURNING attempt",
        id,
      );
      if (row === undefined) throw this.#missing("resume", id);
      const attempt = Number(row.attempt);
      this.#database.run(
        "INSERT INTO attempt VALUES (?, ?, ?, ?)",
        id,
        attempt,
        iteration,
        Date.now(),
      );
      begun();
      return attempt;
    });
  }

  /** Moves a run to the trash (`at` is the time) or back (null). */
  setTrashed(id: string, at: number | null): void {
    if (at !== null && this.#isActive(id)) {
      throw new LabError(
        `Cannot delete the run ${id} as it is being trained: stop that first`,
      );
    }
    this.#database.write(() => {
      const { changes } = this.#database.run("UPDATE run SET trashed_at = ? WHERE id = ?", at, id);
      if (changes === 0) throw this.#missing(at === null ? "restore" : "delete", id);
    });
  }

  #missing(action: string, id: string): InputError {
    return new InputError(`Cannot ${action} the run as the store has none of this id: "${id}"`);
  }

  #ids(prefix: string, trashed: boolean): string[] {
    return this.#database.all(
      `SELECT id FROM run WHERE substr(id, 1, ?) = ? AND trashed_at IS ${
        trashed ? "NOT NULL" : "NULL"
      } ORDER BY id DESC`,
      prefix.length,
      prefix,
    ).map((row) => String(row.id));
  }

  #ambiguous(reference: string, found: readonly string[]): InputError {
    const named = found.slice(0, CANDIDATES).map((id) => `${id} (${this.#name(id)})`);
    const rest = found.length > CANDIDATES ? `, and ${found.length - CANDIDATES} more` : "";
    return new InputError(
      `Cannot find the run as "${reference}" must begin one id only: ${named.join(", ")}${rest}`,
    );
  }

  #unknown(reference: string, trashed: boolean): InputError {
    const [elsewhere] = this.#ids(reference.toLowerCase(), !trashed);
    if (elsewhere !== undefined) {
      return new InputError(
        `Cannot find the run as ${elsewhere} is ${trashed ? "not " : ""}in the trash`,
      );
    }
    const ids = this.#ids("", trashed);
    const newest = new Map(ids.toReversed().map((id) => [this.#name(id), id]));
    const near = nearest(reference, [...ids, ...newest.keys()]);
    const hint = newest.has(reference)
      ? ` (the newest run of that name is ${newest.get(reference)})`
      : near === undefined
      ? ""
      : newest.has(near)
      ? ` (did you mean "${near}", of which the newest run is ${newest.get(near)}?)`
      : ` (did you mean "${near}"?)`;
    const [place, command] = trashed ? [" in the trash", "runs --trash"] : ["", "runs"];
    const count = ids.length === 1 ? "is 1 run" : `are ${ids.length} runs`;
    const there = ids.length === 0
      ? `is none${place}`
      : `${count}${place}, listed by \`${command}\``;
    return new InputError(
      `Cannot find the run as no id begins with "${reference}"${hint}: there ${there}`,
    );
  }

  #name(id: string): string {
    return String(this.#database.get("SELECT name FROM run WHERE id = ?", id)?.name);
  }

  #runOf(row: Row): Run | DamagedRun {
    const id = String(row.id);
    const about = { id, name: printable(String(row.name)) };
    const [manifest, tags] = [parsed(row.manifest), parsed(row.tags)];
    const reason = damageOf(row, manifest, tags);
    if (reason !== undefined) return { ...about, active: this.#isActive(id), reason };
    const time = (value: Row[string]) => value === null ? null : Number(value);
    const text = (value: Row[string]) => value === null ? null : String(value);
    return {
      ...about,
      status: row.status as RunStatus,
      active: row.status === "running" && this.#isActive(id),
      manifest: manifest as Manifest,
      tags: (tags as string[]).map(printable),
      note: String(row.note),
      createdAt: Number(row.created_at),
      endedAt: time(row.ended_at),
      trashedAt: time(row.trashed_at),
      wallSeconds: Number(row.wall_seconds),
      environmentSteps: Number(row.environment_steps),
      gradientSteps: Number(row.gradient_steps),
      examples: Number(row.examples),
      iterations: Number(row.iterations),
      digest: text(row.digest),
      message: row.message === null ? null : printable(String(row.message)),
      attempt: Number(row.attempt),
    };
  }
}

/** Columns that hold a number in every run. */
const numbers = [
  ...["created_at", "wall_seconds", "environment_steps", "gradient_steps", "examples"],
  ...["iterations", "attempt"],
];

/** What of a run's row is not as the lab writes it; undefined where all is. */
function damageOf(row: Row, manifest: unknown, tags: unknown): string | undefined {
  if (checksum(row.id, row.manifest) !== row.manifest_checksum) {
    return "its manifest is not as it was written";
  }
  if (typeof (manifest as Partial<Manifest>)?.determined?.configuration !== "object") {
    return "its manifest is none";
  }
  if (!Array.isArray(tags) || tags.some((tag) => typeof tag !== "string")) {
    return "its tags are no list of words";
  }
  if (!runStatuses.includes(row.status as RunStatus)) return `its status is "${row.status}"`;
  const broken = numbers.find((name) => !Number.isFinite(row[name]));
  return broken && `its ${broken} is no number`;
}

/** A value from its JSON; undefined where it is none. */
function parsed(text: Row[string]): unknown {
  try {
    return JSON.parse(String(text)) ?? undefined;
  } catch {
    return undefined;
  }
}
