/**
 * Stores behind a `postgres:` URL: how they are opened, by which password, and where a machine keeps
 * what it reads of them.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import type { Store } from "../store.ts";
import { passwordIn, type PasswordOf, type Place, placeOf } from "./connection.ts";
import { Hub } from "./hub.ts";
import { Mirror } from "./replica.ts";

/** Asks who sits at the terminal for a password; undefined where nobody does. */
export type Ask = (question: string) => Promise<string | undefined>;

/**
 * What connects to the database that a URL names, as often as it is called.
 *
 * @param tasks The tasks that may, for the message.
 * @throws {InputError} where this one may not.
 */
export function hubOpener(location: string, ask: Ask, tasks: string): () => Promise<Hub> {
  const { host, port, name } = placeOf(location);
  const needed = [
    { name: "net", host: `${host}:${port}` },
    { name: "env", variable: "PGOPTIONS" }, // as the driver looks at it
  ] as const;
  if (needed.some((each) => Deno.permissions.querySync(each).state !== "granted")) {
    throw new InputError(
      `Cannot use the store ${name} as this task may not reach it: use ${tasks}`,
    );
  }
  const passwordOf = passwordsOf(ask);
  return () => Hub.open(location, passwordOf);
}

/**
 * Gives passwords out of the file that PGPASSFILE names, or ~/.pgpass, else asks for one, once.
 */
function passwordsOf(ask: Ask): PasswordOf {
  let known: Promise<string | undefined> | undefined;
  return (place) => known ??= passwordOf(place, ask);
}

async function passwordOf(place: Place, ask: Ask): Promise<string | undefined> {
  const [file, home] = ["PGPASSFILE", "HOME"].map(variable);
  const path = file ?? `${home}/.pgpass`;
  const text = await textOf(path, file !== undefined);
  // Code of a user's own, which runs here too, has no business there.
  await Deno.permissions.revoke({ name: "read", path });
  return (text && passwordIn(text, place)) ?? await ask(`Password for ${place.name}: `);
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

/** A folder for what belongs to a hub, beside a machine's own runs; made where it is missing. */
export function fleetFolder(runs: string, hub: Hub): string {
  const name = hub.location.replace(/^postgres:\/\//, "").replace(/[^\w.-]+/g, "_");
  const folder = `${runs}/fleet/${name}`;
  Deno.mkdirSync(folder, { recursive: true });
  return folder;
}

/** What a machine reads of a hub, brought up to date. Dispose to let go of both. */
export interface OpenedFleet extends Disposable {
  readonly hub: Hub;
  readonly mirror: Mirror;
  /** Of the mirror, for reading. */
  readonly store: Store;
}

/**
 * Opens a hub for reading.
 *
 * @param runs The folder of the machine's own runs.
 * @param options.files Bring in files, too, not only when they are asked for.
 */
export async function openFleet(
  open: () => Promise<Hub>,
  runs: string,
  options: { readonly files?: boolean } = {},
): Promise<OpenedFleet> {
  const hub = await open();
  try {
    const mirror = new Mirror(hub, fleetFolder(runs, hub));
    await mirror.refresh(options);
    const store = mirror.store();
    return {
      ...{ hub, mirror, store },
      [Symbol.dispose]: () => {
        store.close();
        mirror[Symbol.dispose]();
        void hub.close();
      },
    };
  } catch (error) {
    await hub.close();
    throw error;
  }
}
