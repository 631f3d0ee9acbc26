/**
 * A connection to PostgreSQL: where it leads, by which password, and what became of a query, in one
 * line that holds no secret.
 *
 * @module
 */
// @ts-types="@types/pg"
import pg from "pg";
import { InputError, LabError, unknownName } from "../../core/errors.ts";
import type { Row } from "../database.ts";
import { type FilesPlace, filesPlaceOf } from "./files/place.ts";

/** The server is not to be reached, or not yet again: what was asked may be asked again. */
export class UnreachableError extends LabError {}

/** Where a database is, and who asks. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** As libpq's `sslmode`. */
  readonly tls: "disable" | "require" | "verify-full";
  /** As people read it: `postgres://lab@db:5432/lab`. */
  readonly name: string;
  /** Where its files are to lie, which is decided when the store is made; left out: nothing is said. */
  readonly files?: FilesPlace;
}

/** Gives the password of a place; undefined where there is none. */
export type PasswordOf = (place: Place) => Promise<string | undefined>;

/** A value that a query is given. */
export type Value = null | number | string | Uint8Array | readonly (Row[string])[];

/** Asks within a transaction. */
export type Query = (sql: string, ...values: Value[]) => Promise<Row[]>;

/** Milliseconds until a server that does not answer counts as gone. */
const CONNECT_MILLISECONDS = 5_000;
const ANSWER_MILLISECONDS = 20_000;

/** Milliseconds after which the server gives up a transaction of one that fell silent within it. */
const IDLE_MILLISECONDS = 5_000;

const tlsModes = ["disable", "require", "verify-full"] as const;

/**
 * Reads `postgres://USER@HOST:PORT/DATABASE?sslmode=…&files=…`. All that follows `files=` is its own.
 *
 * @throws {InputError} for what is none, also for one with a password in it, which it does not repeat.
 */
export function placeOf(location: string): Place {
  const [, outer, files] = /^(.*?)(?:[?&]files=(.*))?$/s.exec(location)!;
  const url = URL.parse(outer);
  if (url === null) {
    throw new InputError(
      "Cannot open the store as its URL must read postgres://USER@HOST:PORT/DATABASE",
    );
  }
  if (url.password !== "" || url.searchParams.has("password")) {
    throw new InputError(
      "Cannot open the store as its URL holds a password, which others can see: leave it out, and " +
        "put it into the file that PGPASSFILE names, or type it when asked",
    );
  }
  const stray = [...url.searchParams.keys()].find((key) => key !== "sslmode");
  if (stray !== undefined) {
    throw unknownName("open the store", "URL parameter", stray, ["sslmode", "files"]);
  }
  const host = url.hostname.replace(/^\[|\]$/g, "") || "localhost";
  const isHere = ["localhost", "127.0.0.1", "::1"].includes(host);
  const database = decodeURIComponent(url.pathname.slice(1));
  const user = decodeURIComponent(url.username);
  if (database === "" || user === "") {
    throw new InputError(
      `Cannot open the store as its URL must name ${user === "" ? "a user" : "a database"}: ` +
        "postgres://USER@HOST:PORT/DATABASE",
    );
  }
  const port = Number(url.port || 5432);
  const tls = url.searchParams.get("sslmode") ?? (isHere ? "disable" : "require");
  if (!isTls(tls)) {
    throw new InputError(
      `Cannot open the store as sslmode must be ${tlsModes.join(", ")}: ${tls}`,
    );
  }
  return {
    host,
    port,
    database,
    user,
    tls,
    name: `postgres://${user}@${host}:${port}/${database}`,
    ...files === undefined ? {} : { files: filesPlaceOf(files) },
  };
}

function isTls(word: string): word is Place["tls"] {
  return (tlsModes as readonly string[]).includes(word);
}

/** The password of a place in a file of libpq's form, `host:port:database:user:password` a line. */
export function passwordIn(text: string, place: Place): string | undefined {
  const asked = [place.host, String(place.port), place.database, place.user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = [...line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/g)]
      .map(([, field]) => field.replace(/\\(.)/g, "$1"));
    if (fields.length < 5) continue;
    if (asked.every((each, i) => fields[i] === "*" || fields[i] === each)) return fields[4];
  }
  return undefined;
}

/** The server asks for a password that is not known yet. */
class PasswordNeeded extends Error {}

/** Integers of eight bytes are small ones here: counts, sums, numbers of runs. */
const types = {
  getTypeParser:
    ((oid: number, format: "text") =>
      oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)) as (
        typeof pg.types.getTypeParser
      ),
};

/** One connection, which is made when it is needed and made again where it was lost. */
export class Connection {
  readonly place: Place;
  readonly #passwordOf: PasswordOf;
  #client: pg.Client | undefined;
  #password: string | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(place: Place, passwordOf: PasswordOf) {
    this.place = place;
    this.#passwordOf = passwordOf;
  }

  /**
   * Runs `action` in one transaction, after those asked for before; nothing of it stays where it throws.
   *
   * @throws {UnreachableError} where the server is gone, and nobody knows whether it stayed.
   */
  transaction<T>(action: (query: Query) => Promise<T>): Promise<T> {
    const mine = this.#last.then(() => this.#transaction(action));
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Lets go of the server. */
  async close(): Promise<void> {
    await this.#last;
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  async #transaction<T>(action: (query: Query) => Promise<T>): Promise<T> {
    const client = await this.#connected();
    const query: Query = async (sql, ...values) => {
      const result = await client.query({ text: sql, values });
      // Of several statements there are several results.
      return Array.isArray(result) ? [] : result.rows.map(plainRow);
    };
    try {
      // Not when the connection begins: poolers take few settings there, and hand on none.
      await client.query(
        `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${IDLE_MILLISECONDS}`,
      );
      const result = await action(query);
      await client.query("COMMIT");
      return result;
    } catch (error) {
      const told = explained(error, this.place);
      if (told instanceof UnreachableError) this.#drop();
      else await client.query("ROLLBACK").catch(() => this.#drop());
      throw told;
    }
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client !== undefined) return this.#client;
    try {
      return this.#client = await this.#connect();
    } catch (error) {
      if (!(error instanceof PasswordNeeded)) throw explained(error, this.place);
    }
    // A person may take longer to type it than a server waits.
    this.#password = await this.#passwordOf(this.place);
    if (this.#password === undefined || this.#password === "") {
      throw new InputError(
        `Cannot use the store ${this.place.name} as the server asks for a password: the file that ` +
          "PGPASSFILE names, or ~/.pgpass, gives it, in a terminal an answer",
      );
    }
    try {
      return this.#client = await this.#connect();
    } catch (error) {
      this.#password = undefined;
      throw explained(error, this.place);
    }
  }

  async #connect(): Promise<pg.Client> {
    const { host, port, database, user, tls } = this.place;
    const client = new pg.Client({
      ...{ host, port, database, user, types },
      password: () => {
        if (this.#password === undefined) throw new PasswordNeeded();
        return this.#password;
      },
      ssl: tls === "disable" ? false : { rejectUnauthorized: tls === "verify-full" },
      connectionTimeoutMillis: CONNECT_MILLISECONDS,
      query_timeout: ANSWER_MILLISECONDS,
      keepAlive: true,
      application_name: "reverie",
    });
    client.on("error", () => {
      if (this.#client === client) this.#client = undefined;
    });
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
  }

  /** Forgets a connection of which nobody knows how it stands. */
  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    // deno-lint-ignore no-explicit-any
    (client as any)?.connection?.stream?.destroy();
  }
}

function plainRow(row: Record<string, unknown>): Row {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      value instanceof Uint8Array ? new Uint8Array(value) : value as Row[string],
    ]),
  );
}

/** SQLSTATE classes and codes that say that the server is gone, not there yet, or has given us up. */
const gone = /^(08|57P0|53300|25P03)/;

/** Whether a connection failed as nobody vouches for the server's certificate. */
export function isUntrusted(error: Error & { readonly code?: unknown }): boolean {
  const text = `${error.code ?? ""}${error.message}`;
  return /certificate|self.signed|altname|UnknownIssuer|NotValidForName/i.test(text);
}

/** What a failure means for who asked; errors of the lab's own come back as they are. */
function explained(error: unknown, { name, user, database }: Place): unknown {
  if (error instanceof LabError || error instanceof InputError || !(error instanceof Error)) {
    return error;
  }
  const code = "code" in error ? String(error.code) : "";
  if (code === "" && error.name !== "Error") return error; // a mistake of the code
  const because = (reason: string) => `Cannot use the store ${name} as ${reason}`;
  if (code === "28P01" || code === "28000") {
    return new InputError(
      because(
        `the server refuses the user ${user} or the password: the file that PGPASSFILE names, ` +
          "~/.pgpass or an answer when asked gives it",
      ),
    );
  }
  if (code === "3D000") {
    return new InputError(because(`the server has no database "${database}": createdb makes one`));
  }
  if (code === "42501") {
    return new InputError(because(`the user ${user} may not: ${error.message}`));
  }
  if (/does not support SSL/.test(error.message)) {
    return new InputError(because("the server offers no TLS: ?sslmode=disable goes on without it"));
  }
  if (isUntrusted(error)) {
    return new InputError(because(`its certificate is not to be trusted: ${error.message}`));
  }
  // A pooler says all that it has to say by this code, also that it is busy.
  if (code === "08P01" && /startup parameter/.test(error.message)) {
    return new InputError(because(`what stands before the server refuses: ${error.message}`));
  }
  if (code === "53100") return new LabError(because("the server's disk is full"));
  if (gone.test(code) || !/^[0-9A-Z]{5}$/.test(code) || /^E[A-Z]+$/.test(code)) {
    return new UnreachableError(because(`the server is not to be reached: ${error.message}`), {
      cause: error,
    });
  }
  return new LabError(because(error.message), { cause: error });
}
