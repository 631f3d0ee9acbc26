/**
 * Finds the environments that a person names: a registered one by its id, or those of a file.
 *
 * @module
 */
import { environmentOf } from "../lab/core/define_environment.ts";
import type { Environment, EnvironmentDefinition } from "../lab/core/environment.ts";
import { unknownEnvironment } from "../lab/core/environment_ids.ts";
import { InputError } from "../lab/core/errors.ts";
import { shellWord } from "../lab/core/shell.ts";
import type { Registries } from "../lab/experiment/registries.ts";
import { importFile, isFile } from "../lab/experiment/load.ts";
import { isSweep } from "../lab/experiment/sweep/definition.ts";
import { loading } from "./loading.ts";
import { valuesOf } from "./settings.ts";
import { callersPath, type Io } from "./terminal/io.ts";

/** An environment that can be made as often as wanted. */
export interface World {
  readonly id: string;
  make(): Environment;
  /** What it is made of, where it is a file's own. */
  readonly definition?: EnvironmentDefinition;
}

/** Options of an environment as `--set` gives them. */
export type SetOptions = readonly (readonly [name: string, value: string])[];

/**
 * The environments behind `reference`: an id, or a file that exports definitions, environments or
 * experiments, or registers environments. What a file exports as default comes first. Only registered
 * environments, a file's own included, have options to set.
 *
 * @param options.orNone Whether a file may have none. Default false.
 * @throws InputError for an unknown id (with the nearest), an unknown or wrong option, and a file
 * that is missing, throws or has no environment.
 */
export async function worldsOf(
  io: Io,
  reference: string,
  set: SetOptions,
  options: { readonly orNone?: boolean } = {},
): Promise<World[]> {
  const registries = await io.registries();
  if (!isFile(reference)) {
    return [await registeredWorld(registries, reference, set)];
  }
  const before = new Set(registries.environments.map(({ id }) => id));
  const module = await loading(
    io,
    reference,
    () => importFile(callersPath(io, reference), reference),
  );
  const { makeEnv } = await import("../envs/mod.ts");
  const registered = registries.environments.filter(({ id }) => !before.has(id));
  if (set.length > 0) {
    if (registered.length > 0) {
      return await Promise.all(registered.map(({ id }) => registeredWorld(registries, id, set)));
    }
    throw new InputError(
      `Cannot set ${set[0][0]} as a file's environment must be registered to have options of the ` +
        `command line (register({ id, configuration, entry })): ${reference}`,
    );
  }
  // By what they are made of: an experiment and the world that it trains on are one world.
  const worlds = new Map<unknown, World>();
  for (const value of [module.default, ...Object.values(module)]) {
    const world = worldIn(value, makeEnv);
    if (world !== undefined) worlds.set(sourceOf(value), world);
  }
  for (const { id } of registered) {
    if (!worlds.has(id)) worlds.set(id, { id, make: () => makeEnv(id) });
  }
  if (worlds.size > 0 || options.orNone) return [...worlds.values()];
  throw noWorldIn(reference, module);
}

/** What is said of a file that exports a sweep where something else is looked for. */
export function isASweep(act: string, reference: string): InputError {
  const word = shellWord(reference);
  return new InputError(
    `Cannot ${act} ${reference} as it is a sweep: \`describe ${word}\` says what it would try, ` +
      `\`run ${word}\` tries it`,
  );
}

/** The error for a file without an environment. */
export function noWorldIn(
  reference: string,
  module: Readonly<Record<string, unknown>>,
): InputError {
  if (isSweep(module.default)) return isASweep("check", reference);
  return new InputError(
    `Cannot find an environment in ${reference} as it must export one ` +
      `(export default defineEnvironment({ … })): it exports ${
        Object.keys(module).join(", ") || "nothing"
      }`,
  );
}

async function registeredWorld(
  { environments, experiments }: Registries,
  id: string,
  set: SetOptions,
): Promise<World> {
  const entry = environments.find((each) => each.id === id);
  if (entry === undefined) {
    const experiment = await experiments.find(({ name }) => name === id)?.load();
    if (experiment !== undefined && "environment" in experiment) {
      throw new InputError(
        `Cannot find the environment as ${id} is an experiment: its world is ` +
          experiment.environment.id,
      );
    }
    throw unknownEnvironment("find the environment", id, environments.map(({ id }) => id));
  }
  const { makeEnv } = await import("../envs/mod.ts");
  const options = await valuesOf(set, entry.configuration, {
    ...{ prefix: "", owner: id, lack: `${id} has no such option` },
  });
  makeEnv(id, options); // says what is wrong before anything else happens
  return { id, make: () => makeEnv(id, options) };
}

/** What distinguishes the worlds of a file: a definition or environment itself, or a name alone. */
function sourceOf(value: unknown): unknown {
  if (!isExperiment(value)) return value;
  const { environment } = value;
  const { id, ...options } = environment as { id: string };
  return Object.keys(options).length === 0 ? id : environment;
}

function isExperiment(value: unknown): value is { environment: unknown } {
  return typeof value === "object" && value !== null && "agent" in value && "environment" in value;
}

/** Whether an object is an environment, or the definition of one. */
export function isWorld(value: object): boolean {
  return ["reset", "step"].every((name) =>
    typeof (value as Record<string, unknown>)[name] === "function"
  ) && "observationSpace" in value && "actionSpace" in value;
}

/** The world that an exported value is or names. */
function worldIn(
  value: unknown,
  makeEnv: (id: string, options: object) => Environment,
): World | undefined {
  if (value === null || typeof value !== "object") return undefined;
  if (isExperiment(value)) {
    const { environment } = value;
    const own = worldIn(environment, makeEnv);
    if (own !== undefined) return own;
    const { id, ...options } = environment as { id: string };
    return typeof id === "string" ? { id, make: () => makeEnv(id, options) } : undefined;
  }
  if (!isWorld(value)) return undefined;
  const id = "id" in value ? String(value.id) : "an environment without id";
  if (!("observe" in value)) return { id, make: () => value as unknown as Environment };
  const definition = value as unknown as EnvironmentDefinition;
  return { id, make: () => environmentOf(definition), definition };
}
