/**
 * Sync: what one store has of runs and another lacks is copied. A run is the same in both where its
 * manifest and the moment of its creation are, but for budgets under which it went on in one of them; done
 * twice, the second time does nothing.
 *
 * @module
 */
import { DamageError } from "../core/errors.ts";
import { checksum } from "./checksum.ts";
import type { Database, Row } from "./database.ts";
import { copyNamed, putBelow, sizeOfFile } from "./files.ts";
import { contentOf, type JournalContent, Journals, newestOf } from "./journal.ts";
import { isLocked, takeLock } from "./lock.ts";
import { putRun } from "./recover.ts";
import { nextRunNumber, runIdOf, runNumberOf } from "./run_id.ts";
import { artifactPath, checkpointPaths, CHECKPOINTS, filesNamedBy } from "./paths.ts";
import { isChanged, type PlacedSweep, sweepRows, Sweeps } from "./sweeps.ts";

/** What a sync did; runs by their ids in the target. */
export interface Sync extends Lacking {
  /** Runs that the target did not have. */
  readonly added: readonly string[];
  /** Runs that had gone on in the source. */
  readonly updated: readonly string[];
  /** Runs that the target has as new; changes of name, tags and note stay its own. */
  readonly known: readonly string[];
  /** Files of these that were gone there and came again, below the target's folder. */
  readonly mended: readonly string[];
  /** Runs that are being trained on either side, by their ids in the source: another time. */
  readonly training: readonly string[];
  /** Sweeps that were added, or have more trials now: their names in the target by those in the source. */
  readonly sweeps: ReadonlyMap<string, string>;
}

/** Files that did not come, below the source's folder. */
export interface Lacking {
  /** Those that the source should have and has not. */
  readonly missing: readonly string[];
  /** Those that are not what their names say; they stay there. */
  readonly damaged: readonly string[];
}

/** Files that came, below the target's folder, and those that did not. */
export interface Brought extends Lacking {
  readonly brought: readonly string[];
}

/** A store's folder and its open database. */
interface Side {
  readonly database: Database;
  readonly folder: string;
}

/** Where runs are brought: what is there, and how more comes there. */
export interface Target {
  /** What is there, for reading. */
  readonly database: Database;
  /** An id for a run that is not there, its own where that is free. */
  newId(own: string): string | Promise<string>;
  /**
   * Puts a run with its files in place of what is there of it, but for what a person says of that one.
   *
   * @param folder The source's.
   * @param to The id that it has there.
   * @param known The revision of what `database` had of it; undefined where it had nothing.
   * @returns What did not come; `changed` where something else is there meanwhile, and undefined where
   *   the run is being trained there: nothing is put then.
   */
  put(
    content: JournalContent,
    folder: string,
    to: string,
    known: number | undefined,
  ): Promise<Lacking | "changed" | undefined>;
  /**
   * Brings again what is gone of the files of a run that is there as new; left out: nothing goes there.
   *
   * @param folder The source's.
   * @param to The id that it has there.
   */
  mend?(content: JournalContent, folder: string, to: string): Promise<Brought>;
  /** Keeps what is new of sweeps; where each is there. */
  bringSweeps(rows: readonly Row[]): PlacedSweep[] | Promise<PlacedSweep[]>;
}

/** Copies what `target` lacks of the runs of `source` outside its trash, with their files. */
export async function sync(source: Side, target: Target): Promise<Sync> {
  const places = await target.bringSweeps(sweepRows(source.database));
  const names = ({ from, row }: PlacedSweep) => [from, String(row.name)] as const;
  const sweepNames = new Map(places.map(names));
  const did = {
    added: [] as string[],
    updated: [] as string[],
    known: [] as string[],
    mended: [] as string[],
    training: [] as string[],
    sweeps: new Map(places.filter(isChanged).map(names)),
    missing: [] as string[],
    damaged: [] as string[],
  };
  const ids = source.database.all("SELECT id FROM run WHERE trashed_at IS NULL ORDER BY id");
  for (const { id } of ids) {
    const from = String(id);
    if (isLocked(`${source.folder}/locks/${from}`)) {
      did.training.push(from);
      continue;
    }
    const content = asTrial(contentOf(source.database, from), sweepNames);
    const brought = await bring(content, source, target);
    if (brought === undefined) {
      did.training.push(from);
      continue;
    }
    const { as, id: to, mended, missing, damaged } = brought;
    did[as].push(to);
    did.mended.push(...mended);
    did.missing.push(...missing);
    did.damaged.push(...damaged);
  }
  // Runs may have the same picture.
  const [missing, damaged] = [did.missing, did.damaged].map((paths) => [...new Set(paths)]);
  return { ...did, missing, damaged };
}

const nothing: Brought = { brought: [], missing: [], damaged: [] };

/** Brings a run where it is further than it is there; undefined where it is being trained there. */
async function bring(
  content: JournalContent,
  { database, folder }: Side,
  target: Target,
): Promise<
  | Lacking & {
    readonly as: "added" | "updated" | "known";
    readonly id: string;
    readonly mended: readonly string[];
  }
  | undefined
> {
  for (;;) {
    const same = sameRun(target.database, database, content);
    if (same !== undefined && !hasGoneOn(content, same.id, target.database)) {
      const { brought: mended, missing, damaged } = await target.mend?.(content, folder, same.id) ??
        nothing;
      return { as: "known", id: same.id, mended, missing, damaged };
    }
    const id = same?.id ?? await target.newId(String(content.run.id));
    const lacking = await target.put(content, folder, id, same?.revision);
    // Another sync was there first: by what is there now.
    if (lacking === "changed") continue;
    return lacking && { ...lacking, as: same === undefined ? "added" : "updated", id, mended: [] };
  }
}

/** A folder's store, whose database is open for writing. */
export class FolderTarget implements Target {
  readonly #journals: Journals;
  readonly #sweeps: Sweeps;

  constructor(readonly database: Database, private readonly folder: string) {
    this.#sweeps = new Sweeps(database, folder);
    this.#journals = new Journals(database, `${folder}/${CHECKPOINTS}`);
  }

  newId(own: string): string {
    // Counted at once, so that no run begins under it while the files come.
    return this.database.write(() => {
      // Also by a run that lies there and that an older database does not know.
      const isTaken = (id: string) =>
        this.#journals.isKept(id) ||
        this.database.get("SELECT id FROM run WHERE id = ?", id) !== undefined;
      const { last_run } = this.database.get("SELECT last_run FROM store")!;
      let id = own;
      for (let next = nextRunNumber(Number(last_run), 0); isTaken(id); next++) id = runIdOf(next);
      this.database.run("UPDATE store SET last_run = MAX(last_run, ?)", runNumberOf(id));
      return id;
    });
  }

  async put(
    content: JournalContent,
    folder: string,
    to: string,
    known: number | undefined,
  ): Promise<Lacking | "changed" | undefined> {
    using lock = lockOf(`${this.folder}/locks/${to}`, to);
    if (lock === undefined) return undefined;
    for (;;) {
      // Files first: no row ever names one that is not there.
      const files = await this.#bring(content, folder, to);
      const put = this.#putRows(content, to, { files: files.brought, known });
      if (put === "purged") continue;
      if (put === "changed") return put;
      return files;
    }
  }

  async mend(content: JournalContent, folder: string, to: string): Promise<Brought> {
    const gone = new Set(
      filesNamedBy(this.database, to)
        .filter((path) => sizeOfFile(`${this.folder}/${path}`) === undefined),
    );
    if (gone.size === 0) return nothing;
    using lock = lockOf(`${this.folder}/locks/${to}`, to);
    if (lock === undefined) return nothing;
    return await this.#bring(content, folder, to, (there) => gone.has(there));
  }

  async #bring(
    content: JournalContent,
    folder: string,
    to: string,
    isWanted?: (there: string) => boolean,
  ): Promise<Brought> {
    return await putBelow(
      this.folder,
      (place) =>
        bringFiles(
          content,
          to,
          async (here, there) => await copyNamed(`${folder}/${here}`, await place(there)),
          isWanted,
        ),
    );
  }

  /**
   * Puts the rows and their journal, unless something else than what was known is there, or one of the
   * files is not any more: as long as no row names them a purge may remove them.
   */
  #putRows(
    content: JournalContent,
    to: string,
    { files, known }: { readonly files: readonly string[]; readonly known: number | undefined },
  ): "put" | "changed" | "purged" {
    return this.database.write(() => {
      const there = this.database.get(
        "SELECT revision, name, tags, note, trashed_at, said FROM run WHERE id = ?",
        to,
      );
      if (there?.revision !== known) return "changed";
      if (files.some((path) => sizeOfFile(`${this.folder}/${path}`) === undefined)) return "purged";
      const { revision: _, ...said } = there ?? {};
      putRun(this.database, renamed({ ...content, run: { ...content.run, ...said } }, to));
      // Before the rows count: a sync that is killed here brings the run again.
      this.#journals.rewrite(to);
      this.#journals.release(to);
      return "put";
    }, { durable: true });
  }

  bringSweeps(rows: readonly Row[]): PlacedSweep[] {
    return this.#sweeps.bring(rows);
  }
}

/**
 * Brings the files of a run to where they lie under another id.
 *
 * @param bring Brings one, of these places below the stores' folders, and returns whether it was there;
 *   throws a {@linkcode DamageError} where it is not what its name says.
 * @param isWanted Whether one is, by its place there; left out: all are.
 * @returns Those that are there now, and those that did not come.
 */
export async function bringFiles(
  content: JournalContent,
  to: string,
  bring: (here: string, there: string) => Promise<boolean>,
  isWanted: (there: string) => boolean = () => true,
): Promise<Brought> {
  const files = { brought: [] as string[], missing: [] as string[], damaged: [] as string[] };
  const there = filesOf(content, to);
  for (const [i, here] of filesOf(content, String(content.run.id)).entries()) {
    if (!isWanted(there[i])) continue;
    try {
      if (await bring(here, there[i])) files.brought.push(there[i]);
      else files.missing.push(here);
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      files.damaged.push(here);
    }
  }
  return files;
}

/** The files of a run, below a store's folder, where the run has this id. */
export function filesOf({ checkpoints, artifacts }: JournalContent, id: string): string[] {
  const hashes = new Set([...artifacts.values()].map(({ hash }) => String(hash)));
  return [...new Set(checkpointPaths(id, checkpoints)), ...[...hashes].map(artifactPath)];
}

/** A run as a trial of its sweep, whose name in the target stands in `names`. */
function asTrial(content: JournalContent, names: ReadonlyMap<string, string>): JournalContent {
  const { run } = content;
  if (!hasSoundManifest(run)) return content;
  const manifest = JSON.parse(String(run.manifest));
  const name = names.get(manifest.sweep?.name);
  if (name === undefined || name === manifest.sweep.name) return content;
  const text = JSON.stringify({ ...manifest, sweep: { ...manifest.sweep, name } });
  return {
    ...content,
    run: { ...run, manifest: text, manifest_checksum: checksum(run.id, text) },
  };
}

function hasSoundManifest({ id, manifest, manifest_checksum }: Row): boolean {
  return checksum(id, manifest) === manifest_checksum;
}

/** What tells of a run in a database which one it is, and how far it came. */
const COURSE = `id, revision, manifest,
  (SELECT MAX(iteration) FROM checkpoint WHERE checkpoint.run = run.id) AS at`;

/**
 * What a database has of a run, in its trash too: the id that it has there, and its revision. Runs that
 * began in the same moment, as those of several workers do, may be alike: what is there under the id of
 * another one of the source is that one.
 */
function sameRun(
  database: Database,
  source: Database,
  { run: { id, created_at, manifest }, checkpoints }: JournalContent,
): { readonly id: string; readonly revision: number } | undefined {
  const rows = database.all(
    `SELECT ${COURSE} FROM run WHERE created_at = ? ORDER BY id = ? DESC, id`,
    created_at,
    id,
  );
  const [origin, course] = [originOf(manifest), courseOf(manifest, newestOf(checkpoints))];
  const isAlike = (row: Row) =>
    originOf(row.manifest) === origin && isOneCourse(courseOf(row.manifest, row.at), course);
  const others = source
    .all(`SELECT ${COURSE} FROM run WHERE created_at = ? AND id <> ?`, created_at, id)
    .filter(isAlike);
  const isOther = (row: Row) => others.some((other) => other.id === row.id);
  const same = rows.find((row) => isAlike(row) && !isOther(row));
  return same && { id: String(same.id), revision: Number(same.revision) };
}

/** The settings of a manifest; undefined where it is damaged. */
function configurationOf(
  manifest: Row[string],
):
  | { readonly determined: Row; readonly configuration: { readonly [key: string]: unknown } }
  | undefined {
  try {
    const { determined } = JSON.parse(String(manifest));
    return { determined, configuration: { ...determined.configuration } };
  } catch {
    return undefined;
  }
}

/** What of a manifest stays when a run goes on, also with another budget. */
function originOf(manifest: Row[string]): string {
  const known = configurationOf(manifest);
  if (known === undefined) return String(manifest);
  const { budget: _, earlierBudgets: __, extendedFrom: ___, ...configuration } =
    known.configuration;
  return JSON.stringify({ ...known.determined, configuration });
}

/** The budgets that a run was trained under, each but the last with the iteration at which it was left. */
interface Course {
  readonly stages: readonly { readonly budget: unknown; readonly left?: number }[];
  /** The iteration of its newest checkpoint, at least 0. */
  readonly at: number;
}

/** The course of a manifest; a last budget under which nothing was trained yet is none of it. */
function courseOf(manifest: Row[string], newest: Row[string]): Course {
  const { budget, earlierBudgets = [], extendedFrom = [] } =
    configurationOf(manifest)?.configuration ?? {};
  const earlier = [
    ...(extendedFrom as readonly unknown[]).map((budget) => ({ budget })),
    ...(earlierBudgets as readonly { readonly budget: unknown; readonly iterations: number }[])
      .map(({ budget, iterations }) => ({ budget, left: iterations })),
  ];
  const at = Math.max(0, Number(newest ?? 0));
  const { left = 0 }: Course["stages"][number] = earlier.at(-1) ?? { budget };
  return { stages: at > left ? [...earlier, { budget }] : earlier, at };
}

/** Whether one of two courses is as the other one began: else each of them led to something of its own. */
function isOneCourse(a: Course, b: Course): boolean {
  const [short, long] = a.stages.length <= b.stages.length ? [a, b] : [b, a];
  const isLast = (i: number) => i === short.stages.length - 1;
  return short.stages.every(({ budget, left }, i) => {
    const other = long.stages[i];
    if (budget !== other.budget) return false;
    if (!isLast(i)) return left === other.left;
    return long.stages.length === short.stages.length || short.at <= (other.left ?? Infinity);
  });
}

/**
 * Whether a run is further than the database has it: by its newest checkpoint, as each of the two may
 * have been resumed however often.
 */
function hasGoneOn(
  { run, checkpoints }: JournalContent,
  same: string,
  database: Database,
): boolean {
  const there = database.get(
    `SELECT status, digest, attempt,
       (SELECT MAX(iteration) FROM checkpoint WHERE checkpoint.run = run.id) AS at
     FROM run WHERE id = ?`,
    same,
  )!;
  const [at, before] = [newestOf(checkpoints), Number(there.at ?? -1)];
  if (at !== before) return at > before;
  if (there.attempt !== run.attempt) {
    return there.digest === null && Number(there.attempt) < Number(run.attempt);
  }
  // It ended without a checkpoint after the last that is known.
  return there.status === "running" && run.status !== "running";
}

function lockOf(path: string, id: string): Disposable | undefined {
  try {
    return takeLock(path, `the run ${id}`);
  } catch {
    return undefined;
  }
}

/** A run under another id, with the checksums that go with it; what was damaged stays so. */
export function renamed(content: JournalContent, id: string): JournalContent {
  const { run, chunks } = content;
  const ofRun = (rows: readonly Row[]) => rows.map((row) => ({ ...row, run: id }));
  const byId = (rows: ReadonlyMap<number, Row>) =>
    new Map([...rows].map(([key, row]) => [key, { ...row, run: id }]));
  const manifestChecksum = hasSoundManifest(run)
    ? checksum(id, run.manifest)
    : run.manifest_checksum;
  return {
    ...content,
    run: { ...run, id, manifest_checksum: manifestChecksum },
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
