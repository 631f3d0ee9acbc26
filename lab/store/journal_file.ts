/**
 * Journals as files: lines that each show whether they are as they were written, and a note in the
 * database of how far such a file goes and what it holds until there. As journals grow at the end, the
 * note holds for whatever a killed process left behind it.
 *
 * @module
 */
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { checksum } from "./checksum.ts";
import type { Database } from "./database.ts";
import {
  LARGEST_WRITE,
  linesOf,
  openedFile,
  PARTIAL,
  removeFile,
  sizeOfFile,
  syncFolderNow,
  writeFailure,
} from "./files.ts";

/** One journal of a store. */
export class JournalFile {
  readonly path: string;

  /** `name` is its place below `folder`, under which `database` notes it. */
  constructor(private readonly database: Database, folder: string, readonly name: string) {
    this.path = `${folder}/${name}`;
  }

  /** Bytes of it; undefined where there is none. */
  get bytes(): number | undefined {
    return sizeOfFile(this.path);
  }

  /** Its values, in order; undefined for a line that is not as it was written. */
  *values<Value>(): Generator<Value | undefined> {
    for (const line of linesOf(this.path)) if (line !== "") yield valueOf(line);
  }

  /** Those of its values that can be read. */
  read<Value>(): Value[] {
    return [...this.values<Value>()].filter((value) => value !== undefined);
  }

  /**
   * Appends lines, each on a line of its own also where the last one was cut off; `durable` waits for the
   * disk, and notes them then.
   */
  append(lines: Iterable<string>, { durable }: { readonly durable: boolean }): void {
    try {
      const isNew = this.bytes === undefined;
      append(this.path, lines, durable);
      if (isNew && durable) syncFolderNow(dirname(this.path));
    } catch (error) {
      throw writeFailure(this.path, error);
    }
    if (durable) this.#note();
  }

  /** Writes lines in place of it; the disk has them then. */
  rewrite(lines: Iterable<string>): void {
    // Between the two files there is no note, of which one of them would be damaged.
    this.database.transaction(
      () => this.database.run("DELETE FROM journal WHERE name = ?", this.name),
      { durable: true },
    );
    removeFile(this.path + PARTIAL);
    try {
      append(this.path + PARTIAL, lines, true);
      Deno.renameSync(this.path + PARTIAL, this.path);
      syncFolderNow(dirname(this.path));
    } catch (error) {
      throw writeFailure(this.path, error);
    }
    this.#note();
  }

  /** Whether lines of it cannot be read. */
  hasLost(): boolean {
    return this.values().some((value) => value === undefined);
  }

  /** Whether the database knows how far it goes. */
  isNoted(): boolean {
    return this.#noted() !== undefined;
  }

  /** Whether it does not hold what is noted of it: it was altered, cut or lost. */
  isDamaged(): boolean {
    const noted = this.#noted();
    if (noted === undefined) return false;
    const { bytes, sum } = sumOfFile(this.path, { bytes: 0, sum: 0 }, noted.bytes);
    return bytes !== noted.bytes || sum !== noted.sum;
  }

  /** Whether it goes further than is noted. */
  isLonger(): boolean {
    return (this.bytes ?? 0) > (this.#noted()?.bytes ?? 0);
  }

  #noted(): Noted | undefined {
    const row = this.database.get("SELECT bytes, checksum FROM journal WHERE name = ?", this.name);
    return row && { bytes: Number(row.bytes), sum: Number(row.checksum) };
  }

  /** Notes what was written since the last note; damage to what is noted already stays noticeable. */
  #note(): void {
    this.database.transaction(() => {
      const { bytes, sum } = sumOfFile(this.path, this.#noted() ?? { bytes: 0, sum: 0 });
      this.database.run("INSERT OR REPLACE INTO journal VALUES (?, ?, ?)", this.name, bytes, sum);
    });
  }
}

/** The first bytes of a file, and their CRC-32. */
interface Noted {
  readonly bytes: number;
  readonly sum: number;
}

/** Goes on from a file's first bytes, as far as its end or `until`. */
function sumOfFile(path: string, from: Noted, until = Infinity): Noted {
  using file = openedFile(path);
  file?.seekSync(from.bytes, Deno.SeekMode.Start);
  let { bytes, sum } = from;
  const piece = new Uint8Array(LARGEST_WRITE);
  while (bytes < until) {
    const read = file?.readSync(piece.subarray(0, until - bytes)) ?? 0;
    if (read === 0) break;
    sum = crc32(piece.subarray(0, read), sum);
    bytes += read;
  }
  return { bytes, sum };
}

/** Key of bytes in JSON, in base64. */
const BYTES = "$bytes";

/** A value as a line that shows whether it is as it was written. */
export function lineOf(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_, value) => value instanceof Uint8Array ? { [BYTES]: value.toBase64() } : value,
  );
  return `${checksum(text)} ${text}`;
}

/** Undefined for a line that is not as it was written. */
// deno-lint-ignore no-explicit-any
function valueOf(line: string): any {
  const at = line.indexOf(" ");
  const text = line.slice(at + 1);
  if (at < 1 || String(checksum(text)) !== line.slice(0, at)) return undefined;
  return JSON.parse(
    text,
    (_, value) => typeof value?.[BYTES] === "string" ? Uint8Array.fromBase64(value[BYTES]) : value,
  );
}

function append(path: string, lines: Iterable<string>, durable: boolean): void {
  const encoder = new TextEncoder();
  using file = Deno.openSync(path, { append: true, create: true });
  for (const line of lines) {
    const bytes = encoder.encode(`\n${line}`);
    for (let written = 0; written < bytes.length;) {
      written += file.writeSync(bytes.subarray(written));
    }
  }
  if (durable) file.syncDataSync();
}
