/**
 * Files of a known hash from the network: what was left of an earlier try goes on where it ended, and
 * nothing gets its name that has another hash.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { dirname } from "node:path";
import { InputError, LabError } from "../../lab/core/errors.ts";
import { firstLine } from "../../lab/experiment/error_lines.ts";
import { exists } from "../files.ts";

/** What is asked for. */
export interface Download {
  readonly url: string;
  /** Of the whole file, in lower-case hexadecimal. */
  readonly sha256: string;
  /** Where it is to lie; what has come so far lies beside it as `PATH.part`. */
  readonly path: string;
  /** Whether a file of another hash may be replaced. */
  readonly force: boolean;
}

/** How far it has come, in bytes. */
export interface DownloadProgress {
  readonly received: number;
  /** Of the whole file; undefined: the server does not say. */
  readonly total: number | undefined;
}

/** What came of it. */
export interface Downloaded {
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes that an earlier try had left. */
  readonly resumed: number;
  /** Whether the file was there already, with this hash. */
  readonly present: boolean;
}

/**
 * Brings a file.
 *
 * @throws InputError where another file lies there; LabError where the server has none or ends too
 *   early, or the hash is another one. What has come so far stays, but for a wrong hash.
 */
export async function download(
  { url, sha256, path, force }: Download,
  onProgress: (progress: DownloadProgress) => void = () => {},
): Promise<Downloaded> {
  if (await exists(path)) {
    using file = await Deno.open(path);
    const { hash, size } = await hashed(file);
    if (hash.digest("hex") === sha256) return { size, resumed: 0, present: true };
    if (!force) {
      throw new InputError(
        `Cannot write ${path} as there is a file with another hash already: choose another ` +
          "folder with --out, or give --force",
      );
    }
  }
  await Deno.mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  using file = await Deno.open(part, { read: true, write: true, create: true });
  if (!file.tryLockSync(true)) {
    throw new InputError(`Cannot fetch ${path} as it is being fetched already: wait for it`);
  }
  try {
    let resumed = (await file.stat()).size;
    let { size, found } = await receive(url, file, onProgress);
    if (found !== sha256 && resumed > 0) {
      // What was left may be of another file.
      await file.truncate(0);
      resumed = 0;
      ({ size, found } = await receive(url, file, onProgress));
    }
    if (found !== sha256) {
      await file.truncate(0);
      throw new LabError(`Cannot keep ${url} as its SHA-256 must be ${sha256}: it is ${found}`);
    }
    await Deno.rename(part, path);
    return { size, resumed, present: false };
  } catch (error) {
    if ((await file.stat()).size === 0) await Deno.remove(part);
    throw error;
  }
}

/** An open file's hash so far, and its bytes; it stands at its end. */
async function hashed(file: Deno.FsFile): Promise<{ hash: Hash; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  await file.seek(0, Deno.SeekMode.Start);
  const buffer = new Uint8Array(1 << 20);
  for (let read = await file.read(buffer); read !== null; read = await file.read(buffer)) {
    hash.update(buffer.subarray(0, read));
    size += read;
  }
  return { hash, size };
}

/** Receives what a part lacks, to its end. @returns Size and hash of all of it. */
async function receive(
  url: string,
  file: Deno.FsFile,
  onProgress: (progress: DownloadProgress) => void,
): Promise<{ size: number; found: string }> {
  let { hash, size } = await hashed(file);
  const response = await asked(url, size);
  // 416: there is nothing behind what is there.
  if (response.status === 416) {
    await response.body?.cancel();
    return { size, found: hash.digest("hex") };
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    const answer = `${response.status} ${response.statusText}`.trim();
    throw new LabError(`Cannot fetch ${url} as the server must have it: it answers ${answer}`);
  }
  const range = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "");
  if (response.status !== 206 || Number(range?.[1]) !== size) {
    if (response.status === 206) {
      await response.body.cancel();
      throw new LabError(`Cannot fetch ${url} as the server must send what it is asked for`);
    }
    [hash, size] = [createHash("sha256"), 0];
  }
  const length = response.headers.get("content-length");
  // What is packed on the way is shorter than what arrives.
  const packed = response.headers.get("content-encoding") !== null;
  const total = length === null || packed ? undefined : size + Number(length);
  if (size === 0) await file.truncate(0);
  await file.seek(size, Deno.SeekMode.Start);
  onProgress({ received: size, total });
  try {
    for await (const chunk of response.body) {
      await write(file, chunk);
      hash.update(chunk);
      size += chunk.length;
      onProgress({ received: size, total });
    }
  } catch (error) {
    throw error instanceof LabError ? error : interrupted(url, size, total, error);
  }
  await file.sync();
  return { size, found: hash.digest("hex") };
}

/** @throws {LabError} where the disk takes no more. */
async function write(file: Deno.FsFile, chunk: Uint8Array): Promise<void> {
  try {
    for (let written = 0; written < chunk.length;) {
      written += await file.write(chunk.subarray(written));
    }
  } catch (error) {
    throw new LabError(`Cannot write what comes as ${firstLine(error)}`);
  }
}

/** The server's answer to what is wanted from byte `from` on. */
async function asked(url: string, from: number): Promise<Response> {
  try {
    const range = from > 0 ? { range: `bytes=${from}-` } : undefined;
    return await fetch(url, { headers: { "accept-encoding": "identity", ...range } });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new LabError(`Cannot fetch ${url} as the server must answer: ${firstLine(error)}`);
  }
}

function interrupted(
  url: string,
  size: number,
  total: number | undefined,
  error?: unknown,
): LabError {
  const reason = error === undefined ? "" : ` (${firstLine(error)})`;
  const all = total === undefined ? "" : ` of ${total}`;
  return new LabError(
    `Cannot fetch all of ${url} as the connection ended after ${size}${all} bytes${reason}: the ` +
      "same command goes on there",
  );
}
