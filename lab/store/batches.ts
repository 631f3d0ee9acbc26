/**
 * Batches: what was asked for at once. A request stays with its batch until its run begins, so that a
 * batch whose process was killed can go on as one.
 *
 * @module
 */
import { DamageError, LabError } from "../core/errors.ts";
import type { Json } from "../core/snapshot.ts";
import type { BatchJournal } from "./batch_journal.ts";
import { checksum } from "./checksum.ts";
import type { Database } from "./database.ts";
import type { Batch } from "./store.ts";

/** Reads and writes requests. */
export class Batches {
  /** In `database`, and noted in `journal`. */
  constructor(private readonly database: Database, readonly journal: BatchJournal) {}

  /** Keeps requests, in their order, as one batch. */
  add(contents: readonly Json[]): Batch {
    const waiting: number[] = [];
    this.database.write(() => {
      for (const content of contents) {
        const text = JSON.stringify(content);
        const { row } = this.database.run(
          "INSERT INTO request (batch, content, checksum) VALUES (?, ?, ?)",
          waiting[0] ?? 0,
          text,
          checksum(text),
        );
        waiting.push(row);
      }
      // A batch has the number of its first request, which no other one ever has.
      this.database.run("UPDATE request SET batch = ? WHERE batch = 0", waiting[0]);
      this.journal.note(waiting);
    });
    return { id: waiting[0], runs: [], waiting };
  }

  /** All batches that have requests or runs, newest first. */
  list(): Batch[] {
    const batches = new Map<number, { id: number; runs: string[]; waiting: number[] }>();
    const rows = this.database.all(
      "SELECT id, batch, run FROM request ORDER BY batch DESC, id",
    );
    for (const row of rows) {
      const id = Number(row.batch);
      const batch = batches.get(id) ?? { id, runs: [], waiting: [] };
      batches.set(id, batch);
      if (row.run === null) batch.waiting.push(Number(row.id));
      else batch.runs.push(String(row.run));
    }
    return [...batches.values()];
  }

  /**
   * What a request that waits asks for.
   *
   * @throws {DamageError} where it is not as it was written, {@linkcode LabError} where it has begun.
   */
  content(id: number): Json {
    const row = this.database.get(
      "SELECT content, checksum FROM request WHERE id = ? AND run IS NULL",
      id,
    );
    if (row === undefined) throw hasBegun(id);
    const text = String(row.content);
    if (checksum(text) === row.checksum) return JSON.parse(text);
    throw new DamageError(`Cannot begin the run of request ${id} as its record is damaged`);
  }

  /**
   * Makes a run the one that a request asked for, within the transaction that adds it.
   *
   * @param noteRun Puts the run into its own journal: that of batches names none that could not come back.
   * @throws {LabError} where another run is.
   */
  begin(id: number, run: string, noteRun: () => void): void {
    const { changes } = this.database.run(
      "UPDATE request SET run = ?, content = NULL WHERE id = ? AND run IS NULL",
      run,
      id,
    );
    if (changes === 0) throw hasBegun(id);
    noteRun();
    this.journal.note([id]);
  }

  /** Notes, within the transaction that deletes a run for good, that no request begins it again. */
  forget(run: string): void {
    const rows = this.database.all("SELECT id FROM request WHERE run = ?", run);
    this.journal.noteDropped(rows.map(({ id }) => Number(id)));
  }

  /** Forgets a request that waits. */
  dropRequest(id: number): void {
    this.database.write(() => {
      const { changes } = this.database.run("DELETE FROM request WHERE id = ? AND run IS NULL", id);
      if (changes > 0) this.journal.noteDropped([id]);
    });
  }

  /** Forgets the requests of a batch that wait. */
  drop(batch: number): void {
    this.database.write(() => {
      const rows = this.database.all(
        "DELETE FROM request WHERE batch = ? AND run IS NULL RETURNING id",
        batch,
      );
      this.journal.noteDropped(rows.map(({ id }) => Number(id)));
    });
  }
}

function hasBegun(id: number): LabError {
  return new LabError(
    `Cannot begin the run of request ${id} as another process has begun it, or gave it up`,
  );
}
