/**
 * The schema of a store's file and the way from each version of it to the next. The version stands
 * in SQLite's `user_version`.
 *
 * @module
 */
import { DamageError, InputError } from "../core/errors.ts";
import { Database, type Row } from "./database.ts";

/** Lifts a file from version i (its index in the list) to version i + 1, as SQL. */
type Migration = string;

/** From an empty file (version 0) to the schema of today. Only ever appended to. */
export const migrations: readonly Migration[] = [
  `
  -- One row: how often the store was written, and the number of the newest run id.
  CREATE TABLE store (version INTEGER NOT NULL, last_run INTEGER NOT NULL);
  INSERT INTO store VALUES (0, 0);

  CREATE TABLE run (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    manifest TEXT NOT NULL,
    tags TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at REAL NOT NULL,
    ended_at REAL,
    trashed_at REAL,
    wall_seconds REAL NOT NULL DEFAULT 0,
    environment_steps INTEGER NOT NULL DEFAULT 0,
    gradient_steps INTEGER NOT NULL DEFAULT 0,
    examples INTEGER NOT NULL DEFAULT 0,
    iterations INTEGER NOT NULL DEFAULT 0,
    digest TEXT,
    message TEXT,
    attempt INTEGER NOT NULL DEFAULT 1
  ) WITHOUT ROWID;

  -- Attempts after the first: points of earlier ones after from_iteration are hidden.
  CREATE TABLE attempt (
    run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    from_iteration INTEGER NOT NULL,
    started_at REAL NOT NULL,
    PRIMARY KEY (run, attempt)
  ) WITHOUT ROWID;

  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    UNIQUE (run, name)
  );

  -- Consecutive points of a series in columns: see columns.ts. The small fields stand first, so
  -- that a query of them does not read the points.
  CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    count INTEGER NOT NULL,
    first_iteration INTEGER NOT NULL,
    last_iteration INTEGER NOT NULL,
    last_value BLOB NOT NULL,
    points BLOB NOT NULL
  );
  CREATE INDEX chunk_series ON chunk (series);

  CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    at REAL NOT NULL,
    iteration INTEGER NOT NULL,
    level TEXT NOT NULL,
    message TEXT NOT NULL
  );
  CREATE INDEX event_run ON event (run);

  CREATE TABLE artifact (
    id INTEGER PRIMARY KEY,
    run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    name TEXT NOT NULL,
    iteration INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    hash TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    UNIQUE (run, attempt, name, iteration)
  );
  CREATE INDEX artifact_hash ON artifact (hash);

  CREATE TABLE checkpoint (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    iteration INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    kind TEXT NOT NULL,
    score BLOB,
    hash TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    record_file TEXT NOT NULL,
    tensor_file TEXT NOT NULL
  );
  CREATE INDEX checkpoint_run ON checkpoint (run);
  `,
  `
  -- Checksums (checksum.ts) of manifests and of chunks: of the points, and of everything else with
  -- run and series, so that a query of the small fields can trust them without the points.
  ALTER TABLE run ADD COLUMN manifest_checksum INTEGER NOT NULL DEFAULT 0;
  UPDATE run SET manifest_checksum = checksum(id, manifest);

  CREATE TABLE checked_chunk (
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    count INTEGER NOT NULL,
    first_iteration INTEGER NOT NULL,
    last_iteration INTEGER NOT NULL,
    last_value BLOB NOT NULL,
    points_checksum INTEGER NOT NULL,
    head_checksum INTEGER NOT NULL,
    points BLOB NOT NULL
  );
  INSERT INTO checked_chunk
    SELECT c.id, c.series, c.attempt, c.count, c.first_iteration, c.last_iteration, c.last_value,
      checksum(c.points),
      checksum(s.run, s.name, c.attempt, c.count, c.first_iteration, c.last_iteration,
        c.last_value, checksum(c.points)),
      c.points
    FROM chunk c JOIN series s ON s.id = c.series;
  DROP TABLE chunk;
  ALTER TABLE checked_chunk RENAME TO chunk;
  CREATE INDEX chunk_series ON chunk (series);
  `,
  `
  -- What a purge has deleted and whose files are still to go: ids of runs, hashes of artifacts.
  CREATE TABLE tombstone (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (kind, name)
  ) WITHOUT ROWID;
  `,
  `
  -- A run that was asked for together with others of its batch; its content goes when it begins.
  CREATE TABLE request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch INTEGER NOT NULL,
    run TEXT UNIQUE REFERENCES run (id) ON DELETE CASCADE,
    content TEXT,
    checksum INTEGER NOT NULL
  );
  CREATE INDEX request_batch ON request (batch);
  `,
  `
  -- Another revision with every change of a run's row, so that only those that changed are read again.
  ALTER TABLE run ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX run_revision ON run (trashed_at, revision);
  CREATE TRIGGER run_added AFTER INSERT ON run BEGIN
    UPDATE run SET revision = random() & 0xFFFFFFFFFFFF WHERE id = NEW.id;
  END;
  CREATE TRIGGER run_changed AFTER UPDATE ON run BEGIN
    UPDATE run SET revision = random() & 0xFFFFFFFFFFFF WHERE id = NEW.id;
  END;

  -- The last visible values of the series of a run that has ended: names as JSON, values in float64.
  -- They go with any change of its points.
  CREATE TABLE last_values (
    run TEXT PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    names TEXT NOT NULL,
    numbers BLOB NOT NULL,
    checksum INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TRIGGER chunk_added AFTER INSERT ON chunk BEGIN
    DELETE FROM last_values WHERE run = (SELECT run FROM series WHERE id = NEW.series);
  END;
  CREATE TRIGGER chunk_changed AFTER UPDATE ON chunk BEGIN
    DELETE FROM last_values
    WHERE run IN (SELECT run FROM series WHERE id = NEW.series OR id = OLD.series);
  END;
  CREATE TRIGGER chunk_removed AFTER DELETE ON chunk BEGIN
    DELETE FROM last_values WHERE run = (SELECT run FROM series WHERE id = OLD.series);
  END;
  CREATE TRIGGER attempt_added AFTER INSERT ON attempt BEGIN
    DELETE FROM last_values WHERE run = NEW.run;
  END;
  `,
  `
  -- What a sweep tries; which runs are its trials stands in their manifests.
  CREATE TABLE sweep (
    name TEXT PRIMARY KEY,
    definition TEXT NOT NULL,
    created_at REAL NOT NULL,
    checksum INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  -- How often what people say of a run was changed, so that an older database shows as one.
  ALTER TABLE run ADD COLUMN said INTEGER NOT NULL DEFAULT 0;
  CREATE TRIGGER run_said AFTER UPDATE OF name, tags, note, trashed_at ON run BEGIN
    UPDATE run SET said = OLD.said + 1 WHERE id = NEW.id;
  END;
  `,
  `
  -- How far each journal beside the database was written, and a CRC-32 of its bytes until there, so that
  -- damage to it shows.
  CREATE TABLE journal (
    name TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    checksum INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TRIGGER run_removed AFTER DELETE ON run BEGIN
    DELETE FROM journal WHERE name = OLD.id || '/journal.jsonl';
  END;
  `,
];

/** The schema version of a file; 0 is an empty one. */
export function schemaVersion(database: Database): number {
  return Number(database.get("PRAGMA user_version")!.user_version);
}

/**
 * Brings a file to the newest version of `list`, one transaction a version, so that a file is
 * never between two.
 *
 * @throws {InputError} where the file is newer than `list` or is another program's; it is left
 * untouched.
 */
export function migrate(database: Database, list: readonly Migration[] = migrations): void {
  refuseForeign(database, list);
  while (schemaVersion(database) < list.length) {
    database.transaction(() => {
      // Another process may have gone ahead while this one waited for the file.
      const version = schemaVersion(database);
      if (version >= list.length) return;
      database.execute(list[version]);
      database.execute(`PRAGMA user_version = ${version + 1}`);
    });
  }
}

/**
 * Refuses a file whose schema this code does not know, or that is not as its steps made it.
 *
 * @throws {InputError}
 * @throws {DamageError}
 */
export function refuseForeign(
  database: Database,
  list: readonly Migration[] = migrations,
): void {
  const newest = list.length;
  // One statement: between two, another process may bring an empty file forward.
  const row = database.get(
    "SELECT user_version, (SELECT COUNT(*) FROM sqlite_schema) AS tables, " +
      `(${SCHEMA}) AS schema FROM pragma_user_version`,
  )!;
  const version = Number(row.user_version);
  if (version > newest) {
    throw new InputError(
      `Cannot open the store as its schema must be of version ${newest} or earlier: ` +
        `${database.path} is of version ${version}; use a newer Reverie`,
    );
  }
  if (version === 0 && Number(row.tables) > 0) {
    throw new InputError(
      `Cannot open the store as the file is not of this lab: ${database.path}`,
    );
  }
  if (database.readOnly && version < newest) {
    throw new InputError(
      `Cannot read the store as its schema is of version ${version}, not ${newest}: ` +
        `open ${database.path} once for writing (train a run) and it is brought forward`,
    );
  }
  const there = partsOf(row.schema);
  const altered = [...madeBy(list.slice(0, version))].find(([name, sql]) =>
    there.get(name) !== sql
  );
  if (altered === undefined) return;
  throw new DamageError(
    `Cannot use the store ${database.path} as its schema is damaged (${altered[0]}): ` +
      "`recover` rebuilds it",
  );
}

/** The tables, indices and triggers of a file, as JSON. */
const SCHEMA = "SELECT json_group_array(json_array(name, sql)) FROM sqlite_schema";

/** By name; what other programs add to a file is none of the lab's. */
function partsOf(schema: Row[string]): Map<string, string | null> {
  return new Map(JSON.parse(String(schema)));
}

/** The schema that steps make. */
function madeBy(list: readonly Migration[]): Map<string, string | null> {
  using database = new Database(":memory:", { readOnly: false });
  for (const step of list) database.execute(step);
  return partsOf(database.get(`SELECT (${SCHEMA}) AS schema`)!.schema);
}
