/**
 * What the lab's experiment layer takes of Node, as far as a page has it: the browser build puts this
 * module in the place of `node:crypto`, `node:fs`, `node:fs/promises`, `node:module`, `node:path`,
 * `node:url`. A page has no files.
 *
 * @module
 */
import { sha256 } from "../../lab/core/sha256.ts";

/** A hash of several pieces, SHA-256. */
export function createHash() {
  const pieces: Uint8Array[] = [];
  return {
    /** Adds a piece; text as UTF-8. */
    update(piece: string | Uint8Array) {
      pieces.push(typeof piece === "string" ? new TextEncoder().encode(piece) : piece.slice());
      return this;
    },
    /** In hexadecimal. */
    digest(_encoding: "hex"): string {
      const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const piece of pieces) {
        whole.set(piece, at);
        at += piece.length;
      }
      return sha256(whole);
    },
  };
}

const none = () => new Error("a page has no files");

/** Rejects. */
export function readFile(): Promise<Uint8Array> {
  return Promise.reject(none());
}

/** Rejects. */
export function readdir(): Promise<never> {
  return Promise.reject(none());
}

/** Rejects. */
export function stat(): Promise<never> {
  return Promise.reject(none());
}

/** Throws. */
export function openSync(): never {
  throw none();
}

/** Is never called, as no file is open; the next two neither. */
export const closeSync: (file: never) => void = openSync;
export const fstatSync: (file: never) => { readonly size: number } = openSync;
export const readSync: (file: never) => number = openSync;

/** Throws: there are no packages. */
export function createRequire(): never {
  throw none();
}

/** The path of an address. */
export function fileURLToPath(url: string | URL): string {
  return new URL(url).pathname;
}

/** The address of a path. */
export function pathToFileURL(path: string): URL {
  return new URL(path, import.meta.url);
}

/** The folder that a path lies in. */
export function dirname(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Whether a path begins at the root. */
export function isAbsolute(path: string): boolean {
  return path.startsWith("/");
}

/** A path as it is seen from a folder that it lies in. */
export function relative(folder: string, path: string): string {
  return path.startsWith(folder) ? path.slice(folder.length).replace(/^\//, "") : path;
}

/** The last of the paths that begins at the root, with those behind it. */
export function resolve(...paths: string[]): string {
  return paths.reduce((base, path) => isAbsolute(path) ? path : `${base}/${path}`, "");
}
