/**
 * Manifests: the record of what a run was made from and by.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Json } from "../core/snapshot.ts";
import type { BudgetUnit } from "../core/trainer.ts";
import type { Manifest } from "../store/store.ts";
import { cpuFeatures } from "./cpu_features.ts";
import { revisionOf } from "./git.ts";
import { labRoot, modulePath, sourceFolders } from "./load.ts";
import { needsModule } from "./own.ts";

/** The part of a manifest that is the same for every run of a process. */
type Provenance = Pick<Manifest, "code" | "versions"> & {
  readonly machine: Omit<Manifest["machine"], "adapter" | "threads">;
  /** Why the revision is unknown, where there is one; left out elsewhere. */
  readonly warning?: string;
};

let known: Promise<Provenance> | undefined;

/** Code, versions and machine of this process; read once. */
export function provenance(): Promise<Provenance> {
  return known ??= describe();
}

async function describe(): Promise<Provenance> {
  const [{ revision, dirty, refused }, hash, lock, versions] = await Promise.all([
    revisionOf(labRoot),
    hashOfSources(),
    hashOfFile(`${labRoot}deno.lock`),
    packageVersions(),
  ]);
  return {
    code: { revision, dirty, hash, lock },
    versions: { ...Deno.version, ...versions },
    machine: {
      cpuFeatures: [Deno.build.arch, ...cpuFeatures()],
      cores: navigator.hardwareConcurrency,
      os: Deno.build.os,
    },
    ...(refused === undefined ? {} : { warning: unrecorded(refused) }),
  };
}

/** Why a manifest has no commit, where the folder that says it may not be read. */
function unrecorded(gitFolder: string): string {
  return `the commit is not recorded: .git lies in ${gitFolder}, which this task may not read`;
}

/** Folders of the lab of all files that can influence a result. */
export const hashedFolders: readonly string[] = [...sourceFolders, "lab/statistics"];

/** SHA-256 over the lab's source files that can influence a result, by ascending path. */
async function hashOfSources(): Promise<string> {
  const paths = (await Promise.all(hashedFolders.map(sourcesBelow))).flat().sort();
  const contents = await Promise.all(paths.map((path) => Deno.readFile(labRoot + path)));
  const hash = createHash("sha256");
  paths.forEach((path, i) => hash.update(`${path}\0${contents[i].length}\0`).update(contents[i]));
  return hash.digest("hex");
}

async function sourcesBelow(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of Deno.readDir(labRoot + folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) paths.push(...await sourcesBelow(path));
    else if (/(?<!\.d)\.[jt]sx?$/.test(entry.name)) paths.push(path);
  }
  return paths;
}

async function hashOfFile(path: string): Promise<string> {
  try {
    return createHash("sha256").update(await Deno.readFile(path)).digest("hex");
  } catch {
    return "";
  }
}

/** `deno.json` of the checkout, or the installed package's manifest. */
async function packageManifest(): Promise<{
  readonly version: string;
  readonly imports?: Record<string, string>;
  readonly dependencies: Record<string, string>;
}> {
  return JSON.parse(
    await Deno.readTextFile(`${labRoot}deno.json`).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return Deno.readTextFile(`${labRoot}package.json`);
    }),
  );
}

/** The lab's own version. */
export async function labVersion(): Promise<string> {
  return (await packageManifest()).version;
}

/** Exact versions of what computes. */
async function packageVersions(): Promise<Record<string, string>> {
  const { imports, dependencies } = await packageManifest();
  return Object.fromEntries(
    Object.entries(imports ?? dependencies)
      .filter(([name]) => name.startsWith("@tensorflow/"))
      .map(([name, target]) => [name.slice("@tensorflow/".length), target.split("@").at(-1)!]),
  );
}

/** The parts of a manifest that differ from run to run. */
export interface RunFacts {
  readonly experiment: string;
  readonly version: number;
  readonly configuration: { readonly [key: string]: Json };
  readonly seed: string;
  readonly budgetUnit: BudgetUnit;
  readonly from?: { readonly run: string; readonly digest: string };
  readonly module: string;
  readonly hash: string;
  readonly backend: string;
  readonly backendReason: string;
  readonly adapter: string | null;
  readonly library: string | null;
  readonly threads: number;
  readonly data: string | null;
  readonly irreproducible: string | null;
  readonly sweep?: Manifest["sweep"];
}

/** The manifest of a run. */
export async function manifestOf(facts: RunFacts): Promise<Manifest> {
  const { experiment, version, configuration, seed, from, backend, library } = facts;
  const { code, versions, machine } = await provenance();
  return {
    determined: {
      experiment,
      version,
      configuration,
      seed,
      backend,
      ...(library === null ? {} : { library }),
      ...(from === undefined ? {} : { from }),
    },
    budgetUnit: facts.budgetUnit,
    definition: { module: facts.module, hash: facts.hash },
    code,
    versions,
    machine: { ...machine, adapter: facts.adapter, threads: facts.threads },
    backendReason: facts.backendReason,
    ...(facts.data === null ? {} : { data: facts.data }),
    ...(facts.irreproducible === null ? {} : { irreproducible: facts.irreproducible }),
    ...(facts.sweep === undefined ? {} : { sweep: facts.sweep }),
  };
}

/** Whether a run has parts of a file that is gone: nothing can be made of it but of its figures. */
export function isOwnFileGone({ definition, determined }: Manifest): boolean {
  return needsModule(determined.configuration) && isGone(definition);
}

/** Whether the file of a definition lies there no longer; one that may not be read is not said to. */
export function isGone({ module }: Pick<Manifest["definition"], "module">): boolean {
  if (module === "") return false;
  try {
    Deno.statSync(modulePath(module));
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}
