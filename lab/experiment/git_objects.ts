/**
 * Git's objects as far as a revision needs them: the tree of a commit, and the tree that a commit of the
 * index would have (gitformat-pack, gitformat-index).
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { hexOf } from "../core/hex.ts";

/** The hash of an object: over its type, its length and its bytes. */
export function hashOf(type: "blob" | "commit" | "tree", bytes: Uint8Array): string {
  return createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
}

/**
 * The hash of the tree that a commit is of.
 *
 * @param folder `.git`, or the folder that all working trees share.
 * @returns undefined where the commit is not kept here, whole.
 */
export async function treeOfCommit(folder: string, commit: string): Promise<string | undefined> {
  for (const objects of await objectFolders(`${folder}/objects`)) {
    const bytes = await looseObject(objects, commit) ?? await packedObject(objects, commit);
    if (bytes === undefined || hashOf("commit", bytes) !== commit) continue;
    return /^tree ([0-9a-f]{40})$/m.exec(new TextDecoder().decode(bytes))?.[1];
  }
  return undefined;
}

/** A folder of objects, and those of which it borrows, as a shared clone does. */
async function objectFolders(objects: string): Promise<string[]> {
  const alternates = await unlessMissing(Deno.readTextFile(`${objects}/info/alternates`));
  return [objects, ...alternates?.split("\n").filter(Boolean) ?? []];
}

/** What a file or folder holds; undefined where there is none. */
async function unlessMissing<Content>(content: Promise<Content>): Promise<Content | undefined> {
  try {
    return await content;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** An object's bytes from a file of its own, `type length`, a zero byte and they. */
async function looseObject(objects: string, hash: string): Promise<Uint8Array | undefined> {
  const path = `${objects}/${hash.slice(0, 2)}/${hash.slice(2)}`;
  const packed = await unlessMissing(Deno.readFile(path));
  if (packed === undefined) return undefined;
  const bytes = inflateSync(packed);
  return bytes.subarray(bytes.indexOf(0) + 1);
}

/** An object's bytes from the pack that holds it. */
async function packedObject(objects: string, hash: string): Promise<Uint8Array | undefined> {
  const packs = await unlessMissing(Array.fromAsync(Deno.readDir(`${objects}/pack`)));
  for (const { name } of packs ?? []) {
    if (!name.endsWith(".idx")) continue;
    const index = await Deno.readFile(`${objects}/pack/${name}`);
    const at = placeOf(hash, index);
    if (at === undefined) continue;
    using file = await Deno.open(`${objects}/pack/${name.slice(0, -".idx".length)}.pack`);
    return unpacked({ file, index }, at);
  }
  return undefined;
}

/** Where an object stands in the pack of an index of version 2. */
function placeOf(hash: string, index: Uint8Array): number | undefined {
  const view = new DataView(index.buffer, index.byteOffset, index.byteLength);
  const [fanout, hashes] = [8, 8 + 4 * 256];
  const first = parseInt(hash.slice(0, 2), 16);
  const count = view.getUint32(hashes - 4);
  const end = view.getUint32(fanout + 4 * first);
  for (let i = first === 0 ? 0 : view.getUint32(fanout + 4 * (first - 1)); i < end; i++) {
    if (hexOf(index.subarray(hashes + 20 * i, hashes + 20 * (i + 1))) !== hash) continue;
    // Hashes are followed by checksums of four bytes and places; great ones stand in a list of their own.
    const places = hashes + 24 * count;
    const place = view.getUint32(places + 4 * i);
    const great = places + 4 * count + 8 * (place & 0x7fffffff);
    return place < 0x80000000 ? place : Number(view.getBigUint64(great));
  }
  return undefined;
}

/** A pack, which may be large, and its index. */
interface Pack {
  readonly file: Deno.FsFile;
  readonly index: Uint8Array;
}

/** The bytes of the object at `place` of a pack: its own, or those of another one changed. */
function unpacked(pack: Pack, place: number): Uint8Array {
  const head = piece(pack, place, 64);
  const type = (head[0] >> 4) & 7;
  let [at, size, unit] = [1, head[0] & 15, 16];
  for (; head[at - 1] & 0x80; at++, unit *= 128) size += (head[at] & 0x7f) * unit;
  let base: Uint8Array | undefined;
  if (type === 6) {
    let distance = head[at] & 0x7f;
    while (head[at++] & 0x80) distance = (distance + 1) * 128 + (head[at] & 0x7f);
    base = unpacked(pack, place - distance);
  } else if (type === 7) {
    base = unpacked(pack, placeOf(hexOf(head.subarray(at, at += 20)), pack.index)!);
  }
  // What cannot be compressed is a little longer than it was.
  const bytes = inflateSync(piece(pack, place + at, Math.ceil(1.01 * size) + 64));
  return base === undefined ? bytes : changed(base, bytes);
}

/** Bytes of a pack; fewer at its end. */
function piece({ file }: Pack, from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  file.seekSync(from, Deno.SeekMode.Start);
  let read = 0;
  for (let more: number | null = -1; read < length && more !== null; read += more ?? 0) {
    more = file.readSync(bytes.subarray(read));
  }
  return bytes.subarray(0, read);
}

/** What the bytes of a number count, the lowest first. */
const UNITS = [1, 0x100, 0x10000, 0x1000000];

/** What a delta makes of a base: after two lengths, pieces of the base and new bytes. */
function changed(base: Uint8Array, delta: Uint8Array): Uint8Array {
  let at = 0;
  for (let length = 0; length < 2; length++) while (delta[at++] & 0x80);
  const parts: Uint8Array[] = [];
  while (at < delta.length) {
    const code = delta[at++];
    if (code & 0x80) {
      const [from, length] = [[0, 1, 2, 3], [4, 5, 6]].map((bits) =>
        bits.reduce((sum, bit, i) => sum + (code & 1 << bit ? delta[at++] * UNITS[i] : 0), 0)
      );
      parts.push(base.subarray(from, from + (length || 0x10000)));
    } else {
      parts.push(delta.subarray(at, at + code));
      at += code;
    }
  }
  return Buffer.concat(parts);
}

/** A file of an index, as its tree has it. */
interface TreeEntry {
  readonly path: string;
  readonly hash: string;
  readonly mode: number;
}

/**
 * The hash of the tree that a commit of these files has.
 *
 * @param entries In the order of an index: by the bytes of their paths.
 * @param folder Prefix of all of their paths.
 */
export function treeOf(entries: readonly TreeEntry[], folder = ""): string {
  const parts: Uint8Array[] = [];
  const add = (mode: number, name: string, hash: string) =>
    parts.push(Buffer.from(`${mode.toString(8)} ${name}\0`), Buffer.from(hash, "hex"));
  const names = Map.groupBy(entries, ({ path }) => path.slice(folder.length).split("/", 1)[0]);
  for (const [name, within] of names) {
    const [{ path, mode, hash }] = within;
    if (path === folder + name) add(mode, name, hash);
    else add(0o40000, name, treeOf(within, `${folder}${name}/`));
  }
  return hashOf("tree", Buffer.concat(parts));
}
