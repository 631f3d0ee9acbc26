/**
 * Stores behind a `postgres:` URL, for commands.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { multiple } from "@optique/core/modifiers";
import { parseSync } from "@optique/core/parser";
import { argument, passThrough } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { InputError } from "../lab/core/errors.ts";
import type { Condition } from "../lab/experiment/conditions.ts";
import { isPostgres } from "../lab/store/scheme.ts";
import type { Hub } from "../lab/store/postgres/hub.ts";
import type { OpenedFleet } from "../lab/store/postgres/open.ts";
import type { Store } from "../lab/store/store.ts";
import { FLEET_PROGRAM, storeOption, whereOption } from "./command.ts";
import type { Io } from "./terminal/io.ts";

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
  const parsed = parseSync(spoken, args);
  // What is wrong with it the command says itself.
  const location = parsed.success ? parsed.value.store : undefined;
  if (!parsed.success || !isPostgres(location)) {
    return { args, [Symbol.dispose]: () => {} };
  }
  const fleet = await openFleet(io, location);
  try {
    const { where } = parsed.value;
    for (const run of await named(args, where, fleet.store)) await fleet.mirror.bring(run);
  } catch (error) {
    fleet[Symbol.dispose]();
    throw error;
  }
  const { folder } = fleet.mirror;
  return {
    args: args.flatMap((arg) =>
      arg === `--store=${location}` ? ["--store", folder] : arg === location ? [folder] : [arg]
    ),
    [Symbol.dispose]: () => fleet[Symbol.dispose](),
  };
}

/** What any command line says of a store and of runs; the rest is its command's. */
const spoken = object({
  store: storeOption(),
  where: whereOption(),
  words: multiple(argument(string())),
  others: passThrough({ format: "nextToken" }),
});

/** The runs that words of a command line name, or that meet its conditions. */
async function named(
  args: readonly string[],
  where: readonly Condition[],
  store: Store,
): Promise<Set<string>> {
  const found = new Set<string>();
  for (const arg of args) {
    try {
      found.add(store.find(arg).id);
    } catch (error) {
      if (!(error instanceof InputError)) throw error; // a word that names no run
    }
  }
  if (where.length > 0) {
    const { matching } = await import("../lab/experiment/run_fields.ts");
    for (const { id } of matching(store, store.runs(), where)) found.add(id);
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
