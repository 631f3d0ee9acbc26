/**
 * Artifacts: files named by their content's hash, so that equal bytes are kept once, and rows that
 * say which runs have them.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import { attemptOf, visibilityOf } from "./attempts.ts";
import type { Database } from "./database.ts";
import {
  isAsNamed,
  namesIn,
  PARTIAL,
  putBelow,
  putFile,
  readVerified,
  removeFile,
  sha256,
} from "./files.ts";
import type { WriteSynced } from "./files.ts";
import { belowArtifacts } from "./paths.ts";
import type { StoredArtifact } from "./store.ts";

/** SHA-256 in hexadecimal. */
const HASH = /^[0-9a-f]{64}$/;

/** Keeps artifacts of runs in a folder. */
export class Artifacts {
  readonly #database: Database;
  readonly #folder: string;
  readonly #write: WriteSynced;

  /** `folder` is where the files lie; `write` puts bytes on the disk. */
  constructor(database: Database, folder: string, write: WriteSynced) {
    this.#database = database;
    this.#folder = folder;
    this.#write = write;
  }

  /** Keeps a file of a run; one of the same name, iteration and attempt takes its place. */
  async put(
    run: string,
    artifact: { name: string; iteration: number; mediaType: string; bytes: Uint8Array },
  ): Promise<StoredArtifact> {
    this.#database.requireWritable();
    const { name, iteration, mediaType, bytes } = artifact;
    const attempt = attemptOf(this.#database, run);
    const hash = sha256(bytes);
    await this.#putFile(hash, bytes);
    this.#database.write(() =>
      this.#database.run(
        `INSERT OR REPLACE INTO artifact (run, attempt, name, iteration, media_type, hash, bytes)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        run,
        attempt,
        name,
        iteration,
        mediaType,
        hash,
        bytes.length,
      )
    );
    // Another process may have purged the last run with these bytes before the row was there.
    await this.#putFile(hash, bytes);
    return { name, iteration, mediaType, hash, bytes: bytes.length };
  }

  /** The visible artifacts of a run, by iteration. */
  list(run: string): StoredArtifact[] {
    const visibleUntil = visibilityOf(this.#database, run);
    return this.#database.all("SELECT * FROM artifact WHERE run = ? ORDER BY iteration, id", run)
      .filter((row) => Number(row.iteration) <= visibleUntil(Number(row.attempt)))
      .map((row) => ({
        name: String(row.name),
        iteration: Number(row.iteration),
        mediaType: String(row.media_type),
        hash: String(row.hash),
        bytes: Number(row.bytes),
      }));
  }

  /**
   * The bytes of an artifact, verified.
   *
   * @throws InputError where no run has it; LabError where its file is missing or broken.
   */
  async read(hash: string): Promise<Uint8Array> {
    if (!HASH.test(hash)) {
      throw new InputError(`Cannot read the artifact as its hash must be 64 digits: "${hash}"`);
    }
    this.#requireKept(hash);
    try {
      return await readVerified(this.#path(hash), hash);
    } catch (error) {
      // A file that was purged meanwhile is not damaged.
      this.#requireKept(hash);
      throw error;
    }
  }

  #requireKept(hash: string): void {
    if (this.#isKept(hash)) return;
    throw new InputError(`Cannot read the artifact as no run has it: "${hash}"`);
  }

  /**
   * Removes a file, unless a run has it, within a write transaction. One that another process has just
   * put is put again by that one: see `put`.
   *
   * @returns The bytes freed.
   */
  sweep(hash: string): number {
    return !HASH.test(hash) || this.#isKept(hash) ? 0 : removeFile(this.#path(hash));
  }

  /** Hashes of the files that no run has. */
  orphans(): string[] {
    return namesIn(this.#folder)
      .flatMap((start) => namesIn(`${this.#folder}/${start}`))
      .filter((name) => !name.endsWith(PARTIAL) && !this.#isKept(name));
  }

  /** Whether a run has it, hidden attempts included. */
  #isKept(hash: string): boolean {
    return this.#database.get("SELECT id FROM artifact WHERE hash = ? LIMIT 1", hash) !== undefined;
  }

  async #putFile(hash: string, bytes: Uint8Array): Promise<void> {
    if (await isAsNamed(this.#path(hash))) return;
    await putBelow(
      this.#folder,
      async (place) => await putFile(await place(belowArtifacts(hash)), [bytes], this.#write),
    );
  }

  #path(hash: string): string {
    return `${this.#folder}/${belowArtifacts(hash)}`;
  }
}
