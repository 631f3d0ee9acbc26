/**
 * Sweeps: what each tries, in the database and in a journal beside it. Which runs are its trials stands
 * in their manifests.
 *
 * @module
 */
import { encodeCanonicalJson } from "../core/canonical_json.ts";
import { DamageError } from "../core/errors.ts";
import { printable } from "../core/printable.ts";
import type { Json } from "../core/snapshot.ts";
import { checksum } from "./checksum.ts";
import type { Database, Row } from "./database.ts";
import { JournalFile, lineOf } from "./journal_file.ts";
import type { StoredSweep } from "./store.ts";

/** Name of the journal in a store's folder: a row a line, the newest of a sweep counts. */
const JOURNAL = "sweeps.jsonl";

/** Reads and writes sweeps. */
export class Sweeps {
  /** Its journal. */
  readonly file: JournalFile;

  /** `folder` is the store's, whose rows are in `database`. */
  constructor(private readonly database: Database, folder: string) {
    this.file = new JournalFile(database, folder, JOURNAL);
  }

  /** Keeps what a sweep tries; one of the same name gives way. */
  put(name: string, definition: Json): void {
    const text = JSON.stringify(definition);
    this.database.write(() => {
      const before = this.database.get("SELECT created_at FROM sweep WHERE name = ?", name);
      const created_at = before?.created_at ?? Date.now();
      this.#keep([{ name, definition: text, created_at, checksum: checksum(name, text) }]);
    });
  }

  /** Keeps rows as they are, in place of those of their names. */
  keep(rows: readonly Row[]): void {
    if (rows.length > 0) this.database.write(() => this.#keep(rows));
  }

  /** Keeps what is new of the sweeps of another store; where each is. */
  bring(others: readonly Row[]): PlacedSweep[] {
    const find = () => placedAmong(sweepRows(this.database), others);
    const places = find();
    if (!places.some(isChanged)) return places;
    return this.database.write(() => {
      const places = find();
      this.#keep(places.filter(isChanged).map(({ row }) => row));
      return places;
    });
  }

  /**
   * The sweep of a name; undefined where there is none.
   *
   * @throws {DamageError} where its record is not as it was written.
   */
  get(name: string): StoredSweep | undefined {
    const row = this.database.get("SELECT * FROM sweep WHERE name = ?", name);
    return row && sweepOf(row);
  }

  /** Names of all sweeps, newest first. */
  names(): string[] {
    return this.database.all("SELECT name FROM sweep ORDER BY created_at DESC, name")
      .map(({ name }) => String(name));
  }

  /**
   * Deletes some for good.
   *
   * @param choose Their names, as of a moment at which nobody else begins a sweep or a run.
   */
  drop(choose: () => ReadonlySet<string>): void {
    this.database.write(() => {
      const names = choose();
      if (names.size === 0) return;
      for (const name of names) this.database.run("DELETE FROM sweep WHERE name = ?", name);
      this.rewrite();
    });
  }

  /** Puts back those of the journal that the database lacks, within a write transaction. */
  putBack(): void {
    const rows = new Map(this.file.read<Row>().map((row) => [row.name, row]));
    for (const row of rows.values()) this.#insert(row);
  }

  /** Writes the journal anew, in place of the one that was there. */
  rewrite(): void {
    this.file.rewrite(sweepRows(this.database).map(lineOf));
  }

  /** Writes the journal anew: what of it can be read, then all sweeps. */
  mend(): void {
    this.file.rewrite([...this.file.read(), ...sweepRows(this.database)].map(lineOf));
  }

  #keep(rows: readonly Row[]): void {
    for (const row of rows) this.#insert(row);
    this.file.append(rows.map(lineOf), { durable: true });
  }

  #insert({ name, definition, created_at, checksum }: Row): void {
    this.database.run(
      "INSERT OR REPLACE INTO sweep VALUES (?, ?, ?, ?)",
      ...[name, definition, created_at, checksum],
    );
  }
}

/** The sweeps that a database has, by name. */
export function sweepRows(database: Database): Row[] {
  return database.all("SELECT * FROM sweep ORDER BY name");
}

/** Where a sweep of another store is here. */
export interface PlacedSweep {
  /** Its name there. */
  readonly from: string;
  /** What there was of it here; undefined: nothing. */
  readonly before: Row | undefined;
  /** What there is to be of it: `before` itself, where that is as new. */
  readonly row: Row;
}

/** Whether there is something of it to be written here. */
export function isChanged({ before, row }: PlacedSweep): boolean {
  return row !== before;
}

/**
 * Where sweeps of another store are among those `here`: under the same name, where they try the same or
 * began at the same moment, or under the one that they were given here. One that is here stays, with
 * the trials of the one that has more; one whose name another has gets a name that neither store has.
 */
export function placedAmong(here: readonly Row[], others: readonly Row[]): PlacedSweep[] {
  const taken = new Set([...here, ...others].map(({ name }) => name));
  return others.map((other) => {
    const from = String(other.name);
    const named = here.find(({ name }) => name === from);
    const before = named !== undefined && isOne(named, other)
      ? named
      : here.find(({ created_at }) => created_at === other.created_at);
    if (before !== undefined) return { from, before, row: withMore(before, other) };
    let name = from;
    for (let n = 2; named !== undefined && taken.has(name); n++) name = `${from}-${n}`;
    taken.add(name);
    return { from, before, row: underName(other, name) };
  });
}

/** Whether two rows of one name are of one sweep. */
function isOne(a: Row, b: Row): boolean {
  return a.created_at === b.created_at || a.definition === b.definition ||
    (isSound(a) && isSound(b) && triedBy(a) === triedBy(b));
}

/** A row as another one of its sweep has it, where that is sound and has more trials. */
function withMore(row: Row, other: Row): Row {
  if (!isSound(other) || (isSound(row) && !(trialsOf(other) > trialsOf(row)))) return row;
  return { ...underName(other, row.name), created_at: row.created_at };
}

/** What a sweep tries, apart from how often. */
function triedBy(row: Row): string {
  return encodeCanonicalJson({ ...definitionOf(row), trials: null });
}

function trialsOf(row: Row): number {
  return Number(definitionOf(row).trials);
}

/** Of a row that is sound. */
function definitionOf({ definition }: Row): { readonly [key: string]: Json } {
  return JSON.parse(String(definition));
}

/** A row under another name; one that was damaged stays so. */
function underName(row: Row, name: Row[string]): Row {
  const sum = isSound(row) ? checksum(name, row.definition) : row.checksum;
  return { ...row, name, checksum: sum };
}

function isSound({ name, definition, checksum: sum }: Row): boolean {
  return checksum(name, definition) === sum;
}

function sweepOf(row: Row): StoredSweep {
  const name = String(row.name);
  if (!isSound(row)) {
    throw new DamageError(
      `Cannot read the sweep ${printable(name)} as its record is not as it was written`,
    );
  }
  return { name, definition: definitionOf(row), createdAt: Number(row.created_at) };
}
