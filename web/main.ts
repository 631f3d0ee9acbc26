/**
 * The dashboard's entry: `deno task -q dashboard [--port 8321] [--store runs] [--read-only]`.
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
function flags(args: string[]): { port: number; store: string; readOnly: boolean } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string", default: "8321" },
        store: { type: "string" },
        "read-only": { type: "boolean", default: false },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      throw new InputError(
        `Cannot serve as --port must be a whole number from 0 to 65535: ${values.port}`,
      );
    }
    const { store, "read-only": readOnly } = values;
    return { port, store: store === undefined ? "runs" : callersStore(store), readOnly };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `Cannot serve as the flags are --port N, --store FOLDER and --read-only: ${
        (error as Error).message
      }`,
    );
  }
}

/**
 * The store; an empty one is made where there is none yet. One that cannot be written, as it is
 * damaged, is shown all the same.
 */
function openedStore(location: string, readOnly: boolean): { store: Store; readOnly: boolean } {
  if (readOnly) return { store: openStore(location, { readOnly }), readOnly };
  try {
    return { store: openStore(location), readOnly };
  } catch (error) {
    try {
      const store = openStore(location, { readOnly: true });
      console.error((error as Error).message);
      return { store, readOnly: true };
    } catch {
      throw error;
    }
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
  const { port, store: location, readOnly } = flags(args);
  built();
  const { store, readOnly: isReadOnly } = openedStore(location, readOnly);
  const app = createApp(store, undefined, { readOnly: isReadOnly });
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
