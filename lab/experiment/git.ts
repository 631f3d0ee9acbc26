/**
 * The revision of a working tree, read from `.git` without running git: that would take the right to
 * start programs, which no training task has, and git starts what a checkout configures.
 *
 * @module
 */
import { isAbsolute, resolve } from "node:path";
import { hexOf } from "../core/hex.ts";
import { hashOf, treeOf, treeOfCommit } from "./git_objects.ts";

/** What is known of a working tree; null: unknown. */
interface Revision {
  /** Commit that is checked out. */
  readonly revision: string | null;
  /**
   * Whether a tracked file differs from the index, or the index from the commit. Prose (`*.md`, `docs/`)
   * computes nothing and does not count while the index has it as the commit does.
   */
  readonly dirty: boolean | null;
  /** The folder that says it, where it may not be read; left out elsewhere. */
  readonly refused?: string;
}

/**
 * Reads revision and state of the working tree in `folder`; both null where there is none, and where what
 * says it may not be read.
 */
export async function revisionOf(folder: string): Promise<Revision> {
  const unknown = { revision: null, dirty: null };
  const gitFolder = await gitFolderOf(folder).catch(() => undefined);
  if (gitFolder === undefined) return unknown;
  try {
    const common = await commonFolderOf(gitFolder);
    const revision = await headOf(gitFolder, common);
    if (revision === null) return { revision, dirty: null };
    const [index, tree] = await Promise.all([
      Deno.readFile(`${gitFolder}/index`),
      treeOfCommit(common, revision),
    ]);
    return { revision, dirty: await isDirty(folder, index, tree) };
  } catch (error) {
    return isRefusal(error) ? { ...unknown, refused: gitFolder } : unknown;
  }
}

function isRefusal(error: unknown): boolean {
  return (error as Error)?.name === "NotCapable";
}

/** `.git`, or the folder that a `.git` file of a linked working tree names. */
async function gitFolderOf(folder: string): Promise<string> {
  const path = resolve(folder, ".git");
  if ((await Deno.stat(path)).isDirectory) return path;
  const [, target] = (await Deno.readTextFile(path)).match(/^gitdir: (.+)$/m)!;
  return isAbsolute(target) ? target : resolve(folder, target);
}

/** The folder that all working trees share. */
async function commonFolderOf(gitFolder: string): Promise<string> {
  return resolve(gitFolder, (await textOf(`${gitFolder}/commondir`))?.trim() ?? ".");
}

async function headOf(gitFolder: string, common: string): Promise<string | null> {
  const head = (await Deno.readTextFile(`${gitFolder}/HEAD`)).trim();
  if (!head.startsWith("ref: ")) return head;
  const name = head.slice("ref: ".length);
  for (const folder of new Set([gitFolder, common])) {
    const loose = await textOf(`${folder}/${name}`);
    if (loose !== undefined) return loose.trim();
    const packed = await textOf(`${folder}/packed-refs`);
    const line = packed?.split("\n").find((line) => line.endsWith(` ${name}`));
    if (line !== undefined) return line.split(" ")[0];
  }
  return null;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (isRefusal(error)) throw error;
    return undefined;
  }
}

/** One file of the index. */
interface IndexEntry {
  readonly path: string;
  readonly hash: string;
  readonly size: number;
  readonly modifiedSeconds: number;
  readonly modifiedNanoseconds: number;
  /** 0o100644, 0o100755, 0o120000 (link), 0o160000 (submodule). */
  readonly mode: number;
  /** Marked as not checked out. */
  readonly skipped: boolean;
}

/** Files that no run depends on. */
const PROSE = /^docs\/|\.md$/;

/**
 * Compares the index with the commit's tree, and every tracked file but prose with the index; null where
 * the index is of an unknown kind, or the commit is not at hand.
 */
async function isDirty(
  folder: string,
  bytes: Uint8Array,
  tree: string | undefined,
): Promise<boolean | null> {
  const index = parseIndex(bytes);
  if (index === undefined || tree === undefined) return null;
  const { entries, cachedTree = treeOf(entries) } = index;
  if (cachedTree !== tree) return true;
  for (const entry of entries) {
    if (entry.skipped || PROSE.test(entry.path)) continue;
    if (entry.mode === 0o160000 || entry.mode === 0o120000) continue;
    if (await differs(`${folder}/${entry.path}`, entry)) return true;
  }
  return false;
}

async function differs(path: string, entry: IndexEntry): Promise<boolean> {
  let bytes: Uint8Array;
  try {
    const { size, mtime } = await Deno.stat(path);
    // Git, too, takes a file of the same size and time for the same; times here have milliseconds.
    const recorded = entry.modifiedSeconds * 1000 + Math.floor(entry.modifiedNanoseconds / 1e6);
    if (size === entry.size && mtime?.getTime() === recorded) return false;
    bytes = await Deno.readFile(path);
  } catch {
    return true;
  }
  return hashOf("blob", bytes) !== entry.hash;
}

/** What is read of an index. */
interface Index {
  readonly entries: readonly IndexEntry[];
  /** The hash of the tree that a commit of the entries has, where git knew it as it wrote them. */
  readonly cachedTree?: string;
}

/**
 * Reads an index of version 2 or 3 (gitformat-index): entries of 62 bytes of figures, the path, and
 * zero bytes up to a multiple of 8; then extensions. Undefined for version 4, which git writes only
 * where it is asked to.
 */
function parseIndex(bytes: Uint8Array): Index | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(4);
  if (view.getUint32(0) !== 0x44495243 || (version !== 2 && version !== 3)) return undefined;
  const entries: IndexEntry[] = [];
  let at = 12;
  for (let i = 0; i < view.getUint32(8); i++) {
    const flags = view.getUint16(at + 60);
    const extended = (flags & 0x4000) !== 0;
    const begin = at + (extended ? 64 : 62);
    const end = bytes.indexOf(0, begin);
    entries.push({
      path: new TextDecoder().decode(bytes.subarray(begin, end)),
      hash: hexOf(bytes.subarray(at + 40, at + 60)),
      size: view.getUint32(at + 36),
      modifiedSeconds: view.getUint32(at + 8),
      modifiedNanoseconds: view.getUint32(at + 12),
      mode: view.getUint32(at + 24),
      skipped: extended && (view.getUint16(at + 62) & 0x4000) !== 0,
    });
    at += (end - at + 8) & ~7;
  }
  return { entries, cachedTree: cachedTreeOf(bytes, view, at) };
}

/** The extension `TREE` begins with the root: a zero byte, its counts and a line's end, and its hash. */
function cachedTreeOf(bytes: Uint8Array, view: DataView, from: number): string | undefined {
  const checksum = 20;
  for (let at = from; at < bytes.length - checksum; at += 8 + view.getUint32(at + 4)) {
    if (view.getUint32(at) !== 0x54524545) continue;
    const isValid = bytes[at + 9] !== "-".charCodeAt(0);
    const hash = bytes.indexOf("\n".charCodeAt(0), at + 9) + 1;
    return isValid ? hexOf(bytes.subarray(hash, hash + 20)) : undefined;
  }
  return undefined;
}
