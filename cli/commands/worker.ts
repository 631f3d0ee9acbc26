/** `worker --store URL`: trains what others ask for. @module */
import { object } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { InputError } from "../../lab/core/errors.ts";
import {
  defineCommand,
  memoryLimitOption,
  plain,
  threadsOption,
  workersOption,
} from "../command.ts";
import { hubOpener, isPostgres } from "../fleet.ts";
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
    const { takeLock, isLocked } = await import("../../lab/store/lock.ts");
    const { fleetFolder } = await import("../../lab/store/postgres/open.ts");
    const open = await hubOpener(io, store);
    // A password is asked for, and what is wrong is said, before anything begins.
    await using hub = await open();
    await hub.files.check();
    const folder = fleetFolder(io.store, hub);
    removeLeft(folder, isLocked);
    const name = `${Deno.hostname()}-${Deno.pid}`;
    const own = `${folder}/worker-${name}`;
    Deno.mkdirSync(own, { recursive: true });
    using _lock = takeLock(`${own}.lock`, name);
    using stop = interruption(io, (line) => io.error(`${line}\n`));
    const workers = values.workers ?? io.cores;
    io.notice(`Working for ${hub.location}: ${plural(workers, "run")} at a time\n`);
    try {
      const ended = await workForFleet({
        ...{ open, registries, folder: own, name, workers, memoryLimit, drain },
        threads: threadsOf({ threads }, workers),
        isolated: io.isolated,
        holdSeconds: hold,
        patienceSeconds: patience,
        signal: stop.signal,
        onLine: (line) => io.notice(`${line}\n`),
      });
      io.notice(`Trained ${plural(ended, "run")} to the end\n`);
      return stop.signal.aborted ? 130 : 0;
    } finally {
      Deno.removeSync(own, { recursive: true });
      Deno.removeSync(`${own}.lock`);
    }
  },
});

/** Removes what workers that were killed have left: others have taken up their runs. */
function removeLeft(folder: string, isLocked: (path: string) => boolean): void {
  for (const { name } of Deno.readDirSync(folder)) {
    const own = /^(worker-.*)\.lock$/.exec(name)?.[1];
    if (own === undefined || isLocked(`${folder}/${name}`)) continue;
    for (const path of [`${folder}/${own}`, `${folder}/${name}`]) {
      try {
        Deno.removeSync(path, { recursive: true });
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }
}
