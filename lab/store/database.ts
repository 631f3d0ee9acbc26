/**
 * The SQLite file under the store: statements prepared once, write transactions that count a
 * version, and failures as one line.
 *
 * @module
 */
import { backup, DatabaseSync } from "node:sqlite";
import type { SQLInputValue, StatementSync } from "node:sqlite";
import { DamageError, InputError, LabError, unlessDamaged } from "../core/errors.ts";
import { checksum } from "./checksum.ts";
import { ONCE_FREE } from "./files.ts";

/** A row as SQLite returns it. */
export type Row = Record<string, null | number | bigint | string | Uint8Array>;

function inNumbers(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map((
      [column, value],
    ) => [column, typeof value === "bigint" ? Number(value) : value]),
  );
}

/** Milliseconds that a process waits for another one's write transaction. */
const BUSY_MILLISECONDS = 10_000;

/** Pages of one step of a copy, within which nobody writes. */
const ALL_PAGES = -1;

/**
 * What a user can do, by what SQLite says (its codes are missing where several statements ran at
 * once). Even a reader writes beside the database: its share of the log's index.
 */
const remedies: readonly (readonly [RegExp, typeof InputError | typeof LabError, string])[] = [
  [/is locked/, LabError, "another process keeps it locked: try again when that one is through"],
  [/readonly database/, InputError, "you may not write in its folder: copy it to where you may"],
  [/unable to open/, InputError, "it cannot be opened: check the folder and who may write there"],
  [/disk is full/, LabError, `the disk is full: ${ONCE_FREE}`],
  [/disk I\/O error/, LabError, "the disk failed or is full"],
  [/malformed/, DamageError, "it is damaged: `recover` rebuilds it"],
  [
    /not a database/,
    DamageError,
    "it is no SQLite database: `recover` rebuilds it",
  ],
];

/** A failure of SQLite as one line that says what to do; other errors come back as they are. */
function explained(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_SQLITE_ERROR") {
    return error;
  }
  for (const [pattern, Kind, remedy] of remedies) {
    if (!pattern.test(error.message)) continue;
    return new Kind(`Cannot use the store ${path} as ${remedy}`, { cause: error });
  }
  return new LabError(`Cannot use the store ${path} as ${error.message}`, { cause: error });
}

/**
 * What SQLite finds wrong with a file, a line each; none where it is whole. `quick` leaves out
 * whether indices fit their tables.
 */
export function damagesOf(database: Database, options: { quick?: boolean } = {}): string[] {
  const check = options.quick ? "quick_check" : "integrity_check";
  const found = unlessDamaged(() => database.all(`PRAGMA ${check}(20)`));
  if (found instanceof DamageError) return [found.message];
  return found.flatMap((row) => String(row[check]).split("\n")).filter((line) => line !== "ok");
}

/** One connection to a store's file. */
export class Database {
  /** Of the file. */
  readonly path: string;
  /** Whether it was opened so. */
  readonly readOnly: boolean;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * Opens the file, which is made where it is missing and `readOnly` is not set.
   *
   * @throws {LabError} where SQLite cannot; {@linkcode InputError} where Deno may not.
   */
  constructor(path: string, options: { readOnly: boolean }) {
    this.path = path;
    this.readOnly = options.readOnly;
    try {
      this.#connection = new DatabaseSync(path, { readOnly: options.readOnly });
      this.#connection.function("checksum", { varargs: true, deterministic: true }, checksum);
      this.#connection.exec(`PRAGMA busy_timeout = ${BUSY_MILLISECONDS}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) {
        throw new InputError(
          `Cannot open the store as this task may not ${
            options.readOnly ? "read" : "write"
          } there (Deno's --allow-${options.readOnly ? "read" : "write"}): ${path}`,
        );
      }
      throw explained(error, path);
    }
  }

  /** Runs statements without values. */
  execute(sql: string): void {
    this.#explain(() => this.#connection.exec(sql));
  }

  /** All rows of a query. */
  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#read(sql, (statement) => statement.all(...values) as Row[]);
  }

  /** The first row of a query. */
  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    const found = (row: unknown) => row === undefined ? [] : [row as Row];
    return this.#read(sql, (statement) => found(statement.get(...values)))[0];
  }

  /**
   * Runs a statement. SQLite ends a text at NUL, so that it is written as `�` there.
   *
   * @returns The rows changed and the last row's number.
   */
  run(sql: string, ...values: SQLInputValue[]): { changes: number; row: number } {
    const whole = values.map((value) =>
      typeof value === "string" ? value.replaceAll("\0", "\ufffd") : value
    );
    const { changes, lastInsertRowid } = this.#explain(() => this.#statement(sql).run(...whole));
    return { changes: Number(changes), row: Number(lastInsertRowid) };
  }

  /**
   * Runs `action` in one write transaction and raises the store's version; nothing of it stays
   * where it throws. `durable` also waits for the disk.
   */
  write<T>(action: () => T, options: { durable?: boolean } = {}): T {
    this.requireWritable();
    return this.transaction(() => {
      const result = action();
      this.run("UPDATE store SET version = version + 1");
      return result;
    }, options);
  }

  /**
   * Runs `action` in one write transaction, or as a part of the one that is open; nothing of it stays
   * where it throws. `durable` also waits for the disk, where the transaction is its own.
   */
  transaction<T>(action: () => T, options: { durable?: boolean } = {}): T {
    if (this.#connection.isTransaction) return action();
    if (options.durable) this.execute("PRAGMA synchronous = FULL");
    try {
      this.execute("BEGIN IMMEDIATE");
      try {
        const result = action();
        this.execute("COMMIT");
        return result;
      } catch (error) {
        // A full disk may have ended the transaction already.
        if (this.#connection.isTransaction) this.#connection.exec("ROLLBACK");
        throw error;
      }
    } finally {
      if (options.durable) this.execute("PRAGMA synchronous = NORMAL");
    }
  }

  /** Copies the file as of one moment, also while others write, to a file that is not there. */
  async copyTo(path: string): Promise<void> {
    try {
      await backup(this.#connection, path, { rate: ALL_PAGES });
    } catch (error) {
      throw explained(error, path);
    }
  }

  /**
   * Refuses to go on where nothing can be written.
   *
   * @throws {LabError} where the file was opened read-only.
   */
  requireWritable(): void {
    if (!this.readOnly) return;
    throw new LabError(`Cannot write to the store as it was opened read-only: ${this.path}`);
  }

  /** Lets go of the file. */
  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Reads rows; a whole number beyond 2⁵³, at which SQLite's driver gives up, as the nearest number. */
  #read(sql: string, read: (statement: StatementSync) => Row[]): Row[] {
    return this.#explain(() => {
      const statement = this.#statement(sql);
      try {
        return read(statement);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        statement.setReadBigInts(true);
        try {
          return read(statement).map(inNumbers);
        } finally {
          statement.setReadBigInts(false);
        }
      }
    });
  }

  #explain<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw explained(error, this.path);
    }
  }
}
