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
 * @param names Paths by what stands in their place: of a further path with the same last name that is
 * `train.csv (2)`, so that what differs in its folder differs still.
 */
export function withoutPaths<Data>(
  data: Data,
  known: readonly string[] = [],
  names: Map<string, string> = new Map(),
): Data {
  const folders = [...new Set(known.flatMap(above))].sort((a, b) => b.length - a.length)
    .map(below);
  const named = (match: string, last: string) => {
    if (last === "") return last;
    const path = match.replace(/^file:\/\//, "");
    for (let i = 1;; i++) {
      const name = i === 1 ? last : `${last} (${i})`;
      const owner = names.get(name);
      if (owner !== undefined && owner !== path) continue;
      names.set(name, path);
      return name;
    }
  };
  const plain = (text: string) => {
    for (const folder of folders) text = text.replace(folder, named);
    return text.replace(absolute, named).replace(ofDrives, named);
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
