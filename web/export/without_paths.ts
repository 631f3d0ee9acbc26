/**
 * Text that leaves the machine says nothing of its folders.
 *
 * @module
 */
import type { Json } from "../../lab/core/snapshot.ts";

/** A name on a path, as text lets it be told from what stands around it. */
const name = "[^\\s/\\\\:'\"`,;()<>]";
/** What stands between names. */
const slash = "[/\\\\]";
/** After no word, relative path or address. */
const start = "(?<![\\w/.~-])(?:file://)?";
/** `/home/you/lab/own.ts`, `file:///home/you/own.ts`: two names at least. */
const absolute = new RegExp(`${start}(?:/${name}+)+/(${name}*)`, "g");
/** `C:\Users\you\own.ts`, `C:/Users/you/own.ts`, `\\server\you\own.ts`. */
const ofDrives = new RegExp(
  `(?<!\\w)(?:[A-Za-z]:${slash}|\\\\\\\\(?=${name}+\\\\))(?:${name}+${slash})*(${name}*)`,
  "g",
);
/** A path below a folder; one of two names at least stands out in any text. */
const below = (folder: string) => {
  const before = /^\/[^/]+\/./.test(folder) ? "(?:file://)?" : start;
  return new RegExp(
    `${before}${RegExp.escape(folder)}${slash}(?:${name}+${slash})*(${name}*)`,
    "g",
  );
};
/** A path that goes on no further. */
const itself = (path: string) =>
  new RegExp(`${start}${RegExp.escape(path)}(?!${slash}*${name})${slash}*`, "g");
/** What an absolute path that names something begins with. */
const rooted = /^(?:\/|[A-Za-z]:[\\/]|\\\\)[^\s\\/]/;

/**
 * The same data with the last name of every absolute path in the place of the path.
 *
 * @param known Folders and files that may stand in it, which may have any letters in their names.
 * @param names Paths by what stands in their place: of a further path with the same last name that is
 * `train.csv (2)`, so that what differs in its folder differs still.
 */
export function withoutPaths<Data>(
  data: Data,
  known: readonly string[] = [],
  names: Map<string, string> = new Map(),
): Data {
  const paths = known.filter((path) => rooted.test(path)).map((path) =>
    path.replace(/[\\/]+$/, "")
  );
  const byLength = (all: readonly string[]) =>
    [...new Set(all)].sort((a, b) => b.length - a.length);
  const wholes = byLength(paths).map((path) => ({ pattern: itself(path), last: lastOf(path) }));
  const folders = byLength(paths.flatMap((path) => [path, ...above(path)])).map(below);
  const named = (match: string, last: string) => {
    if (last === "") return last;
    const path = match.replace(/^file:\/\//, "").replace(/[\\/]+$/, "");
    for (let i = 1;; i++) {
      const name = i === 1 ? last : `${last} (${i})`;
      const owner = names.get(name);
      if (owner !== undefined && owner !== path) continue;
      names.set(name, path);
      return name;
    }
  };
  const plain = (text: string) => {
    for (const { pattern, last } of wholes) {
      text = text.replace(pattern, (match) => named(match, last));
    }
    for (const folder of folders) text = text.replace(folder, named);
    return text.replace(ofDrives, named).replace(absolute, named);
  };
  const within = (value: Json): Json => {
    if (typeof value === "string") return plain(value);
    if (Array.isArray(value)) return value.map(within);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, within(each)]));
  };
  return within(data as Json) as Data;
}

/** The values of a configuration that are absolute paths, whatever letters are in them. */
export function pathsIn(value: Json): string[] {
  if (typeof value === "string") return rooted.test(value) ? [value] : [];
  return value === null || typeof value !== "object" ? [] : Object.values(value).flatMap(pathsIn);
}

/** The folders above an absolute path: `/home/you/lab`, `/home/you`, `/home`. */
function above(path: string): string[] {
  const folder = path.replace(/[\\/][^\\/]*$/, "");
  return rooted.test(folder) ? [folder, ...above(folder)] : [];
}

/** The last name of a path. */
function lastOf(path: string): string {
  return path.split(/[\\/]/).at(-1)!;
}
