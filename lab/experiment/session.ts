/**
 * Opens what a run computes with: from a resolved configuration, a seed and a backend to a trainer
 * on its workspace.
 *
 * @module
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import * as fileSystem from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { BackendChoice } from "../compute/backend_choice.ts";
import type {
  AgentDefinition,
  BodyDefinition,
  EnvironmentSource,
  KeptJudges,
  ModelDefinition,
} from "../compute/definitions.ts";
import { type RaisedRate, raiseRate } from "../compute/raised_rate.ts";
import type { Workspace } from "../compute/workspace.ts";
import { type Dataset, holdingsOf } from "../core/dataset.ts";
import { environmentOf } from "../core/define_environment.ts";
import type { Environment } from "../core/environment.ts";
import { InputError } from "../core/errors.ts";
import { RETURN } from "../core/metrics.ts";
import { isRecord } from "../core/plain.ts";
import { type Generator, type Seed, streamOf } from "../core/random.ts";
import { seedIn } from "../core/seed_sequence.ts";
import type { DatasetContext, EnvironmentEntry } from "../core/registry.ts";
import type { Json } from "../core/snapshot.ts";
import type { Trainer } from "../core/trainer.ts";
import type { ExperimentDefinition } from "./definition.ts";
import { type Callbacks, requireCallbacks } from "./callbacks.ts";
import { webpBinary } from "./codecs.ts";
import { revectorizes } from "./engine_flags.ts";
import { whyUnreadable } from "./error_lines.ts";
import { bestByOn, requireDataFit } from "./fit.ts";
import { importModule, moduleName } from "./load.ts";
import { isOwn, needsModule, type OwnParts, ownPartsOf, requireOwn } from "./own.ts";
import { hashOfData } from "./data_hash.ts";
import { readAhead } from "./read_ahead.ts";
import type { Registries } from "./registries.ts";
import { requireTrainer } from "./reports.ts";
import { checkStored, environmentEntry, loadEntry } from "./resolve.ts";
import type { StopRule } from "./stop_rule.ts";

/** What decides a run's numbers, as plain data. */
export interface Job {
  readonly experiment: string;
  /** The definition's module; read only where a part is its own or unknown without it. */
  readonly module: string;
  readonly configuration: { readonly [key: string]: Json };
  /** Decimal, as seeds may have 128 bits. */
  readonly seed: string;
  readonly backend: BackendChoice;
}

/** What a thread makes the environments of a job from. */
export interface SourceOptions {
  readonly job: Job;
  /** URL of the module that exports the registries. */
  readonly registries: string;
}

/** The metric by which checkpoints are called best. */
export interface BestBy {
  readonly metric: string;
  readonly goal: "maximize" | "minimize";
}

/** An open trainer and what it runs on. */
export interface Session {
  readonly trainer: Trainer;
  /** What computes: `tfjs-wasm`, …. */
  readonly backend: string;
  readonly backendReason: string;
  readonly adapter: string | null;
  /** The library that computes products; null without one. */
  readonly library: string | null;
  /** Threads that steps may use. */
  readonly threads: number;
  /** Agents: makes another environment of the same configuration, which `dispose` closes. */
  readonly makeEnvironment?: () => Environment;
  /** Models: what the trainer learns from. */
  readonly dataset?: Dataset;
  /** What tells its data from other ones, where it is read from files or the definition's own. */
  readonly data: string | null;
  readonly bestBy: BestBy | null;
  /** The definition's own. */
  readonly callbacks?: Callbacks;
  /** What of the programs could not be compiled and how it ran instead: a line each. */
  fallbacks(): string[];
  /** What has changed in how steps are computed since this was last asked. */
  notices(): string[];
  /** Tables of the programs that have run, with times; a line that says why where there are none. */
  profile(): Promise<string>;
  /**
   * Frees all tensors and closes all environments.
   *
   * @returns How many tensors were left over, which should be none.
   */
  dispose(): number;
}

/** A seed from its decimal form. Throws an `InputError` where it is none. */
export function parseSeed(text: string): Seed {
  const seed = seedIn(text);
  if (seed !== undefined) return seed;
  throw new InputError(`Cannot use the seed as it must be a whole number, 0 … 2¹²⁸ − 1: ${text}`);
}

/**
 * Opens the workspace and makes environment or data set and the trainer.
 *
 * @param options.definition Handed over where it is at hand; else own parts are imported anew.
 * @param options.threads Threads that compiled steps may use; default 1.
 * @param options.rate Takes the place of the trainer's learning rate.
 * @param options.onStep Called before each step of a world that is not the lab's.
 * @param options.judges Where those are kept that were trained.
 * @param options.again Whether a stored run is opened: its data were there, and `--data` names them now.
 */
export async function openSession(
  job: Job,
  registries: Registries,
  options: {
    readonly definition?: ExperimentDefinition;
    readonly threads?: number;
    readonly rate?: RaisedRate;
    readonly onStep?: () => void;
    readonly judges?: KeptJudges;
    readonly again?: boolean;
  } = {},
): Promise<Session> {
  const { definition, again } = options;
  const seed = parseSeed(job.seed);
  const stream = (name: string): Generator => streamOf(seed, name);
  const { openWorkspace } = await import("../compute/backend.ts");
  const { fallbacksOf } = await import("../compute/compile/explain.ts");
  const tensorCount = await tensorCounter();
  const before = tensorCount();
  const wasmPath = wasmFolder();
  const { workspace, reason, adapter, threads } = await openWorkspace(job.backend, {
    wasmPath,
    threads: options.threads,
    library: job.backend === "native" ? (await import("./blas.ts")).findLibrary() : undefined,
    revectorizes: revectorizes(),
  });
  if (options.rate !== undefined) raiseRate(workspace, options.rate);

  const { configuration, experiment } = job;
  const own = await ownPartsOfJob(job, definition);
  const callbacks = isOwn(configuration.callbacks)
    ? requireOwn(own, "callbacks", "callbacks", job)
    : undefined;
  if (callbacks !== undefined) requireCallbacks(callbacks);
  const budget = configuration.budget as number;
  const stop = configuration.stop as StopRule | null;
  const stopBy: BestBy | null = stop && {
    metric: stop.metric,
    goal: stop.atMost === undefined ? "maximize" : "minimize",
  };
  const context = { budget, workspace, seed, stream };
  const environments: Environment[] = [];
  const close = () => {
    while (environments.length > 0) environments.pop()!.close?.();
    workspace.dispose();
  };
  const opened = async (): Promise<
    Pick<Session, "trainer" | "makeEnvironment" | "dataset" | "data" | "bestBy">
  > => {
    if (configuration.agent !== undefined) {
      const agent = await agentOf(job, registries, own);
      const maker = await environmentMaker(job, registries, definition);
      const { onStep } = options;
      const isWatched = onStep !== undefined && isForeign(job, registries);
      const makeEnvironment = () => {
        const environment = isWatched ? watched(maker(), onStep) : maker();
        environments.push(environment);
        return environment;
      };
      const checked = checkStored(agent.configuration, "agent", configuration.agent, experiment);
      const trainer = await agent.create({
        ...context,
        configuration: checked,
        makeEnvironment,
        environmentSource: environmentSource(job, registries, definition),
        body: await networkBody(job, definition),
      });
      const bestBy = stopBy ?? { metric: RETURN, goal: "maximize" };
      return { trainer, makeEnvironment, data: null, bestBy };
    }
    const model = await modelOf(job, registries, own);
    const { dataset, data } = await makeDataset(job, registries, own, definition, again);
    await requireDataFit(
      model,
      { name: `"${dataset.name}"`, holds: holdingsOf(dataset) },
      registries,
    );
    const checked = checkStored(model.configuration, "model", configuration.model, experiment);
    const { models } = registries;
    const { judges } = options;
    const trainer = await model.create({
      ...context,
      configuration: checked,
      dataset,
      models,
      judges,
    });
    return { trainer, dataset, data, bestBy: stopBy ?? bestByOn(model, dataset) ?? null };
  };
  try {
    const parts = await opened();
    requireTrainer(experiment, parts.trainer);
    if (isOwn(configuration.agent ?? configuration.model)) parts.trainer.requireWhole?.();
    return {
      ...parts,
      callbacks,
      backend: workspace.backend,
      backendReason: reason,
      adapter,
      library: workspace.library ?? null,
      threads,
      fallbacks: () => (workspace.explain?.() ?? []).flatMap(fallbacksOf),
      notices: () => workspace.notices?.() ?? [],
      profile: () => profileOf(workspace),
      dispose: () => {
        parts.trainer.dispose();
        close();
        return tensorCount() - before;
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Where tfjs-wasm's files lie, below a checkout or beside the installed lab; undefined: nowhere. */
function wasmFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
  } catch {
    return undefined;
  }
}

/** A job's own parts; an `InputError` where the module that has them cannot be imported. */
async function ownPartsOfJob(job: Job, definition?: ExperimentDefinition): Promise<OwnParts> {
  if (!needsModule(job.configuration)) return {};
  return ownPartsOf(definition ?? await importModule(job.module, job.experiment));
}

/** What a job trains, registered or the definition's own. */
export async function trainerDefinition(
  job: Job,
  registries: Registries,
  definition?: ExperimentDefinition,
): Promise<AgentDefinition | ModelDefinition> {
  const { agent, model } = job.configuration;
  const own = isOwn(agent ?? model) ? await ownPartsOfJob(job, definition) : {};
  return agent === undefined
    ? await modelOf(job, registries, own)
    : await agentOf(job, registries, own);
}

async function agentOf(job: Job, registries: Registries, own: OwnParts): Promise<AgentDefinition> {
  const { agent } = job.configuration as { agent: { name: string } };
  if (isOwn(agent)) return requireOwn(own, "agent", agent.name, job);
  return await loadEntry(registries.agents, "agent", agent.name, job.experiment);
}

async function modelOf(job: Job, registries: Registries, own: OwnParts): Promise<ModelDefinition> {
  const { model } = job.configuration as { model: { name: string } };
  if (isOwn(model)) return requireOwn(own, "model", model.name, job);
  return await loadEntry(registries.models, "model", model.name, job.experiment);
}

async function profileOf(workspace: Workspace): Promise<string> {
  const programs = workspace.explain?.(true) ?? [];
  if (programs.length === 0) {
    return `No profile: no program was compiled to WebAssembly on ${workspace.backend}`;
  }
  const { explanationTable } = await import("../compute/compile/explain.ts");
  return programs.map(explanationTable).join("\n\n");
}

/** Undefined where world or network body is code at hand, which no other thread can import. */
function environmentSource(
  job: Job,
  registries: Registries,
  definition: ExperimentDefinition | undefined,
): EnvironmentSource | undefined {
  const { environment, body } = job.configuration;
  if (definition !== undefined && (isOwn(environment) || isOwn(body))) return undefined;
  const module = new URL("./environment_source.ts", import.meta.url).href;
  const options: SourceOptions = { job, registries: registries.module };
  return { module, options };
}

/** Whether a job's code may be other than the lab's: its module is no registered experiment's. */
export function isForeign({ module }: Job, { experiments }: Registries): boolean {
  return experiments.every((entry) => moduleName(fileURLToPath(entry.module)) !== module);
}

/** The same environment, which calls `onStep` before each step. */
function watched(environment: Environment, onStep: () => void): Environment {
  const called =
    <Args extends unknown[], Result>(method: (...args: Args) => Result) =>
    (...args: Args): Result => {
      onStep();
      return method.apply(environment, args);
    };
  const { step, stepInto } = environment;
  const watches = { step: called(step), ...stepInto && { stepInto: called(stepInto) } };
  return Object.assign(environment, watches);
}

/** Makes the environments of a job. */
export async function environmentMaker(
  job: Job,
  registries: Registries,
  definition?: ExperimentDefinition,
): Promise<() => Environment> {
  const stored = job.configuration.environment as { id: string; own?: boolean };
  if (stored.own !== true) {
    const entry = await knownEnvironment(stored.id, job, registries, definition);
    const options = checkStored(entry.configuration, "environment", stored, job.experiment);
    return () => entry.make(options);
  }
  const own = requireOwn(await ownPartsOfJob(job, definition), "environment", stored.id, job);
  return () => environmentOf(own);
}

/** A registered world; a module may register the one that its experiment names. */
async function knownEnvironment(
  id: string,
  job: Job,
  registries: Registries,
  definition: ExperimentDefinition | undefined,
): Promise<EnvironmentEntry> {
  const isKnown = registries.environments.some((entry) => entry.id === id);
  if (!isKnown && definition === undefined) await importModule(job.module, job.experiment);
  return environmentEntry(registries, id, job.experiment);
}

/** A job's own network body, where it has one. */
export async function networkBody(
  job: Job,
  definition?: ExperimentDefinition,
): Promise<BodyDefinition | undefined> {
  const { body } = job.configuration as { body?: { name: string } };
  if (body === undefined) return undefined;
  return requireOwn(await ownPartsOfJob(job, definition), "body", body.name, job);
}

async function makeDataset(
  job: Job,
  registries: Registries,
  own: OwnParts,
  definition: ExperimentDefinition | undefined,
  again: boolean | undefined,
): Promise<Pick<Session, "data"> & { readonly dataset: Dataset }> {
  const stored = job.configuration.dataset as { name: string };
  const source = isOwn(stored)
    ? requireOwn(own, "dataset", stored.name, job)
    : await loadEntry(registries.datasets, "data set", stored.name, job.experiment);
  const configuration = checkStored(source.configuration, "dataset", stored, job.experiment);
  const files = filesOf(`data set ${stored.name}`, configuration, again);
  let isRead = isOwn(stored);
  const noted = <Args extends unknown[], Result>(read: (...args: Args) => Result) => {
    return (...args: Args) => {
      isRead = true;
      return read(...args);
    };
  };
  const dataset = await source.create({
    configuration,
    ...files,
    readFile: noted(files.readFile),
    openFile: noted(files.openFile),
    makeEnvironment: async (id) => {
      const entry = await knownEnvironment(id, job, registries, definition);
      return entry.make(entry.configuration.parse({}));
    },
    openPolicy: registries.openPolicy,
  });
  return { dataset, data: isRead ? hashOfData(dataset) : null };
}

/** Node and Bun train without threads beside the calling one. */
const hasThreads = "Deno" in globalThis;

/**
 * What reads files and lists folders; ahead too, where there are threads.
 *
 * @param what What they are read as, for messages.
 * @param configuration Of the data set: its field `folder` or `file` is named where what it says is
 *   not there.
 * @param again Whether a stored run is opened, which takes `--data` there; a new one takes `--set`.
 */
export function filesOf(
  what: string,
  configuration?: unknown,
  again = false,
):
  & Required<Pick<DatasetContext<unknown>, "readFile" | "openFile" | "listFolder" | "webpBinary">>
  & Pick<DatasetContext<unknown>, "readAhead"> {
  const refusal = (verb: string, path: string, error: unknown) => {
    const fields = isRecord(configuration) ? configuration : {};
    const field = (["folder", "file"] as const).find((each) => each in fields);
    const isGone = (error as { code?: string }).code === "ENOENT";
    const remedy = field === undefined || !isGone
      ? ""
      : path === fields.labels
      ? again
        ? ` (--data ${field.toUpperCase()} has it looked for beside ${field.toUpperCase()})`
        : " (--set dataset.labels=FILE names another)"
      : again
      ? ` (--data ${field.toUpperCase()} says where it lies now)`
      : ` (--set dataset.${field}=${field.toUpperCase()} names another)`;
    return new InputError(
      `Cannot ${verb} ${path} as ${what} as ${whyUnreadable(error)}${remedy}`,
    );
  };
  const readFile = async (path: string) => {
    try {
      const { buffer, byteOffset, byteLength } = await fileSystem.readFile(path);
      return new Uint8Array(buffer, byteOffset, byteLength);
    } catch (error) {
      throw refusal("read", path, error);
    }
  };
  const listFolder = async (path: string) => {
    try {
      const entries = await fileSystem.readdir(path, { withFileTypes: true });
      return await Promise.all(entries.map(async (entry) => {
        // A link that leads nowhere is a file that cannot be read.
        const isFolder = entry.isSymbolicLink()
          ? await fileSystem.stat(`${path}/${entry.name}`).then(
            (at) => at.isDirectory(),
            () => false,
          )
          : entry.isDirectory();
        return isFolder ? `${entry.name}/` : entry.name;
      }));
    } catch (error) {
      throw refusal("list", path, error);
    }
  };
  const openFile = (path: string) => {
    const tried = <Result>(act: () => Result): Result => {
      try {
        return act();
      } catch (error) {
        throw refusal("read", path, error);
      }
    };
    const file = tried(() => openSync(path, "r"));
    const { size } = fstatSync(file);
    return {
      size,
      read: (at: number, to: Uint8Array) => {
        const length = tried(() => readSync(file, to, 0, to.length, at));
        if (length === to.length) return;
        throw new InputError(
          `Cannot read ${path} as ${what} as it must have ${at + to.length} bytes: ${at + length}`,
        );
      },
      [Symbol.dispose]: () => closeSync(file),
    };
  };
  return { readFile, openFile, listFolder, webpBinary, ...hasThreads && { readAhead } };
}

async function tensorCounter(): Promise<() => number> {
  const tf = await import("@tensorflow/tfjs");
  return () => tf.engine().state.numTensors;
}
