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
import type { Database, Row } from "./database.ts";
import { namesIn } from "./files.ts";
import { JournalFile, lineOf } from "./journal_file.ts";
import { CHUNK_POINTS } from "./metric_writer.ts";

/** Name of the file in a run's folder. */
export const JOURNAL = "journal.jsonl";

/** Bytes that a journal may have whatever is out of date of them. */
const SMALL = 2 ** 24;
/** How many times as large as it was anew a journal may become. */
const TIMES = 4;
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
  /** Whether all is there that was ever written until its last line that can be read. */
  readonly complete: boolean;
  /** Whether lines after that one cannot be read. */
  readonly cut: boolean;
}

/** A line's content. */
interface Entry {
  readonly run: Row;
  readonly attempts: readonly Row[];
  readonly checkpoints: readonly Row[];
  readonly chunks: readonly Row[];
  readonly events: readonly Row[];
  readonly artifacts: readonly Row[];
  /** What there is of the run with this line: a journal that an older lab wrote counts no further than points. */
  readonly total: readonly [chunks: number, points: number, events?: number, artifacts?: number];
}

/** What of a run stands in its journal. */
interface Known {
  /** Points by chunk. */
  readonly chunks: Map<number, number>;
  /** Chunks that may still grow. */
  readonly open: readonly number[];
  readonly events: number;
  readonly artifacts: number;
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
    const known = this.#known.get(run) ?? this.#wholeOf(run);
    if (known === undefined) return this.rewrite(run);
    const bytes = this.#file(run).bytes ?? 0;
    if (bytes > Math.max(SMALL, TIMES * known.anew)) return this.rewrite(run);
    this.#append(run, known, (file, lines) => {
      file.append(lines, options);
      return known.anew;
    });
  }

  /** What stands in a run's journal; undefined where that is damaged and the database has all of it. */
  #wholeOf(run: string): Known | undefined {
    const journal = this.read(run);
    const isNeeded = journal !== undefined && isNewer(journal, this.#database);
    return isNeeded || !this.isDamaged(run, journal) ? knownOf(journal) : undefined;
  }

  /** Writes all of a run anew, in place of the journal that it had. */
  rewrite(run: string): void {
    this.#append(run, knownOf(undefined), (file, lines) => {
      file.rewrite(lines);
      return file.bytes ?? 0;
    });
  }

  /** Forgets what it knows of a run, so that it takes no more memory. */
  release(run: string): void {
    this.#known.delete(run);
  }

  #file(run: string): JournalFile {
    return new JournalFile(this.#database, this.#folder, `${run}/${JOURNAL}`);
  }

  /** Writes what is not known by `put`, which returns the bytes that the journal had anew. */
  #append(
    run: string,
    known: Known,
    put: (file: JournalFile, lines: Iterable<string>) => number,
  ): void {
    const rows = (sql: string, ...values: (string | number)[]) =>
      this.#database.all(sql, run, ...values);
    const chunks = rows(
      `SELECT c.*, s.name FROM chunk c JOIN series s ON s.id = c.series
       WHERE s.run = ? AND (c.id > ? OR c.id IN (SELECT value FROM json_each(?))) ORDER BY c.id`,
      known.last.chunk,
      JSON.stringify(known.open),
    ).filter(({ id, count }) => known.chunks.get(Number(id)) !== count);
    for (const { id, count } of chunks) known.chunks.set(Number(id), Number(count));
    const newEvents = rows(
      "SELECT * FROM event WHERE run = ? AND id > ? ORDER BY id",
      known.last.event,
    );
    const newArtifacts = rows(
      "SELECT * FROM artifact WHERE run = ? AND id > ? ORDER BY id",
      known.last.artifact,
    );
    const [events, artifacts] = [
      known.events + newEvents.length,
      known.artifacts + newArtifacts.length,
    ];
    const entry: Entry = {
      run: rows("SELECT * FROM run WHERE id = ?")[0],
      attempts: rows("SELECT * FROM attempt WHERE run = ? ORDER BY attempt"),
      checkpoints: rows("SELECT * FROM checkpoint WHERE run = ? ORDER BY iteration, id"),
      chunks,
      events: newEvents,
      artifacts: newArtifacts,
      total: [...totalOf(known.chunks.values()), events, artifacts],
    };
    // Until the line is on the disk, nothing of it is known to be there.
    this.#known.delete(run);
    const file = this.#file(run);
    Deno.mkdirSync(dirname(file.path), { recursive: true });
    const anew = put(file, partsOf(entry).values().map(lineOf));
    const mayGrow = new Set([...known.open, ...chunks.map(({ id }) => Number(id))]);
    const newest = (list: readonly Row[], before: number) =>
      list.reduce((last, { id }) => Math.max(last, Number(id)), before);
    this.#known.set(run, {
      chunks: known.chunks,
      events,
      artifacts,
      open: [...mayGrow].filter((id) => known.chunks.get(id)! < CHUNK_POINTS),
      last: {
        chunk: newest(chunks, known.last.chunk),
        event: newest(newEvents, known.last.event),
        artifact: newest(newArtifacts, known.last.artifact),
      },
      anew,
    });
  }

  /** Whether there is a journal of a run. */
  isKept(run: string): boolean {
    return this.#file(run).bytes !== undefined;
  }

  /** Runs that have a folder, or should have a journal in one. */
  runs(): string[] {
    const noted = this.#database.all("SELECT name FROM journal WHERE name LIKE ?", `%/${JOURNAL}`);
    const ids = [...namesIn(this.#folder), ...noted.map(({ name }) => dirname(String(name)))];
    return [...new Set(ids)].sort();
  }

  /** What of journals is damaged, and what they have that the database does not know, a line each. */
  damages(): string[] {
    return this.runs().flatMap((id) => this.#faultOf(id) ?? []);
  }

  #faultOf(id: string): string | undefined {
    const journal = this.read(id);
    if (journal !== undefined) {
      if (!isOf(journal, id, this.#database)) {
        return `the journal of the run ${id} is another run's`;
      }
      if (isNewer(journal, this.#database) || isSaidSince(journal, this.#database)) {
        const isMissed = hasBegun(journal) && !this.#isPurged(id);
        return isMissed ? `its journal knows more of the run ${id}` : undefined;
      }
    }
    if (!this.isDamaged(id, journal)) return undefined;
    return `the journal of the run ${id} is not as it was written`;
  }

  /** Whether a run's journal, as it was read, does not hold what was written into it. */
  isDamaged(run: string, journal: JournalContent | undefined): boolean {
    const file = this.#file(run);
    if (file.isNoted()) return file.isDamaged();
    // Nothing is noted by an older lab, nor of a run whose process was killed before its first checkpoint.
    const row = this.#database.get("SELECT status FROM run WHERE id = ?", run);
    const hasEnded = row !== undefined && row.status !== "running";
    return hasEnded && file.bytes !== undefined && !journal?.complete;
  }

  /** Whether the database knows what a run's journal holds. */
  isNoted(run: string): boolean {
    return this.#file(run).isNoted();
  }

  /** Whether a purge is about to remove a run's files. */
  #isPurged(run: string): boolean {
    const sql = "SELECT name FROM tombstone WHERE kind = 'run' AND name = ?";
    return this.#database.get(sql, run) !== undefined;
  }

  /** The content of a run's journal; undefined where there is none, or no whole line in it. */
  read(run: string): JournalContent | undefined {
    return contentIn(this.#file(run));
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
    cut: false,
  };
}

/** The content of a journal; undefined where there is none, or no whole line in it. */
function contentIn(file: JournalFile): JournalContent | undefined {
  const [chunks, events, artifacts] = [0, 1, 2].map(() => new Map<number, Row>());
  let last: Entry | undefined;
  let cut = false;
  for (const entry of file.values<Entry>()) {
    cut = entry === undefined;
    if (entry === undefined) continue;
    last = entry;
    // What comes later is what counts of a row.
    for (const row of entry.chunks) chunks.set(Number(row.id), row);
    for (const row of entry.events) events.set(Number(row.id), row);
    for (const row of entry.artifacts) artifacts.set(Number(row.id), row);
  }
  if (last === undefined) return undefined;
  const there = [
    ...totalOf(chunks.values().map((row) => Number(row.count))),
    events.size,
    artifacts.size,
  ];
  const { run, attempts, checkpoints, total } = last;
  const complete = total.every((number, i) => number === there[i]);
  return { run, attempts, checkpoints, chunks, events, artifacts, complete, cut };
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
    const last = { chunk: 0, event: 0, artifact: 0 };
    return { chunks: new Map(), events: 0, artifacts: 0, open: [], last, anew: 0 };
  }
  const counts = [...journal.chunks].map(([id, row]) => [id, Number(row.count)] as const);
  const newest = (rows: ReadonlyMap<number, Row>) => {
    let last = 0;
    for (const id of rows.keys()) last = Math.max(last, id);
    return last;
  };
  return {
    chunks: new Map(counts),
    events: journal.events.size,
    artifacts: journal.artifacts.size,
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
