/**
 * Runs on a computing centre's Slurm: one array job, whose tasks each train a share of what was asked for,
 * from a PostgreSQL store or into a store each, and go on where they were when they are queued again. A
 * sweep is a job of one task.
 *
 * @module
 */
import { dirname } from "node:path";
import { InputError, LabError } from "../lab/core/errors.ts";
import type { Json } from "../lab/core/snapshot.ts";
import { plansOf, type RunRequest, storedPlan } from "../lab/experiment/launch.ts";
import type { SweepDefinition } from "../lab/experiment/sweep/definition.ts";
import { FLEET_PROGRAM, memoryText, PROGRAM, SLURM_PROGRAM } from "./command.ts";
import { openFleet } from "./fleet.ts";
import { quoted, shellWord } from "../lab/core/shell.ts";
import { folderOf } from "../lab/store/location.ts";
import { isPostgres } from "../lab/store/scheme.ts";
import { openStoreOf, storeLocation } from "./stores.ts";
import { storeFlag } from "../web/program.ts";
import { plural } from "./terminal/format.ts";
import type { Io } from "./terminal/io.ts";

/** Seconds before the time limit at which a task is told to checkpoint, at most. */
const WARNING_SECONDS = 120;
/** Tasks of an array where nobody says how many, at most. */
const MOST_TASKS = 32;

/** How a job is submitted. */
export interface SlurmValues {
  readonly store?: string;
  readonly partition?: string;
  readonly time?: string;
  readonly array?: number;
  readonly workers?: number;
  readonly threads?: number;
  readonly memoryLimit?: number;
  readonly dryRun: boolean;
}

/** What a script is made of. */
export interface Job {
  readonly name: string;
  readonly tasks: number;
  /** Where its log goes. */
  readonly folder: string;
  /** Where the lab, or a project, is. */
  readonly root: string;
  /** Deno's task and its arguments. */
  readonly command: readonly string[];
  /** A file that a task holds locked as long as it trains, as the shell reads it. */
  readonly lock?: string;
  readonly cores: number;
  readonly partition?: string;
  readonly time?: string;
}

/** A value of a line that sbatch reads, which splits it at blanks outside of quotes. */
function inDirective(value: string): string {
  return /\s/.test(value) ? `"${value}"` : value;
}

/** The script of an array job. */
export function scriptOf(job: Job): string {
  const { name, tasks, folder, root, command, lock, cores, partition, time } = job;
  return [
    "#!/bin/bash",
    `#SBATCH --job-name=${name.replace(/[^\w.-]+/g, "-")}`,
    `#SBATCH --array=0-${tasks - 1}`,
    `#SBATCH --cpus-per-task=${cores}`,
    ...(partition === undefined ? [] : [`#SBATCH --partition=${partition}`]),
    ...(time === undefined ? [] : [`#SBATCH --time=${time}`]),
    `#SBATCH --output=${inDirective(`${folder.replaceAll("%", "%%")}/%A_%a.log`)}`,
    "#SBATCH --open-mode=append",
    "#SBATCH --requeue",
    `#SBATCH --signal=B:USR1@${warningSeconds(time)}`,
    "",
    `cd ${quoted(root)} || exit 1`,
    `command -v deno > /dev/null && DENO=deno || DENO="npx -y deno@${Deno.version.deno}"`,
    "# Before the time is over: checkpoint, and wait in the queue again. Slurm itself queues again what it",
    "# preempts.",
    "stop() { kill -TERM $! 2> /dev/null; wait $!; code=$?; }",
    "again() {",
    "  stop",
    '  scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"',
    '  exit "$code"',
    "}",
    "trap again USR1",
    "trap 'stop; exit \"$code\"' TERM INT",
    ...(lock === undefined ? [] : [
      "# A task that Slurm gave up with its node may still train: this one waits for its end.",
      `exec 9> ${lock}`,
      "flock 9 &",
      "wait $!",
    ]),
    `$DENO task -q ${command.join(" ")} &`,
    "wait $!",
    "",
  ].join("\n");
}

/**
 * How many seconds before the limit a task is warned: a quarter of a short one, whose least is a minute, as
 * Slurm looks at times every half a minute, and may warn as much earlier.
 */
function warningSeconds(time: string | undefined): number {
  if (time === undefined) return WARNING_SECONDS;
  return Math.min(WARNING_SECONDS, Math.floor(Math.max(60, secondsOf(time)) / 4));
}

/** The seconds of Slurm's minutes, minutes:seconds, hours:minutes:seconds and days-hours[:minutes[:seconds]]. */
function secondsOf(time: string): number {
  const [first, ...after] = time.split("-").reverse();
  const parts = first.split(":").map(Number);
  const units = after.length > 0 || parts.length === 3 ? [3600, 60, 1] : [60, 1];
  return parts.reduce((sum, part, i) => sum + part * units[i], 86_400 * Number(after[0] ?? 0));
}

/** Submits an array job for requests, or prints its script, and returns the exit code. */
export async function launchBySlurm(
  requests: readonly RunRequest[],
  values: SlurmValues,
  io: Io,
): Promise<number> {
  checkOptions(values);
  return isPostgres(values.store)
    ? await intoFleet(requests, values, values.store, io)
    : await intoStores(requests, values, io);
}

/**
 * Submits a sweep as a job of one task, as its trials follow from one another, or prints its script, and
 * returns the exit code. The task runs the sweep from a file, which goes on where it stands when the task
 * is queued again.
 */
export async function launchSweepBySlurm(
  definition: SweepDefinition,
  values: SlurmValues & {
    readonly tag: readonly string[];
    readonly note?: string;
    readonly noCheck: boolean;
    readonly extend: boolean;
  },
  io: Io,
): Promise<number> {
  checkOptions(values);
  const { array = 1, workers = 1, threads = 1, tag, note, noCheck } = values;
  if (isPostgres(values.store)) {
    throw new InputError(
      "Cannot submit a sweep into PostgreSQL as who asks for it says what is tried next: without " +
        `--launch, while workers run as a job (sbatch --wrap "deno task -q worker --store URL")`,
    );
  }
  if (array > 1) {
    throw new InputError(
      "Cannot submit a sweep to several tasks as its trials follow from one another (--workers N " +
        `trains N runs side by side in one): --array ${array}`,
    );
  }
  if (values.extend) {
    throw new InputError(
      `Cannot submit a sweep with --extend as a job begins one of its own: ${definition.name}`,
    );
  }
  const { resolveSweep } = await import("../lab/experiment/sweep/sweep.ts");
  const { name } = definition;
  const sweep = await resolveSweep(definition, await io.registries(), { examine: !noCheck });
  const store = folderOf(storeLocation(io, values.store));
  const { partition, time } = values;
  const scriptIn = (folder: string) => {
    const share = `${quoted(folder)}/"$SLURM_ARRAY_TASK_ID"`;
    return scriptOf({
      ...{ name, tasks: 1, folder, root: Deno.cwd(), partition, time },
      cores: workers * threads,
      command: [
        ...["experiment", "run", quoted(`${folder}/sweep.ts`), "--store", share],
        ...tag.flatMap((each) => ["--tag", quoted(each)]),
        ...(note === undefined ? [] : ["--note", quoted(note)]),
        ...(noCheck ? ["--no-check"] : []),
        ...sizes(values),
      ],
      lock: `${share}.lock`,
    });
  };
  if (values.dryRun) return printed(store, scriptIn, io);
  await requireSbatch();
  using opened = await openStoreOf(io, values.store);
  if (opened.store.sweep(name) !== undefined) {
    throw new InputError(
      `Cannot submit as the store must have no sweep of this name yet (--name gives another): ${name}`,
    );
  }
  const { openStore } = await import("../lab/store/sqlite_store.ts");
  const { folder, said } = await submitted(store, scriptIn, (folder) => {
    const text = `export default ${JSON.stringify(definition, null, 2)};\n`;
    Deno.writeTextFileSync(`${folder}/sweep.ts`, text);
    const own = openStore(`${folder}/0`);
    own.putSweep(name, sweep as unknown as Json);
    own.close();
  });
  io.out(said);
  io.notice(
    `Sweep ${name}: ${plural(sweep.trials, "trial")} in ${folder}. When it has ended: ` +
      `${PROGRAM} sync ${shellWord(`${folder}/0`)} ${shellWord(store)}\n`,
  );
  return 0;
}

/** @throws {InputError} */
function checkOptions({ partition, time }: SlurmValues): void {
  if (partition !== undefined && !/^[\w.,-]+$/.test(partition)) {
    throw new InputError(`Cannot submit as --partition must be a name: ${partition}`);
  }
  if (time !== undefined && !/^(\d+-)?\d+(:\d+){0,2}$/.test(time)) {
    throw new InputError(
      `Cannot submit as --time must be one of Slurm's, as 90, 12:00:00 or 2-00: ${time}`,
    );
  }
}

/** Tasks that take runs from a PostgreSQL store. */
async function intoFleet(
  requests: readonly RunRequest[],
  values: SlurmValues,
  store: string,
  io: Io,
): Promise<number> {
  const tasks = tasksOf(requests, values);
  const scriptIn = (folder: string) =>
    scriptOf({
      ...jobOf(requests, values, folder),
      tasks,
      command: ["worker", "--store", quoted(store), "--drain", ...sizes(values)],
    });
  if (values.dryRun) return printed(io.store, scriptIn, io);
  await requireSbatch();
  using fleet = await openFleet(io, store);
  const registries = await io.registries();
  const plans = await plansOf(requests, { store: fleet.store, registries });
  const ids = await fleet.hub.ask(plans.map(storedPlan));
  try {
    io.out((await submitted(io.store, scriptIn)).said);
  } catch (error) {
    await fleet.hub.giveUp(ids);
    throw error;
  }
  io.notice(
    `${plural(ids.length, "run")} for ${plural(tasks, "task")}: ${FLEET_PROGRAM} runs${
      storeFlag(store)
    }\n`,
  );
  return 0;
}

/** Tasks with a store each, which holds its share of the requests. */
async function intoStores(
  requests: readonly RunRequest[],
  values: SlurmValues,
  io: Io,
): Promise<number> {
  const from = requests.find(({ from }) => from !== undefined)?.from;
  if (from !== undefined) {
    throw new InputError(
      "Cannot submit as a job's stores do not have the run of --from (one that workers take runs from, " +
        `--store postgres://…, does): ${from}`,
    );
  }
  const tasks = tasksOf(requests, values);
  const store = folderOf(storeLocation(io, values.store));
  const scriptIn = (folder: string) => {
    const share = `${quoted(folder)}/"$SLURM_ARRAY_TASK_ID"`;
    return scriptOf({
      ...jobOf(requests, values, folder),
      tasks,
      command: [
        ...["experiment", "resume", "--batch", "--store", share],
        ...sizes(values),
      ],
      lock: `${share}.lock`,
    });
  };
  if (values.dryRun) return printed(store, scriptIn, io);
  await requireSbatch();
  const registries = await io.registries();
  const { openStore } = await import("../lab/store/sqlite_store.ts");
  using opened = await openStoreOf(io, values.store);
  const plans = await plansOf(requests, { store: opened.store, registries });
  const { folder, said } = await submitted(store, scriptIn, (folder) => {
    for (let task = 0; task < tasks; task++) {
      const own = openStore(`${folder}/${task}`);
      own.addBatch(plans.filter((_, i) => i % tasks === task).map(storedPlan));
      own.close();
    }
  });
  io.out(said);
  io.notice(
    `${plural(requests.length, "run")} in ${
      plural(tasks, "store")
    } of ${folder}. When they have ended: ` +
      `for each in ${shellWord(folder)}/*/; do ${PROGRAM} sync "$each" ${shellWord(store)}; done\n`,
  );
  return 0;
}

/** Tasks of an array: as many as are asked for, but none without a run. */
function tasksOf(requests: readonly RunRequest[], { array = MOST_TASKS }: SlurmValues): number {
  return Math.min(array, requests.length);
}

function jobOf(
  requests: readonly RunRequest[],
  { partition, time, workers = 1, threads = 1 }: SlurmValues,
  folder: string,
) {
  const [{ name, reference }] = requests;
  const called = name ?? reference.slice(reference.lastIndexOf("/") + 1);
  return { name: called, folder, root: Deno.cwd(), cores: workers * threads, partition, time };
}

/** The options of a task that say how much of its machine it takes. */
function sizes({ workers = 1, threads = 1, memoryLimit }: SlurmValues): string[] {
  return [
    ...["--workers", String(workers), "--threads", String(threads)],
    ...(memoryLimit === undefined ? [] : ["--memory-limit", memoryText(memoryLimit)]),
  ];
}

/** The folder of a job that is submitted now to the store of a folder; others may have it. */
function folderNow(store: string): string {
  const now = new Date().toISOString().replace(/\.\d+Z$/, "").replace(/[^\d]+/g, "-");
  return `${store}/slurm/${now}`;
}

/** Makes the folder of a job, which nobody else has. */
function ownFolder(store: string): string {
  const now = folderNow(store);
  for (let n = 1;; n++) {
    const folder = n === 1 ? now : `${now}-${n}`;
    Deno.mkdirSync(`${store}/slurm`, { recursive: true });
    try {
      Deno.mkdirSync(folder);
      return folder;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

function printed(store: string, scriptIn: (folder: string) => string, io: Io): 0 {
  io.out(scriptIn(folderNow(store)).trimEnd());
  return 0;
}

/**
 * Submits a job in a folder of its own, which goes again where that fails.
 *
 * @param fill Puts into the folder what the tasks begin with.
 * @returns The folder, and what sbatch says.
 */
async function submitted(
  store: string,
  scriptIn: (folder: string) => string,
  fill: (folder: string) => void = () => {},
): Promise<{ readonly folder: string; readonly said: string }> {
  const folder = ownFolder(store);
  try {
    fill(folder);
    return { folder, said: await handedToSbatch(folder, scriptIn(folder)) };
  } catch (error) {
    Deno.removeSync(folder, { recursive: true });
    try {
      Deno.removeSync(dirname(folder));
    } catch { /* other jobs' folders are in it */ }
    throw error;
  }
}

/**
 * Makes sure that there is a sbatch, before anything is written.
 *
 * @throws {InputError}
 */
async function requireSbatch(): Promise<void> {
  await sbatch("--version");
}

/**
 * Hands a script to sbatch and returns what it says.
 *
 * @throws {InputError} where it is missing, {@linkcode LabError} where it refuses.
 */
async function handedToSbatch(folder: string, script: string): Promise<string> {
  const path = `${folder}/job.sh`;
  Deno.writeTextFileSync(path, script);
  const output = await sbatch(path);
  const [said, refused] = [output.stdout, output.stderr]
    .map((bytes) => new TextDecoder().decode(bytes).trim());
  if (output.success) return said;
  const reason = refused.split("\n")[0].replace(/^sbatch: (error: )?/, "");
  throw new LabError(`Cannot submit as sbatch refuses: ${reason || `exit code ${output.code}`}`);
}

/** What sbatch answers to an argument. */
async function sbatch(argument: string): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command("sbatch", { args: [argument], stdin: "null" }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable)) {
      throw error;
    }
    throw new InputError(
      "Cannot submit as there is no sbatch here, or this task may not start it: use " +
        `${SLURM_PROGRAM} on a machine of the cluster (--dry-run prints the script)`,
    );
  }
}
