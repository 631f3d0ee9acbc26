/**
 * Stores behind a `postgres:` URL: how they are opened, by which password, and where this machine keeps
 * what it reads of them.
 *
 * @module
 */
import { InputError } from "../lab/core/errors.ts";
import type { PasswordOf, Place } from "../lab/store/postgres/connection.ts";
import type { Hub } from "../lab/store/postgres/hub.ts";
import type { Mirror } from "../lab/store/postgres/replica.ts";
import type { Store } from "../lab/store/store.ts";
import { FLEET_PROGRAM } from "./command.ts";
import type { Io } from "./terminal/io.ts";

/** Whether a location names a PostgreSQL database. */
export function isPostgres(location: string | undefined): location is string {
  return location !== undefined && /^postgres(ql)?:/i.test(location);
}

/** Connects to the database that a URL names. */
export async function openHub(io: Io, location: string): Promise<Hub> {
  const open = await hubOpener(io, location);
  return await open();
}

/**
 * What connects to the database that a URL names, as often as it is called.
 *
 * @throws {InputError} where this task may not.
 */
export async function hubOpener(io: Io, location: string): Promise<() => Promise<Hub>> {
  const { Hub } = await import("../lab/store/postgres/hub.ts");
  const { placeOf } = await import("../lab/store/postgres/connection.ts");
  const { host, port, name } = placeOf(location);
  const { state } = await Deno.permissions.query({ name: "net", host: `${host}:${port}` });
  if (state !== "granted") {
    throw new InputError(
      `Cannot use the store ${name} as this task may not reach it: ${FLEET_PROGRAM} may, and ` +
        "deno task -q worker",
    );
  }
  const passwordOf = passwordsOf(io);
  return () => Hub.open(location, passwordOf);
}

/**
 * Gives passwords out of the file that PGPASSFILE names, or ~/.pgpass, else asks who sits at the
 * terminal, once.
 */
function passwordsOf(io: Io): PasswordOf {
  let known: Promise<string | undefined> | undefined;
  return (place) => known ??= passwordOf(io, place);
}

async function passwordOf(io: Io, place: Place): Promise<string | undefined> {
  const { passwordIn } = await import("../lab/store/postgres/connection.ts");
  const [file, home] = ["PGPASSFILE", "HOME"].map(variable);
  const path = file ?? `${home}/.pgpass`;
  const text = await textOf(path, file !== undefined);
  // Code of a user's own, which runs here too, has no business there.
  await Deno.permissions.revoke({ name: "read", path });
  return (text && passwordIn(text, place)) ?? await typed(io, `Password for ${place.name}: `);
}

function variable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) || undefined : undefined;
}

/** @throws {InputError} where a file that was named cannot be read. */
async function textOf(path: string, isNamed: boolean): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    if (!isNamed) return undefined;
    throw new InputError(
      `Cannot read the passwords as PGPASSFILE names no file to be read: ${path}`,
    );
  }
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

/** A folder of this machine beside its own runs, made where it is missing. */
export function fleetFolder(store: string, name: string): string {
  const folder = `${store}/fleet/${name.replace(/^postgres:\/\//, "").replace(/[^\w.-]+/g, "_")}`;
  Deno.mkdirSync(folder, { recursive: true });
  return folder;
}

/** What this machine reads of a hub, brought up to date. Dispose to let go of both. */
export interface OpenedFleet extends Disposable {
  readonly hub: Hub;
  readonly mirror: Mirror;
  readonly store: Store;
}

/** Opens the store behind a URL, for reading. */
export async function openFleet(io: Io, location: string): Promise<OpenedFleet> {
  const { Mirror } = await import("../lab/store/postgres/replica.ts");
  const hub = await openHub(io, location);
  const mirror = new Mirror(hub, fleetFolder(io.store, hub.location));
  try {
    await mirror.refresh();
  } catch (error) {
    mirror[Symbol.dispose]();
    await hub.close();
    throw error;
  }
  const store = mirror.store();
  return {
    ...{ hub, mirror, store },
    [Symbol.dispose]: () => {
      store.close();
      mirror[Symbol.dispose]();
      void hub.close();
    },
  };
}
