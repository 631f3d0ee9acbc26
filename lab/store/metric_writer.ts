/**
 * The writing side of metrics: points queue in memory and go to the database in chunks, many in
 * one transaction.
 *
 * @module
 */
import type { MetricPoint } from "../core/metrics.ts";
import { attemptOf } from "./attempts.ts";
import { checksum } from "./checksum.ts";
import { Columns } from "./columns.ts";
import type { Database } from "./database.ts";

/** Queued points are written at the latest after this time. */
const FLUSH_MILLISECONDS = 500;
/** … or when so many wait. */
const QUEUE_LIMIT = 1 << 16;
/** A chunk of so many points is closed; until then each flush writes it anew with its new points. */
export const CHUNK_POINTS = 512;

/** The open chunk of one series. */
interface OpenChunk {
  readonly run: string;
  readonly name: string;
  readonly attempt: number;
  readonly columns: Columns;
  /** Row of the chunk, once it has one. */
  row: number | undefined;
  dirty: boolean;
}

/** Queues points and writes them. */
export class MetricWriter {
  readonly #database: Database;
  readonly #runs = new Map<string, { attempt: number; chunks: Map<string, OpenChunk> }>();
  #dirty: OpenChunk[] = [];
  /** Rows of the dirty chunks in the transaction under way. */
  #rows: number[] = [];
  #queued = 0;
  #queuedSince = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Writes to `database`. */
  constructor(database: Database) {
    this.#database = database;
  }

  /** Queues points of a run. */
  append(run: string, points: readonly MetricPoint[]): void {
    if (points.length === 0) return;
    const { attempt, chunks } = this.#open(run);
    for (const point of points) {
      let chunk = chunks.get(point.name);
      if (chunk === undefined) {
        const { name } = point;
        chunk = { run, name, attempt, columns: new Columns(), row: undefined, dirty: false };
        chunks.set(name, chunk);
      }
      chunk.columns.push(point);
      if (!chunk.dirty) {
        chunk.dirty = true;
        this.#dirty.push(chunk);
      }
    }
    const now = performance.now();
    if (this.#queued === 0) this.#queuedSince = now;
    this.#queued += points.length;
    // A trainer that never lets the event loop turn would starve the timer.
    if (this.#queued >= QUEUE_LIMIT || now - this.#queuedSince > FLUSH_MILLISECONDS) this.flush();
    else this.#schedule();
  }

  /** Writes what is queued. On failure it stays queued. */
  flush(options: { durable?: boolean } = {}): void {
    if (this.#queued === 0) return;
    this.#database.write(() => this.write(), options);
    this.written();
  }

  /** Writes what is queued within a transaction of the caller, who calls `written` after it. */
  write(): void {
    this.#rows = this.#dirty.map((chunk) => this.#writeChunk(chunk));
  }

  /** Forgets the queue, once its transaction is through. */
  written(): void {
    this.#dirty.forEach((chunk, i) => {
      chunk.dirty = false;
      chunk.row = this.#rows[i];
      if (chunk.columns.count < CHUNK_POINTS) return;
      chunk.columns.clear();
      chunk.row = undefined;
    });
    this.#dirty = [];
    this.#queued = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Writes what is queued and closes the chunks of a run, so that they take no more memory. */
  release(run: string): void {
    this.flush();
    this.#runs.delete(run);
  }

  /** @throws {LabError} for a read-only store; {@linkcode InputError} for a run that is not there. */
  #open(run: string): { attempt: number; chunks: Map<string, OpenChunk> } {
    let open = this.#runs.get(run);
    if (open === undefined) {
      this.#database.requireWritable();
      open = { attempt: attemptOf(this.#database, run), chunks: new Map() };
      this.#runs.set(run, open);
    }
    return open;
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    const timer = setTimeout(() => {
      this.#timer = undefined;
      try {
        this.flush();
      } catch {
        // The points stay queued: the next call that writes tries again, and throws to its caller.
      }
    }, FLUSH_MILLISECONDS);
    Deno.unrefTimer(timer);
    this.#timer = timer;
  }

  #writeChunk({ run, name, attempt, columns, row }: OpenChunk): number {
    const [first, last] = columns.span;
    const [points, lastValue] = [columns.encode(), columns.encodeLast()];
    const head = [run, name, attempt, columns.count, first, last, lastValue] as const;
    const pointsChecksum = checksum(points);
    const checksums = [pointsChecksum, checksum(...head, pointsChecksum)];
    const fields = [columns.count, last, lastValue, ...checksums, points];
    if (row !== undefined) {
      this.#database.run(
        `UPDATE chunk SET
           (count, last_iteration, last_value, points_checksum, head_checksum, points) =
           (?, ?, ?, ?, ?, ?)
         WHERE id = ?`,
        ...fields,
        row,
      );
      return row;
    }
    return this.#database.run(
      `INSERT INTO chunk
         (count, last_iteration, last_value, points_checksum, head_checksum, points,
          series, attempt, first_iteration)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...fields,
      this.#series(run, name),
      attempt,
      first,
    ).row;
  }

  #series(run: string, name: string): number {
    this.#database.run("INSERT OR IGNORE INTO series (run, name) VALUES (?, ?)", run, name);
    return Number(
      this.#database.get("SELECT id FROM series WHERE run = ? AND name = ?", run, name)!.id,
    );
  }
}
