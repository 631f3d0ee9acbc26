/**
 * `dashboard build --out site [RUN…] [--where CONDITION]`: the dashboard as a folder of files, which
 * any static host serves.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { InputError, LabError } from "../lab/core/errors.ts";
import { openStore } from "../lab/store/sqlite_store.ts";
import type { Run, Store } from "../lab/store/store.ts";
import { siteFiles } from "./export/pages.tsx";
import { capsuleOf } from "./export/take.ts";
import { filtered } from "./filter.ts";
import { Policies } from "./policies.ts";
import { factsOf } from "./summary.ts";

/** Names the site's files, so that one that is written over it leaves none of them. */
const LIST = "reverie-site.json";
/** The same of one whose writing has not ended, a line each. */
const BEGUN = "reverie-site.part";

/** Files that not every site has: whatever a list says, no other one is taken away. */
const OWN = /^(?:(?:assets|data|runs)\/[\w-][\w.-]*|sweeps\/[^/\\]+\.html|sweeps\.html)$/;

/** What is asked for. */
export interface SiteRequest {
  /** Of the store. */
  readonly store: string;
  /** The folder to write. */
  readonly out: string;
  /** Ids, unique prefixes or `latest`; empty: all. */
  readonly runs: readonly string[];
  /** A filter as on the page of runs. */
  readonly where: string;
  /** Writes into a folder that holds something already; what a site there held is gone then. */
  readonly force: boolean;
}

/**
 * Writes the site.
 *
 * @param lost Hears what of the runs cannot be read, which is left out.
 * @returns How many runs it shows.
 * @throws {InputError} where no run is found, or the folder holds something.
 */
export async function buildSite(
  { store: location, out, runs, where, force }: SiteRequest,
  lost?: (line: string) => void,
) {
  using opened = disposable(openStore(location, { readOnly: true }));
  const { store } = opened;
  const found = chosen(store, runs, where);
  if (!force && !isFree(out)) {
    throw new InputError(
      `Cannot build the site as the folder must be new or empty, unless --force is given: ${out}`,
    );
  }
  const capsule = await capsuleOf(store, found, new Policies(store), lost);
  try {
    await Deno.mkdir(out, { recursive: true });
    const old = new Set(filesListedIn(out));
    const written: string[] = [];
    for await (const { path, content } of siteFiles(capsule)) {
      written.push(path);
      // Before the file itself: what breaks off here is known to who writes over it.
      await Deno.writeTextFile(join(out, BEGUN), `${path}\n`, { append: true });
      const file = join(out, path);
      await Deno.mkdir(dirname(file), { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(file, content);
      else await Deno.writeFile(file, content);
    }
    // Pages that nothing leads to would still be served: of runs that are not meant to leave the machine.
    for (const path of old.difference(new Set(written))) {
      await Deno.remove(join(out, path)).catch(unlessGone);
    }
    await Deno.writeTextFile(join(out, LIST), JSON.stringify(written));
    await Deno.remove(join(out, BEGUN)).catch(unlessGone);
  } catch (error) {
    if (error instanceof InputError || error instanceof LabError) throw error;
    throw new LabError(`Cannot write the site as ${(error as Error).message}`);
  }
  return found.length;
}

function disposable(store: Store): { readonly store: Store } & Disposable {
  return { store, [Symbol.dispose]: () => store.close() };
}

/** The runs that are named, else all, as far as the filter finds them. */
function chosen(store: Store, references: readonly string[], where: string): Run[] {
  const named = references.length === 0
    ? store.runs()
    : [...new Map(references.map((each) => store.find(each)).map((run) => [run.id, run])).values()];
  const listed = named.map((run) => ({ run, row: factsOf(run) }));
  const found = filtered(store, listed, where).map(({ run }) => run);
  if (found.length > 0) return found;
  throw new InputError(
    where === ""
      ? `Cannot build the site as there is no run yet in ${store.location}`
      : `Cannot build the site as no run matches: ${where}`,
  );
}

/** The files of the site that lies in a folder, and of one that was begun there; none where there is none. */
function filesListedIn(folder: string): string[] {
  const read = (name: string, pathsIn: (text: string) => unknown): unknown[] => {
    try {
      const listed = pathsIn(Deno.readTextFileSync(join(folder, name)));
      return Array.isArray(listed) ? listed : [];
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return [];
      throw error;
    }
  };
  return [...read(LIST, JSON.parse), ...read(BEGUN, (text) => text.split("\n"))]
    .map(String).filter((path) => OWN.test(path));
}

function unlessGone(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

function isFree(folder: string): boolean {
  try {
    return Deno.readDirSync(folder)[Symbol.iterator]().next().done === true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    if (error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}
