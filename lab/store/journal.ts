/**
 * A journal beside the checkpoints of each run: what the database holds of it, as far as its newest
 * checkpoint or its end, so that a lost database can be rebuilt (recover.ts). A line is what one
 * append found new, or a part of it, guarded by a checksum; a line that was cut off by a crash is left
 * out when read, and what it held comes again with the next one. As each append writes the chunks that
 * grow once more, a journal is written anew where most of it is out of date.
 *
 * @module
 */
import { dirname } from "node:path";
import { LabError } from "../core/errors.ts";
import { checksum } from "./checksum.ts";
import type { Database, Row } from "./database.ts";
import {
  linesOf,
  namesIn,
  PARTIAL,
  removeFile,
  sizeOfFile,
  syncFolderNow,
  writeFailure,
} from "./files.ts";
import { CHUNK_POINTS } from "./metric_writer.ts";

/** Name of the file in a run's folder. */
export const JOURNAL = "journal.jsonl";

/** Bytes that a journal may have whatever is out of date of them. */
const SMALL = 2 ** 24;
/** How many times as large as it was anew a journal may become. */
const TIMES = 4;
/** Milliseconds that the row of a run may come after its journal. */
const A_MOMENT = 300;
/** Chunks of one line: some megabytes, where a text has half a gigabyte at most. */
const LINE_CHUNKS = 256;

/** What a journal holds of a run: rows of the database by table. */
export interface JournalContent {
  readonly run: Row;
  readonly attempts: readonly Row[];
  /** Those that count, oldest first. */
  readonly checkpoints: readonly Row[];
  /** By id; each with the name of its series as `name`. */
  readonly chunks: ReadonlyMap<number, Row>;
  /** By id. */
  readonly events: ReadonlyMap<number, Row>;
  /** By id. */
  readonly artifacts: ReadonlyMap<number, Row>;
  /** Whether all chunks are there that were ever written; false where lines are damaged. */
  readonly complete: boolean;
}

/** A line's content. */
interface Entry {
  readonly run: Row;
  readonly attempts: readonly Row[];
  readonly checkpoints: readonly Row[];
  readonly chunks: readonly Row[];
  readonly events: readonly Row[];
  readonly artifacts: readonly Row[];
  /** Chunks of the run with this line, and their points. */
  readonly total: readonly [chunks: number, points: number];
}

/** What of a run stands in its journal. */
interface Known {
  /** Points by chunk. */
  readonly chunks: Map<number, number>;
  /** Chunks that may still grow. */
  readonly open: readonly number[];
  /** The newest row of each table that only grows. */
  readonly last: { readonly chunk: number; readonly event: number; readonly artifact: number };
  /** Bytes of it when it was last written anew; 0 where that is not known. */
  readonly anew: number;
}

/** Writes the journals of a store's runs. */
export class Journals {
  readonly #database: Database;
  readonly #folder: string;
  readonly #known = new Map<string, Known>();

  /** `folder` is where the runs' folders lie. */
  constructor(database: Database, folder: string) {
    this.#database = database;
    this.#folder = folder;
  }

  /** Writes what is new of a run; `durable` waits for the disk. */
  append(run: string, options: { durable: boolean }): void {
    const known = this.#known.get(run) ?? knownOf(this.read(run));
    const bytes = sizeOfFile(this.#path(run)) ?? 0;
    if (bytes > Math.max(SMALL, TIMES * known.anew)) return this.rewrite(run);
    this.#append(run, known, (path, lines) => {
      appendLines(path, lines, options);
      return known.anew;
    });
  }

  /** Writes all of a run anew, in place of the journal that it had. */
  rewrite(run: string): void {
    this.#append(run, knownOf(undefined), (path, lines) => {
      writeLines(path, lines);
      return sizeOfFile(path) ?? 0;
    });
  }

  /** Forgets what it knows of a run, so that it takes no more memory. */
  release(run: string): void {
    this.#known.delete(run);
  }

  #path(run: string): string {
    return `${this.#folder}/${run}/${JOURNAL}`;
  }

  /** Writes what is not known by `put`, which returns the bytes that the journal had anew. */
  #append(run: string, known: Known, put: (path: string, lines: Iterable<string>) => number): void {
    const rows = (sql: string, ...values: (string | number)[]) =>
      this.#database.all(sql, run, ...values);
    const chunks = rows(
      `SELECT c.*, s.name FROM chunk c JOIN series s ON s.id = c.series
       WHERE s.run = ? AND (c.id > ? OR c.id IN (SELECT value FROM json_each(?))) ORDER BY c.id`,
      known.last.chunk,
      JSON.stringify(known.open),
    ).filter(({ id, count }) => known.chunks.get(Number(id)) !== count);
    for (const { id, count } of chunks) known.chunks.set(Number(id), Number(count));
    const entry: Entry = {
      run: rows("SELECT * FROM run WHERE id = ?")[0],
      attempts: rows("SELECT * FROM attempt WHERE run = ? ORDER BY attempt"),
      checkpoints: rows("SELECT * FROM checkpoint WHERE run = ? ORDER BY iteration, id"),
      chunks,
      events: rows("SELECT * FROM event WHERE run = ? AND id > ? ORDER BY id", known.last.event),
      artifacts: rows(
        "SELECT * FROM artifact WHERE run = ? AND id > ? ORDER BY id",
        known.last.artifact,
      ),
      total: totalOf(known.chunks.values()),
    };
    // Until the line is on the disk, nothing of it is known to be there.
    this.#known.delete(run);
    const path = this.#path(run);
    Deno.mkdirSync(dirname(path), { recursive: true });
    const anew = put(path, partsOf(entry).values().map(lineOf));
    const mayGrow = new Set([...known.open, ...chunks.map(({ id }) => Number(id))]);
    const newest = (list: readonly Row[], before: number) =>
      list.reduce((last, { id }) => Math.max(last, Number(id)), before);
    this.#known.set(run, {
      chunks: known.chunks,
      open: [...mayGrow].filter((id) => known.chunks.get(id)! < CHUNK_POINTS),
      last: {
        chunk: newest(chunks, known.last.chunk),
        event: newest(entry.events, known.last.event),
        artifact: newest(entry.artifacts, known.last.artifact),
      },
      anew,
    });
  }

  /** Whether there is a journal of a run. */
  isKept(run: string): boolean {
    return sizeOfFile(this.#path(run)) !== undefined;
  }

  /** What journals have that the database does not know, a line each. */
  beyond(): string[] {
    const ids = namesIn(this.#folder).sort().filter((id) => this.#ahead(id) !== undefined);
    // A run that another process begins has its journal a moment before its row.
    if (ids.length > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, A_MOMENT);
    return ids.flatMap((id) => this.#ahead(id) ?? []);
  }

  /** What a run's journal has that the database does not know; undefined: nothing. */
  #ahead(id: string): string | undefined {
    const journal = this.read(id);
    if (journal === undefined) return undefined;
    if (!isOf(journal, id, this.#database)) return `the journal of the run ${id} is another run's`;
    const isAhead = isNewer(journal, this.#database) || isSaidSince(journal, this.#database);
    if (!isAhead || !hasBegun(journal) || this.#isPurged(id)) return undefined;
    return `its journal knows more of the run ${id}`;
  }

  /** Whether a purge is about to remove a run's files. */
  #isPurged(run: string): boolean {
    const sql = "SELECT name FROM tombstone WHERE kind = 'run' AND name = ?";
    return this.#database.get(sql, run) !== undefined;
  }

  /** The content of a run's journal; undefined where there is none, or no whole line in it. */
  read(run: string): JournalContent | undefined {
    return readJournal(this.#path(run));
  }

  /**
   * Refuses to go on with a run of which the journal knows more than the database: somebody put an
   * older database in place.
   *
   * @throws {LabError}
   */
  requireOlder(run: string): void {
    const journal = this.read(run);
    if (journal === undefined || !isNewer(journal, this.#database)) return;
    throw new LabError(
      `Cannot train the run ${run} as the database is older than its checkpoints: \`recover\` ` +
        "brings it up to date",
    );
  }
}

/**
 * Whether a journal holds a later checkpoint or attempt, or the end, which the database does not know; no
 * journal of another run of that id does.
 */
export function isNewer({ run, checkpoints }: JournalContent, database: Database): boolean {
  const row = database.get("SELECT attempt, status, created_at FROM run WHERE id = ?", run.id);
  if (row === undefined) return true;
  if (row.created_at !== run.created_at) return false;
  if (row.attempt !== run.attempt) return Number(row.attempt) < Number(run.attempt);
  const newest = database.get("SELECT MAX(iteration) AS at FROM checkpoint WHERE run = ?", run.id)!;
  const [journals, own] = [newestOf(checkpoints), Number(newest.at ?? -1)];
  if (journals !== own) return journals > own;
  return row.status === "running" && run.status !== "running";
}

/** Whether a journal is of the run that has an id, in the database too where that has one. */
export function isOf({ run }: JournalContent, id: string, database: Database): boolean {
  const row = database.get("SELECT created_at FROM run WHERE id = ?", id);
  return run.id === id && (row === undefined || row.created_at === run.created_at);
}

/** Whether anything came of a run that may have been given up before its row was there. */
function hasBegun({ run, checkpoints, chunks }: JournalContent): boolean {
  return run.status !== "running" || checkpoints.length + chunks.size > 0;
}

/**
 * Whether people changed what they say of a run (name, tags, note, trash) after what the database has of it.
 */
export function isSaidSince({ run }: JournalContent, database: Database): boolean {
  const row = database.get("SELECT said FROM run WHERE id = ?", run.id);
  return row !== undefined && Number(run.said ?? 0) > Number(row.said);
}

/** The iteration of the newest of checkpoints; -1 of none. */
export function newestOf(checkpoints: readonly Row[]): number {
  return Math.max(-1, ...checkpoints.map(({ iteration }) => Number(iteration)));
}

/** What a journal of a run would hold now, from the database itself. */
export function contentOf(database: Database, run: string): JournalContent {
  const rows = (sql: string) => database.all(sql, run);
  const byId = (list: readonly Row[]) => new Map(list.map((row) => [Number(row.id), row]));
  return {
    run: rows("SELECT * FROM run WHERE id = ?")[0],
    attempts: rows("SELECT * FROM attempt WHERE run = ? ORDER BY attempt"),
    checkpoints: rows("SELECT * FROM checkpoint WHERE run = ? ORDER BY iteration, id"),
    chunks: byId(rows(
      `SELECT c.*, s.name FROM chunk c JOIN series s ON s.id = c.series
       WHERE s.run = ? ORDER BY c.id`,
    )),
    events: byId(rows("SELECT * FROM event WHERE run = ? ORDER BY id")),
    artifacts: byId(rows("SELECT * FROM artifact WHERE run = ? ORDER BY id")),
    complete: true,
  };
}

/** The content of a journal; undefined where there is none, or no whole line in it. */
function readJournal(path: string): JournalContent | undefined {
  const [chunks, events, artifacts] = [0, 1, 2].map(() => new Map<number, Row>());
  let last: Entry | undefined;
  for (const entry of eachValueOf<Entry>(path)) {
    last = entry;
    // What comes later is what counts of a row.
    for (const row of entry.chunks) chunks.set(Number(row.id), row);
    for (const row of entry.events) events.set(Number(row.id), row);
    for (const row of entry.artifacts) artifacts.set(Number(row.id), row);
  }
  if (last === undefined) return undefined;
  const [count, points] = totalOf(chunks.values().map((row) => Number(row.count)));
  const { run, attempts, checkpoints, total } = last;
  const complete = count === total[0] && points === total[1];
  return { run, attempts, checkpoints, chunks, events, artifacts, complete };
}

/** An entry as several of so many chunks each; the last one holds the other rows that only grow. */
function partsOf(entry: Entry): Entry[] {
  const parts = Math.max(1, Math.ceil(entry.chunks.length / LINE_CHUNKS));
  return Array.from({ length: parts }, (_, i) => ({
    ...entry,
    chunks: entry.chunks.slice(i * LINE_CHUNKS, (i + 1) * LINE_CHUNKS),
    ...i + 1 < parts && { events: [], artifacts: [] },
  }));
}

function knownOf(journal: JournalContent | undefined): Known {
  // What a damaged line held comes again.
  if (!journal?.complete) {
    return { chunks: new Map(), open: [], last: { chunk: 0, event: 0, artifact: 0 }, anew: 0 };
  }
  const counts = [...journal.chunks].map(([id, row]) => [id, Number(row.count)] as const);
  const newest = (rows: ReadonlyMap<number, Row>) => {
    let last = 0;
    for (const id of rows.keys()) last = Math.max(last, id);
    return last;
  };
  return {
    chunks: new Map(counts),
    open: counts.filter(([, count]) => count < CHUNK_POINTS).map(([id]) => id),
    last: {
      chunk: newest(journal.chunks),
      event: newest(journal.events),
      artifact: newest(journal.artifacts),
    },
    anew: 0,
  };
}

function totalOf(counts: Iterable<number>): [chunks: number, points: number] {
  let [chunks, points] = [0, 0];
  for (const count of counts) [chunks, points] = [chunks + 1, points + count];
  return [chunks, points];
}

/** Key of bytes in JSON, in base64. */
const BYTES = "$bytes";

/** A value as a line that shows whether it is as it was written. */
export function lineOf(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_, value) => value instanceof Uint8Array ? { [BYTES]: value.toBase64() } : value,
  );
  return `${checksum(text)} ${text}`;
}

/** The values of a file of lines, in order, without those that are not as they were written. */
export function valuesOf<Value>(path: string): Value[] {
  return [...eachValueOf<Value>(path)];
}

/** The same one by one, so that a file may be larger than a text. */
function* eachValueOf<Value>(path: string): Generator<Value> {
  for (const line of linesOf(path)) {
    const value = valueOf(line);
    if (value !== undefined) yield value;
  }
}

/** Undefined for a line that is not as it was written. */
// deno-lint-ignore no-explicit-any
function valueOf(line: string): any {
  const at = line.indexOf(" ");
  const text = line.slice(at + 1);
  if (at < 1 || String(checksum(text)) !== line.slice(0, at)) return undefined;
  return JSON.parse(
    text,
    (_, value) => typeof value?.[BYTES] === "string" ? Uint8Array.fromBase64(value[BYTES]) : value,
  );
}

/** Appends lines, on lines of their own also where the last one was cut off; `durable` waits for the disk. */
export function appendLines(
  path: string,
  lines: Iterable<string>,
  { durable }: { readonly durable: boolean },
): void {
  try {
    const isNew = sizeOfFile(path) === undefined;
    append(path, lines, durable);
    if (isNew && durable) syncFolderNow(dirname(path));
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** Writes lines in place of a file, or the file; the disk has it then. */
export function writeLines(path: string, lines: Iterable<string>): void {
  removeFile(path + PARTIAL);
  try {
    append(path + PARTIAL, lines, true);
    Deno.renameSync(path + PARTIAL, path);
    syncFolderNow(dirname(path));
  } catch (error) {
    throw writeFailure(path, error);
  }
}

function append(path: string, lines: Iterable<string>, durable: boolean): void {
  const encoder = new TextEncoder();
  using file = Deno.openSync(path, { append: true, create: true });
  for (const line of lines) {
    const bytes = encoder.encode(`\n${line}`);
    for (let written = 0; written < bytes.length;) {
      written += file.writeSync(bytes.subarray(written));
    }
  }
  if (durable) file.syncDataSync();
}
