/**
 * A disk that loses power: from the record of what a process did to its files (failing_disk.c), what
 * would be there if the machine had stopped at some moment. A file has the content of its last sync
 * before that, a folder the names of its own; all later writes are lost.
 *
 * @module
 */
import { dirname } from "node:path";

/** One thing that was done. */
export interface Operation {
  /** create, truncate to nothing, write, set the length, sync, rename, unlink, make a folder, mark. */
  readonly kind: "c" | "t" | "w" | "l" | "s" | "r" | "u" | "d" | "m";
  readonly path: string;
  /** The new path, of a rename. */
  readonly other: string;
  /** Where bytes begin; the length that was set. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The operations of a log, in order. */
export function operationsOf(log: Uint8Array<ArrayBuffer>): Operation[] {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  const text = new TextDecoder();
  const operations: Operation[] = [];
  for (let at = 0; at < log.length;) {
    const kind = String.fromCharCode(log[at]) as Operation["kind"];
    const [first, second] = [view.getUint32(at + 1, true), view.getUint32(at + 5, true)];
    at += 9;
    const path = text.decode(log.subarray(at, at += first));
    const other = text.decode(log.subarray(at, at += second));
    const offset = Number(view.getBigInt64(at, true));
    const length = Number(view.getBigUint64(at + 8, true));
    at += 16;
    operations.push({ kind, path, other, offset, bytes: log.subarray(at, at += length) });
  }
  return operations;
}

/** A file or a folder: what it holds now, and what it would hold without power. */
interface Node {
  readonly folder: boolean;
  now: Uint8Array;
  durable: Uint8Array;
}

/** The files below `root` by path, after a loss of power behind the first `count` operations. */
export function afterPowerLoss(
  operations: readonly Operation[],
  count: number,
  root: string,
): { folders: string[]; files: Map<string, Uint8Array> } {
  const nodeOf = (folder: boolean): Node => ({
    folder,
    now: new Uint8Array(),
    durable: new Uint8Array(),
  });
  const now = new Map<string, Node>([[root, nodeOf(true)]]);
  const durable = new Map(now);
  for (const { kind, path, other, offset, bytes } of operations.slice(0, count)) {
    const node = now.get(path);
    if (kind === "c") now.set(path, nodeOf(false));
    else if (kind === "d") now.set(path, nodeOf(true));
    else if (kind === "u") now.delete(path);
    else if (kind === "r") {
      now.set(other, node!);
      now.delete(path);
    } else if (kind === "t") node!.now = new Uint8Array();
    else if (kind === "l") node!.now = resized(node!.now, offset);
    else if (kind === "w") {
      node!.now = resized(node!.now, Math.max(node!.now.length, offset + bytes.length));
      node!.now.set(bytes, offset);
    } else if (kind === "s" && !node!.folder) node!.durable = node!.now.slice();
    else if (kind === "s") {
      const inside = (each: string) => dirname(each) === path;
      for (const name of [...durable.keys()].filter(inside)) durable.delete(name);
      for (const [name, child] of now) if (inside(name)) durable.set(name, child);
    }
  }
  // A name counts only where all folders above it do.
  const reached = [...durable].filter(([path]) => {
    for (let up = path; up !== root; up = dirname(up)) if (!durable.has(dirname(up))) return false;
    return true;
  });
  return {
    folders: reached.filter(([, { folder }]) => folder).map(([path]) => path).sort(),
    files: new Map(
      reached.filter(([, { folder }]) => !folder).map(([path, node]) => [path, node.durable]),
    ),
  };
}

/** Lays out in a new folder what {@linkcode afterPowerLoss} says is left below `root`. */
export function layOutAfterPowerLoss(
  operations: readonly Operation[],
  count: number,
  root: string,
  copy: string,
): void {
  const { folders, files } = afterPowerLoss(operations, count, root);
  for (const path of folders) Deno.mkdirSync(copy + path.slice(root.length));
  for (const [path, content] of files) Deno.writeFileSync(copy + path.slice(root.length), content);
}

function resized(bytes: Uint8Array, length: number): Uint8Array {
  const other = new Uint8Array(length);
  other.set(bytes.subarray(0, length));
  return other;
}
