/**
 * Stores behind a `postgres:` URL, for commands.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";
import type { Hub } from "../lab/store/postgres/hub.ts";
import type { OpenedFleet } from "../lab/store/postgres/open.ts";
import type { Store } from "../lab/store/store.ts";
import { FLEET_PROGRAM } from "./command.ts";
import type { Io } from "./terminal/io.ts";

/** Whether a location names a PostgreSQL database. */
export function isPostgres(location: string | undefined): location is string {
  return location !== undefined && /^postgres(ql)?:/i.test(location);
}

/** What connects to the database that a URL names, as often as it is called. */
export async function hubOpener(io: Io, location: string): Promise<() => Promise<Hub>> {
  const { hubOpener } = await import("../lab/store/postgres/open.ts");
  const ask = (question: string) => typed(io, question);
  return await hubOpener(location, ask, `${FLEET_PROGRAM} or deno task -q worker`);
}

/** Opens the store behind a URL, for reading. */
export async function openFleet(io: Io, location: string): Promise<OpenedFleet> {
  const { openFleet } = await import("../lab/store/postgres/open.ts");
  return await openFleet(await hubOpener(io, location), io.store);
}

/**
 * A command line for a thread that may not reach the net: in place of the database that it names, the
 * folder that follows it, with the files of the runs that it names. Dispose when the thread has ended.
 */
export async function broughtHere(
  args: readonly string[],
  io: Io,
): Promise<{ readonly args: readonly string[] } & Disposable> {
  const at = args.findLastIndex((arg) => /^--store(=|$)/.test(arg));
  const isJoined = args[at]?.includes("=");
  const location = isJoined ? args[at].slice("--store=".length) : args[at + 1];
  if (at < 0 || !isPostgres(location)) return { args, [Symbol.dispose]: () => {} };
  const fleet = await openFleet(io, location);
  try {
    for (const run of await named(args, fleet.store)) await fleet.mirror.bring(run);
  } catch (error) {
    fleet[Symbol.dispose]();
    throw error;
  }
  const folder = ["--store", fleet.mirror.folder];
  return {
    args: args.toSpliced(at, isJoined ? 1 : 2, ...folder),
    [Symbol.dispose]: () => fleet[Symbol.dispose](),
  };
}

/** The runs that words of a command line name, or that meet its conditions. */
async function named(args: readonly string[], store: Store): Promise<Set<string>> {
  const { conditionsIn } = await import("../lab/experiment/conditions.ts");
  const { matching } = await import("../lab/experiment/run_fields.ts");
  const found = new Set<string>();
  const where = args.flatMap((arg, i) =>
    arg.startsWith("--where=")
      ? [arg.slice("--where=".length)]
      : args[i - 1] === "--where"
      ? [arg]
      : []
  );
  for (const arg of args) {
    try {
      found.add(store.find(arg).id);
    } catch (error) {
      if (!(error instanceof InputError)) throw error; // a word that names no run
    }
  }
  if (where.length > 0) {
    const conditions = where.flatMap(conditionsIn);
    for (const { id } of matching(store, store.runs(), conditions)) found.add(id);
  }
  return found;
}

/** What a person types, unseen; undefined where there is no terminal. */
async function typed(io: Io, question: string): Promise<string | undefined> {
  const keyboard = io.keyboard();
  if (keyboard === undefined) return undefined;
  io.error(question);
  keyboard.raw(true);
  try {
    let text = "";
    for (let keys = await keyboard.read(); keys !== null; keys = await keyboard.read()) {
      for (const key of keys) {
        if (key === "\r" || key === "\n") return text;
        if (key === "\x03" || key === "\x04") return undefined;
        text = key === "\x7f" || key === "\b" ? text.slice(0, -1) : text + key;
      }
    }
    return text;
  } finally {
    keyboard.raw(false);
    io.error("\n");
  }
}
