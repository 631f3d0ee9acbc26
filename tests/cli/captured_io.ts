/** Surroundings of a command that keep what it writes, for tests. */
import type { Io, Keyboard } from "../../cli/terminal/io.ts";
import { registries } from "../../registries.ts";
import type { Registries } from "../../lab/experiment/registries.ts";

/** An `Io` with what was written, a clock and a Ctrl-C that the test moves. */
export interface CapturedIo extends Io {
  readonly written: { out: string; error: string };
  /** Milliseconds that `now` returns. */
  clock: number;
  interrupt(): void;
  /** Gives the terminal another size. */
  resize(to: { columns: number; rows: number }): void;
  readonly exits: number[];
}

/** Ends a test's program where `exit` would end the process. */
export class Exited extends Error {}

/** Makes one; `screen` stands for a terminal behind standard error. */
export function capturedIo(
  options: {
    folder?: string;
    root?: string;
    columns?: number;
    cores?: number;
    screen?: { columns: number; rows: number };
    keyboard?: Keyboard;
    color?: boolean;
    registries?: Registries;
  } = {},
): CapturedIo {
  const written = { out: "", error: "" };
  const handlers = new Set<() => void>();
  const resized = new Set<() => void>();
  let screen = options.screen;
  const exits: number[] = [];
  const color = options.color ?? false;
  const io: CapturedIo = {
    written,
    clock: 0,
    exits,
    interrupt: () => handlers.forEach((handler) => handler()),
    resize: (to) => {
      screen = to;
      resized.forEach((handler) => handler());
    },
    out: (text) => void (written.out += `${text}\n`),
    error: (text) => void (written.error += text),
    notice: (text) => void (written.error += text),
    columns: () => options.columns ?? 120,
    screen: () => screen,
    keyboard: () => options.keyboard,
    color: { out: color, error: color },
    folder: options.folder ?? "/nowhere",
    root: options.root ?? new URL("../../", import.meta.url).pathname,
    store: `${
      (options.root ?? new URL("../../", import.meta.url).pathname).replace(/\/$/, "")
    }/runs`,
    cores: options.cores ?? 2,
    now: () => io.clock,
    onInterrupt: (handler) => {
      handlers.add(handler);
      return { [Symbol.dispose]: () => void handlers.delete(handler) };
    },
    onResize: (handler) => {
      resized.add(handler);
      return { [Symbol.dispose]: () => void resized.delete(handler) };
    },
    registries: () => Promise.resolve(options.registries ?? registries),
    exit: (code) => {
      exits.push(code);
      throw new Exited(`exit ${code}`);
    },
  };
  return io;
}
