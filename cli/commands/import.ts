/** `import FILE…`: runs that other programs logged. @module */
import { basename, dirname, join } from "node:path";
import { object } from "@optique/core/constructs";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import { printable, shortened } from "../../lab/core/printable.ts";
import { parseSeed } from "../../lab/core/seed_sequence.ts";
import {
  isEventFile,
  isMonitorFile,
  MONITOR_FILES,
} from "../../lab/experiment/imports/file_names.ts";
import { stepAxes } from "../../lab/experiment/imports/step_axes.ts";
import { isFolder } from "../../lab/store/files.ts";
import { LONGEST_NAME, LONGEST_TAG } from "../../lab/experiment/tags.ts";
import { lockImports } from "../../lab/store/lock.ts";
import { defineCommand, oneOf, plain, seedValue, shortText, storeOption } from "../command.ts";
import { openStoreOf } from "../stores.ts";
import { callersPath, type Io } from "../terminal/io.ts";

/** The command `import`. */
export const importRuns = defineCommand({
  name: "import",
  usage: "FILE… [OPTIONS]",
  brief: "Adds runs that other programs logged, from their files",
  description: "Adds the runs of each file: JSON lines (.jsonl, as " +
    "docs/dashboard.md#log-from-your-own-code has them), TensorBoard's event files, the monitor " +
    "files and evaluations.npz of Stable-Baselines3, CSV with a column of steps, what the page of " +
    "Weights & Biases exports as CSV or JSON, and what export --format csv wrote. The event files " +
    "of a folder are one run, and so are its monitor files N.monitor.csv, which the environments of one " +
    "training write; FILE may be a folder that has them, or folders with them. What was imported " +
    "before is not added again. The dashboard and the commands show such runs like the lab's own; " +
    "resume, reproduce and evaluate need the lab's.",
  examples: [
    ["import training.jsonl", "one run"],
    ["import logs/ppo_1/events.out.tfevents.1700000000.host", "a run that TensorBoard shows"],
    ["import logs", "all runs of a folder that TensorBoard shows"],
    ["import monitor.csv wandb_export.csv --tag old", "tables, found again by a tag"],
    ["import logs/*/*.monitor.csv --name ppo-sb3", "seeds of one experiment, compared as such"],
    ["import logs/ppo/*/evaluations.npz --name ppo-sb3", "the same, by what an EvalCallback kept"],
    ["import logs/*.jsonl --store other-runs", "a folder of them, into another store"],
  ],
  parser: () =>
    object({
      files: multiple(argument(string({ metavar: "FILE" }), {
        description: plain(
          "Files that other programs wrote, or folders of event or monitor files.",
        ),
      })),
      steps: optional(option("--steps", oneOf(stepAxes, { metavar: "AXIS" }), {
        description: plain(
          "What the steps of a file count that does not say it. Default: environmentSteps.",
        ),
      })),
      name: optional(option("--name", shortText("NAME", LONGEST_NAME), {
        description: plain("What the runs are called. Default: as the file, or its folder."),
      })),
      seed: optional(option("--seed", seedValue(), {
        description: plain(
          "Seed of the first run; those after it count on. Default: the first one that no run of its " +
            "name has.",
        ),
      })),
      tag: multiple(option("--tag", shortText("TAG", LONGEST_TAG), {
        description: plain("A word to find the runs by. Repeatable."),
      })),
      store: storeOption({ isFolder: true }),
    }),
  async run({ files, steps: axis, name, seed, tag: tags, store: location }, io) {
    if (files.length === 0) throw new InputError("Cannot import as FILE is missing");
    const { importEventRun, importFileRuns, importMonitorRun } = await import(
      "../../lab/experiment/imports/mod.ts"
    );
    const sources = sourcesOf(io, files);
    await Promise.all(sources.flatMap(({ files }) => files).map(requireFile));
    using opened = await openStoreOf(io, location);
    using _lock = await lockImports(opened.store.location);
    let next = seed === undefined ? undefined : parseSeed(seed);
    // Files that are named together are runs of their own, though their content be the same.
    const before = opened.store.runs();
    const leftOut = new Set<string>();
    for (const { files, folder } of sources) {
      const { path } = files[0];
      const options = { axis, tags, name, seed: next, before, path };
      const named = await Promise.all(
        files.map(async (place) => ({ name: place.at, bytes: await bytesOf(place) })),
      );
      const at = named.length === 1 ? named[0].name : folder!.at;
      const { ids, known, remarks, others = [] } = folder === undefined
        ? await importFileRuns(opened.store, named[0].bytes, at, options)
        : await (isEventFile(path) ? importEventRun : importMonitorRun)(
          opened.store,
          named,
          { ...folder, at },
          options,
        );
      if (next !== undefined) next += BigInt(ids.length + known.length);
      for (const id of ids) io.out(`${id}  ${printable(at)}`);
      for (const id of known) io.out(`already there: ${id}  ${printable(at)}`);
      const beside = folder === undefined ? [] : besideOf(files);
      if (beside.length > 0) {
        io.notice(
          `Left out, though it is one run with ${
            printable(at)
          } (import the folder for all of it): ` +
            `${printable(shortened(beside.join(", ")))}\n`,
        );
      }
      for (const remark of remarks) io.notice(`${printable(remark)}\n`);
      for (const tag of others) leftOut.add(tag);
    }
    if (leftOut.size > 0) {
      const tags = shortened([...leftOut].join(", "));
      io.notice(`Left out of the event files as they are no scalars: ${tags}\n`);
    }
    return 0;
  },
});

/** A file: what it is called in messages, and where it lies. */
interface Place {
  readonly at: string;
  readonly path: string;
}

/** What is imported at once: a file, or event or monitor files of a folder, which are one run. */
interface Source {
  readonly files: Place[];
  /** Of such a folder: what the run is called, and whether it may have nothing. */
  readonly folder?: { readonly at: string; readonly run: string; readonly mayBeEmpty: boolean };
}

/** What is given, in its order; files that are one run stand where the first one of them does. */
function sourcesOf(io: Io, given: readonly string[]): Source[] {
  const sources: Source[] = [];
  const folders = new Map<string, Source>();
  const addFolder = (path: string, files: Place[], folder: NonNullable<Source["folder"]>) => {
    const isOfEvents = isEventFile(files[0].path);
    const key = isOfEvents ? path : join(path, MONITOR_FILES);
    const known = folders.get(key);
    if (known === undefined) {
      const at = isOfEvents ? folder.at : join(folder.at, MONITOR_FILES);
      const source = { files, folder: { ...folder, at } };
      folders.set(key, source);
      sources.push(source);
      return;
    }
    const paths = known.files.map(({ path }) => path);
    known.files.push(...files.filter(({ path }) => !paths.includes(path)));
  };
  for (const at of given) {
    const path = callersPath(io, at);
    if (isFolderAt({ at, path })) {
      const found = runFolders({ at, path });
      if (found.length === 0) {
        throw new InputError(
          `Cannot import ${at} as a folder must hold TensorBoard's event files (tfevents), monitor files ` +
            "(0.monitor.csv, …), or folders with them: name other files one by one",
        );
      }
      for (const { below, files } of found) {
        const run = below || basename(path);
        const folder = { at: join(at, below), run, mayBeEmpty: found.length > 1 };
        addFolder(join(path, below), files, folder);
      }
    } else if (isEventFile(path) || isMonitorFile(path)) {
      const folder = { at: dirname(at), run: basename(dirname(path)), mayBeEmpty: false };
      addFolder(dirname(path), [{ at, path }], folder);
    } else if (!sources.some(({ files }) => files.some((file) => file.path === path))) {
      sources.push({ files: [{ at, path }] });
    }
  }
  return sources;
}

/** Names of the files that are one run with these, which a folder has beside them. */
function besideOf(files: readonly Place[]): string[] {
  const [{ path, at }] = files;
  const isAlike = isEventFile(path) ? isEventFile : isMonitorFile;
  const named = files.map(({ path }) => basename(path));
  return entriesOf({ at: dirname(at), path: dirname(path) })
    .filter(({ name, isDirectory }) => !isDirectory && isAlike(name) && !named.includes(name))
    .map(({ name }) => name);
}

/**
 * A folder and those in it that hold a run, by their paths below it: its event files, or its monitor files
 * where it has none; links to folders are none.
 */
function runFolders(
  { at, path }: Place,
  below = "",
): { readonly below: string; readonly files: Place[] }[] {
  const inside = (name: string) => join(below, name);
  const entries = entriesOf({ at: join(at, below), path: join(path, below) });
  const places = entries.filter(({ isDirectory }) => !isDirectory)
    .map(({ name }) => ({ at: join(at, inside(name)), path: join(path, inside(name)) }));
  const [events, monitors] = [isEventFile, isMonitorFile].map((isOne) =>
    places.filter((place) => isOne(place.path))
  );
  const files = events.length > 0 ? events : monitors;
  const inner = entries.filter(({ isDirectory }) => isDirectory)
    .flatMap(({ name }) => runFolders({ at, path }, inside(name)));
  return files.length === 0 ? inner : [{ below, files }, ...inner];
}

function entriesOf({ at, path }: Place): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(path)].sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    throw unreadable(at, error);
  }
}

function isFolderAt({ at, path }: Place): boolean {
  try {
    return isFolder(path);
  } catch (error) {
    throw unreadable(at, error);
  }
}

/** Refuses what is no file, a pipe, say, which would be waited for. */
async function requireFile({ at, path }: Place): Promise<void> {
  const { isFile } = await Deno.stat(path).catch((error) => {
    throw unreadable(at, error);
  });
  if (!isFile) throw new InputError(`Cannot import ${at} as it is no file`);
}

async function bytesOf({ at, path }: Place): Promise<Uint8Array> {
  return await Deno.readFile(path).catch((error) => {
    throw unreadable(at, error);
  });
}

/** What is said of what cannot be read; the error itself where the process may not read it. */
function unreadable(at: string, error: unknown): unknown {
  if (error instanceof Deno.errors.NotCapable) return error;
  if (error instanceof Deno.errors.NotFound) {
    return new InputError(`Cannot import ${at} as there is no such file or folder`);
  }
  return new InputError(`Cannot import ${at} as it cannot be read: ${(error as Error).name}`);
}
