/**
 * Finds an experiment definition: by registered name or in a module of the user's, with the hash
 * of the source that it stands in.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isAbsolute, relative, resolve as resolvePath } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { InputError, unknownName } from "../core/errors.ts";
import type { ExperimentDefinition } from "./definition.ts";
import { lackedImport, lineOf } from "./error_lines.ts";
import type { Registries } from "./registries.ts";

/** The folder that holds the lab, with a slash at its end. */
export const labRoot: string = fileURLToPath(new URL("../../", import.meta.url));

/** The lab's own folders that can influence a result; the manifest's code hash covers them. */
export const sourceFolders: readonly string[] = [
  "lab/core",
  "lab/compute",
  "lab/experiment",
  "envs",
  "agents",
  "models",
];

/** A definition and where it stands. */
export interface Loaded {
  readonly definition: ExperimentDefinition;
  /** Module that holds it: relative to the lab's root, or absolute where it lies elsewhere. */
  readonly module: string;
  /** SHA-256 over the module and its local imports, the lab's own source left out. */
  readonly hash: string;
}

/**
 * Loads a registered experiment by name or a module (`FILE.ts`) by its default export or its only
 * exported definition. Throws an `InputError` of one line for an unknown name, and for a file that
 * is missing, throws, or exports no definition.
 */
export async function loadDefinition(reference: string, registries: Registries): Promise<Loaded> {
  if (!isFile(reference)) {
    const entry = registries.experiments.find((entry) => entry.name === reference);
    if (entry === undefined) throw unknownExperiment(reference, registries);
    const path = fileURLToPath(entry.module);
    return {
      definition: await entry.load(),
      module: moduleName(path),
      hash: await hashOfModule(path),
    };
  }
  const path = resolvePath(reference);
  return {
    definition: await importDefinition(path, reference),
    module: moduleName(path),
    hash: await hashOfModule(path),
  };
}

/** The error for a name that no experiment has; what is an agent, say, leads to its experiments. */
function unknownExperiment(name: string, registries: Registries): InputError {
  const { experiments, environments, agents, models, datasets } = registries;
  const named = (entries: readonly { readonly name: string }[]) =>
    entries.some((entry) => entry.name === name);
  const [what, flag] = named(agents)
    ? ["an agent", "agent"]
    : named(models)
    ? ["a model", "model"]
    : named(datasets)
    ? ["a data set", "dataset"]
    : environments.some(({ id }) => id === name)
    ? ["a world", "world"]
    : [];
  if (what === undefined) {
    const known = experiments.map((entry) => entry.name);
    return unknownName("load the experiment", "experiment", name, known, "list");
  }
  return new InputError(
    `Cannot load the experiment as ${name} is ${what}: \`list --${flag} ${name}\` shows the ` +
      "experiments with it",
  );
}

/**
 * Imports the definition called `name` of a manifest's module: absolute, or relative to the lab's
 * root. Throws as {@linkcode loadDefinition}.
 */
export function importModule(module: string, name: string): Promise<ExperimentDefinition> {
  if (module === "") {
    throw new InputError(
      `Cannot import the definition of "${name}" as its run must have been given the module that ` +
        "exports it (train(…, { module: import.meta.url }))",
    );
  }
  return importDefinition(modulePath(module), module, name);
}

/** Absolute path of a manifest's module. */
export function modulePath(module: string): string {
  return isAbsolute(module) ? module : resolvePath(labRoot, module);
}

/**
 * SHA-256 in hexadecimal over a module and its local imports, the lab's own source left out, by
 * ascending path.
 */
export function hashOfModule(path: string): Promise<string> {
  return hashOfModules([path], resolvePath(path, ".."), (imported) => !isLabSource(imported));
}

/**
 * SHA-256 in hexadecimal over modules and what they import of files, by ascending path.
 *
 * @param folder What paths are relative to.
 * @param follows Whether a file that another one imports belongs to them.
 * @param codeOf What of a file counts: by default all of it.
 */
export async function hashOfModules(
  paths: readonly string[],
  folder: string,
  follows: (imported: string, importer: string) => boolean = () => true,
  codeOf: (source: Uint8Array, path: string) => Promise<Uint8Array> = (source) =>
    Promise.resolve(source),
): Promise<string> {
  const sources = new Map<string, Uint8Array>();
  const pending = [...paths];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (sources.has(file)) continue;
    const source = await readSource(file);
    if (source === undefined) continue;
    const bytes = await codeOf(source, file);
    sources.set(file, bytes);
    for (const specifier of localImports(new TextDecoder().decode(bytes))) {
      const imported = fileURLToPath(new URL(specifier, pathToFileURL(file)));
      if (follows(imported, file)) pending.push(imported);
    }
  }
  const hash = createHash("sha256");
  for (const file of [...sources.keys()].sort()) {
    hash.update(`${relative(folder, file)}\0${sources.get(file)!.length}\0`);
    hash.update(sources.get(file)!);
  }
  return hash.digest("hex");
}

/** Whether a reference is a module's path rather than a name. */
export function isFile(reference: string): boolean {
  return /\.[mc]?[jt]sx?$/.test(reference);
}

/** Module's name in a manifest: relative to the lab's root, or absolute where it lies elsewhere. */
export function moduleName(path: string): string {
  const inside = relative(labRoot, path);
  return inside.startsWith("..") || isAbsolute(inside) ? path : inside.replaceAll("\\", "/");
}

function isLabSource(path: string): boolean {
  const name = moduleName(path);
  return sourceFolders.some((folder) => name.startsWith(`${folder}/`));
}

async function readSource(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === "ENOENT" || code === "EISDIR") return undefined;
    throw error;
  }
}

/** Relative specifiers of imports, re-exports and dynamic imports; those of examples do not count. */
function localImports(source: string): string[] {
  const pattern = /(?:\bfrom|\bimport)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g;
  const code = source.split("\n").filter((line) => !/^\s*\*/.test(line)).join("\n");
  return [...code.matchAll(pattern)].map((match) => match[1]);
}

/**
 * What a file exports, by name.
 *
 * @param reference The file as it was typed, for messages.
 * @throws {InputError} where it is missing, throws or imports what the lab does not have; NotCapable
 * where it may not be read.
 */
export async function importFile(
  path: string,
  reference: string,
): Promise<Record<string, unknown>> {
  if (await readSource(path) === undefined) {
    throw new InputError(`Cannot load ${reference} as there must be such a file: ${path}`);
  }
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    if ((error as Error)?.name === "NotCapable") throw error;
    const lacked = lackedImport(error);
    const reason = lacked === undefined
      ? `it must import: ${lineOf(error)}`
      : `a file may import only what the lab has: ${lacked}`;
    throw new InputError(`Cannot load ${reference} as ${reason}`, { cause: error });
  }
}

async function importDefinition(
  path: string,
  reference: string,
  name?: string,
): Promise<ExperimentDefinition> {
  const module = await importFile(path, reference);
  const places = placesOf(module);
  requireOwnNames(reference, places);
  const all = [...places.keys()];
  const named = all.find((definition) => definition.name === name);
  if (named !== undefined) return named;
  const candidates = isExperiment(module.default) ? [module.default] : all;
  if (candidates.length === 1) return candidates[0];
  const found = candidates.length === 0
    ? `it exports ${Object.keys(module).join(", ") || "nothing"}`
    : `it exports ${candidates.map(({ name }) => name).join(", ")}, and none as default`;
  throw new InputError(
    `Cannot load ${reference} as it must export one experiment definition ` +
      `(export default defineExperiment({ … })): ${found}`,
  );
}

/** Where a module exports each experiment: one by one (`short`), or several as a list (`all[1]`). */
function placesOf(module: Record<string, unknown>): Map<ExperimentDefinition, string> {
  const places = new Map<ExperimentDefinition, string>();
  for (const [name, value] of Object.entries(module)) {
    const parts = Array.isArray(value)
      ? value.map((part, i) => [part, `${name}[${i}]`] as const)
      : [[value, name] as const];
    for (const [part, place] of parts) {
      if (isExperiment(part)) places.set(part, place);
    }
  }
  return places;
}

/** @throws InputError where two experiments of a file have one name, as a run is known by it. */
function requireOwnNames(
  reference: string,
  places: ReadonlyMap<ExperimentDefinition, string>,
): void {
  const seen = new Map<string, string>();
  for (const [{ name }, place] of places) {
    const other = seen.get(name);
    if (other !== undefined) {
      throw new InputError(
        `Cannot load ${reference} as each of its experiments must have a name of its own: ` +
          `${other} and ${place} are both "${name}"`,
      );
    }
    seen.set(name, place);
  }
}

/** Whether an exported value looks like an experiment's definition; `resolve` checks it. */
export function isExperiment(value: unknown): value is ExperimentDefinition {
  return value !== null && typeof value === "object" && "name" in value &&
    ("agent" in value || "model" in value) && !("create" in value); // a model that defineModel made
}
