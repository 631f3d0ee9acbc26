/**
 * Training as a library call: in the caller's thread, in memory or into a store.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { BackendChoice } from "../compute/backend_choice.ts";
import { InputError } from "../core/errors.ts";
import type { Metrics } from "../core/metrics.ts";
import { checkOptions, type KnownOptions } from "../core/options.ts";
import { show } from "../core/plain.ts";
import type { Seed } from "../core/random.ts";
import type { NamedTensors } from "../core/tensor_data.ts";
import type { Trainer } from "../core/trainer.ts";
import type { Run } from "../store/store.ts";
import type { ExperimentDefinition } from "./definition.ts";
import { described } from "./describe.ts";
import { differences, isEqual } from "./differences.ts";
import { digestOf, type DigestSeries } from "./digest.ts";
import { planOf, type RunRequest, trainPlan } from "./launch.ts";
import { hashOfModule, type Loaded, moduleName } from "./load.ts";
import { Recording, storedSeries } from "./recorder.ts";
import type { Registries } from "./registries.ts";
import { resolve } from "./resolve.ts";
import { resume } from "./resume.ts";
import { stagesOf } from "./stages.ts";
import type { Trainee } from "./recorded_run.ts";
import { encoded, runSession } from "./run_session.ts";
import { judgedBy } from "./score.ts";
import { requireWords } from "./tags.ts";
import type { RunRecorder, TrainOrder } from "./training_worker.ts";
import type { Ending, RunReport } from "./runner.ts";
import { openSession, parseSeed, type Session } from "./session.ts";

/** How a library call trains. */
export interface TrainOptions {
  /** Default 1. */
  readonly seed?: Seed;
  /** Default `auto`. */
  readonly backend?: BackendChoice;
  /** Total budget instead of the definition's: in the trainer's unit, or as text with its own
   * (`100k-steps`). */
  readonly budget?: number | string;
  /** Overrides by path, as on the command line: `["agent.gamma", "0.98"]`. */
  readonly set?: readonly (readonly [path: string, value: string])[];
  /**
   * Threads that compiled steps may use; decides no bit of the result. Default 1. More keep the program from
   * ending until `dispose` of what comes out.
   */
  readonly threads?: number;
  /** Receives what every iteration reported; awaited. */
  readonly onIteration?: (report: RunReport) => void | Promise<void>;
  /** Receives what every evaluation reported; awaited. */
  readonly onEvaluation?: (report: RunReport) => void | Promise<void>;
  /**
   * Aborted: training ends after the iteration as `interrupted`; a stored run has a checkpoint to go
   * on from.
   */
  readonly signal?: AbortSignal;
  /**
   * Folder of the store that keeps the run, as `--store` of the command line; needs Deno. Default:
   * none.
   */
  readonly store?: string;
  /** With `store`: the URL of the module that exports the definition (`import.meta.url`), by which
   * the command line resumes and reproduces a run with parts of its own. */
  readonly module?: string;
  /** With `store`: a stored run to go on with (id, unique prefix or `latest`). The definition, with `set`,
   * and the other options must be the run's; another `budget` may be given. */
  readonly resume?: string;
  /** With `store`: what to call the run. Default: the experiment's name. */
  readonly name?: string;
  /** With `store`: words to find the run by. */
  readonly tags?: readonly string[];
}

/** A series of a library call. */
export interface TrainedSeries {
  /** Iterations of its points, ascending. */
  readonly iterations: Float64Array;
  /** The values there. */
  readonly values: Float64Array;
}

/** What came out. */
export interface TrainResult extends Ending {
  /** Id of the stored run; null without a store. */
  readonly run: string | null;
  /** Last value of every series; of `evaluation/…` the score, where a rule or a callback ended the run. */
  readonly metrics: Metrics;
  /** Every value of every series, by name. */
  readonly series: { readonly [name: string]: TrainedSeries };
  /** The learned tensors. */
  readonly parameters: NamedTensors;
  /** Equal digests: the same numbers, bit for bit. The same as a stored run's. */
  readonly digest: string;
  /** `tfjs-wasm`, …. */
  readonly backend: string;
  /** Still open: `act` and `sample` work until `dispose`. */
  readonly trainer: Trainer;
  /** Frees the tensors and ends the threads. */
  dispose(): void;
}

/**
 * Trains a definition to its end, or goes on with a stored run of it.
 *
 * @throws InputError where the definition or an option is wrong, and what training throws; a stored
 *   run is then marked `failed`.
 *
 * @example
 * ```ts ignore
 * const { run, metrics } = await train(cartpole, { seed: 7, store: "runs" });
 * ```
 */
export async function train(
  definition: ExperimentDefinition,
  options: TrainOptions & { readonly registries: Registries },
): Promise<TrainResult> {
  requireOptions(options);
  const trainee = new TrainingHere(definition, options);
  try {
    return options.store === undefined
      ? await trainInMemory(trainee, definition, options)
      : await trainInStore(trainee, definition, { ...options, store: options.store });
  } catch (error) {
    trainee.session?.dispose();
    throw error;
  }
}

/** Every option, by which one that is spelt wrongly is told. */
const known: KnownOptions<TrainOptions> = {
  seed: true,
  backend: true,
  budget: true,
  set: true,
  threads: true,
  onIteration: true,
  onEvaluation: true,
  signal: true,
  store: true,
  module: true,
  resume: true,
  name: true,
  tags: true,
};

const isText = (value: unknown) => typeof value === "string";
const isFunction = (value: unknown) => typeof value === "function";

/** What an option must be where more is given than words, and in words. */
const sorts: readonly [keyof TrainOptions, (value: unknown) => boolean, string][] = [
  ["threads", (value) => Number.isInteger(value) && Number(value) >= 1, "a whole number ≥ 1"],
  ["onIteration", isFunction, "a function"],
  ["onEvaluation", isFunction, "a function"],
  ["signal", (value) => value instanceof AbortSignal, "an AbortSignal"],
  ["store", isText, "a folder's path, or its file: URL"],
  [
    "module",
    (value) => isText(value) && /^file:\/\//.test(String(value)),
    "the file: URL of a module (import.meta.url)",
  ],
  [
    "set",
    (value) =>
      Array.isArray(value) &&
      value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isText)),
    'a list of pairs of texts, [["agent.gamma", "0.98"]]',
  ],
];

function requireOptions(
  { registries: _, ...options }: TrainOptions & { readonly registries: Registries },
): void {
  checkOptions<TrainOptions>("train", options, known);
  for (const [name, isSort, must] of sorts) {
    const value = options[name];
    if (value === undefined || isSort(value)) continue;
    throw new InputError(`Cannot train as ${name} must be ${must}: ${show(value)}`);
  }
  if (options.store !== undefined && !("Deno" in globalThis)) {
    throw new InputError(
      "Cannot keep runs in a store as its files and locks need Deno: train without",
    );
  }
  for (const name of ["module", "resume", "name", "tags"] as const) {
    if (options[name] === undefined || options.store !== undefined) continue;
    throw new InputError(
      `Cannot train with the option ${name} as it needs a store (store: "runs"): ${options[name]}`,
    );
  }
  requireWords("train", options);
}

async function trainInMemory(
  trainee: TrainingHere,
  definition: ExperimentDefinition,
  options: TrainOptions & { readonly registries: Registries },
): Promise<TrainResult> {
  const { registries, seed = 1, backend = "auto" } = options;
  const { configuration } = await resolve(definition, registries, options);
  const recording = new Recording();
  const job = {
    experiment: definition.name,
    module: "",
    // No checkpoint on the way: there is nothing that could keep it.
    configuration: {
      ...configuration,
      checkpoint: { everyIterations: 0, everySeconds: Infinity, keepLast: 1 },
    },
    seed: String(parseSeed(String(seed))),
    backend,
  };
  const recorder: RunRecorder = {
    opened: () => {},
    report: (report) => recording.add(report),
    checkpoint: () => {},
    ended: () => {},
  };
  await trainee.train({ job, registries: registries.module }, recorder, options.signal);
  const { experiment } = job;
  const { library } = trainee.session!;
  const determined = {
    experiment,
    version: definition.version ?? 1,
    configuration,
    seed: job.seed,
    backend: trainee.session!.backend,
    ...(library === null ? {} : { library }),
  };
  const series = recording.series();
  return trainee.result(null, series, digestOf(determined, series, trainee.parameters));
}

async function trainInStore(
  trainee: TrainingHere,
  definition: ExperimentDefinition,
  options: TrainOptions & { readonly registries: Registries; readonly store: string },
): Promise<TrainResult> {
  const { registries, signal, seed = 1, backend = "auto", resume: earlier } = options;
  const { openStore } = await import("../store/sqlite_store.ts");
  const store = openStore(options.store);
  try {
    const watched = { store, registries, signal };
    let run: Run;
    if (earlier === undefined) {
      const request: Omit<RunRequest, "reference"> = { ...options, seed, backend };
      const found = await described(await loaded(definition, options.module), registries, options);
      const plan = await planOf(found, request, watched);
      run = store.run(await trainPlan(trainee, plan, watched))!;
    } else {
      const before = store.find(earlier);
      requireOwn(before, options);
      await requireSame(definition, before, options);
      const budget = await budgetAsked(definition, before, options);
      run = await resume(earlier, { ...watched, budget, definition, trainee });
    }
    if (trainee.failure !== undefined) throw trainee.failure;
    const series = storedSeries(store, run.id);
    const { determined } = run.manifest;
    const digest = run.digest ?? digestOf(determined, series, trainee.parameters);
    return trainee.result(run.id, series, digest);
  } finally {
    store.close();
  }
}

async function loaded(definition: ExperimentDefinition, module?: string): Promise<Loaded> {
  if (module === undefined) return { definition, module: "", hash: "" };
  const path = fileURLToPath(module);
  return { definition, module: moduleName(path), hash: await hashOfModule(path) };
}

/** @throws InputError where an option is another one than the run has: it goes on with its own. */
function requireOwn(
  { id, name, tags, manifest: { determined: { seed, backend } } }: Run,
  options: TrainOptions,
): void {
  const own = { name, tags, seed, backend };
  const given = {
    ...options,
    seed: options.seed === undefined ? undefined : String(options.seed),
    backend: options.backend === "auto" ? undefined : options.backend,
  };
  for (const key of ["seed", "backend", "name", "tags"] as const) {
    const [mine, other] = [show(own[key]), show(given[key])];
    if (given[key] === undefined || mine === other) continue;
    throw new InputError(
      `Cannot resume run ${id} with the option ${key} as it must be the run's, ${mine}: ${other}`,
    );
  }
}

/**
 * The budget that a resumed run is to have; undefined: that which it has.
 *
 * @throws InputError where the definition alone says another one: it was one of a call before, or is meant.
 */
async function budgetAsked(
  definition: ExperimentDefinition,
  { id, manifest }: Run,
  { registries, set, budget }: TrainOptions & { readonly registries: Registries },
): Promise<number | undefined> {
  const { configuration: { budget: asked } } = await resolve(definition, registries, {
    set,
    budget,
  });
  if (budget !== undefined || set?.some(([path]) => path === "budget")) return Number(asked);
  const known = stagesOf(manifest).map((stage) => stage.budget);
  if (known.includes(Number(asked))) return undefined;
  throw new InputError(
    `Cannot resume run ${id} with the field budget as it must be the run's, ${
      known.at(-1)
    }, unless ` +
      `the option budget says another one: ${asked}`,
  );
}

/** @throws InputError where the run is of another definition: it would be trained by its own. */
async function requireSame(
  definition: ExperimentDefinition,
  { id, manifest }: Run,
  { registries, set }: TrainOptions & { readonly registries: Registries },
): Promise<void> {
  const { name } = definition;
  const { experiment, configuration: { earlierBudgets: _, extendedFrom: __, ...stored } } =
    manifest.determined;
  if (experiment !== name) {
    throw new InputError(
      `Cannot resume run ${id} with the definition "${name}" as it must be of "${experiment}"`,
    );
  }
  // Evaluations are as far apart as the first budget had them.
  const [{ budget }] = stagesOf(manifest);
  const others = set?.filter(([path]) => path !== "budget");
  const { configuration, fields } = await resolve(definition, registries, { set: others, budget });
  for (const { path, given, kept } of differences(configuration, stored)) {
    if (path === "budget") continue;
    // A field that the lab did not have yet is at its default.
    const before = kept ?? fields.find((field) => field.path === path)?.default ?? null;
    if (isEqual(given ?? null, before)) continue;
    throw new InputError(
      `Cannot resume run ${id} with the field ${path} as it must be the run's, ${show(before)}: ` +
        show(given ?? null),
    );
  }
}

/** Trains in this thread and keeps the session open. */
class TrainingHere implements Trainee {
  readonly #definition: ExperimentDefinition;
  readonly #options: TrainOptions & { readonly registries: Registries };
  #ending: Ending | undefined;
  /** Open from the start of training. */
  session: Session | undefined;
  /** Of the latest checkpoint that is not merely the best one. */
  parameters: NamedTensors = {};
  /** What training threw. */
  failure: unknown;

  constructor(
    definition: ExperimentDefinition,
    options: TrainOptions & { readonly registries: Registries },
  ) {
    this.#definition = definition;
    this.#options = options;
  }

  async train(order: TrainOrder, recorder: RunRecorder, signal?: AbortSignal): Promise<Ending> {
    const { registries, threads, onIteration, onEvaluation } = this.#options;
    const breathe = breather();
    try {
      const session = this.session = await openSession(order.job, registries, {
        definition: this.#definition,
        threads,
        again: order.again,
      });
      const ending = this.#ending = await runSession(session, order, {
        opened: (opened) => recorder.opened(opened),
        report: async (report) => {
          await recorder.report(await encoded(report));
          await (report.kind === "iteration" ? onIteration : onEvaluation)?.(report);
          await breathe();
        },
        checkpoint: async (checkpoint) => {
          if (checkpoint.kind !== "best") this.parameters = checkpoint.snapshot.parameters;
          await recorder.checkpoint(checkpoint);
        },
      }, () => signal?.aborted ?? false);
      await recorder.ended(ending, session.fallbacks());
      return ending;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  /** What the caller gets. */
  result(run: string | null, series: readonly DigestSeries[], digest: string): TrainResult {
    const session = this.session!;
    return {
      ...this.#ending!,
      run,
      metrics: judgedBy(
        { status: this.#ending!.status, digest },
        Object.fromEntries(series.map(({ name, values }) => [name, values.at(-1)!])),
      ),
      series: Object.fromEntries(series.map((one) => [one.name, one])),
      parameters: this.parameters,
      digest,
      backend: session.backend,
      trainer: session.trainer,
      dispose: () => void session.dispose(),
    };
  }
}

/** Lets timers and signals of the caller run, twenty times a second at most. */
function breather(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < 50) return undefined;
    last = performance.now();
    return new Promise((resume) => setTimeout(resume, 0));
  };
}
