/**
 * Checkpoints: tensors in the safetensors format, the rest in canonical JSON beside them, and rows
 * that say which of them count. A file is on the disk, whole, before its row is.
 *
 * @module
 */
import { decodeCanonicalJson, encodeCanonicalJson } from "../core/canonical_json.ts";
import { DamageError, InputError, LabError } from "../core/errors.ts";
import { decodeSafetensors, safetensorsParts } from "../core/safetensors.ts";
import { printable } from "../core/printable.ts";
import type { Json } from "../core/snapshot.ts";
import { belowPrefix, prefixed } from "../core/tensor_data.ts";
import { attemptOf, visibilityOf } from "./attempts.ts";
import { decodeValues } from "./columns.ts";
import type { Database, Row } from "./database.ts";
import { namesIn, putBelow, putFile, readVerified, removeFile, sha256 } from "./files.ts";
import type { WriteSynced } from "./files.ts";
import { JOURNAL, type Journals } from "./journal.ts";
import type { MetricWriter } from "./metric_writer.ts";
import type { Checkpoint, NewCheckpoint, StoredCheckpoint } from "./store.ts";

/** Version of the files' layout. */
const FORMAT = 1;

/** The JSON file of a checkpoint. */
interface CheckpointRecord {
  readonly format: number;
  readonly iteration: number;
  readonly tensors: { readonly file: string; readonly hash: string };
  readonly values: Json;
  readonly runner: Json;
}

/** Keeps checkpoints of runs, each run's in a folder of its own. */
export class Checkpoints {
  readonly #database: Database;
  readonly #folder: string;
  readonly #metrics: MetricWriter;
  readonly #journals: Journals;
  readonly #write: WriteSynced;
  /** The save in progress of each run: the next one waits for it. */
  readonly #saving = new Map<string, Promise<unknown>>();

  /** `folder` is where the runs' folders lie; `write` puts bytes on the disk. */
  constructor(
    database: Database,
    folder: string,
    metrics: MetricWriter,
    journals: Journals,
    write: WriteSynced,
  ) {
    this.#database = database;
    this.#folder = folder;
    this.#metrics = metrics;
    this.#journals = journals;
    this.#write = write;
  }

  /** Saves a checkpoint, after those of the same run that are being saved. */
  save(run: string, checkpoint: NewCheckpoint): Promise<StoredCheckpoint> {
    const before = this.#saving.get(run) ?? Promise.resolve();
    const saving = before.catch(() => {}).then(() => this.#save(run, checkpoint));
    this.#saving.set(run, saving);
    const forget = () => {
      if (this.#saving.get(run) === saving) this.#saving.delete(run);
    };
    saving.then(forget, forget);
    return saving;
  }

  /** The visible checkpoints of a run, oldest first. */
  list(run: string): StoredCheckpoint[] {
    return this.#visibleRows(run).map(storedOf);
  }

  /** The content of a checkpoint, verified. */
  async load(
    run: string,
    checkpoint: StoredCheckpoint,
    options: { readonly without?: string },
  ): Promise<Checkpoint> {
    const row = this.#row(run, checkpoint);
    try {
      return await this.#read(row, run, checkpoint, options);
    } catch (error) {
      // Files that whoever trains the run has removed meanwhile are not damaged.
      this.#row(run, checkpoint);
      throw error;
    }
  }

  /** @throws InputError where there is no such checkpoint any more. */
  #row(run: string, { id, iteration }: StoredCheckpoint): Row {
    const row = this.#database.get(
      "SELECT record_file, tensor_file FROM checkpoint WHERE id = ? AND run = ?",
      id,
      run,
    );
    if (row !== undefined) return row;
    throw new InputError(
      `Cannot load the checkpoint as the run ${run} has none at iteration ${iteration} any more`,
    );
  }

  async #read(
    { record_file, tensor_file }: Row,
    run: string,
    checkpoint: StoredCheckpoint,
    { without }: { readonly without?: string },
  ): Promise<Checkpoint> {
    const path = `${this.#folder}/${run}/${record_file}`;
    const text = new TextDecoder().decode(await readVerified(path, checkpoint.hash));
    const record = decodeCanonicalJson(text) as unknown as CheckpointRecord;
    if (record.format !== FORMAT) {
      throw new LabError(
        `Cannot load the checkpoint ${path} as its format must be ${FORMAT}: ${record.format}`,
      );
    }
    if (record.iteration !== checkpoint.iteration) {
      throw new DamageError(
        `Cannot load the checkpoint ${path} as it must be of iteration ${checkpoint.iteration}: ` +
          `${record.iteration}`,
      );
    }
    const { file, hash } = record.tensors;
    // Whatever copies or keeps the files of a run goes by its rows.
    if (file !== tensor_file) {
      throw new DamageError(
        `Cannot load the checkpoint ${path} as its row must name the tensors ${file}: ${
          printable(String(tensor_file))
        }`,
      );
    }
    const { tensors } = decodeSafetensors(
      await readVerified(`${this.#folder}/${run}/${file}`, hash),
      without === undefined ? undefined : (name) => !name.startsWith(`state/${without}`),
    );
    return {
      snapshot: {
        parameters: belowPrefix(tensors, "parameters/"),
        state: belowPrefix(tensors, "state/"),
        values: record.values,
      },
      runner: record.runner,
    };
  }

  /**
   * Removes the files of a run that neither a row nor its journal names: pruned checkpoints, and
   * what a killed process left. Only who trains the run may call this.
   */
  sweep(run: string): void {
    const named = new Set(
      [...this.#rows(run), ...this.#journals.read(run)?.checkpoints ?? []].flatMap(filesOf),
    );
    const folder = `${this.#folder}/${run}`;
    for (const name of namesIn(folder)) {
      if (name !== JOURNAL && !named.has(name)) removeFile(`${folder}/${name}`);
    }
  }

  /**
   * Removes the folder of a run that is no more, within a write transaction.
   *
   * @returns The bytes freed.
   */
  remove(run: string): number {
    if (this.#database.get("SELECT id FROM run WHERE id = ?", run) !== undefined) return 0;
    const folder = `${this.#folder}/${run}`;
    const bytes = namesIn(folder).reduce((sum, name) => sum + removeFile(`${folder}/${name}`), 0);
    removeFile(folder);
    return bytes;
  }

  /** Folders of runs that the database does not have. */
  orphans(): string[] {
    return namesIn(this.#folder).filter((run) =>
      this.#database.get("SELECT id FROM run WHERE id = ?", run) === undefined
    );
  }

  async #save(run: string, checkpoint: NewCheckpoint): Promise<StoredCheckpoint> {
    this.#database.requireWritable();
    const { iteration, kind, score } = checkpoint;
    const attempt = attemptOf(this.#database, run);
    const files = encode(checkpoint);
    await putBelow(this.#folder, async (place) => {
      await putFile(await place(`${run}/${files.tensorFile}`), files.tensors, this.#write);
      await putFile(await place(`${run}/${files.recordFile}`), [files.record], this.#write);
    });

    const bytes = [...files.tensors, files.record].reduce((sum, { length }) => sum + length, 0);
    const before = this.#rows(run).flatMap(filesOf);
    const id = this.#database.write(() => {
      this.#metrics.write();
      const { row } = this.#database.run(
        `INSERT INTO checkpoint
           (run, iteration, attempt, kind, score, hash, bytes, record_file, tensor_file)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        run,
        iteration,
        attempt,
        kind,
        score === null ? null : new Uint8Array(Float64Array.of(score).buffer),
        files.hash,
        bytes,
        files.recordFile,
        files.tensorFile,
      );
      this.#prune(run, checkpoint.keep);
      return row;
    }, { durable: true });
    this.#metrics.written();
    this.#journals.append(run, { durable: true });
    const named = new Set(this.#rows(run).flatMap(filesOf));
    for (const name of before.filter((name) => !named.has(name))) {
      try {
        removeFile(`${this.#folder}/${run}/${name}`);
      } catch {
        // The checkpoint is safe; what could not be removed goes when the run is locked again.
      }
    }
    return { id, iteration, attempt, kind, score, hash: files.hash, bytes };
  }

  /** Deletes the rows of all but the newest `keep` of kind `last` and the newest of each other. */
  #prune(run: string, keep: number): void {
    const left: Record<string, number> = { last: Math.max(1, keep) };
    const kept = new Set<Row[string]>();
    for (const { id, kind } of this.#visibleRows(run).reverse()) {
      const name = String(kind);
      left[name] = (left[name] ?? 1) - 1;
      if (left[name] >= 0) kept.add(id);
    }
    for (const { id } of this.#rows(run)) {
      if (!kept.has(id)) this.#database.run("DELETE FROM checkpoint WHERE id = ?", id);
    }
  }

  #rows(run: string): Row[] {
    return this.#database.all("SELECT * FROM checkpoint WHERE run = ? ORDER BY iteration, id", run);
  }

  #visibleRows(run: string): Row[] {
    const visibleUntil = visibilityOf(this.#database, run);
    return this.#rows(run)
      .filter((row) => Number(row.iteration) <= visibleUntil(Number(row.attempt)));
  }
}

/**
 * The iteration of the checkpoint whose record a file's name says that it is, which is put there when all
 * else of it is; -1 of other files.
 */
export function iterationOf(name: string): number {
  return Number(/^(\d+)-[0-9a-f]{16}\.json$/.exec(name)?.[1] ?? -1);
}

/** Names of the two files of a checkpoint's row. */
function filesOf(row: Row): string[] {
  return [String(row.record_file), String(row.tensor_file)];
}

/**
 * The two files of a checkpoint, named by iteration and content. The tensors' bytes are the
 * snapshot's own memory.
 */
function encode({ snapshot, runner, iteration }: NewCheckpoint): {
  tensors: Uint8Array[];
  tensorFile: string;
  record: Uint8Array;
  recordFile: string;
  hash: string;
} {
  const tensors = safetensorsParts({
    ...prefixed(snapshot.parameters, "parameters/"),
    ...prefixed({ ...snapshot.state, ...snapshot.lent }, "state/"),
  }, { format: String(FORMAT) });
  const tensorHash = sha256(...tensors);
  const tensorFile = `${iteration}-${tensorHash.slice(0, 16)}.safetensors`;
  const record = new TextEncoder().encode(encodeCanonicalJson({
    format: FORMAT,
    iteration,
    tensors: { file: tensorFile, hash: tensorHash },
    values: snapshot.values,
    runner,
  }));
  const hash = sha256(record);
  return {
    tensors,
    tensorFile,
    record,
    recordFile: `${iteration}-${hash.slice(0, 16)}.json`,
    hash,
  };
}

function storedOf(row: Row): StoredCheckpoint {
  return {
    id: Number(row.id),
    iteration: Number(row.iteration),
    attempt: Number(row.attempt),
    kind: String(row.kind) as StoredCheckpoint["kind"],
    score: row.score === null ? null : decodeValues(row.score as Uint8Array)[0],
    hash: String(row.hash),
    bytes: Number(row.bytes),
  };
}
