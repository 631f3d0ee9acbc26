/**
 * The runs of a store as rows.
 *
 * @module
 */
import { InputError, LabError, nearest } from "../core/errors.ts";
import type { Database, Row } from "./database.ts";
import { nextRunNumber, runIdOf } from "./run_id.ts";
import type { Manifest, Run, RunStatus, RunUpdate } from "./store.ts";

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

/** Candidates that an ambiguous prefix lists at most. */
const CANDIDATES = 10;

/** Reads and writes rows of runs. Whether a run is active is asked of `isActive`. */
export class RunTable {
  readonly #database: Database;
  readonly #isActive: (id: string) => boolean;

  /** `isActive` returns whether somebody holds the lock of a run. */
  constructor(database: Database, isActive: (id: string) => boolean) {
    this.#database = database;
    this.#isActive = isActive;
  }

  /** Adds a run of status `running`. */
  create(run: { name: string; manifest: Manifest; tags: readonly string[]; note: string }): Run {
    const now = Date.now();
    const id = this.#database.write(() => {
      const { last_run } = this.#database.get("SELECT last_run FROM store")!;
      const number = nextRunNumber(Number(last_run), now);
      this.#database.run("UPDATE store SET last_run = ?", number);
      this.#database.run(
        `INSERT INTO run (id, name, status, manifest, tags, note, created_at)
         VALUES (?, ?, 'running', ?, ?, ?, ?)`,
        runIdOf(number),
        run.name,
        JSON.stringify(run.manifest),
        JSON.stringify(run.tags),
        run.note,
        now,
      );
      return runIdOf(number);
    });
    return this.get(id)!;
  }

  /** The run of an id, trashed or not. */
  get(id: string): Run | undefined {
    const row = this.#database.get("SELECT * FROM run WHERE id = ?", id);
    return row === undefined ? undefined : this.#runOf(row);
  }

  /** Runs in the trash or outside it, newest first. */
  list(trashed: boolean): Run[] {
    return this.#database.all(
      `SELECT * FROM run WHERE trashed_at IS ${trashed ? "NOT NULL" : "NULL"} ORDER BY id DESC`,
    ).map((row) => this.#runOf(row));
  }

  /** The run that a user means by an id, a unique prefix of one, or `latest`. */
  find(reference: string, trashed: boolean): Run {
    if (reference === "latest") {
      const [newest] = this.#ids("", trashed);
      if (newest !== undefined) return this.get(newest)!;
      throw new InputError(
        `Cannot find the latest run as there is none ${
          trashed ? "in the trash" : "yet"
        }: ${this.#database.path}`,
      );
    }
    if (reference === "") throw new InputError(`Cannot find the run as its id is empty: ""`);
    const found = this.#ids(reference.toLowerCase(), trashed);
    if (found.length === 1) return this.get(found[0])!;
    throw found.length > 1 ? this.#ambiguous(reference, found) : this.#unknown(reference, trashed);
  }

  /** Changes fields of a run. */
  update(id: string, change: RunUpdate): void {
    const fields = Object.entries(change).filter(([, value]) => value !== undefined);
    if (fields.length === 0) return;
    const assignments = fields.map(([field]) => `${columns[field as keyof RunUpdate]} = ?`);
    const values = fields.map(([, value]) =>
      typeof value === "object" && value !== null
        ? JSON.stringify(value)
        : value as string | number | null
    );
    this.#database.write(() => {
      const { changes } = this.#database.run(
        `UPDATE run SET ${assignments.join(", ")} WHERE id = ?`,
        ...values,
        id,
      );
      if (changes === 0) throw this.#missing("change", id);
    });
  }

  /**
   * Starts the next attempt of a run, which goes on after `iteration`.
   *
   * @returns Its number.
   */
  beginAttempt(id: string, iteration: number): number {
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
    const named = found.slice(0, CANDIDATES).map((id) => `${id} (${this.get(id)!.name})`);
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
    const near = nearest(reference, ids);
    const named = ids.find((id) => this.get(id)!.name === reference);
    const hint = named !== undefined
      ? ` (the newest run of that name is ${named})`
      : near !== undefined
      ? ` (did you mean "${near}"?)`
      : "";
    return new InputError(
      `Cannot find the run as no id begins with "${reference}"${hint}: ` +
        `there are ${ids.length} runs, listed by \`runs\``,
    );
  }

  #runOf(row: Row): Run {
    const id = String(row.id);
    const time = (value: Row[string]) => value === null ? null : Number(value);
    return {
      id,
      name: String(row.name),
      status: String(row.status) as RunStatus,
      active: this.#isActive(id),
      manifest: JSON.parse(String(row.manifest)),
      tags: JSON.parse(String(row.tags)),
      note: String(row.note),
      createdAt: Number(row.created_at),
      endedAt: time(row.ended_at),
      trashedAt: time(row.trashed_at),
      wallSeconds: Number(row.wall_seconds),
      environmentSteps: Number(row.environment_steps),
      gradientSteps: Number(row.gradient_steps),
      examples: Number(row.examples),
      iterations: Number(row.iterations),
      digest: row.digest === null ? null : String(row.digest),
      message: row.message === null ? null : String(row.message),
      attempt: Number(row.attempt),
    };
  }
}
