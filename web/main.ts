/**
 * The dashboard's entry: `deno task -q dashboard [--port 8321] [--store runs]`.
 *
 * @module
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { InputError, LabError } from "../lab/core/errors.ts";
import type { Store } from "../lab/store/store.ts";
import { openStore } from "../lab/store/sqlite_store.ts";
import { createApp } from "./app.ts";
import { built } from "./assets.ts";

/** Reads the flags. */
function flags(args: string[]): { port: number; store: string } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string", default: "8321" },
        store: { type: "string" },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      throw new InputError(
        `Cannot serve as --port must be a whole number from 0 to 65535: ${values.port}`,
      );
    }
    const { store } = values;
    return { port, store: store === undefined ? "runs" : callersStore(store) };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `Cannot serve as the flags are --port N and --store FOLDER: ${(error as Error).message}`,
    );
  }
}

/** The store, for reading; an empty one is made where there is none yet. */
function openedStore(location: string): Store {
  try {
    return openStore(location, { readOnly: true });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    openStore(location).close();
    return openStore(location, { readOnly: true });
  }
}

/** A folder as the caller means it, where the task may read from which folder it was called. */
function callersStore(store: string): string {
  const known =
    Deno.permissions.querySync({ name: "env", variable: "INIT_CWD" }).state === "granted";
  const folder = known ? Deno.env.get("INIT_CWD") : undefined;
  return folder === undefined || /^[a-z][a-z0-9+.-]+:/i.test(store)
    ? store
    : resolve(folder, store);
}

/** Serves until the process is stopped. */
async function serve(args: string[]): Promise<void> {
  const { port, store: location } = flags(args);
  built();
  const store = openedStore(location);
  const app = createApp(store);
  try {
    const server = Deno.serve({
      hostname: "127.0.0.1",
      port,
      onListen: (address) =>
        console.log(
          `Reverie's dashboard shows ${store.location} at http://127.0.0.1:${address.port}`,
        ),
    }, app.handler);
    await server.finished;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new LabError(
        `Cannot serve as port ${port} is in use: choose another with --port, for example --port ${
          port + 1
        }`,
      );
    }
    throw error;
  }
}

if (import.meta.main) {
  try {
    await serve(Deno.args);
  } catch (error) {
    if (!(error instanceof InputError || error instanceof LabError)) throw error;
    console.error(error.message);
    Deno.exit(error instanceof InputError ? 2 : 1);
  }
}
