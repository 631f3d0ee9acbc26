/**
 * The registry of environments.
 *
 * @module
 */
import * as z from "zod";
import { BatchedEnvironment, vectorOf } from "../lab/core/batched.ts";
import { environmentOf } from "../lab/core/define_environment.ts";
import type { Environment, EnvironmentDefinition } from "../lab/core/environment.ts";
import { unknownEnvironment } from "../lab/core/environment_ids.ts";
import { InputError, unknownName } from "../lab/core/errors.ts";
import {
  checkFields,
  checkOptions,
  type KnownFields,
  type KnownOptions,
} from "../lab/core/options.ts";
import { isRecord, show } from "../lab/core/plain.ts";
import type { EnvironmentEntry } from "../lab/core/registry.ts";
import { type Autoreset, autoresets, type Vector } from "../lab/core/vector.ts";
import { ownEntries } from "./entries.ts";
import { mayWait, WorkerVector } from "./workers/vector.ts";
import { timeLimit } from "./wrappers/time_limit.ts";
import { wrap } from "./wrappers/wrapper.ts";

const registered: EnvironmentEntry[] = [...ownEntries];

/** Every environment of the lab, and those that were registered since. */
export const environments: readonly EnvironmentEntry[] = registered;

/** What a strict zod object is to a caller: a schema that checks options. */
export interface OptionsSchema<Options> {
  /** The options with their defaults, or an error. */
  parse(given: unknown): Options;
  /** The same without throwing: the options as `data`, or the `issues` of an error. */
  safeParse(given: unknown): object;
}

/** What `register` takes. */
// deno-lint-ignore no-explicit-any
export interface Registration<Options = any> {
  /** Name and version: `Corridor-v0`. */
  readonly id: string;
  /** One line: what is to be done. Default: none. */
  readonly summary?: string;
  /** Strict zod object of the options, with defaults. Default: no options. */
  readonly configuration?: OptionsSchema<Options>;
  /** The world with its options. */
  readonly entry: (options: Options) => EnvironmentDefinition | Environment;
  /**
   * Steps after which an episode is truncated; of an environment that is made already at most its own.
   * Default: what the world itself says.
   */
  readonly timeLimit?: number;
  /** Mean return at which the world counts as solved. Default: what the world itself says. */
  readonly rewardThreshold?: number;
}

const ofRegistration: KnownFields<Registration> = {
  required: { id: "text", entry: "function" },
  optional: {
    ...{ summary: "text", configuration: "object" },
    ...{ timeLimit: "number", rewardThreshold: "number" },
  },
};

/** What an entry makes. */
function enter(
  { id, entry }: Registration,
  options: unknown,
): EnvironmentDefinition | Environment {
  const made: unknown = entry(options);
  const act = `make ${id} as its entry must return a definition or an environment`;
  if (!isRecord(made)) throw new InputError(`Cannot ${act}: ${show(made)}`);
  const world = made as unknown as Partial<Environment>;
  const missing = ([
    ["reset", typeof world.reset === "function"],
    ["step", typeof world.step === "function"],
    ["observationSpace", typeof world.observationSpace?.contains === "function"],
    ["actionSpace", typeof world.actionSpace?.contains === "function"],
  ] as const).find(([, isThere]) => !isThere);
  if (missing === undefined) return world as EnvironmentDefinition | Environment;
  throw new InputError(`Cannot ${act}, with its ${missing[0]}: ${show(world[missing[0]])}`);
}

/** A definition under the id of its registration; undefined where an environment is registered. */
function defineRegistered(
  { id, timeLimit, rewardThreshold }: Registration,
  made: EnvironmentDefinition | Environment,
): EnvironmentDefinition | undefined {
  if (!("observe" in made)) return undefined;
  return {
    ...made,
    id,
    rewardThreshold: rewardThreshold ?? made.rewardThreshold,
    timeLimit: timeLimit ?? made.timeLimit,
  };
}

/** The world of a registration, under its id. */
function makeRegistered(registration: Registration, options: unknown): Environment {
  const { id, timeLimit: limit, rewardThreshold } = registration;
  const made = enter(registration, options);
  const definition = defineRegistered(registration, made);
  if (definition !== undefined) return environmentOf(definition);
  const threshold = rewardThreshold ?? made.rewardThreshold;
  const environment = made as Environment;
  if (limit !== undefined && limit > (environment.timeLimit ?? Infinity)) {
    throw new InputError(
      `Cannot make ${id} with a time limit of ${limit} as what its entry makes ends after ` +
        `${environment.timeLimit} steps: let it return the definition`,
    );
  }
  const transitions = environment.transitions && (() => environment.transitions!());
  const limited = limit === undefined
    ? wrap(environment, { transitions })
    : timeLimit(environment, limit);
  return { ...limited, id, rewardThreshold: threshold };
}

/**
 * Makes a world known by its id, so that `makeEnv` and experiments find it.
 *
 * @throws InputError where the id has no version or is taken, and for a field that is unknown or wrong.
 *
 * @example
 * ```ts
 * import { cartPole } from "./cartpole.ts";
 * import { makeEnv, register } from "./mod.ts";
 * import { strictEqual } from "node:assert";
 *
 * register({
 *   id: "LongCartPole-v0",
 *   entry: () => cartPole({ suttonBartoReward: false }),
 *   timeLimit: 2000,
 * });
 * strictEqual(makeEnv("LongCartPole-v0").timeLimit, 2000);
 * ```
 */
export function register<Options>(registration: Registration<Options>): void {
  checkFields<Registration>("register an environment", registration, ofRegistration);
  const { id, summary = "", configuration = z.strictObject({}), timeLimit: limit } = registration;
  if (typeof id !== "string" || !/^[A-Za-z0-9_.:/-]+-v\d+$/.test(id)) {
    throw new InputError(
      `Cannot register an environment as its id must end in a version, like "Corridor-v0": ${
        show(id)
      }`,
    );
  }
  if (registered.some((known) => known.id === id)) {
    throw new InputError(`Cannot register ${id} as the id is taken: choose another or a version`);
  }
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) {
    throw new InputError(
      `Cannot register ${id} as its timeLimit must be a whole number ≥ 1: ${limit}`,
    );
  }
  if (!(configuration instanceof z.ZodType) && typeof configuration.safeParse !== "function") {
    throw new InputError(
      `Cannot register ${id} as its configuration must be a zod schema: ${show(configuration)}`,
    );
  }
  registered.push({
    id,
    summary,
    configuration: configuration as z.ZodType,
    make: (options) => makeRegistered(registration as Registration, options),
    define: (options) =>
      defineRegistered(registration as Registration, enter(registration as Registration, options)),
  });
}

/** The options of an entry with its defaults filled in. */
function parseOptions(entry: EnvironmentEntry, options: object): unknown {
  const parsed = entry.configuration.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue.code === "unrecognized_keys") {
    const known = entry.configuration instanceof z.ZodObject
      ? Object.keys(entry.configuration.shape)
      : [];
    throw unknownName(`make ${entry.id}`, "option", issue.keys[0], known);
  }
  const given = issue.path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    options,
  );
  const field = issue.path.join(".") || "options";
  throw new InputError(
    `Cannot make ${entry.id} as ${field} is wrong (${issue.message}): ${show(given)}`,
  );
}

/**
 * Makes an environment of the lab.
 *
 * @param id For example `CartPole-v1`.
 * @param options The environment's own options; defaults for those left out.
 * @throws InputError for an unknown id or option, or an option's wrong value. An outdated version's
 * says which is current.
 *
 * @example
 * ```ts
 * import { makeEnv } from "./mod.ts";
 * import { deepStrictEqual } from "node:assert";
 *
 * const env = makeEnv("CartPole-v1");
 * env.reset({ seed: 7 });
 * const { reward, terminated, truncated } = env.step(1);
 * deepStrictEqual({ reward, terminated, truncated }, {
 *   reward: 1,
 *   terminated: false,
 *   truncated: false,
 * });
 * ```
 */
export function makeEnv(id: string, options: object = {}): Environment {
  const found = entryOf(id, "make the environment");
  return found.make(parseOptions(found, options));
}

/** The entry of an id; an `InputError` names the nearest one. */
function entryOf(id: string, act: string): EnvironmentEntry {
  const found = registered.find((candidate) => candidate.id === id);
  if (found !== undefined) return found;
  throw unknownEnvironment(act, id, registered.map((known) => known.id));
}

/**
 * The plain functions of a world of the lab: to be wrapped by `pixels`, changed in a part, or read.
 *
 * @param id For example `CartPole-v1`.
 * @param options The environment's own options; defaults for those left out.
 * @throws InputError as `makeEnv` does, and where the id is registered as an environment.
 *
 * @example A CartPole that is cut off after 100 steps
 * ```ts
 * import { environmentOf } from "../lab/core/define_environment.ts";
 * import { definitionOf } from "./mod.ts";
 * import { strictEqual } from "node:assert";
 *
 * const short = { ...definitionOf("CartPole-v1"), id: "ShortCartPole-v0", timeLimit: 100 };
 * strictEqual(environmentOf(short).timeLimit, 100);
 * ```
 */
export function definitionOf(id: string, options: object = {}): EnvironmentDefinition {
  const found = entryOf(id, "find the definition of");
  const definition = found.define?.(parseOptions(found, options));
  if (definition !== undefined) return definition;
  throw new InputError(
    `Cannot find the definition of ${id} as it must be registered as one: it is an environment`,
  );
}

/** What `makeVectorEnv` takes. */
export interface VectorOptions {
  /** Environments. */
  readonly count: number;
  /** When an ended episode gives way to the next one. Default: `next-step`. */
  readonly mode?: Autoreset;
  /** The environment's own options. */
  readonly options?: object;
  /**
   * Threads that step them at the same time, for environments whose steps take long; `close` ends
   * them. Default 0: in the calling thread. A browser page's main thread may not wait for others: there
   * the environments are stepped in it, and a warning says so.
   */
  readonly workers?: number;
  /** With `workers`: URL of a module that registers the environment (`import.meta.url`). */
  readonly module?: string;
  /** With `workers`: seconds within which one must answer, else all are ended. Default 300. */
  readonly answerSeconds?: number;
}

const vectorOptions: KnownOptions<VectorOptions> = {
  count: true,
  mode: autoresets,
  options: true,
  workers: true,
  module: true,
  answerSeconds: true,
};

/**
 * Makes `count` environments that are stepped side by side.
 *
 * @throws InputError as `makeEnv` does, and where a count is no whole number ≥ 1 or an option is none.
 */
export function makeVectorEnv(id: string, given: VectorOptions): Vector {
  checkOptions<VectorOptions>(`make environments ${id}`, given, vectorOptions);
  const { count, mode = "next-step", options = {}, workers = 0, ...threaded } = given;
  const first = makeEnv(id, options);
  if (workers !== 0) {
    if (mayWait()) {
      try {
        return new WorkerVector(first, { count, autoreset: mode, options, workers, ...threaded });
      } finally {
        first.close?.();
      }
    }
    console.warn(`${id} is stepped in this thread, as it may not wait for ${workers} workers`);
  }
  return first.batch === undefined
    ? vectorOf((index) => index === 0 ? first : makeEnv(id, options), count, { autoreset: mode })
    : new BatchedEnvironment(first, count, { autoreset: mode });
}
