/**
 * Sweeps: what each tries, in the database and in a journal beside it. Which runs are its trials stands
 * in their manifests.
 *
 * @module
 */
import { DamageError } from "../core/errors.ts";
import { printable } from "../core/printable.ts";
import type { Json } from "../core/snapshot.ts";
import { checksum } from "./checksum.ts";
import type { Database, Row } from "./database.ts";
import { appendLine, lineOf, valuesOf, writeLine } from "./journal.ts";
import type { StoredSweep } from "./store.ts";

/** Name of the journal in a store's folder: a row a line, the newest of a sweep counts. */
const JOURNAL = "sweeps.jsonl";

/** Reads and writes sweeps. */
export class Sweeps {
  readonly #journal: string;

  /** `folder` is the store's, whose rows are in `database`. */
  constructor(private readonly database: Database, folder: string) {
    this.#journal = `${folder}/${JOURNAL}`;
  }

  /** Keeps what a sweep tries; one of the same name gives way. */
  put(name: string, definition: Json): void {
    const text = JSON.stringify(definition);
    this.database.write(() => {
      this.database.run(
        `INSERT INTO sweep VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
           definition = excluded.definition, checksum = excluded.checksum`,
        name,
        text,
        Date.now(),
        checksum(name, text),
      );
      const row = this.database.get("SELECT * FROM sweep WHERE name = ?", name);
      appendLine(this.#journal, lineOf(row), { durable: true });
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

  /** Deletes these for good. */
  drop(names: ReadonlySet<string>): void {
    if (names.size === 0) return;
    this.database.write(() => {
      for (const name of names) this.database.run("DELETE FROM sweep WHERE name = ?", name);
    });
    this.rewrite();
  }

  /** Puts back those of the journal that the database lacks. */
  putBack(): void {
    const rows = new Map(valuesOf<Row>(this.#journal).map((row) => [row.name, row]));
    for (const { name, definition, created_at, checksum } of rows.values()) {
      this.database.run(
        "INSERT OR REPLACE INTO sweep VALUES (?, ?, ?, ?)",
        ...[name, definition, created_at, checksum],
      );
    }
  }

  /** Writes the journal anew, in place of the one that was there. */
  rewrite(): void {
    const rows = this.database.all("SELECT * FROM sweep ORDER BY name");
    writeLine(this.#journal, rows.map(lineOf).join("\n"));
  }
}

function sweepOf(row: Row): StoredSweep {
  const [name, text] = [String(row.name), String(row.definition)];
  if (checksum(name, text) !== row.checksum) {
    throw new DamageError(
      `Cannot read the sweep ${printable(name)} as its record is not as it was written`,
    );
  }
  return { name, definition: JSON.parse(text), createdAt: Number(row.created_at) };
}
