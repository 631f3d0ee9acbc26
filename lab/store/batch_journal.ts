/**
 * A journal of batches beside the database: the rows of requests as they were added, begun and given
 * up, from which a lost database gets those back that have not begun (recover.ts).
 *
 * @module
 */
import type { Database, Row } from "./database.ts";
import { JournalFile, lineOf } from "./journal_file.ts";

/** Name of the file in a store's folder. */
const BATCH_JOURNAL = "batches.jsonl";

/** A request as its row is, or that it, or its run, is no more. */
type Entry = Row | { readonly id: number; readonly dropped: true };

const requests = "SELECT id, batch, run, content, checksum FROM request";

/** Writes the journal of a store's batches. */
export class BatchJournal {
  /** Where it lies. */
  readonly file: JournalFile;

  /** `folder` is the store's, whose rows are in `database`. */
  constructor(private readonly database: Database, folder: string) {
    this.file = new JournalFile(database, folder, BATCH_JOURNAL);
  }

  /** Notes how the requests of some ids are. */
  note(ids: readonly number[]): void {
    const rows = this.database.all(
      `${requests} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id`,
      JSON.stringify(ids),
    );
    this.#append(rows);
  }

  /** Notes that requests were given up, or that their runs were deleted for good. */
  noteDropped(ids: readonly number[]): void {
    this.#append(ids.map((id) => ({ id, dropped: true })));
  }

  /** Writes all requests anew, in place of the journal that it had. */
  rewrite(): void {
    this.file.rewrite([lineOf(this.database.all(`${requests} ORDER BY id`))]);
  }

  /** Writes it anew: what of it can be read, then all requests. */
  mend(): void {
    const rows = this.database.all(`${requests} ORDER BY id`);
    this.file.rewrite([...this.file.read(), rows].map(lineOf));
  }

  /**
   * Puts requests back that the database lacks, and gives those their runs that have begun; for a
   * database that has its runs back. Those that have begun there are left as they are, and those that wait
   * where the journal names a run that never came to be.
   */
  putBack(): void {
    // What was noted of a request last.
    const entries = new Map(this.file.read<Entry[]>().flat().map((each) => [each.id, each]));
    for (const entry of entries.values()) {
      if ("dropped" in entry) {
        this.database.run("DELETE FROM request WHERE id = ? AND run IS NULL", entry.id as number);
        continue;
      }
      if (!this.#hasItsRun(entry)) continue;
      const { id, batch, run, content, checksum } = entry;
      this.database.run(
        `INSERT INTO request (id, batch, run, content, checksum) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET (batch, run, content, checksum)
           = (excluded.batch, excluded.run, excluded.content, excluded.checksum)
         WHERE request.run IS NULL`,
        ...[id, batch, run, content, checksum],
      );
    }
  }

  /** How many requests wait. */
  waiting(): number {
    const sql = "SELECT COUNT(*) AS waiting FROM request WHERE run IS NULL";
    return Number(this.database.get(sql)!.waiting);
  }

  /** Whether a request waits, or its run is there, and is no other request's. */
  #hasItsRun({ id, run }: Row): boolean {
    const sql = `SELECT id FROM run WHERE id = ?
      AND NOT EXISTS (SELECT 1 FROM request WHERE request.run = run.id AND request.id <> ?)`;
    return run === null || this.database.get(sql, run, id) !== undefined;
  }

  #append(entries: readonly Entry[]): void {
    if (entries.length > 0) this.file.append([lineOf(entries)], { durable: true });
  }
}
