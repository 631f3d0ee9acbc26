/**
 * Text that leaves the machine says nothing of its folders.
 *
 * @module
 */
import { dirname } from "node:path";
import type { Json } from "../../lab/core/snapshot.ts";

/** A name on a path, as text lets it be told from what stands around it. */
const name = "[^\\s/\\\\:'\"`,;()<>]";
/** `/home/you/lab/own.ts`, `file:///home/you/own.ts`: two names at least, after no word or address. */
const absolute = new RegExp(`(?<![\\w:/.~-])(?:file://)?(?:/${name}+)+/(${name}*)`, "g");
/** `C:\Users\you\own.ts`. */
const ofDrives = new RegExp(`(?<!\\w)[A-Za-z]:\\\\(?:${name}+\\\\)*(${name}*)`, "g");
/** A path below a folder. */
const below = (folder: string) =>
  new RegExp(`(?:file://)?${RegExp.escape(folder)}/(?:${name}+/)*(${name}*)`, "g");

/**
 * The same data with the last name of every absolute path in the place of the path.
 *
 * @param known Folders and files that may stand in it, which may have spaces in their names.
 */
export function withoutPaths<Data>(data: Data, known: readonly string[] = []): Data {
  const folders = [...new Set(known.flatMap(above))].sort((a, b) => b.length - a.length)
    .map(below);
  const plain = (text: string) => {
    for (const folder of folders) text = text.replace(folder, "$1");
    return text.replace(absolute, "$1").replace(ofDrives, "$1");
  };
  const within = (value: Json): Json => {
    if (typeof value === "string") return plain(value);
    if (Array.isArray(value)) return value.map(within);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, within(each)]));
  };
  return within(data as Json) as Data;
}

/** The folders above an absolute path that name more than a disk: `/home/you/lab`, `/home/you`. */
function above(path: string): string[] {
  const folder = dirname(path);
  return /^\/[^/]+\/./.test(folder) ? [folder, ...above(folder)] : [];
}
