/**
 * A PostgreSQL database where the runs of many machines come together. It holds the rows that a store
 * has of a run, its files or where they lie, and the runs that were asked for: who takes one gets a
 * fence, and what it writes counts only as long as nobody has got a newer one.
 *
 * @module
 */
import { InputError, LabError } from "../../core/errors.ts";
import type { Json } from "../../core/snapshot.ts";
import { checksum } from "../checksum.ts";
import type { Row } from "../database.ts";
import type { JournalContent } from "../journal.ts";
import { nextRunNumber, runIdOf, runNumberOf } from "../run_id.ts";
import { checkpointPaths } from "../paths.ts";
import { Connection, type PasswordOf, placeOf, type Query, type Value } from "./connection.ts";
import { type BucketAccess, BucketFiles } from "./files/bucket.ts";
import type { FleetFiles } from "./files/contract.ts";
import { FolderFiles } from "./files/folder.ts";
import { type FilesPlace, filesPlaceOf } from "./files/place.ts";
import { TableFiles } from "./files/table.ts";
import { isMade, migrate } from "./schema.ts";

/** Somebody else holds the run: nothing was written. */
export class FenceError extends LabError {}

/** A run that a worker holds. */
export interface Claim {
  readonly run: string;
  /** What it asks for. */
  readonly plan: Json;
  readonly fence: number;
  /** Times that it was taken since its newest checkpoint, this one included. */
  readonly tries: number;
}

/** How a run that was asked for stands. */
export interface Task {
  readonly run: string;
  /** `held` only as long as its worker is heard of. */
  readonly state: "waiting" | "held" | "ended";
  readonly worker: string | null;
  /** Why it ended without a run. */
  readonly message: string | null;
}

/** What is new of a run: its row, and rows by table, numbered within the run. */
export interface Delta {
  readonly run: Row;
  readonly attempts: readonly Row[];
  readonly chunks: readonly Row[];
  readonly events: readonly Row[];
  readonly artifacts: readonly Row[];
  /** All of them. */
  readonly checkpoints: readonly Row[];
}

/** Tables of rows that belong to a run: the types of their columns, and their keys. */
const tables = {
  attempt: {
    columns: { run: "text", attempt: "int8", from_iteration: "int8", started_at: "float8" },
    key: ["run", "attempt"],
  },
  chunk: {
    columns: {
      ...{ run: "text", number: "int8", name: "text", attempt: "int8", count: "int8" },
      ...{ first_iteration: "int8", last_iteration: "int8", last_value: "bytea" },
      ...{ points_checksum: "int8", head_checksum: "int8", points: "bytea" },
    },
    key: ["run", "number"],
  },
  event: {
    columns: {
      ...{ run: "text", number: "int8", at: "float8", iteration: "int8" },
      ...{ level: "text", message: "text" },
    },
    key: ["run", "number"],
  },
  artifact: {
    columns: {
      ...{ run: "text", attempt: "int8", name: "text", iteration: "int8" },
      ...{ media_type: "text", hash: "text", bytes: "int8" },
    },
    key: ["run", "attempt", "name", "iteration"],
  },
  checkpoint: {
    columns: {
      ...{ run: "text", number: "int8", iteration: "int8", attempt: "int8", kind: "text" },
      ...{ score: "bytea", hash: "text", bytes: "int8", record_file: "text", tensor_file: "text" },
    },
    key: ["run", "number"],
  },
  run: {
    columns: {
      ...{ id: "text", name: "text", status: "text", manifest: "text", manifest_checksum: "int8" },
      ...{ tags: "text", note: "text", created_at: "float8", ended_at: "float8" },
      ...{ trashed_at: "float8", wall_seconds: "float8", environment_steps: "float8" },
      ...{ gradient_steps: "float8", examples: "float8", iterations: "int8", digest: "text" },
      ...{ message: "text", attempt: "int8" },
    },
    key: ["id"],
  },
} as const;

/** Rows that are read, and bytes of rows that are sent at once: each answer has its time. */
const READ_ROWS = 256;
const SENT_BYTES = 4 << 20;

/** What of a run is a person's: a run that goes on leaves it as it is. */
const persons: readonly string[] = ["name", "tags", "note", "trashed_at"];

/** The database behind a `postgres:` URL. */
export class Hub {
  readonly #connection: Connection;
  /** Where files lie; they are not looked at before one is asked for. */
  readonly files: FleetFiles;

  private constructor(connection: Connection, files: FleetFiles) {
    this.#connection = connection;
    this.files = files;
  }

  /**
   * Connects, and brings the schema forward. Where there is none, one is made, and the URL says where
   * files are to lie.
   *
   * @throws {InputError} for a URL, a password, a schema or a place for files that cannot be used.
   * @throws {LabError} where the server is not to be reached.
   */
  static async open(
    location: string,
    passwordOf: PasswordOf,
    access: BucketAccess = {},
  ): Promise<Hub> {
    const place = placeOf(location);
    const connection = new Connection(place, passwordOf);
    try {
      if (place.files !== undefined && !await connection.transaction(isMade)) {
        const files = filesAt(place.files, access);
        try {
          await files.begin();
        } finally {
          files.close();
        }
      }
      const kept = await connection.transaction((query) => migrate(query, place));
      const files = kept === null
        ? new TableFiles((action) => within(connection, action))
        : filesAt(filesPlaceOf(kept), access);
      return new Hub(connection, files);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** For people: the URL, which holds no secret. */
  get location(): string {
    return this.#connection.place.name;
  }

  /** Lets go of the server. */
  close(): Promise<void> {
    this.files.close();
    return this.#connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Keeps what is asked for at once, each under the id that its run will have.
   *
   * @param options.once What was asked for before, by whomever, and has not ended is not asked for again.
   * @returns The runs, in the order of the plans.
   */
  ask(plans: readonly Json[], options: { readonly once?: boolean } = {}): Promise<string[]> {
    return this.#within(async (query) => {
      let number = await newestNumber(query);
      const texts = plans.map((plan) => JSON.stringify(plan));
      const open = await query(
        "SELECT run, plan FROM task WHERE state <> 'ended' AND plan = ANY ($1)",
        options.once ? texts : [],
      );
      const asked = new Map(open.map(({ run, plan }) => [plan, String(run)]));
      const [runs, fresh]: string[][] = [[], []];
      for (const text of texts) {
        const known = asked.get(text);
        if (known === undefined) {
          number = nextRunNumber(number, Date.now());
          fresh.push(runIdOf(number));
          await query(
            "INSERT INTO task (run, batch, plan) VALUES ($1, $2, $3)",
            ...[fresh.at(-1)!, fresh[0], text],
          );
        }
        runs.push(known ?? fresh.at(-1)!);
      }
      await query("UPDATE store SET last_run = $1", number);
      return runs;
    });
  }

  /** How the runs asked for stand, oldest first; left out: those that have not ended. */
  tasks(runs?: readonly string[]): Promise<Task[]> {
    return this.#within(async (query) => {
      const rows = await query(
        `SELECT run, worker, message, CASE WHEN state = 'held' AND held_until < now() THEN 'waiting'
           ELSE state END AS state
         FROM task WHERE ${
          runs === undefined ? "state <> 'ended'" : "run = ANY ($1)"
        } ORDER BY run`,
        ...runs === undefined ? [] : [runs],
      );
      return rows as unknown as Task[];
    });
  }

  /**
   * Gives up those of the runs, or of all, that nobody has taken.
   *
   * @returns How many these were.
   */
  giveUp(runs?: readonly string[]): Promise<number> {
    return this.#within(async (query) => {
      const given = await query(
        `DELETE FROM task WHERE state = 'waiting' AND fence = 0${
          runs === undefined ? "" : " AND run = ANY ($1)"
        } RETURNING run`,
        ...runs === undefined ? [] : [runs],
      );
      return given.length;
    });
  }

  /** How many workers have asked or written in the last so many seconds. */
  workers(seconds: number): Promise<number> {
    return this.#within(async (query) => {
      const [{ count }] = await query(
        "SELECT count(*) FROM worker WHERE seen_at > now() - $1 * interval '1 second'",
        seconds,
      );
      return Number(count);
    });
  }

  /** Takes a run that waits, or whose worker was not heard of; undefined where there is none. */
  claim(worker: string, seconds: number): Promise<Claim | undefined> {
    return this.#within(async (query) => {
      await seen(query, worker);
      const [row] = await query(
        `UPDATE task SET state = 'held', fence = fence + 1, worker = $1, tries = tries + 1,
           held_until = now() + $2 * interval '1 second'
         WHERE run = (
           SELECT run FROM task
           WHERE state = 'waiting' OR (state = 'held' AND held_until < now())
           ORDER BY run LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING run, plan, fence, tries`,
        ...[worker, seconds],
      );
      if (row === undefined) return undefined;
      const { run, plan, fence, tries } = row;
      return {
        run: String(run),
        plan: JSON.parse(String(plan)),
        fence: Number(fence),
        tries: Number(tries),
      };
    });
  }

  /**
   * Holds a run for so many seconds more, with what is new of it where something is.
   *
   * @returns Why it is to end early; undefined where it is not.
   * @throws {FenceError} where somebody else has taken it.
   */
  hold(claim: Claim, seconds: number, delta?: Delta): Promise<string | undefined> {
    return this.#changed(async (query, gone) => {
      await requireFence(query, claim);
      if (delta !== undefined) {
        const isFurther = await putDelta(query, delta, gone);
        if (isFurther) await query("UPDATE task SET tries = 0 WHERE run = $1", claim.run);
      }
      const [{ stop }] = await query(
        // Not as of now(), at which the transaction began: what is new may have taken a while.
        `UPDATE task SET held_until = clock_timestamp() + $2 * interval '1 second' WHERE run = $1
         RETURNING stop`,
        ...[claim.run, seconds],
      );
      return stop === null ? undefined : String(stop);
    });
  }

  /** Has a run that was asked for end early; its worker hears of it when it writes the next time. */
  async stop(run: string, reason: string): Promise<void> {
    await this.#within((query) =>
      query("UPDATE task SET stop = $2 WHERE run = $1 AND state <> 'ended'", run, reason)
    );
  }

  /**
   * Lets go of a run: it has ended, with a message where that is not its own, or waits again, and was
   * not taken in vain. Done twice, the second time does nothing.
   *
   * @throws {FenceError} where somebody else has taken it.
   */
  async release(
    claim: Claim,
    state: "ended" | "waiting",
    { delta, message = null }: { delta?: Delta; message?: string | null } = {},
  ): Promise<void> {
    await this.#changed(async (query, gone) => {
      const now = await requireFence(query, claim, state);
      if (now !== "held") return;
      const isFurther = delta !== undefined && await putDelta(query, delta, gone);
      await query(
        `UPDATE task SET state = $2, message = $3, worker = NULL, held_until = NULL,
           tries = ${isFurther ? "0" : "greatest(tries - 1, 0)"}
         WHERE run = $1`,
        ...[claim.run, state, message],
      );
    });
  }

  /**
   * Keeps a file of a run, unless it is there.
   *
   * @param claim Of who trains the run; left out where nobody does.
   */
  async putFile(path: string, bytes: Uint8Array, claim?: Claim): Promise<void> {
    if (claim !== undefined) await this.#within((query) => requireFence(query, claim));
    await this.files.put(path, bytes);
  }

  /** Every run's revision, and whether somebody trains it now. */
  revisions(): Promise<Map<string, { readonly revision: number; readonly active: boolean }>> {
    return this.#within(async (query) => {
      const rows = await query(
        `SELECT r.id, r.revision, coalesce(t.state = 'held' AND t.held_until >= now(), false) AS active
         FROM run r LEFT JOIN task t ON t.run = r.id`,
      );
      return new Map(
        rows.map(({ id, revision, active }) => [
          String(id),
          { revision: Number(revision), active: Boolean(active) },
        ]),
      );
    });
  }

  /** All rows of a run, as of one moment; undefined where there are none. */
  content(run: string): Promise<JournalContent | undefined> {
    return this.#within(async (query) => {
      await query("SET LOCAL TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      const rows = (table: keyof typeof tables, order: string) =>
        query(`SELECT ${columnsOf(table)} FROM ${table} WHERE run = $1 ORDER BY ${order}`, run);
      const counted = (list: readonly Row[]) => new Map(list.map((row, i) => [i + 1, row]));
      const numbered = async (table: "chunk" | "event") => {
        const all: Row[] = [];
        for (let read = -1; read !== 0;) {
          const next = await query(
            `SELECT ${columnsOf(table)} FROM ${table} WHERE run = $1 AND number > $2
             ORDER BY number LIMIT ${READ_ROWS}`,
            ...[run, Number(all.at(-1)?.number ?? -1)],
          );
          all.push(...next);
          read = next.length;
        }
        return all;
      };
      const [row] = await query(
        `SELECT ${columnsOf("run")} FROM run WHERE id = $1`,
        run,
      );
      if (row === undefined) return undefined;
      return {
        run: row,
        attempts: await rows("attempt", "attempt"),
        checkpoints: await rows("checkpoint", "number"),
        chunks: counted(await numbered("chunk")),
        events: counted(await numbered("event")),
        artifacts: counted(await rows("artifact", "iteration, attempt, name")),
        complete: true,
        cut: false,
      };
    });
  }

  /** An id for a run that is not here, its own where nothing has it; {@linkcode put} takes it. */
  newId(own: string): Promise<string> {
    return this.#within(async (query) => {
      const [{ taken }] = await query(
        `SELECT EXISTS (SELECT FROM run WHERE id = $1) OR EXISTS (SELECT FROM task WHERE run = $1)
           AS taken`,
        own,
      );
      return taken ? runIdOf(nextRunNumber(await newestNumber(query), 0)) : own;
    });
  }

  /**
   * Puts a run that nobody trains, with all its rows, in place of what is there of it, but for what a
   * person says of that.
   *
   * @param known The revision of what is there; undefined where nothing is.
   * @throws {FenceError} where it is one that was asked for here and has not ended.
   * @throws {LabError} where something else is there meanwhile.
   */
  async put(delta: Delta, known: number | undefined): Promise<void> {
    const run = String(delta.run.id);
    await this.#changed(async (query, gone) => {
      // Nobody asks for a run of this id from here on.
      await query("UPDATE store SET last_run = greatest(last_run, $1)", runNumberOf(run));
      const [task] = await query("SELECT state FROM task WHERE run = $1 FOR UPDATE", run);
      if (task !== undefined && task.state !== "ended") throw fenced(run);
      const [before] = await query(
        `SELECT revision, ${persons} FROM run WHERE id = $1 FOR UPDATE`,
        run,
      );
      if (before?.revision !== known) {
        throw new LabError(
          `Cannot put run ${run} as somebody else has written it meanwhile: sync once more`,
        );
      }
      const { revision: _, ...said } = before ?? {};
      const had = new Set(checkpointPaths(run, await checkpointsOf(query, run)));
      await query("DELETE FROM run WHERE id = $1", run);
      await putDelta(query, { ...delta, run: { ...delta.run, ...said } }, gone);
      gone.push(...had.difference(new Set(checkpointPaths(run, delta.checkpoints))));
    });
  }

  /** Sweeps by name. */
  sweeps(): Promise<Row[]> {
    return this.#within((query) => query("SELECT * FROM sweep ORDER BY name"));
  }

  /**
   * Keeps what a sweep tries.
   *
   * @param before What it is known to have tried, and gives way.
   * @throws {InputError} where there is yet another one of its name.
   */
  async keepSweep(name: string, definition: Json, before: Json = definition): Promise<void> {
    const text = JSON.stringify(definition);
    const row = { name, definition: text, created_at: Date.now(), checksum: checksum(name, text) };
    if (await this.#keepSweep(row, JSON.stringify(before))) return;
    throw new InputError(
      "Cannot go on with the sweep as somebody has begun another one of its name meanwhile (the same " +
        `line again says what differs): ${name}`,
    );
  }

  /**
   * Keeps a sweep as a store has it.
   *
   * @param before What is there of its name, and gives way; undefined where nothing is.
   * @throws {LabError} where something else is there meanwhile.
   */
  async putSweep(row: Row, before: Row | undefined): Promise<void> {
    if (await this.#keepSweep(row, before?.definition ?? row.definition)) return;
    throw new LabError(
      `Cannot put sweep ${row.name} as somebody else has written it meanwhile: sync once more`,
    );
  }

  /** Whether a sweep was kept: there was none of its name, or one that tries the same or `before`. */
  async #keepSweep(row: Row, before: Row[string]): Promise<boolean> {
    const { name, definition, created_at, checksum } = row;
    const kept = await this.#within((query) =>
      query(
        `INSERT INTO sweep VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET
           definition = excluded.definition, checksum = excluded.checksum
           WHERE sweep.definition IN (excluded.definition, $5) RETURNING name`,
        ...[name, definition, created_at, checksum, before] as Value[],
      )
    );
    return kept.length > 0;
  }

  #within<T>(action: (query: Query) => Promise<T>): Promise<T> {
    return within(this.#connection, action);
  }

  /**
   * As `#within`; then forgets the files that `action` says are gone. One that cannot be forgotten is
   * an orphan, which nothing names.
   */
  async #changed<T>(action: (query: Query, gone: string[]) => Promise<T>): Promise<T> {
    const gone: string[] = [];
    const result = await this.#within((query) => action(query, gone));
    try {
      if (gone.length > 0) await this.files.delete(gone);
    } catch (error) {
      if (!(error instanceof LabError || error instanceof InputError)) throw error;
    }
    return result;
  }
}

function within<T>(connection: Connection, action: (query: Query) => Promise<T>): Promise<T> {
  return connection.transaction(async (query) => {
    await query("SET LOCAL search_path TO reverie");
    return await action(query);
  });
}

function filesAt(place: FilesPlace, access: BucketAccess): FleetFiles {
  return place.kind === "folder" ? new FolderFiles(place) : new BucketFiles(place, access);
}

/** The number of the newest id that a run has, or was asked for under; nobody gets another meanwhile. */
async function newestNumber(query: Query): Promise<number> {
  const [{ last_run }] = await query("SELECT last_run FROM store FOR UPDATE");
  // Asked after the lock is held, as who held it before may have put a run.
  const [{ newest }] = await query('SELECT max(id COLLATE "C") AS newest FROM run');
  return Math.max(Number(last_run), newest === null ? 0 : runNumberOf(String(newest)));
}

/** Notes that a worker is there; where another transaction of it does so, nobody waits for that one. */
async function seen(query: Query, worker: string): Promise<void> {
  await query(
    `WITH first AS (
       INSERT INTO worker SELECT $1, now() WHERE NOT EXISTS (SELECT FROM worker WHERE name = $1)
       ON CONFLICT DO NOTHING)
     UPDATE worker SET seen_at = now()
     WHERE name IN (SELECT name FROM worker WHERE name = $1 FOR UPDATE SKIP LOCKED)`,
    worker,
  );
}

/**
 * Requires that nobody has taken a run since, until the transaction ends.
 *
 * @param also A state that is allowed too: what was asked for is so already.
 * @returns The state.
 */
async function requireFence(query: Query, { run, fence }: Claim, also?: string): Promise<string> {
  const [row] = await query("SELECT state, fence, worker FROM task WHERE run = $1 FOR UPDATE", run);
  const state = String(row?.state);
  if (row?.fence !== fence || (state !== "held" && state !== also)) throw fenced(run);
  if (row.worker !== null) await seen(query, String(row.worker));
  return state;
}

function fenced(run: string): FenceError {
  return new FenceError(`Cannot go on with run ${run} as another worker has taken it up`);
}

function checkpointsOf(query: Query, run: string): Promise<Row[]> {
  return query("SELECT record_file, tensor_file FROM checkpoint WHERE run = $1", run);
}

/**
 * Writes what is new of a run.
 *
 * @param gone Gets the paths of files that no checkpoint has any more.
 * @returns Whether it has a checkpoint that was not there.
 */
async function putDelta(query: Query, delta: Delta, gone: string[]): Promise<boolean> {
  const run = String(delta.run.id);
  await upsert(query, "run", [delta.run], persons);
  await query("UPDATE run SET revision = nextval('revision') WHERE id = $1", run);
  await upsert(query, "attempt", delta.attempts);
  await upsert(query, "chunk", delta.chunks.map((row) => ({ ...row, run })));
  await upsert(query, "event", delta.events);
  await upsert(query, "artifact", delta.artifacts);
  const before = await checkpointsOf(query, run);
  const had = new Set(checkpointPaths(run, before));
  const has = new Set(checkpointPaths(run, delta.checkpoints));
  if (had.symmetricDifference(has).size === 0 && before.length === delta.checkpoints.length) {
    return false;
  }
  await query("DELETE FROM checkpoint WHERE run = $1", run);
  await upsert(query, "checkpoint", delta.checkpoints);
  gone.push(...had.difference(has));
  return !has.isSubsetOf(had);
}

/** Inserts rows, or puts them in place of those of their keys but for some columns. */
async function upsert(
  query: Query,
  table: keyof typeof tables,
  rows: readonly Row[],
  kept: readonly string[] = [],
): Promise<void> {
  const { columns, key } = tables[table];
  const names = columnsOf(table);
  const changing = names.filter((name) =>
    !(key as readonly string[]).includes(name) && !kept.includes(name)
  );
  const arrays = Object.values(columns).map((type, i) => `$${i + 1}::${type}[]`);
  for (const some of portionsOf(rows)) {
    await query(
      `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays}) ON CONFLICT (${key})
       DO UPDATE SET (${changing}) = ROW (${changing.map((name) => `excluded.${name}`)})`,
      ...names.map((name) => some.map((row) => asText(row[name]))),
    );
  }
}

function columnsOf(table: keyof typeof tables): string[] {
  return Object.keys(tables[table].columns);
}

/** Rows, as many at a time as are sent at once. */
function* portionsOf(rows: readonly Row[]): Generator<readonly Row[]> {
  let [first, bytes] = [0, 0];
  for (const [i, row] of rows.entries()) {
    for (const value of Object.values(row)) {
      if (typeof value === "string" || value instanceof Uint8Array) bytes += value.length;
    }
    if (bytes < SENT_BYTES && i + 1 < rows.length) continue;
    yield rows.slice(first, i + 1);
    [first, bytes] = [i + 1, 0];
  }
}

/** PostgreSQL's text holds no zero bytes, and nobody is shown any. */
function asText(value: Row[string] | undefined): Row[string] {
  return typeof value === "string" ? value.replaceAll("\0", "") : value ?? null;
}
