/**
 * The code that a row's runs go through, as a hash: where it is another one, figures are to be
 * verified.
 *
 * @module
 */
import { transform } from "esbuild";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { experiments } from "../experiments/mod.ts";
import { LabError } from "../lab/core/errors.ts";
import type { ExperimentDefinition } from "../lab/experiment/definition.ts";
import { hashOfModules, labRoot, moduleName } from "../lab/experiment/load.ts";
import { namedPart } from "../lab/experiment/own.ts";
import type { EvidenceRow } from "./row.ts";

/** What every run goes through. */
const TRAINING = "lab/experiment/worker.ts";
/** What makes a run's configuration, which the row's key is the hash of, and computes nothing else of it. */
const CONFIGURING = "lab/experiment/resolve.ts";
/** What values a table of actions in place of a series. */
const VALUING = "evidence/exact_return.ts";
/** What computes on graphics devices and by libraries of the machine, with which no row is measured. */
const ELSEWHERE = [
  "lab/experiment/blas.ts",
  "lab/experiment/onednn",
  "lab/compute/compile/library.ts",
  "lab/compute/graphics.ts",
  "lab/compute/webgpu_kernels.ts",
  "lab/compute/compile/gpu_workspace.ts",
  "lab/compute/compile/wgsl/",
];
/** What finds and makes a world, and names each with what it is made of. */
const WORLDS = { registry: "envs/mod.ts", entries: "envs/entries.ts" } as const;
/** Modules that name agents, models and data sets with what they are loaded from. */
const REGISTRIES = {
  agent: ["agents/mod.ts", "agents/tabular/mod.ts"],
  model: ["models/mod.ts"],
  dataset: ["models/datasets/mod.ts"],
} as const;

/**
 * The module that an entry of a registry is loaded from, below the lab's root.
 *
 * @throws LabError where the registries' modules do not name it.
 */
export async function moduleOf(kind: keyof typeof REGISTRIES, name: string): Promise<string> {
  for (const registry of REGISTRIES[kind]) {
    const text = await Deno.readTextFile(labRoot + registry);
    const [, specifier] = text.split(`name: "${name}",`)[1]?.match(/import\("\.\/([^"]+)"\)/) ?? [];
    if (specifier !== undefined) return registry.replace("mod.ts", specifier);
  }
  throw new LabError(
    `Cannot find the code of ${name} as no registry names it: ${REGISTRIES[kind]}`,
  );
}

/**
 * The modules that a world of the lab is made of, below the lab's root.
 *
 * @throws LabError where the entries do not name the world.
 */
export async function modulesOfWorld(id: string): Promise<string[]> {
  const text = await Deno.readTextFile(labRoot + WORLDS.entries);
  const entry = text.split(`"${id}",`)[1]?.split(/^ {2}entry\(/m)[0];
  if (entry === undefined) {
    throw new LabError(`Cannot find the code of ${id} as ${WORLDS.entries} does not name it`);
  }
  const words = new Set(entry.match(/\w+/g));
  return [...text.matchAll(/^import \{([^}]*)\} from "\.\/([^"]+)";/gm)]
    .filter(([, names]) => names.split(",").some((name) => words.has(name.trim())))
    .map(([, , specifier]) => WORLDS.entries.replace("entries.ts", specifier));
}

/**
 * The modules that a row's runs begin at, below the lab's root: what trains, the row's own parts, what
 * judges its samples, what values its table, and the experiment's own where its callbacks measure.
 */
export async function modulesOf(
  { score }: Pick<EvidenceRow, "score">,
  definition: ExperimentDefinition,
): Promise<string[]> {
  const own = experiments.find(({ name }) => name === definition.name);
  const measuring = definition.callbacks === undefined || own === undefined
    ? []
    : [moduleName(fileURLToPath(own.module))];
  const world = "agent" in definition ? await modulesOfWorld(definition.environment.id) : [];
  const parts = "agent" in definition
    ? [
      WORLDS.registry,
      ...world,
      await moduleOf("agent", String(namedPart(definition.agent).name)),
    ]
    : [
      await moduleOf("model", String(namedPart(definition.model).name)),
      await moduleOf("dataset", String(namedPart(definition.dataset).name)),
      // The judge of samples.
      await moduleOf("model", "classifier"),
    ];
  return [TRAINING, ...score === undefined ? [] : [VALUING], ...parts, ...measuring];
}

/**
 * Whether a file that another one imports belongs to what runs go through: how rows are told and shown
 * computes nothing of a run, nor does what makes its configuration, computes on a graphics device or opens
 * a library of the machine, and of the worlds only the row's own counts.
 */
export function belongs(imported: string, importer: string): boolean {
  return !imported.startsWith(`${labRoot}evidence/`) && imported !== labRoot + CONFIGURING &&
    importer !== labRoot + WORLDS.entries &&
    !ELSEWHERE.some((path) => imported.startsWith(labRoot + path));
}

/** A file as it runs: of TypeScript the JavaScript, without types, comments and blanks. */
export async function codeOf(source: Uint8Array, path: string): Promise<Uint8Array> {
  if (!path.endsWith(".ts")) return source;
  const { code } = await transform(source, {
    loader: "ts",
    target: "esnext",
    minifyWhitespace: true,
    legalComments: "none",
  });
  return new TextEncoder().encode(code);
}

/**
 * SHA-256 over the code of all files that a row's runs import, and of what scores them, but for what only
 * says what is trained: an experiment's file, and what makes a configuration of it. Comments and types
 * change nothing of it.
 */
export async function sourcesOf(
  row: Pick<EvidenceRow, "score">,
  definition: ExperimentDefinition,
): Promise<string> {
  const paths = await modulesOf(row, definition);
  const key = paths.join();
  if (!hashes.has(key)) hashes.set(key, hashOfPaths(paths));
  return await hashes.get(key)!;
}

/** The same of the files as they are now, whatever they were before. */
export async function sourcesNow(
  row: Pick<EvidenceRow, "score">,
  definition: ExperimentDefinition,
): Promise<string> {
  return await hashOfPaths(await modulesOf(row, definition));
}

function hashOfPaths(paths: readonly string[]): Promise<string> {
  return hashOfModules(paths.map((path) => labRoot + path), labRoot, belongs, codeOnce);
}

/** Read once a process, by the modules that they begin at. */
const hashes = new Map<string, Promise<string>>();

/** Compiled once a process, by path and source. */
const codes = new Map<string, Promise<Uint8Array>>();

/** The same as {@linkcode codeOf}: what has not changed is not compiled again. */
export function codeOnce(source: Uint8Array, path: string): Promise<Uint8Array> {
  const key = `${path} ${createHash("sha256").update(source).digest("hex")}`;
  const code = codes.get(key) ?? codeOf(source, path);
  codes.set(key, code);
  return code;
}
