/**
 * Recover: a database that is lost, damaged or older than its runs' checkpoints is rebuilt from the
 * journals that lie beside them.
 *
 * @module
 */
import { BatchJournal } from "./batch_journal.ts";
import { iterationOf } from "./checkpoints.ts";
import type { Database, Row } from "./database.ts";
import { namesIn } from "./files.ts";
import { isNewer, isOf, isSaidSince, type JournalContent, Journals, newestOf } from "./journal.ts";
import { checkpointFolder, CHECKPOINTS } from "./paths.ts";
import { runNumberOf } from "./run_id.ts";
import { Sweeps } from "./sweeps.ts";

/** What was found of the runs whose folders there are. */
export interface Recovery {
  /** Rebuilt, to their newest checkpoint. */
  readonly recovered: readonly string[];
  /** Rebuilt without some of their series, as parts of the journal are damaged. */
  readonly incomplete: readonly string[];
  /** Those of the two above whose journal has lost its end: as of an earlier moment than their newest checkpoint. */
  readonly cut: readonly string[];
  /** The database knew as much: they were left as they were. */
  readonly known: readonly string[];
  /** There is no journal of them that can be read: their files were left as they were. */
  readonly lost: readonly string[];
  /** Runs, and files of sweeps and batches, whose journal was damaged: written anew from the database. */
  readonly mended: readonly string[];
  /** Files of sweeps and batches that have lines which cannot be read: what stood there is lost. */
  readonly skipped: readonly string[];
  /** Requests of batches whose runs have not begun. */
  readonly waiting: number;
}

/** Takes into the database what the journals in a store's folder hold beyond it. */
export function recoverRuns(database: Database, folder: string): Recovery {
  const journals = new Journals(database, `${folder}/${CHECKPOINTS}`);
  const found = {
    recovered: [] as string[],
    incomplete: [] as string[],
    cut: [] as string[],
    known: [] as string[],
    lost: [] as string[],
    mended: [] as string[],
    skipped: [] as string[],
  };
  for (const id of journals.runs()) {
    const journal = journals.read(id);
    if (journal === undefined ? !isThere(database, id) : !isOf(journal, id, database)) {
      found.lost.push(id);
    } else if (journal === undefined || !isNewer(journal, database)) {
      if (journal !== undefined && isSaidSince(journal, database)) {
        database.write(() => putSaid(database, journal), { durable: true });
        found.recovered.push(id);
      } else found.known.push(id);
      const isDamaged = journals.isDamaged(id, journal);
      if (isDamaged) found.mended.push(id);
      if (isDamaged || !journals.isNoted(id)) {
        database.transaction(() => journals.rewrite(id), { durable: true });
      }
    } else {
      const names = namesIn(`${folder}/${checkpointFolder(id)}`);
      const isCut = journal.cut || isOutrun(journal, names);
      if (isCut) found.cut.push(id);
      // Later checkpoints, of which nothing is known, may have taken the place of some.
      const isLeft = ({ record_file, tensor_file }: Row) =>
        [record_file, tensor_file].every((file) => names.includes(String(file)));
      const checkpoints = journal.checkpoints.filter((row) => !isCut || isLeft(row));
      database.write(() => {
        putBack(database, id, { ...journal, checkpoints }, isCut);
        // The rows have other numbers than those that the journal knows.
        journals.rewrite(id);
      }, { durable: true });
      found[journal.complete ? "recovered" : "incomplete"].push(id);
    }
  }
  const batches = new BatchJournal(database, folder);
  const sweeps = new Sweeps(database, folder);
  const waiting = database.write(() => {
    for (const journal of [sweeps, batches]) {
      const { file } = journal;
      const [isNoted, isDamaged] = [file.isNoted(), file.isDamaged()];
      if (isDamaged) found.mended.push(file.name);
      if (!isNoted && file.hasLost()) found.skipped.push(file.name);
      // What the database has noted it has, and the damaged file may have an older state of.
      if (isDamaged && !file.isLonger()) journal.rewrite();
      else {
        journal.putBack();
        if (isDamaged || (!isNoted && file.bytes !== undefined)) journal.mend();
      }
    }
    return batches.waiting();
  }, { durable: true });
  return { ...found, waiting };
}

function isThere(database: Database, id: string): boolean {
  return database.get("SELECT id FROM run WHERE id = ?", id) !== undefined;
}

/** Whether among a run's files there are those of a later checkpoint than its journal knows. */
function isOutrun({ checkpoints }: JournalContent, names: readonly string[]): boolean {
  return names.some((name) => iterationOf(name) > newestOf(checkpoints));
}

/** Puts what people say of a run in place of what the database has of that. */
function putSaid(database: Database, { run }: JournalContent): void {
  const { id, name, tags, note, trashed_at, said } = run;
  const sql = "UPDATE run SET name = ?, tags = ?, note = ?, trashed_at = ? WHERE id = ?";
  database.run(sql, name, tags, note, trashed_at, id);
  database.run("UPDATE run SET said = ? WHERE id = ?", said, id);
}

/** Puts a run in place of what the database has of it, and says so in its events. */
function putBack(database: Database, id: string, journal: JournalContent, isCut: boolean): void {
  const { run, complete } = journal;
  putRun(database, journal);
  // A run that lacks points must not go on from behind them.
  if (!complete) {
    const { attempt } = database.get(
      "UPDATE run SET attempt = attempt + 1 WHERE id = ? RETURNING attempt",
      id,
    )!;
    database.run("INSERT INTO attempt VALUES (?, ?, -1, ?)", id, attempt, Date.now());
  }
  database.run(
    "INSERT INTO event (run, at, iteration, level, message) VALUES (?, ?, ?, 'warning', ?)",
    id,
    Date.now(),
    run.iterations,
    !complete
      ? "recovered without its series, as its journal is damaged"
      : isCut
      ? "recovered from its journal, as far as that can be read: its end is lost"
      : "recovered from its journal, as of its newest checkpoint",
  );
}

/** Puts a run in place of what the database has of it, within a write transaction. */
export function putRun(
  database: Database,
  { run, attempts, checkpoints, chunks, events, artifacts }: JournalContent,
): void {
  const id = String(run.id);
  // It stays the one that a batch here asked for.
  const requests = database.all("SELECT * FROM request WHERE run = ?", id);
  database.run("DELETE FROM run WHERE id = ?", id);
  insert(database, "run", run);
  for (const row of requests) insert(database, "request", row);
  for (const row of attempts) insert(database, "attempt", row);
  const series = new Map<string, number>();
  for (const row of inOrder(chunks)) {
    const name = String(row.name);
    let number = series.get(name);
    if (number === undefined) {
      number = database.run("INSERT INTO series (run, name) VALUES (?, ?)", id, name).row;
      series.set(name, number);
    }
    insert(database, "chunk", { ...row, series: number }, ["id", "name"]);
  }
  for (const row of checkpoints) insert(database, "checkpoint", row, ["id"]);
  for (const row of inOrder(events)) insert(database, "event", row, ["id"]);
  for (const row of inOrder(artifacts)) insert(database, "artifact", row, ["id"]);
  database.run("UPDATE store SET last_run = MAX(last_run, ?)", runNumberOf(id));
}

function inOrder(rows: ReadonlyMap<number, Row>): Row[] {
  return [...rows].sort(([a], [b]) => a - b).map(([, row]) => row);
}

/** Inserts a row by the columns that the table has. */
function insert(
  database: Database,
  table: string,
  row: Row,
  without: readonly string[] = [],
): void {
  const columns = database.all("SELECT name FROM pragma_table_info(?)", table)
    .map(({ name }) => String(name))
    .filter((name) => name in row && !without.includes(name));
  database.run(
    `INSERT OR REPLACE INTO ${table} (${columns}) VALUES (${columns.map(() => "?")})`,
    ...columns.map((name) => row[name]),
  );
}
