/**
 * What the command line reads from and writes to: the process's own streams, or a test's.
 *
 * @module
 */
import { isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import { InputError } from "../../lab/core/errors.ts";
import { isFile } from "../../lab/experiment/load.ts";
import type { Registries } from "../../lab/experiment/registries.ts";

/** Styles of `styleText` that the command line uses. */
export type Style = Parameters<typeof styleText>[0];

/** Ends a session on another screen: the one before, with its cursor. */
export const leaveScreen = "\x1b[0m\x1b[?25h\x1b[?1049l";

/** A terminal's keys. */
export interface Keyboard {
  /** Whether keys come one by one, unseen, Ctrl-C included; off: as whole lines. */
  raw(on: boolean): void;
  /** What was typed since; null where no more can come. */
  read(): Promise<string | null>;
}

/** The surroundings of a command. */
export interface Io {
  /** Writes a block of text and a newline to standard output. */
  out(text: string): void;
  /** Writes text as it is to standard error: errors, answers to keys, drawings asked for. */
  error(text: string): void;
  /** Writes text as it is to standard error, unless `--quiet`: progress and remarks. */
  notice(text: string): void;
  /** Width for results: the terminal's; where standard output is none, COLUMNS or 120. */
  columns(): number;
  /** Columns and rows of the terminal behind standard error; undefined where it is none. */
  screen(): { columns: number; rows: number } | undefined;
  /** The keys of the terminal behind standard input; undefined where it is none. */
  keyboard(): Keyboard | undefined;
  /** Whether results, respectively messages, may carry colours. */
  readonly color: { readonly out: boolean; readonly error: boolean };
  /** The caller's folder: relative paths start there. */
  readonly folder: string;
  /** The lab's folder. */
  readonly root: string;
  /** The default store: `runs` in the lab's folder, or in a project's. */
  readonly store: string;
  /** Whether errors are followed by their stacks. */
  readonly debug?: boolean;
  /** What a person types for the task that this is. Default: `PROGRAM`. */
  readonly program?: string;
  /** Folders that a run's process may read, where each run has one of its own. */
  readonly isolated?: readonly string[];
  /** Folder for marks of what was said and is not to be said again; undefined: it is not said. */
  readonly marks?: string;
  /** Cores of the machine. */
  readonly cores: number;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Calls `handler` on SIGINT, SIGTERM and SIGHUP until it is disposed. */
  onInterrupt(handler: () => void): Disposable;
  /** Calls `handler` whenever the terminal has got another size, until it is disposed. */
  onResize(handler: () => void): Disposable;
  /** What the lab has by name; imported when it is asked for. */
  registries(): Promise<Registries>;
  /** Ends the process at once. */
  exit(code: number): never;
  /** Hears that a user's file is imported in this thread, until what is returned is disposed. */
  loading?(file: string): Disposable;
}

/** `text` in a style where `on`, else as it is. */
export function styled(on: boolean, style: Style, text: string): string {
  return on ? styleText(style, text, { validateStream: false }) : text;
}

/**
 * `path` as the caller means it: relative ones start at the caller's folder.
 *
 * @throws {InputError} for an empty one, which a shell makes of a variable that is not set.
 */
export function callersPath(io: Io, path: string): string {
  if (path.trim() === "") throw new InputError("Cannot take a path as it is empty");
  if (path.startsWith("file:")) return fileURLToPath(path);
  return isAbsolute(path) ? path : resolve(io.folder, path);
}

/** An experiment's name as it is, a file's path as the caller means it. */
export function callersReference(io: Io, reference: string): string {
  return isFile(reference) ? callersPath(io, reference) : reference;
}

/** Reads an environment variable; undefined where it is not set or may not be read. */
function variable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** Milliseconds until a full pipe is tried again. */
const PAUSE = 2;
/** Bytes that a pipe takes whole or not at all (PIPE_BUF on Linux). */
const WHOLE = 4096;
const NEWLINE = 10;

/**
 * Writes all of `text`. A reader that went away (`| head`) is no failure: what it does not read is
 * dropped. One that is slow is waited for, also where the pipe itself would not wait (O_NONBLOCK): as
 * nobody says how much of a longer piece was taken then, pieces are whole lines, or as long as are taken
 * whole.
 */
function writeAll(stream: typeof Deno.stdout, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) {
    const piece = bytes.subarray(written, written + WHOLE);
    const lines = piece.lastIndexOf(NEWLINE) + 1;
    try {
      written += stream.writeSync(lines > 0 ? piece.subarray(0, lines) : piece);
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return;
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  }
}

/** Writes to standard error, as far as that takes it: what is told of the work never ends it. */
function tell(text: string): void {
  try {
    writeAll(Deno.stderr, text);
  } catch {
    // Nobody can be told: a file on a full disk.
  }
}

function terminalSize(): { columns: number; rows: number } | undefined {
  try {
    const { columns, rows } = Deno.consoleSize();
    return columns > 0 && rows > 0 ? { columns, rows } : undefined;
  } catch {
    return undefined; // no terminal behind any of the standard streams
  }
}

function terminalKeyboard(): Keyboard {
  const buffer = new Uint8Array(256);
  const decoder = new TextDecoder();
  return {
    raw: (on) => Deno.stdin.setRaw(on),
    read: async () => {
      const count = await Deno.stdin.read(buffer);
      return count === null ? null : decoder.decode(buffer.subarray(0, count), { stream: true });
    },
  };
}

/**
 * The folder of the task that was called: the lab's, or a project's, which may lie in the lab's.
 *
 * @param root The lab's.
 * @param folder The one that the process runs in.
 */
export function taskFolder(root: string, folder: string): string {
  const inside = relative(root, folder);
  return inside.startsWith("..") || isAbsolute(inside) || hasSettings(folder) ? folder : root;
}

/** Whether a `deno.json` lies in a folder. */
export function hasSettings(folder: string): boolean {
  try {
    return Deno.statSync(`${folder}/deno.json`).isFile;
  } catch {
    return false;
  }
}

/** Calls `handler` on each of these signals until it is disposed. */
function listening(signals: readonly Deno.Signal[], handler: () => void): Disposable {
  for (const signal of signals) Deno.addSignalListener(signal, handler);
  return {
    [Symbol.dispose]: () => {
      for (const signal of signals) Deno.removeSignalListener(signal, handler);
    },
  };
}

/** The process's own surroundings. */
export function processIo(): Io {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const outIsTerminal = Deno.stdout.isTerminal();
  const errorIsTerminal = Deno.stderr.isTerminal();
  const force = (variable("FORCE_COLOR") ?? "") !== "";
  const asked = /^[1-9]\d*$/.test(variable("COLUMNS") ?? "")
    ? Number(variable("COLUMNS"))
    : undefined;
  return {
    out: (text) => writeAll(Deno.stdout, `${text}\n`),
    error: tell,
    notice: tell,
    columns: () => (outIsTerminal ? terminalSize()?.columns : undefined) ?? asked ?? 120,
    screen: () => errorIsTerminal ? terminalSize() ?? { columns: 80, rows: 24 } : undefined,
    keyboard: () => Deno.stdin.isTerminal() ? terminalKeyboard() : undefined,
    color: {
      out: !Deno.noColor && (outIsTerminal || force),
      error: !Deno.noColor && (errorIsTerminal || force),
    },
    folder: variable("INIT_CWD") ?? Deno.cwd(),
    root,
    store: resolve(taskFolder(root, Deno.cwd()), "runs"),
    marks: "/tmp",
    cores: navigator.hardwareConcurrency,
    now: () => performance.now(),
    onInterrupt: (handler) => listening(["SIGINT", "SIGTERM", "SIGHUP"], handler),
    onResize: (handler) => listening(["SIGWINCH"], handler),
    registries: async () => (await import("../../registries.ts")).registries,
    exit: (code) => Deno.exit(code),
  };
}
