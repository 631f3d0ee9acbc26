/**
 * Stores behind a `postgres:` URL: how they are opened, by which password, and where a machine keeps
 * what it reads of them.
 *
 * @module
 */
import { dirname } from "node:path";
import { InputError } from "../../core/errors.ts";
import type { Store } from "../store.ts";
import { passwordIn, placeOf } from "./connection.ts";
import type { BucketAccess } from "./files/bucket.ts";
import { endpointOf } from "./files/place.ts";
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
export async function hubOpener(
  location: string,
  ask: Ask,
  tasks: string,
): Promise<() => Promise<Hub>> {
  const place = placeOf(location);
  const { host, port, name } = place;
  const needed = [
    { name: "net", host: `${host}:${port}` },
    { name: "env", variable: "PGOPTIONS" }, // as the driver looks at it
  ] as const;
  if (needed.some((each) => Deno.permissions.querySync(each).state !== "granted")) {
    throw new InputError(
      `Cannot use the store ${name} as this task may not reach it: use ${tasks}`,
    );
  }
  const kept = passwordIn(await passwordFile(), place);
  let typed: Promise<string | undefined> | undefined;
  const passwordOf = async () => kept ?? await (typed ??= ask(`Password for ${name}: `));
  const access = await bucketAccess();
  return () => Hub.open(location, passwordOf, access);
}

/**
 * What the environment says of buckets, by the names that other tools use.
 *
 * @throws {InputError} where an endpoint is none.
 */
async function bucketAccess(): Promise<BucketAccess> {
  const secrets = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
  const [accessKeyId, secretAccessKey, sessionToken] = secrets.map(variable);
  // As of the passwords' file: code of a user's own has no business there.
  for (const each of secrets) await Deno.permissions.revoke({ name: "env", variable: each });
  const [from] = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].filter(variable);
  return {
    ...accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey, sessionToken } },
    ...from === undefined ? {} : { endpoint: endpointOf(variable(from)!, from) },
    region: variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION"),
  };
}

/**
 * What the file says that PGPASSFILE names, or ~/.pgpass; nothing where that is not there.
 *
 * @throws {InputError} where a file that was named cannot be read.
 */
async function passwordFile(): Promise<string> {
  const [file, home] = ["PGPASSFILE", "HOME"].map(variable);
  const path = file ?? `${home}/.pgpass`;
  try {
    return await Deno.readTextFile(path);
  } catch {
    if (file === undefined) return "";
    throw new InputError(
      `Cannot read the passwords as PGPASSFILE names no file to be read: ${path}`,
    );
  } finally {
    // Code of a user's own, which runs here too, has no business there. A folder around it that may be
    // read would be lost with it.
    const around = Deno.permissions.querySync({ name: "read", path: dirname(path) });
    if (around.state !== "granted") await Deno.permissions.revoke({ name: "read", path });
  }
}

function variable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) || undefined : undefined;
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
