/**
 * The lab's command line. The first argument names a command; without one the quick start runs.
 * Results go to standard output, progress and errors to standard error. Exit codes: 0; 1 for a
 * failure; 2 for bad input; 130 where a person stopped it.
 *
 * Only light modules load here: whatever needs TensorFlow.js, the store or an agent is imported by
 * the command that needs it.
 *
 * @module
 */
import { dirname, extname, isAbsolute, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { driverQuiet } from "../lab/compute/graphics.ts";
import { InputError, LabError, unknownName } from "../lab/core/errors.ts";
import { printable } from "../lab/core/printable.ts";
import { shellWord } from "../lab/core/shell.ts";
import { stackOf, withPlace } from "../lab/core/stack.ts";
import { Thread } from "../lab/core/thread.ts";
import { broughtHere } from "./fleet.ts";
import { annotate } from "./commands/annotate.ts";
import { arithmetic } from "./commands/arithmetic.ts";
import { backup } from "./commands/backup.ts";
import { check } from "./commands/check.ts";
import { callOf, type Command, parsedWords, PROGRAM, programHere } from "./command.ts";
import { compare } from "./commands/compare.ts";
import { complete, completions } from "./commands/completions.ts";
import { deleteRuns } from "./commands/delete.ts";
import { DENO_FLAGS, lacksDenoFlags } from "./deno_flags.ts";
import { describe } from "./commands/describe.ts";
import { detect } from "./commands/detect.ts";
import { likelihood } from "./commands/likelihood.ts";
import { doctor } from "./commands/doctor.ts";
import { encode } from "./commands/encode.ts";
import { evaluate } from "./commands/evaluate.ts";
import { exportRuns } from "./commands/export.ts";
import { commandHelp, overallHelp } from "./terminal/help.ts";
import { partPath, pathsToWrite } from "./files.ts";
import { foreignWorker } from "../lab/experiment/foreign_worker.ts";
import { isFile } from "../lab/experiment/load.ts";
import type { FromGuest } from "./loading.ts";
import { whileWaiting } from "../lab/experiment/slow_file.ts";
import { callersPath, type Io, leaveScreen, processIo, styled } from "./terminal/io.ts";
import { isOfOwnFile } from "../lab/experiment/own_errors.ts";
import { flagHint } from "../lab/experiment/other_names.ts";
import { importRuns } from "./commands/import.ts";
import { interpolate } from "./commands/interpolate.ts";
import { list } from "./commands/list.ts";
import { newFile } from "./commands/new.ts";
import { giveUpFolder, isWithin } from "./permissions.ts";
import { otherCommand } from "./other_commands.ts";
import { withLackedExport } from "./other_exports.ts";
import { play } from "./commands/play.ts";
import { quickStart } from "./commands/quick_start.ts";
import { range } from "./commands/range.ts";
import { inpaint } from "./commands/inpaint.ts";
import { reconstruct } from "./commands/reconstruct.ts";
import { recover } from "./commands/recover.ts";
import { report } from "./commands/report.ts";
import { reproduce } from "./commands/reproduce.ts";
import { resume } from "./commands/resume.ts";
import { run } from "./commands/run.ts";
import { runs } from "./commands/runs.ts";
import { sample } from "./commands/sample.ts";
import { sync } from "./commands/sync.ts";
import { translate } from "./commands/translate.ts";
import { traverse } from "./commands/traverse.ts";
import { score } from "./commands/score.ts";
import { sweeps } from "./commands/sweeps.ts";
import { verify } from "./commands/verify.ts";
import { worker } from "./commands/worker.ts";

/** Every command that has a name, in the order of the help. */
export const commands: readonly Command[] = [
  list,
  describe,
  run,
  resume,
  worker,
  reproduce,
  evaluate,
  sample,
  inpaint,
  interpolate,
  traverse,
  arithmetic,
  encode,
  reconstruct,
  translate,
  detect,
  likelihood,
  score,
  range,
  runs,
  sweeps,
  compare,
  report,
  exportRuns,
  importRuns,
  annotate,
  deleteRuns,
  verify,
  backup,
  sync,
  recover,
  play,
  check,
  newFile,
  doctor,
  completions,
];

/** Runs the command line on `args` and returns the exit code. Throws nothing. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const end = args.indexOf("--");
  const flags = end < 0 ? args : args.slice(0, end);
  const [debug, quiet] = ["--debug", "--quiet"].map((flag) => flags.includes(flag));
  // A shell's question about a line that has such a flag is about all of the line.
  const rest = flags[0] === "complete"
    ? args
    : args.filter((arg, i) => i >= flags.length || (arg !== "--debug" && arg !== "--quiet"));
  try {
    return await dispatch(rest, {
      ...io,
      debug,
      ...(quiet ? { notice: () => {}, marks: undefined } : {}),
    });
  } catch (error) {
    return told(error, io, { args: flags, debug });
  }
}

/** Says what went wrong, and gives the exit code. */
function told(
  error: unknown,
  io: Io,
  { args, debug }: { readonly args: readonly string[]; readonly debug: boolean },
): number {
  const [line, code] = explain(error, debug, { typed: typedPlaces(args, io), folder: io.folder });
  io.error(`${styled(io.color.error, "red", "error:")} ${line}\n`);
  if (debug && error instanceof Error) io.error(`${stackOf(error)}\n`);
  return code;
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = args;
  if (first === "complete") return await complete(rest, quickStart, commands, io);
  if (first === "help") return await dispatch([...rest.slice(0, 1), "--help"], io);
  if (first === "--version") {
    const { labVersion } = await import("../lab/experiment/manifest.ts");
    io.out(`reverie ${await labVersion()} (deno ${Deno.version.deno})`);
    return 0;
  }
  const named = first !== undefined && !first.startsWith("-");
  const command = named ? await commandNamed(first, io) : quickStart;
  const given = named ? rest : args;
  if (asksHelp(given)) {
    io.out(named ? commandHelp(command, io) : overallHelp(quickStart, commands, io));
    return 0;
  }
  const values = parsedWords(
    command.parser({ experiments: [], runs: [] }),
    given,
    `${callOf(command, io.program)} ${command.usage} (--help says more)`,
    (line) => named ? explained(line, command) : flagsFirst(args) ?? explained(line, command),
  );
  return await command.run(values, io);
}

/** Whether a command line asks for help. */
function asksHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}

/** What to type where flags stand before a command; undefined where none follows. */
function flagsFirst(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => commands.some(({ name }) => name === arg));
  if (at < 0) return undefined;
  const flags = args.toSpliced(at, 1).map(shellWord);
  return `Flags stand behind the command: ${[PROGRAM, args[at], ...flags].join(" ")}.`;
}

/** The parser's line, with what is missing by its name, and what a flag that is none should be. */
function explained(line: string, { usage }: Command): string {
  if (line.startsWith("No matching")) {
    return `${usage.replaceAll(/ ?\[[^\]]*\]/g, "")} is missing.`;
  }
  if (line.startsWith("Missing required argument")) {
    return `${usage.split(" [")[0]} is missing.`;
  }
  const [, missing] = /^Expected an? (\S+), but too few arguments/.exec(line) ?? [];
  if (missing !== undefined) return `${missing} is missing.`;
  const flag = /^Unexpected option or argument: "(--[^"=]+)/.exec(line)?.[1];
  const hint = flag === undefined ? undefined : flagHint(flag);
  if (hint === undefined) return line;
  // What another library calls so says more than which flag is spelt nearly so.
  return `${line.replace(/ Did you mean .*/, "")} ${hint}; fields are set by --set PATH=VALUE.`;
}

/**
 * The command of a name.
 *
 * @throws {InputError} where there is none; what is an experiment, a file or a world gets the command
 * that takes it.
 */
async function commandNamed(name: string, io: Io): Promise<Command> {
  const command = commands.find((each) => each.name === name);
  if (command !== undefined) return command;
  const { experiments, environments } = await io.registries();
  const takes = (what: string, line: string) =>
    new InputError(
      `Cannot run as there is no command "${name}": it is ${what}, so ${PROGRAM} ${line}`,
    );
  if (experiments.some((each) => each.name === name)) {
    throw takes("an experiment", `run ${name}`);
  }
  if (isFile(name)) throw takes("a file", `run ${shellWord(name)}`);
  if (environments.some(({ id }) => id === name)) throw takes("a world", `play ${name}`);
  const other = otherCommand(name);
  if (other !== undefined) {
    throw new InputError(`Cannot run as there is no command "${name}": here that is ${other}`);
  }
  throw unknownName("run", "command", name, commands.map((each) => each.name), "--help");
}

/** One line for people, and the exit code. */
function explain(
  error: unknown,
  debug: boolean,
  called: Called,
): [line: string, code: number] {
  if (!(error instanceof Error)) return [String(error), 1];
  // What a failure leaves may not be closed either, as on a full disk: the failure is why.
  if (error instanceof SuppressedError) return explain(error.suppressed, debug, called);
  const message = printable(error.message.replace(/\s*\n\s*/g, " "));
  const line = withLackedExport(withPlace(message, error));
  if (error instanceof InputError) return [line, 2];
  if (/File name too long|ENAMETOOLONG/.test(error.message)) {
    return [`Cannot use a path as a part of it must have at most 255 bytes: ${line}`, 2];
  }
  if (error instanceof LabError) return [line, 1];
  if (error instanceof Deno.errors.NotCapable) {
    return [permission(line, called), /Requires (read|write) access/.test(line) ? 2 : 1];
  }
  if (isOfOwnFile(error)) return [`${error.name}: ${line}`, 2];
  return [`${error.name}: ${line}${debug ? "" : " (--debug prints the stack)"}`, 1];
}

/** What was typed, and where. */
interface Called {
  readonly typed: readonly TypedPlace[];
  /** The caller's folder. */
  readonly folder: string;
}

/** A path of the command line as it was typed. */
interface TypedPlace {
  readonly word: string;
  readonly path: string;
  /** Whether it is to be written: the value of `--out`. */
  readonly out: boolean;
}

/** What may lead out of the caller's folder: a name alone does not. */
function typedPlaces(args: readonly string[], io: Io): TypedPlace[] {
  return args.flatMap((arg, i) => {
    const [, flag = args[i - 1], word = arg] = /^(--[\w-]+)=(.*)$/s.exec(arg) ?? [];
    const isPath = word.includes("/") && !word.startsWith("file:");
    return isPath ? [{ word, path: callersPath(io, word), out: flag === "--out" }] : [];
  });
}

/**
 * Deno's "Requires write access to "/x", run again with the --allow-write flag" for people: of what was
 * typed, where that led there.
 */
function permission(line: string, { typed, folder: callers }: Called): string {
  const [, refused, at] = /Requires (\w+) access to "([^"]*)"/.exec(line) ?? [];
  if (refused === undefined) return `Cannot go on as a permission is missing: ${line}`;
  if (refused !== "read" && refused !== "write") {
    return `Cannot use (${refused}) "${at}" as the permission is not given: to give it, add ` +
      `--allow-${refused} to the task "experiment" in deno.json`;
  }
  const { word, path, out } =
    typed.find(({ path }) => isWithin(at, path) || at === partPath(path) || isWithin(path, at)) ??
      { word: at, path: at, out: refused === "write" };
  if (callers.includes(",") && isWithin(at, callers)) {
    return `Cannot ${refused} ${word} as Deno's permissions end at the comma in ${callers}: call it ` +
      "from a folder without one";
  }
  const folder = extname(path) === "" ? path : dirname(path);
  const [access, elsewhere] = out
    ? ["write", "name a place there"]
    : [refused, `call it from ${folder}`];
  // Of the disk's own folder all would be given.
  const given = folder === dirname(folder)
    ? ""
    : `, or give the permission, as ${programWith(`--allow-write=runs,${folder}`, callers)} …`;
  return `Cannot ${access} ${word} as the lab may use only its own folder, /tmp and the folder ` +
    `that it is called from: ${elsewhere}${given}`;
}

/** What to type in a folder for the command line with a permission: outside of a checkout Deno's flags, too. */
function programWith(permission: string, folder: string): string {
  const program = fileURLToPath(import.meta.url);
  const way = relative(folder, program);
  const typed = way.startsWith("..") || isAbsolute(way) ? program : way;
  const flags = program.endsWith(".ts") ? [] : DENO_FLAGS;
  return ["deno run", ...flags, "--allow-read", permission, shellWord(typed)].join(" ");
}

/**
 * Runs the command line on `args` in a thread of its own, where code of a user's own may run: should it
 * end its thread, the command has failed.
 */
async function mainInThread(given: readonly string[], io: Io): Promise<number> {
  try {
    using here = await broughtHere(given, io);
    return await inThread(here.args, io);
  } catch (error) {
    return told(error, io, { args: given, debug: given.includes("--debug") });
  }
}

/** The thread is left to the process's end: it may hold a graphics device (see `deviceGivenUp`). */
async function inThread(args: readonly string[], io: Io): Promise<number> {
  const thread = new Thread<readonly string[], FromGuest>(
    foreignWorker(new URL("./guest.ts", import.meta.url), args[0], await writable(args, io)),
  );
  let waiting: Disposable | undefined;
  try {
    return await new Promise<number>((resolve, reject) => {
      thread.listen((message) => {
        waiting?.[Symbol.dispose]();
        if ("code" in message) return resolve(message.code);
        const { loading } = message;
        waiting = loading === undefined
          ? undefined
          : whileWaiting(loading, (line) => io.error(`${line}\n`));
      }, (reason) => {
        waiting?.[Symbol.dispose]();
        reject(new LabError(reason));
      });
      thread.post(args);
    });
  } catch (error) {
    if (args[0] === play.name && io.screen() !== undefined) {
      io.keyboard()?.raw(false);
      io.error(leaveScreen);
    }
    const line = `${args[0]} did not finish: ${(error as Error).message}`;
    io.error(`${styled(io.color.error, "red", "error:")} ${line}\n`);
    return 1;
  }
}

/**
 * The paths that `--out` names to be written, or that the command writes without it, where the process
 * may write them.
 */
async function writable(args: readonly string[], io: Io): Promise<string[]> {
  const at = args.findLastIndex((arg) => arg === "--out" || arg.startsWith("--out="));
  const given = args[at]?.slice("--out=".length) || args[at + 1];
  const files = at < 0 ? commandOf(args)?.writes ?? [] : [given ?? ""];
  if (files.some((file) => file.trim() === "")) return [];
  const paths = (await Promise.all(files.map((file) => pathsToWrite(callersPath(io, file)))))
    .flat();
  const states = paths.map((path) => Deno.permissions.querySync({ name: "write", path }).state);
  return states.every((state) => state === "granted") ? paths : [];
}

/** Whether a command line may bring code of a user's own that would run in the command's thread. */
function mayBeForeign(args: readonly string[]): boolean {
  return !asksHelp(args) && (commandOf(args)?.mayBeForeign?.(args.slice(1)) ?? false);
}

function commandOf([first]: readonly string[]): Command | undefined {
  return commands.find(({ name }) => name === first);
}

/** Commands that train in threads, or read in one what a file of a user's own says. */
const inThreads: readonly Command[] = [run, resume, worker, reproduce, report];

/**
 * Requires the flags by which threads get fewer permissions, of a command line that starts such ones.
 *
 * @throws {InputError} where Deno was started without.
 */
function requireDenoFlags(args: readonly string[]): void {
  const [first] = args;
  const command = first === undefined || first.startsWith("-") ? quickStart : commandOf(args);
  const starts = command === quickStart || mayBeForeign(args) ||
    (command !== undefined && inThreads.includes(command));
  const asks = asksHelp(args) || args.includes("--version");
  if (!starts || asks || !lacksDenoFlags()) return;
  throw new InputError(
    `Cannot ${command === quickStart ? "train" : first} as Deno must be started with ` +
      `${DENO_FLAGS.join(" and ")}, as npx reverie starts it`,
  );
}

/** {@linkcode main} where its threads can be had, in one of its own where a user's file may be met. */
async function mainOf(args: readonly string[], io: Io): Promise<number> {
  try {
    requireDenoFlags(args);
  } catch (error) {
    return told(error, io, { args, debug: args.includes("--debug") });
  }
  return await (mayBeForeign(args) ? mainInThread : main)(args, io);
}

/** A command line whose command stands first, before `--quiet` and `--debug`. */
export function commandFirst(args: readonly string[]): readonly string[] {
  const at = args.findIndex((arg) => arg !== "--quiet" && arg !== "--debug");
  return at < 0 ? args : [args[at], ...args.slice(0, at), ...args.slice(at + 1)];
}

if (import.meta.main) {
  const io = processIo();
  const isIsolated = Deno.args[0] === "--isolated";
  const args = commandFirst(isIsolated ? Deno.args.slice(1) : Deno.args);
  const isolated = isIsolated ? [...new Set([Deno.cwd(), io.folder, "/tmp"])] : undefined;
  giveUpFolder(args, io);
  const code = await mainOf(args, { ...io, program: programHere(), isolated });
  await driverQuiet();
  Deno.exit(code);
}
