/**
 * The modules of users that stored runs were trained with, as scripts of a page. A page gets the one
 * that the run's manifest names, and only where its text, with all that it imports of files, is still
 * the one whose hash the manifest has.
 *
 * @module
 */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { InputError } from "../../lab/core/errors.ts";
import { isGone } from "../../lab/experiment/manifest.ts";
import { RecentlyUsed } from "../../lab/core/recently_used.ts";
import { Thread } from "../../lab/core/thread.ts";
import {
  hashOfModules,
  isFile,
  labRoot,
  moduleName,
  modulePath,
  sourceFolders,
} from "../../lab/experiment/load.ts";
import type { Run } from "../../lab/store/store.ts";
import { asset } from "../assets.ts";
import type { Bundled, Sources } from "./bundling_thread.ts";
import { commandIn, type Program } from "../program.ts";

/** Scripts that are kept for the next page. */
const KEPT = 12;
/** Characters of a module with what it imports, at most. */
const MOST_CHARACTERS = 4_000_000;

type Definition = Run["manifest"]["definition"];

/** Reads modules, and makes scripts of them. */
export class OwnModules {
  readonly #scripts = new RecentlyUsed<Promise<Bundled>>(KEPT);

  /** @param program How commands reach the store. */
  constructor(private readonly program: Program) {}

  /** Why a page cannot have the module of a run, as a clause; undefined: it can. */
  async refusalOf(
    { manifest: { definition } }: Pick<Run, "manifest">,
  ): Promise<string | undefined> {
    const texts = await textsOf(definition);
    return typeof texts === "string" ? texts : undefined;
  }

  /** Whether the module of a run lies where it was no longer. */
  isGone({ manifest }: Pick<Run, "manifest">): boolean {
    return isGone(manifest.definition);
  }

  /**
   * The module of a run as a script.
   *
   * @throws InputError where a page cannot have it.
   */
  async script({ id, manifest: { definition } }: Pick<Run, "id" | "manifest">): Promise<string> {
    const refused = (reason: string) =>
      new InputError(`Cannot take the module of run ${id} to a page as ${reason}`);
    const texts = await textsOf(definition);
    if (typeof texts === "string") throw refused(texts);
    const key = `${definition.module} ${definition.hash}`;
    const known = this.#scripts.get(key);
    const made = known ?? bundled(modulePath(definition.module), texts);
    if (known === undefined) {
      this.#scripts.set(key, made);
      made.catch(() => this.#scripts.delete(key));
    }
    const script = await made;
    if ("script" in script) return script.script;
    throw refused(
      "refused" in script
        ? script.refused
        : `it imports ${script.missing.join(", ")}, which pages have not (they have reverie, ` +
          "reverie/blocks, zod and files of yours): in the terminal it runs, by " +
          commandIn(this.program, `evaluate ${id}`),
    );
  }
}

/**
 * The texts of a module and of the files that it imports, by path: those that a hash is of. A clause
 * where there are none, or others.
 */
async function textsOf(
  { module, hash }: Definition,
): Promise<ReadonlyMap<string, string> | string> {
  if (module === "") return "it is a program that named no module";
  const path = modulePath(module);
  if (!isFile(path)) return `it is no module: ${module}`;
  const files = new Set([path]);
  const hashNow = () =>
    hashOfModules([path], dirname(path), (imported) => {
      const isOwn = !isOfLab(imported);
      if (isOwn) files.add(imported);
      return isOwn;
    });
  const texts = new Map<string, string>();
  try {
    await Deno.lstat(path);
    const before = await hashNow();
    if (before !== hash) return `${module} has changed since the run was trained with it`;
    for (const file of files) {
      const text = await Deno.readTextFile(file).catch(unlessGone);
      if (text !== undefined) texts.set(file, text);
    }
    if (await hashNow() !== hash) return `${module} is changing`;
  } catch (error) {
    return error instanceof Deno.errors.NotFound
      ? `${module} is gone`
      : `the dashboard may not read ${module}`;
  }
  const characters = texts.values().reduce((sum, { length }) => sum + length, 0);
  return characters > MOST_CHARACTERS ? `${module} is too large` : texts;
}

/** Whether a file belongs to the lab's own source, which the module's hash leaves out. */
function isOfLab(path: string): boolean {
  return sourceFolders.some((folder) => moduleName(path).startsWith(`${folder}/`));
}

/** What is imported and is not there is refused where it is asked for. */
function unlessGone(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

let bundler: Promise<WebAssembly.Module> | undefined;

async function bundlerOf(): Promise<WebAssembly.Module> {
  const path = createRequire(import.meta.url).resolve("esbuild-wasm/esbuild.wasm");
  return await WebAssembly.compile(await Deno.readFile(path));
}

async function bundled(entry: string, texts: ReadonlyMap<string, string>): Promise<Bundled> {
  const [library, blocks] = [asset("reverie.js"), asset("blocks.js")];
  using thread = new Thread<Sources, Bundled>(
    new Worker(new URL("./bundling_thread.ts", import.meta.url), {
      type: "module",
      name: "bundling",
      deno: { permissions: "none" },
    }),
  );
  return await thread.ask({
    bundler: await (bundler ??= bundlerOf()),
    entry,
    texts,
    lab: {
      reverie: library,
      "reverie/blocks": blocks,
      "reverie/page": library,
      zod: asset("zod.js"),
      [`${labRoot}mod.ts`]: library,
      [`${labRoot}blocks.ts`]: blocks,
      [`${labRoot}page.ts`]: library,
    },
  });
}
