/**
 * Stores behind a `postgres:` URL, for commands.
 *
 * @module
 */
import type { Hub } from "../lab/store/postgres/hub.ts";
import type { OpenedFleet } from "../lab/store/postgres/open.ts";
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
