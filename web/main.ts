/**
 * The dashboard's entry: `deno task -q dashboard [--port 8321] [--store runs] [--read-only]`;
 * with `--host NAME` for other machines too, by a token. `build --out site [RUN…]` writes it down.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { InputError, LabError, unlessDamaged } from "../lab/core/errors.ts";
import type { Store } from "../lab/store/store.ts";
import { folderOf, locationIn } from "../lab/store/location.ts";
import { isPostgres } from "../lab/store/scheme.ts";
import { openStore } from "../lab/store/sqlite_store.ts";
import { isAnyAddress, isLoopback, newToken } from "./access.ts";
import { createApp } from "./app.ts";
import { built } from "./assets.ts";
import { Comparisons } from "./comparisons.ts";
import { FLEET_PROGRAM, PROGRAM, type Program } from "./program.ts";
import { Feed } from "./feed.ts";
import { buildSite } from "./site.ts";

/** The store where none is named. */
const USUAL_STORE = "runs";

const LAST_PORT = 65535;

/** What `--help` prints. */
const USAGE = `Usage: deno task -q dashboard [OPTIONS]
       deno task -q dashboard build --out FOLDER [RUN…] [OPTIONS]

Serves the runs of a store as pages, or writes them down as a site that needs no server.

  --port N           The port. Default: 8321; 0 takes a free one.
  --store FOLDER     Where the runs are. Default: runs, in the lab's folder.
  --read-only        Pages change nothing in the store.
  --host NAME        For other machines too, by a token: deno task -q dashboard:shared --host NAME.
                     Default: 127.0.0.1. A store postgres://… is read by dashboard:shared, too.

Of build:
  --out FOLDER       The folder to write.
  RUN…               The runs to show. Default: all.
  --where CONDITION  Only runs for which it holds, as "agent.gamma>0.9".
  --force            Write over a site that is there.`;

/** Milliseconds between two looks at a store that machines share. */
const REFRESH_MILLISECONDS = 1000;

/** A host as a URL's `hostname` writes it, which that of each request is compared with. */
function hostIn(host: string): string {
  const name = URL.parse(`http://${host.includes(":") ? `[${host}]` : host}`)?.hostname;
  if (/^[\w.:-]+$/.test(host) && name !== undefined) return name;
  throw new InputError(`Cannot serve as --host must be a name or an address: ${host}`);
}

/** Reads the flags. */
function flags(
  args: string[],
): { host: string; port: number; store: string; readOnly: boolean } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        host: { type: "string", default: "127.0.0.1" },
        port: { type: "string", default: "8321" },
        store: { type: "string" },
        "read-only": { type: "boolean", default: false },
      },
    });
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > LAST_PORT) {
      throw new InputError(
        `Cannot serve as --port must be a whole number from 0 to ${LAST_PORT}: ${values.port}`,
      );
    }
    const { host, store, "read-only": readOnly } = values;
    return {
      host: hostIn(host),
      port,
      store: store === undefined ? USUAL_STORE : locationIn(callersFolder(), store),
      readOnly,
    };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `Cannot serve as the flags are --host NAME, --port N, --store FOLDER and --read-only: ${
        (error as Error).message
      }`,
    );
  }
}

/**
 * The store; an empty one is made where there is none yet, which is said of one that was named. One that
 * cannot be written, as it is damaged, is shown all the same.
 */
function openedStore(location: string, readOnly: boolean): { store: Store; readOnly: boolean } {
  if (readOnly) return { store: openStore(location, { readOnly }), readOnly };
  try {
    return { store: madeWhereMissing(location), readOnly };
  } catch (error) {
    try {
      const store = openStore(location, { readOnly: true });
      console.error(`Shown as with --read-only: ${(error as Error).message}`);
      return { store, readOnly: true };
    } catch {
      throw error;
    }
  }
}

/** Whether nothing lies at a path. */
function isFree(path: string): boolean {
  try {
    Deno.statSync(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

/** A store for writing. */
function madeWhereMissing(location: string): Store {
  const isMade = isFree(`${folderOf(location)}/lab.db`);
  const store = openStore(location);
  if (isMade && location !== USUAL_STORE) {
    console.error(`Made an empty store, as there was none: ${store.location}`);
  }
  return store;
}

/**
 * What this machine reads of a PostgreSQL store, brought up to date every second. Pages change nothing
 * there.
 */
async function openedFleet(location: string): Promise<Store> {
  const { hubOpener, openFleet } = await import("../lab/store/postgres/open.ts");
  const open = await hubOpener(
    location,
    () => Promise.resolve(undefined),
    "deno task -q dashboard:shared",
  );
  const { store, mirror } = await openFleet(open, USUAL_STORE, { files: true });
  let isGone = false;
  const refresh = async () => {
    try {
      await mirror.refresh({ files: true });
      if (isGone) console.error("The store's server is back");
      isGone = false;
    } catch (error) {
      if (!(error instanceof LabError || error instanceof InputError)) throw error;
      if (!isGone) console.error(`${error.message}; what is shown is what was there`);
      isGone = true;
    }
    setTimeout(refresh, REFRESH_MILLISECONDS);
  };
  setTimeout(refresh, REFRESH_MILLISECONDS);
  return store;
}

/** The folder that the caller stands in, where the task may read which; else the lab's. */
function callersFolder(): string {
  const known =
    Deno.permissions.querySync({ name: "env", variable: "INIT_CWD" }).state === "granted";
  return known ? Deno.env.get("INIT_CWD") ?? "." : ".";
}

/** Writes the site that `build` asks for. */
async function build(args: string[]): Promise<void> {
  const { out, ...request } = siteFlags(args);
  built();
  const count = await buildSite(
    { ...request, out: resolve(callersFolder(), out) },
    (line) => console.error(line),
  );
  console.log(`${join(out, "index.html")} shows ${count} ${count === 1 ? "run" : "runs"}`);
}

/** Reads the flags of `build`. */
function siteFlags(args: string[]) {
  const usage = "Cannot build the site as it takes --out FOLDER, RUN…, --where CONDITION, " +
    "--store FOLDER and --force";
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        out: { type: "string" },
        store: { type: "string" },
        where: { type: "string", default: "" },
        force: { type: "boolean", default: false },
      },
    });
    const { out, store, where, force } = values;
    if (out === undefined) throw new InputError(`${usage}: --out is missing`);
    // A shell makes it of a variable that is not set: the caller's folder is not meant.
    if (out.trim() === "") throw new InputError(`${usage}: --out is empty`);
    const location = store === undefined ? USUAL_STORE : locationIn(callersFolder(), store);
    return { out, store: location, runs: positionals, where, force };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${usage}: ${(error as Error).message}`);
  }
}

/** How commands reach a store that is a folder: the usual one they find by themselves. */
function programOf({ location }: Store): Program {
  const folder = resolve(location);
  return { name: PROGRAM, ...folder !== resolve(USUAL_STORE) && { store: folder } };
}

/** Serves until the process is stopped. */
async function serve(args: string[]): Promise<void> {
  const { host, port, store: location, readOnly } = flags(args);
  built();
  const isShared = isPostgres(location);
  const { store, readOnly: isReadOnly } = isShared
    ? { store: await openedFleet(location), readOnly: true }
    : openedStore(location, readOnly);
  const hostname = host.replace(/^\[|\]$/g, "");
  const shared = isLoopback(host) ? undefined : { host, token: newToken() };
  const feed = new Feed(store);
  const program = isShared ? { name: FLEET_PROGRAM, store: location } : programOf(store);
  const comparisons = new Comparisons(store.location);
  const app = createApp(store, comparisons, { readOnly: isReadOnly, shared, feed, program });
  try {
    const server = Deno.serve({
      hostname,
      port,
      onListen: (address) => {
        const query = shared === undefined ? "" : `/?token=${shared.token}`;
        console.log(
          `Reverie's dashboard shows ${
            isShared ? location : store.location
          } at http://${host}:${address.port}${query}${
            isAnyAddress(host) ? ` (from elsewhere: this machine's name in place of ${host})` : ""
          }`,
        );
        // Thousands of runs are read while the reader turns to the browser.
        setTimeout(() => unlessDamaged(() => feed.records()));
        comparisons.expect();
      },
    }, app.handler);
    await server.finished;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new LabError(
        `Cannot serve as port ${port} is in use: choose another with --port, for example --port ${
          port < LAST_PORT ? port + 1 : port - 1
        }`,
      );
    }
    if (error instanceof Deno.errors.NotCapable) {
      throw new InputError(
        `Cannot serve as this task may listen on 127.0.0.1 alone: deno task -q dashboard:shared --host ${hostname}`,
      );
    }
    if (error instanceof Deno.errors.AddrNotAvailable) {
      throw new InputError(`Cannot serve as this machine has no such address: --host ${hostname}`);
    }
    throw error;
  }
}

if (import.meta.main) {
  try {
    const [first, ...rest] = Deno.args;
    if (Deno.args.includes("--help") || Deno.args.includes("-h")) console.log(USAGE);
    else await (first === "build" ? build(rest) : serve(Deno.args));
  } catch (error) {
    if (!(error instanceof InputError || error instanceof LabError)) throw error;
    console.error(`error: ${error.message}`);
    Deno.exit(error instanceof InputError ? 2 : 1);
  }
}
