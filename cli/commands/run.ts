/** `run NAME… | FILE.ts`: trains. @module */
import { basename } from "node:path";
import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { integer, keyValue, string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import type { Seed } from "../../lab/core/random.ts";
import { isFile } from "../../lab/experiment/load.ts";
import { JUDGING } from "../../lab/experiment/judging.ts";
import type { RunRequest } from "../../lab/experiment/launch.ts";
import type { Describer } from "../../lab/experiment/describe.ts";
import { prunerNames } from "../../lab/search/pruners.ts";
import { samplerNames } from "../../lab/search/samplers.ts";
import type { Run, Store } from "../../lab/store/store.ts";
import { LONGEST_NAME, LONGEST_TAG } from "../../lab/experiment/tags.ts";
import {
  budgetOption,
  defineCommand,
  FLEET_PROGRAM,
  jsonOption,
  memoryLimitOption,
  named,
  noteText,
  oneOf,
  optionalBackend,
  plain,
  PROGRAM,
  seedValue,
  setOption,
  shortText,
  SLURM_PROGRAM,
  storeOption,
  threadsOption,
  workersOption,
} from "../command.ts";
import { Judge } from "../../lab/experiment/verdict.ts";
import { isPostgres } from "../../lab/store/scheme.ts";
import { storeFlag } from "../../web/program.ts";
import { callersReference, type Io } from "../terminal/io.ts";
import { runsDocument } from "../run_document.ts";
import { runsTable } from "../terminal/runs_table.ts";
import { tellOfLibrary } from "../faster.ts";
import { openFleet } from "../fleet.ts";
import { chosenData, requireDataset } from "../chosen_data.ts";
import { callersPaths, callersSettings, type Settings } from "../settings.ts";
import { openStoreOf } from "../stores.ts";
import { conclude, fresh, tellRefusals, tellStart, watched } from "../training.ts";

/** The command `run`. */
export const run = defineCommand({
  name: "run",
  usage: "NAME… | FILE.ts… [OPTIONS]",
  brief: "Trains experiments, by name or from a file",
  description: "Trains one or several experiments, several seeds of each, side by side on the " +
    "machine's cores. Ctrl-C finishes the iteration, saves a checkpoint and says how to go on.",
  examples: [
    ["run cartpole-ppo", "the experiment with the seeds that it names"],
    ["run cartpole-ppo cartpole-dqn --seeds 5", "two experiments, seeds 1 to 5 of each"],
    ["run cartpole-dqn --set agent.gamma=0.98 --tag gamma", "another discount factor, tagged"],
    ["run vae --dataset holiday", "a VAE of your own pictures"],
    ["run text-gpt --dataset diary.txt", "a GPT of your own text"],
    ["run glyphs-vae --dataset frames:gridworld", "a VAE of what a world looks like"],
    ["run my_world.ts --budget 20k-steps", "your own experiment, shorter"],
    ["run cartpole-ppo --from latest", "start from the weights of the newest run"],
    [
      "run cartpole-a2c --sweep agent.learningRate=log:1e-4..1e-2 --trials 40 --seeds 3",
      "a sweep: 40 learning rates, the best one judged on other seeds",
    ],
    [
      "run cartpole-ppo --seeds 5 --store postgres://lab@db/lab",
      "on every machine with a worker",
      FLEET_PROGRAM,
    ],
    [
      "run cartpole-ppo --seeds 20 --launch slurm --time 1:00:00",
      "an array job of Slurm",
      SLURM_PROGRAM,
    ],
    ["run cartpole-ppo --seed 1 --json", "the result for a program"],
  ],
  parser: (known) =>
    object({
      names: multiple(
        argument(named("NAME", known.experiments), {
          description: plain(
            "Named experiments (list shows them), or files that export one; with --dataset models.",
          ),
        }),
      ),
      seed: optional(option("--seed", seedValue(), {
        description: plain(
          "The seed, or with --seeds the first one; of a sweep, that of its sampler. Default: 1.",
        ),
      })),
      seeds: optional(option("--seeds", integer({ metavar: "N", min: 1, max: 10_000 }), {
        description: plain("How many seeds of each. Default: the experiment's own number, or 1."),
      })),
      budget: budgetOption(),
      dataset: optional(option("--dataset", named("NAME", known.datasets), {
        description: plain(
          "Learn from another data set (list datasets names them), --set dataset.name=NAME, from a " +
            "FOLDER of pictures, MNIST's or CIFAR-10's files, a file of text (FILE.txt) or numbers " +
            "(.csv, .npy, .npz), or from drawings of a world (frames:cartpole).",
        ),
      })),
      set: setOption(
        "Set a field, as agent.gamma=0.98 (describe NAME lists them); several values, as " +
          "agent.gamma=0.98,0.99, make a grid; default takes back what the experiment sets. " +
          "Repeatable.",
      ),
      sweep: multiple(option("--sweep", keyValue({ metavar: "PATH=RANGE" }), {
        description: plain(
          "Try values of a field: log:1e-4..1e-2, 0.9..0.999, int:16..256 (in steps " +
            "of 16: int:16..256/16), log-int:16..1024, or several, as 0.98,0.99. Repeatable; all of them make a sweep.",
        ),
      })),
      trials: optional(option("--trials", integer({ metavar: "N", min: 1, max: 100_000 }), {
        description: plain("Points of a sweep. Default: all of a grid, else 20."),
      })),
      sampler: optional(option("--sampler", oneOf(samplerNames, { metavar: "SAMPLER" }), {
        description: plain(
          "How a sweep chooses points: grid, random, sobol, tpe. Default: grid where that has no " +
            "more points than trials, else tpe.",
        ),
      })),
      pruner: optional(option("--pruner", oneOf(prunerNames, { metavar: "PRUNER" }), {
        description: plain(
          "What ends trials early, by the evaluations of their first seed: median, asha, " +
            "hyperband. Default: none.",
        ),
      })),
      objective: optional(option("--objective", string({ metavar: "METRIC" }), {
        description: plain(
          "What a sweep's trials are judged by, over their seeds: max:METRIC or min:METRIC. " +
            "Default: what the agent or the model is judged by.",
        ),
      })),
      judge: optional(option("--judge", integer({ metavar: "N", min: 0, max: 1000 }), {
        description: plain(
          `Seeds from ${JUDGING} on that a sweep's best trial is judged on. Default: 5.`,
        ),
      })),
      extend: option("--extend", { description: plain("More trials of a sweep that is there.") }),
      backend: optionalBackend("What computes. Default: auto, or what a sweep's file says."),
      workers: workersOption(),
      threads: threadsOption(),
      memoryLimit: memoryLimitOption(),
      from: optional(option("--from", named("RUN", known.runs), {
        description: plain("Start from the weights of this run."),
      })),
      store: storeOption(),
      name: optional(option("--name", shortText("NAME", LONGEST_NAME), {
        description: plain(
          "What to call the runs, by which compare and report find them; of a grid or a sweep what to " +
            "call the sweep. Default: the experiment's name, of a sweep with -sweep behind it.",
        ),
      })),
      tag: multiple(option("--tag", shortText("TAG", LONGEST_TAG), {
        description: plain("A word to find the runs by. Repeatable."),
      })),
      note: optional(option("--note", noteText(), {
        description: plain("A remark that is kept with the runs."),
      })),
      launch: optional(option("--launch", oneOf(["slurm"], { metavar: "HOW" }), {
        description: plain("Submit an array job, whose tasks train, and do not wait: slurm."),
      })),
      partition: optional(option("--partition", string({ metavar: "NAME" }), {
        description: plain("Of Slurm. Default: the cluster's."),
      })),
      time: optional(option("--time", string({ metavar: "TIME" }), {
        description: plain(
          "Slurm's limit for a task, as 12:00:00; one that comes to it checkpoints and is queued " +
            "again. Default: the partition's.",
        ),
      })),
      array: optional(option("--array", integer({ metavar: "N", min: 1, max: 10_000 }), {
        description: plain("Tasks of the array job. Default: one a run, at most 32."),
      })),
      dryRun: option("--dry-run", {
        description: plain("Print the job's script, submit nothing."),
      }),
      noCheck: option("--no-check", {
        description: plain("Do not look at a file's world before training in it."),
      }),
      profile: option("--profile", {
        description: plain("Print in the end what each compiled program did and how long it took."),
      }),
      json: jsonOption(),
    }),
  async run(typed, io) {
    if (typed.names.length === 0) {
      throw new InputError(
        `Cannot run as a NAME or FILE.ts is needed (${PROGRAM} list shows the names)`,
      );
    }
    const twice = typed.names.find((name, i) => typed.names.indexOf(name) < i);
    if (twice !== undefined) {
      throw new InputError(
        `Cannot run as each name must be given once (--seeds N trains several seeds): ${twice}`,
      );
    }
    const data = await chosenData(typed.dataset, io);
    const set = await callersSettings({ ...typed, data }, io);
    const chosen = await experimentsOf(typed.names, data, set, io);
    const sweep = callersPaths(typed.sweep, io);
    const values = { ...typed, names: chosen.map(({ name }) => name), set, sweep };
    const { json, profile } = values;
    const registries = await io.registries();
    const { Describer } = await import("../../lab/experiment/describe.ts");
    using describer = new Describer(registries, {
      examine: !values.noCheck,
      onSlow: (line) => io.error(`${line}\n`),
    });
    const { sweep: trainSweep, sweepAsked } = await import("../sweeping.ts");
    const asked = await sweepAsked(values, describer, io);
    requireLaunch(values);
    requireHere({ ...values, backend: values.backend ?? asked?.backend });
    const profiles: string[] = [];
    const onProfile = profile
      ? (run: Run, text: string) => profiles.push(`Profile of run ${run.id} (${run.name})\n${text}`)
      : undefined;
    if (asked !== undefined) {
      if (values.launch === undefined) {
        const code = await trainSweep(asked, { ...values, onProfile }, io);
        for (const text of profiles) io.error(`\n${text}\n`);
        return code;
      }
      const { launchSweepBySlurm } = await import("../slurm.ts");
      return await launchSweepBySlurm(asked, values, io);
    }
    const judge = new Judge(registries);
    const { launch } = await import("../../lab/experiment/launch.ts");
    const requests = await requestsOf({ ...values, chosen }, describer, io);
    if (values.launch === "slurm") {
      const { launchBySlurm } = await import("../slurm.ts");
      return await launchBySlurm(requests, values, io);
    }
    if (isPostgres(values.store)) return await runInFleet(requests, values.store, values, io);
    using opened = await openStoreOf(io, values.store, { existing: values.from !== undefined });
    const { store } = opened;
    const workers = Math.min(values.workers ?? io.cores, requests.length);
    const refused: unknown[] = [];
    const { result, interrupted } = await watched(
      io,
      requests.length,
      (watch) =>
        launch(requests, {
          store,
          registries,
          workers,
          threads: values.threads,
          memoryLimit: values.memoryLimit,
          isolated: io.isolated,
          ...watch,
          onProfile,
          onPlanned: (plans) => tellStart(io, plans, { workers, cores: io.cores }),
          onRefused: (refusals) => refused.push(...refusals),
        }),
      judge,
      { kept: { store, registries } },
    );
    const refusal = tellRefusals(io, refused);
    for (const text of profiles) io.error(`\n${text}\n`);
    const runs = fresh(store, result);
    const code = conclude(io, runs, {
      interrupted,
      planned: requests.length - refused.length,
      store: values.store,
      events: (id) => store.events(id),
    }) || refusal;
    await show(store, runs, { json, code, judge }, io);
    await tellOfLibrary(io, runs);
    return code;
  },
});

/**
 * Refuses what belongs to a job where none is asked for.
 *
 * @throws {InputError}
 */
function requireLaunch(
  values: Readonly<Record<"launch" | "partition" | "time" | "array", unknown>> & {
    readonly dryRun: boolean;
  },
): void {
  const { launch, partition, time, array, dryRun } = values;
  const flags = { partition, time, array, "dry-run": dryRun || undefined };
  const [flag] = Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [name]
  );
  if (launch === undefined && flag !== undefined) {
    throw new InputError(`Cannot run as --${flag} belongs to a job: --launch slurm`);
  }
}

/**
 * Refuses what is for the machine that trains to say, or to be told, where that is another one.
 *
 * @throws {InputError}
 */
function requireHere(
  { launch, store, profile, json, backend, ...sizes }: {
    readonly launch?: string;
    readonly store?: string;
    readonly profile: boolean;
    readonly json: boolean;
    readonly backend?: string;
    readonly workers?: number;
    readonly threads?: number;
    readonly memoryLimit?: number;
  },
): void {
  const isAsked = launch === undefined && isPostgres(store);
  const elsewhere = launch === undefined ? `--store ${store}` : `--launch ${launch}`;
  if (profile && (launch !== undefined || isAsked)) {
    throw new InputError(
      `Cannot run with --profile as it is this machine that must train: ${elsewhere}`,
    );
  }
  if (backend === "native" && (launch !== undefined || isAsked)) {
    throw new InputError(
      "Cannot run with --backend native as what trains there loads no library of its machine: " +
        elsewhere,
    );
  }
  if (json && launch !== undefined) {
    throw new InputError(`Cannot run with --json as nothing is trained yet: ${elsewhere}`);
  }
  const { workers, threads, memoryLimit } = sizes;
  const ofMachine = { workers, threads, "memory-limit": memoryLimit };
  const told = Object.entries(ofMachine).find(([, size]) => size !== undefined);
  if (!isAsked || told === undefined) return;
  throw new InputError(
    `Cannot run with --${told[0]} as each machine that trains is told it by its own line ` +
      `(deno task -q worker --${told[0]}): --store ${store}`,
  );
}

/** Prints what came of runs. */
async function show(
  store: Store,
  runs: readonly Run[],
  { json, code, judge }: {
    readonly json: boolean;
    readonly code: number;
    readonly judge: Judge;
  },
  io: Io,
): Promise<void> {
  if (json) return io.out(runsDocument(store, runs, judge));
  if (runs.length === 0) return;
  io.out(runsTable(store, runs, io, [], judge));
  const registries = await io.registries();
  if (runs.length > 1 && code === 0) {
    const { compareRuns } = await import("../comparison.ts");
    const { comparisonTables } = await import("../terminal/comparison_table.ts");
    io.out(`\n${comparisonTables(compareRuns(store, runs, registries), io)}`);
  } else {
    const { returnScales } = await import("../../lab/experiment/return_scale.ts");
    const { scaleLines } = await import("../terminal/figures.ts");
    const worth = scaleLines(returnScales(runs, registries));
    if (worth !== "") io.out(`\n${worth}`);
  }
}

/** Asks the workers of a PostgreSQL store for runs, and waits for them. */
async function runInFleet(
  requests: readonly RunRequest[],
  location: string,
  { json }: { readonly json: boolean },
  io: Io,
): Promise<number> {
  const registries = await io.registries();
  const judge = new Judge(registries);
  const { launchInFleet } = await import("../../lab/experiment/fleet.ts");
  using fleet = await openFleet(io, location);
  const { store } = fleet;
  const refused: unknown[] = [];
  const { result: runs, interrupted } = await watched(
    io,
    requests.length,
    (watch, display) =>
      launchInFleet(requests, fleet, {
        ...{ registries, ...watch },
        onLine: (line) => display.note(line),
        onPlanned: (plans) =>
          tellStart(io, plans, { workers: plans.length, cores: io.cores, elsewhere: true }),
        onRefused: (refusals) => refused.push(...refusals),
      }),
    judge,
    { elsewhere: true },
  );
  const refusal = tellRefusals(io, refused);
  if (interrupted) {
    io.error(
      `The workers go on with what was asked for: ${FLEET_PROGRAM} runs${storeFlag(location)}\n`,
    );
    return 130;
  }
  const code = conclude(io, runs, {
    ...{ interrupted, planned: requests.length - refused.length, store: location },
    events: (id) => store.events(id),
  }) || refusal;
  await show(store, runs, { json, code, judge }, io);
  return code;
}

/** What is asked for, seed by seed. */
async function requestsOf(
  values: {
    readonly chosen: readonly Chosen[];
    readonly seed?: Seed;
    readonly seeds?: number;
    readonly budget?: string;
    readonly set: readonly (readonly [string, string])[];
    readonly backend?: RunRequest["backend"];
    readonly from?: string;
    readonly name?: string;
    readonly tag: readonly string[];
    readonly note?: string;
  },
  describer: Describer,
  io: Io,
): Promise<RunRequest[]> {
  const requests: RunRequest[] = [];
  for (const { name, called } of values.chosen) {
    const reference = callersReference(io, name);
    const { set, budget, backend = "auto", from, note } = values;
    const described = await describer.describe(reference, { set, budget });
    const { others = [] } = described;
    if (others.length > 0) io.notice(`${otherExperiments(name, described.name, others)}\n`);
    const seeds = values.seeds ?? (values.seed === undefined ? described.seeds : 1);
    for (let i = 0; i < seeds; i++) {
      requests.push({
        reference,
        described,
        set,
        budget,
        seed: seedAfter(values.seed ?? 1, i),
        backend,
        from,
        name: values.name ?? called,
        tags: [...values.tag],
        note,
      });
    }
  }
  return requests;
}

/** That a file has experiments beside the one that is trained, and how another one is. */
function otherExperiments(file: string, trained: string, others: readonly string[]): string {
  const named = others.join(", ");
  return `${file}: trains ${trained}, its default export; another of it (${named}) is trained by a ` +
    `file with export { … as default } from "./${basename(file)}"`;
}

/** An experiment, and what to call its runs, where that is not its own name. */
interface Chosen {
  readonly name: string;
  readonly called?: string;
}

/**
 * The names, with an experiment of a model in place of its own name where it is said what it learns
 * from: the first on that data set, else on one of that kind, else of all.
 *
 * @param chosen What {@linkcode chosenData} gave.
 * @param set All settings, that among them.
 */
async function experimentsOf(
  names: readonly string[],
  chosen: Settings,
  set: Settings,
  io: Io,
): Promise<readonly Chosen[]> {
  const asTyped = names.map((name) => ({ name }));
  if (chosen.length === 0) return asTyped;
  const registries = await io.registries();
  const [[, data]] = chosen;
  if (!names.some(isFile)) requireDataset(data, registries);
  if (!names.some((name) => registries.models.some((model) => model.name === name))) return asTyped;
  const { namedExperiments } = await import("../catalogue.ts");
  const known = await namedExperiments(registries);
  const kindOf = async (name: string) =>
    (await registries.datasets.find((each) => each.name === name)?.load())?.kind;
  const kind = data === "arrays" ? await kindOfFile(set) : await kindOf(data);
  return await Promise.all(names.map(async (name) => {
    if (known.some((each) => each.name === name)) return { name };
    const own = known.filter(({ trains, trainer }) => trains === "models" && trainer === name);
    const kinds = await Promise.all(own.map(({ place }) => kindOf(place)));
    const first = own.find(({ place }) => place === data) ??
      own.find((_, i) => kind !== undefined && kinds[i] === kind) ?? own[0];
    if (first === undefined) return { name };
    io.notice(`${name}: with the settings of ${first.name}\n`);
    return { name: first.name, called: `${name}-${data}` };
  }));
}

/** What the examples of a file of arrays are. */
async function kindOfFile(set: Settings) {
  const { filesOf } = await import("../../lab/experiment/session.ts");
  const { kindOfArrays } = await import("../../models/datasets/arrays.ts");
  const [file, array] = ["file", "array"].map((name) =>
    set.findLast(([path]) => path === `dataset.${name}`)?.[1]
  );
  return await kindOfArrays(filesOf("data set arrays"), {
    ...file !== undefined && { file },
    ...array !== undefined && { array },
  });
}

/** The seed `index` after `first`, exact beyond 2⁵³ too. */
export function seedAfter(first: Seed, index: number): Seed {
  const seed = BigInt(first) + BigInt(index);
  return seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed;
}
