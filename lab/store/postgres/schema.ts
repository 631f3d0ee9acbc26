/**
 * The schema `reverie` of a PostgreSQL database and the way from each version of it to the next.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import type { Query } from "./connection.ts";

/** From nothing (version 0) to the schema of today, as SQL. Only ever appended to. */
export const migrations: readonly string[] = [
  `
  -- The rows of a run are those of SQLite's tables (migrations.ts); what has no key of its own there
  -- is counted within its run. A run has another revision after each change of it.
  CREATE SEQUENCE revision;
  CREATE TABLE run (
    id text PRIMARY KEY,
    name text NOT NULL,
    status text NOT NULL,
    manifest text NOT NULL,
    manifest_checksum bigint NOT NULL,
    tags text NOT NULL,
    note text NOT NULL,
    created_at double precision NOT NULL,
    ended_at double precision,
    trashed_at double precision,
    wall_seconds double precision NOT NULL,
    environment_steps bigint NOT NULL,
    gradient_steps bigint NOT NULL,
    examples bigint NOT NULL,
    iterations bigint NOT NULL,
    digest text,
    message text,
    attempt bigint NOT NULL,
    revision bigint NOT NULL DEFAULT 0
  );
  CREATE TABLE attempt (
    run text NOT NULL REFERENCES run ON DELETE CASCADE,
    attempt bigint NOT NULL,
    from_iteration bigint NOT NULL,
    started_at double precision NOT NULL,
    PRIMARY KEY (run, attempt)
  );
  CREATE TABLE chunk (
    run text NOT NULL REFERENCES run ON DELETE CASCADE,
    number bigint NOT NULL,
    name text NOT NULL,
    attempt bigint NOT NULL,
    count bigint NOT NULL,
    first_iteration bigint NOT NULL,
    last_iteration bigint NOT NULL,
    last_value bytea NOT NULL,
    points_checksum bigint NOT NULL,
    head_checksum bigint NOT NULL,
    points bytea NOT NULL,
    PRIMARY KEY (run, number)
  );
  CREATE TABLE event (
    run text NOT NULL REFERENCES run ON DELETE CASCADE,
    number bigint NOT NULL,
    at double precision NOT NULL,
    iteration bigint NOT NULL,
    level text NOT NULL,
    message text NOT NULL,
    PRIMARY KEY (run, number)
  );
  CREATE TABLE artifact (
    run text NOT NULL REFERENCES run ON DELETE CASCADE,
    attempt bigint NOT NULL,
    name text NOT NULL,
    iteration bigint NOT NULL,
    media_type text NOT NULL,
    hash text NOT NULL,
    bytes bigint NOT NULL,
    PRIMARY KEY (run, attempt, name, iteration)
  );
  CREATE INDEX artifact_hash ON artifact (hash);
  CREATE TABLE checkpoint (
    run text NOT NULL REFERENCES run ON DELETE CASCADE,
    number bigint NOT NULL,
    iteration bigint NOT NULL,
    attempt bigint NOT NULL,
    kind text NOT NULL,
    score bytea,
    hash text NOT NULL,
    bytes bigint NOT NULL,
    record_file text NOT NULL,
    tensor_file text NOT NULL,
    PRIMARY KEY (run, number)
  );
  CREATE TABLE sweep (
    name text PRIMARY KEY,
    definition text NOT NULL,
    created_at double precision NOT NULL,
    checksum bigint NOT NULL
  );

  -- Pictures and checkpoints by the paths that they have below a store's folder, in pieces.
  CREATE TABLE file (
    path text NOT NULL,
    piece bigint NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (path, piece)
  );

  -- Runs that were asked for. Who holds one has the newest fence of it, until its time is over.
  CREATE TABLE task (
    run text PRIMARY KEY,
    batch text NOT NULL,
    plan text NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    fence bigint NOT NULL DEFAULT 0,
    worker text,
    held_until timestamptz,
    -- Times that it was taken since its newest checkpoint.
    tries bigint NOT NULL DEFAULT 0,
    message text
  );
  CREATE INDEX task_open ON task (run) WHERE state <> 'ended';

  -- Workers that asked for something to do.
  CREATE TABLE worker (name text PRIMARY KEY, seen_at timestamptz NOT NULL);
  `,
  `
  -- Why a run is to end before its budget is spent, as of a sweep that prunes it.
  ALTER TABLE task ADD COLUMN stop text;
  `,
  `
  -- Where files lie: 'file:/srv/lab' or 's3://bucket/prefix'; NULL: in the table.
  ALTER TABLE store ADD COLUMN files text;
  `,
  `
  -- Steps of other programs may be parts of an epoch.
  ALTER TABLE run
    ALTER COLUMN environment_steps TYPE double precision,
    ALTER COLUMN gradient_steps TYPE double precision,
    ALTER COLUMN examples TYPE double precision;
  `,
];

/** Any number: who brings the schema forward waits for others who do. */
const MIGRATING = 7_382_917;

/** Whether there is a schema, of whichever version. */
export async function isMade(query: Query): Promise<boolean> {
  const [{ known }] = await query("SELECT to_regclass('reverie.store')::text AS known");
  return known !== null;
}

/**
 * Brings the schema to the newest version of `list`, within a transaction.
 *
 * @param place.name The store's, for messages.
 * @param place.files Where files are to lie, which counts where the schema is made.
 * @returns Where they lie; null: in the database.
 * @throws {InputError} where it is newer than `list`, or files lie elsewhere; it is left untouched.
 */
export async function migrate(
  query: Query,
  { name, files }: { readonly name: string; readonly files?: { readonly name: string } },
  list: readonly string[] = migrations,
): Promise<string | null> {
  await query("SELECT pg_advisory_xact_lock($1)", MIGRATING);
  const isNew = !await isMade(query);
  if (isNew) {
    await query("CREATE SCHEMA IF NOT EXISTS reverie");
    await query("CREATE TABLE reverie.store (schema bigint NOT NULL, last_run bigint NOT NULL)");
    await query("INSERT INTO reverie.store VALUES (0, 0)");
  }
  await query("SET LOCAL search_path TO reverie");
  const [{ schema }] = await query("SELECT schema FROM store");
  const version = Number(schema);
  if (version > list.length) {
    throw new InputError(
      `Cannot open the store as its schema must be of version ${list.length} or earlier: ${name} ` +
        `is of version ${version}; use a newer Reverie`,
    );
  }
  for (const sql of list.slice(version)) await query(sql);
  if (version < list.length) await query("UPDATE store SET schema = $1", list.length);
  if (isNew) await query("UPDATE store SET files = $1", files?.name ?? null);
  const [row] = await query("SELECT files FROM store");
  const kept = row.files as string | null;
  if (files !== undefined && files.name !== kept) {
    throw new InputError(
      `Cannot open the store ${name} with files in ${files.name} as it has them in ` +
        `${kept ?? "the database"}, which was decided when it was made: leave files=… out`,
    );
  }
  return kept;
}
