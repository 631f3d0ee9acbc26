/** `worker --store URL`: trains what others ask for. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import { sizeOfFile } from "../../lab/store/files.ts";
import { isPostgres } from "../../lab/store/scheme.ts";
import {
  defineCommand,
  memoryLimitOption,
  plain,
  threadsOption,
  workersOption,
} from "../command.ts";
import { hubOpener } from "../fleet.ts";
import { plural } from "../terminal/format.ts";
import { interruption } from "../terminal/interruption.ts";

/** The command `worker`. */
export const worker = defineCommand({
  name: "worker",
  call: "deno task -q worker",
  usage: "--store URL [OPTIONS]",
  brief: "Trains what others ask a PostgreSQL store for",
  description:
    "Takes runs that were asked for by run NAME --store URL, on this machine or others, " +
    "and trains them, until Ctrl-C. What a worker was training when it was killed, or lost its way to the server, is taken up by " +
    "another one from its last checkpoint, to the same bits.",
  examples: [
    ["worker --store postgres://lab@db/lab", "as many runs at a time as there are cores"],
    ["worker --store postgres://lab@db/lab --workers 2 --drain", "two, until nothing is left"],
  ],
  parser: () =>
    object({
      store: optional(option("--store", string({ metavar: "URL" }), {
        description: plain("The store: postgres://USER@HOST:PORT/DATABASE."),
      })),
      workers: workersOption(),
      threads: threadsOption(),
      memoryLimit: memoryLimitOption(),
      drain: option("--drain", {
        description: plain("End where nothing waits and nobody trains."),
      }),
      hold: optional(option("--hold", integer({ metavar: "SECONDS", min: 4, max: 86_400 }), {
        description: plain(
          "How long a run is held without a word from here until others take it up. Default: 60.",
        ),
      })),
      patience: optional(option("--patience", integer({ metavar: "SECONDS", min: 1 }), {
        description: plain("How long the server may be away until the worker ends. Default: 600."),
      })),
    }),
  async run({ store, drain, hold, patience, threads, memoryLimit, ...values }, io) {
    if (!isPostgres(store)) {
      throw new InputError(
        "Cannot work as --store must name a PostgreSQL database, " +
          `postgres://USER@HOST:PORT/DATABASE: ${store ?? "none is given"}`,
      );
    }
    const registries = await io.registries();
    const { workForFleet } = await import("../../lab/experiment/fleet_worker.ts");
    const { threadsOf } = await import("../../lab/experiment/recorded_run.ts");
    const { fleetFolder } = await import("../../lab/store/postgres/open.ts");
    const open = await hubOpener(io, store);
    // A password is asked for, and what is wrong is said, before anything begins.
    await using hub = await open();
    await hub.files.check();
    const name = `${Deno.hostname()}-${Deno.pid}`;
    using own = await ownFolder(fleetFolder(io.store, hub), name);
    using stop = interruption(io, (line) => io.error(`${line}\n`));
    const workers = values.workers ?? io.cores;
    io.notice(`Working for ${hub.location}: ${plural(workers, "run")} at a time\n`);
    const { ended, failed } = await workForFleet({
      ...{ open, registries, folder: own.folder, name, workers, memoryLimit, drain },
      threads: threadsOf({ threads }, workers),
      isolated: io.isolated,
      holdSeconds: hold,
      patienceSeconds: patience,
      signal: stop.signal,
      onLine: (line) => io.notice(`${line}\n`),
    });
    const lost = failed === 0 ? "" : `, ${failed} of them failed`;
    io.notice(`Trained ${plural(ended, "run")} to the end${lost}\n`);
    return stop.signal.aborted ? 130 : 0;
  },
});

/**
 * Makes the folder of a worker, which goes when it is disposed, and removes what workers that were killed
 * have left: others have taken up their runs.
 */
export async function ownFolder(
  fleet: string,
  name: string,
): Promise<{ readonly folder: string } & Disposable> {
  const { isLocked, takeLock, waitForLock } = await import("../../lab/store/lock.ts");
  // One worker at a time: between the making of a lock's file and its locking it looks left behind.
  using _beginning = await waitForLock(`${fleet}/workers.lock`);
  for (const { name } of Deno.readDirSync(fleet)) {
    const left = /^(worker-.*)\.lock$/.exec(name)?.[1];
    if (left !== undefined && !isLocked(`${fleet}/${name}`)) remove(`${fleet}/${left}`);
  }
  const folder = `${fleet}/worker-${name}`;
  const lock = takeLock(`${folder}.lock`, name);
  Deno.mkdirSync(folder, { recursive: true });
  return {
    folder,
    [Symbol.dispose]() {
      remove(folder);
      lock[Symbol.dispose]();
    },
  };
}

/** Removes the folder of a worker and its lock; what cannot go now goes when the next one begins. */
function remove(folder: string): void {
  try {
    for (const path of [folder, `${folder}.lock`]) {
      if (sizeOfFile(path) !== undefined) Deno.removeSync(path, { recursive: true });
    }
  } catch {
    // The lock's file stays with the folder.
  }
}
