/**
 * Sync: what one store has of runs and another lacks is copied. A run is the same in both where its
 * manifest and the moment of its creation are; done twice, the second time does nothing.
 *
 * @module
 */
import { DamageError } from "../core/errors.ts";
import { checksum } from "./checksum.ts";
import type { Database, Row } from "./database.ts";
import { copyNamed, ensureFolder } from "./files.ts";
import { contentOf, isNewer, type JournalContent, Journals } from "./journal.ts";
import { isLocked, takeLock } from "./lock.ts";
import { putRun } from "./recover.ts";
import { nextRunNumber, runIdOf } from "./run_id.ts";

/** What a sync did; runs by their ids in the target. */
export interface Sync {
  /** Runs that the target did not have. */
  readonly added: readonly string[];
  /** Runs that had gone on in the source. */
  readonly updated: readonly string[];
  /** Runs that the target has as new; changes of name, tags and note stay its own. */
  readonly known: readonly string[];
  /** Runs that are being trained on either side, by their ids in the source: another time. */
  readonly training: readonly string[];
  /** Sweeps that were added. */
  readonly sweeps: readonly string[];
  /** Files that the source should have and has not, below its folder. */
  readonly missing: readonly string[];
  /** Files of the source that are not what their names say, below its folder; they stay there. */
  readonly damaged: readonly string[];
}

/** A store's folder and its open database. */
interface Side {
  readonly database: Database;
  readonly folder: string;
}

/** Copies what `target` lacks of the runs of `source` outside its trash, with their files. */
export async function sync(source: Side, target: Side): Promise<Sync> {
  const did = {
    added: [] as string[],
    updated: [] as string[],
    known: [] as string[],
    training: [] as string[],
    sweeps: sweepsInto(source.database, target.database),
    missing: [] as string[],
    damaged: [] as string[],
  };
  const journals = new Journals(target.database, `${target.folder}/checkpoints`);
  const ids = source.database.all("SELECT id FROM run WHERE trashed_at IS NULL ORDER BY id");
  for (const { id } of ids) {
    const from = String(id);
    if (isLocked(`${source.folder}/locks/${from}`)) {
      did.training.push(from);
      continue;
    }
    const content = contentOf(source.database, from);
    const same = sameRun(target.database, content.run);
    if (same !== undefined && !hasGoneOn(content, same, target.database)) {
      did.known.push(same);
      continue;
    }
    const to = same ?? freeId(target.database, content.run);
    const lock = lockOf(target, to);
    if (lock === undefined) {
      did.training.push(from);
      continue;
    }
    try {
      // Files first: no row ever names one that is not there.
      const { missing, damaged } = await copyFiles(source, from, target, to, content);
      did.missing.push(...missing);
      did.damaged.push(...damaged);
      target.database.write(() => {
        const kept = target.database.get("SELECT * FROM run WHERE id = ?", same ?? null);
        putRun(target.database, renamed(content, to, kept));
      }, { durable: true });
      journals.rewrite(to);
      journals.release(to);
    } finally {
      lock[Symbol.dispose]();
    }
    did[same === undefined ? "added" : "updated"].push(to);
  }
  return did;
}

/** Adds sweeps whose names the target does not have. */
function sweepsInto(source: Database, target: Database): string[] {
  const has = (name: Row[string]) =>
    target.get("SELECT name FROM sweep WHERE name = ?", name) !== undefined;
  const rows = source.all("SELECT * FROM sweep ORDER BY name").filter(({ name }) => !has(name));
  if (rows.length === 0) return [];
  target.write(() => {
    for (const { name, definition, created_at, checksum } of rows) {
      target.run(
        "INSERT INTO sweep VALUES (?, ?, ?, ?)",
        ...[name, definition, created_at, checksum],
      );
    }
  });
  return rows.map(({ name }) => String(name));
}

/** The id under which a database has a run, in its trash too. */
function sameRun(database: Database, { id, created_at, manifest }: Row): string | undefined {
  const rows = database.all(
    "SELECT id, manifest FROM run WHERE created_at = ? ORDER BY id = ? DESC, id",
    created_at,
    id,
  );
  const origin = originOf(manifest);
  const same = rows.find((row) => row.manifest === manifest || originOf(row.manifest) === origin);
  return same && String(same.id);
}

/** What of a manifest stays when a run goes on, also with another budget. */
function originOf(manifest: Row[string]): string {
  try {
    const { determined } = JSON.parse(String(manifest));
    const { experiment, seed, backend, configuration } = determined;
    const { agent, environment, model, dataset } = configuration;
    return JSON.stringify([experiment, seed, backend, agent, environment, model, dataset]);
  } catch {
    return String(manifest);
  }
}

/** Whether a run is further than the database has it. */
function hasGoneOn(content: JournalContent, same: string, database: Database): boolean {
  const row = database.get("SELECT status, attempt FROM run WHERE id = ?", same)!;
  const asHere = { ...content, run: { ...content.run, id: same } };
  if (isNewer(asHere, database)) return true;
  // It ended without a checkpoint after the last that is known.
  return row.status === "running" && content.run.status !== "running" &&
    row.attempt === content.run.attempt;
}

/** The run's own id where no other run has it, else the next that is free. */
function freeId(database: Database, { id }: Row): string {
  if (database.get("SELECT id FROM run WHERE id = ?", id) === undefined) return String(id);
  const { last_run } = database.get("SELECT last_run FROM store")!;
  return runIdOf(nextRunNumber(Number(last_run), 0));
}

function lockOf({ folder }: Side, id: string): Disposable | undefined {
  try {
    return takeLock(`${folder}/locks/${id}`, `the run ${id}`);
  } catch {
    return undefined;
  }
}

/**
 * Copies a run's files that the target does not have whole, as other runs may share them; those that are
 * missing or damaged, below the source's folder.
 */
async function copyFiles(
  source: Side,
  from: string,
  target: Side,
  to: string,
  { checkpoints, artifacts }: JournalContent,
): Promise<Pick<Sync, "missing" | "damaged">> {
  const pairs = [
    ...checkpoints.flatMap(({ record_file, tensor_file }) =>
      // A record names its tensors.
      [tensor_file, record_file].map((file) =>
        [`checkpoints/${from}/${file}`, `checkpoints/${to}/${file}`] as const
      )
    ),
    ...[...artifacts.values()].map(({ hash }) => {
      const path = `artifacts/${String(hash).slice(0, 2)}/${hash}`;
      return [path, path] as const;
    }),
  ];
  const missing: string[] = [];
  const damaged: string[] = [];
  for (const [here, there] of new Map(pairs)) {
    const parent = there.slice(0, there.lastIndexOf("/"));
    await ensureFolder(`${target.folder}/${parent}`);
    try {
      const isThere = await copyNamed(`${source.folder}/${here}`, `${target.folder}/${there}`);
      if (!isThere) missing.push(here);
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      damaged.push(here);
    }
  }
  return { missing, damaged };
}

/**
 * A run under another id, with the checksums that go with it; what was damaged stays so. What a person
 * changed of the one that is there is kept.
 */
export function renamed(
  content: JournalContent,
  id: string,
  kept: Row | undefined,
): JournalContent {
  const { run, chunks } = content;
  const isSound = checksum(run.id, run.manifest) === run.manifest_checksum;
  const own: Row = kept === undefined
    ? {}
    : { name: kept.name, tags: kept.tags, note: kept.note, trashed_at: kept.trashed_at };
  const ofRun = (rows: readonly Row[]) => rows.map((row) => ({ ...row, run: id }));
  const byId = (rows: ReadonlyMap<number, Row>) =>
    new Map([...rows].map(([key, row]) => [key, { ...row, run: id }]));
  const manifestChecksum = isSound ? checksum(id, run.manifest) : run.manifest_checksum;
  return {
    ...content,
    run: { ...run, ...own, id, manifest_checksum: manifestChecksum },
    attempts: ofRun(content.attempts),
    checkpoints: ofRun(content.checkpoints),
    chunks: new Map([...chunks].map(([key, row]) => [key, chunkOf(row, String(run.id), id)])),
    events: byId(content.events),
    artifacts: byId(content.artifacts),
  };
}

function chunkOf(row: Row, from: string, to: string): Row {
  const { name, attempt, count, first_iteration, last_iteration, last_value } = row;
  const sumOf = (run: string) =>
    checksum(
      ...[run, name, attempt, count, first_iteration, last_iteration, last_value],
      row.points_checksum,
    );
  return sumOf(from) === row.head_checksum ? { ...row, head_checksum: sumOf(to) } : row;
}
