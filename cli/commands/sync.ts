/** `sync SOURCE TARGET`: runs of one store into another. @module */
import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { defineCommand, FLEET_PROGRAM, plain } from "../command.ts";
import { InputError } from "../../lab/core/errors.ts";
import type { Sync } from "../../lab/store/sync.ts";
import { isPostgres } from "../../lab/store/scheme.ts";
import { openFleet } from "../fleet.ts";
import type { Io } from "../terminal/io.ts";
import { plural } from "../terminal/format.ts";
import { storeLocation } from "../stores.ts";

/** The command `sync`. */
export const sync = defineCommand({
  name: "sync",
  usage: "SOURCE TARGET",
  brief: "Copies what one store lacks of another's runs",
  description: "Copies whole runs, with their series, pictures and checkpoints, that the target " +
    "lacks, those that have gone on in the source since, and sweeps, by another name where the target " +
    "has another sweep of theirs. Nothing is deleted; names, tags and notes of runs that are there " +
    "stay, and so does each whole file; one that is gone there comes again; a damaged one is named and not " +
    "copied. Done twice, the second time does nothing. A run that is being trained comes another time.",
  examples: [
    ["sync /mnt/laptop/runs runs", "the runs of another machine into this store"],
    ["sync runs /mnt/disk/runs", "what is new to a disk"],
    [
      "sync runs postgres://lab@db/lab",
      "this machine's runs to a store that machines share",
      FLEET_PROGRAM,
    ],
  ],
  parser: () =>
    object({
      source: argument(string({ metavar: "SOURCE" }), {
        description: plain("The store to read: a folder, or postgres://USER@HOST/DATABASE."),
      }),
      target: argument(string({ metavar: "TARGET" }), {
        description: plain(
          "The store to write: a folder, made where it is missing, or a postgres: URL.",
        ),
      }),
    }),
  async run({ source, target }, io) {
    const did = await synced(io, source, target);
    const { added, updated, known, mended, training, sweeps, missing, damaged } = did;
    for (const path of missing) io.error(`missing in the source: ${path}\n`);
    for (const path of damaged) io.error(`damaged in the source, not copied: ${path}\n`);
    const named = [...sweeps].map(([from, to]) =>
      from === to ? to : `${to} (${from} in the source, which is another one's name here)`
    );
    const parts = [
      `Added ${plural(added.length, "run")}${listed(added)}`,
      ...(updated.length === 0 ? [] : [`Brought up to date${listed(updated)}`]),
      ...(known.length === 0 ? [] : [`Already there: ${plural(known.length, "run")}`]),
      ...(mended.length === 0
        ? []
        : [`Brought again, as they were gone: ${plural(mended.length, "file")}`]),
      ...(sweeps.size === 0 ? [] : [`Brought ${plural(sweeps.size, "sweep")}${listed(named)}`]),
      ...(training.length === 0 ? [] : [`Being trained, so another time${listed(training)}`]),
    ];
    io.out(parts.join("\n"));
    return missing.length + damaged.length > 0 ? 1 : 0;
  },
});

/** Ids that are listed, at most. */
const SHOWN = 10;

function listed(ids: readonly string[]): string {
  const more = ids.length > SHOWN ? `, and ${ids.length - SHOWN} more` : "";
  return ids.length === 0 ? "" : `: ${ids.slice(0, SHOWN).join(", ")}${more}`;
}

async function synced(io: Io, source: string, target: string): Promise<Sync> {
  if (isPostgres(source) && isPostgres(target)) {
    throw new InputError("Cannot sync as one of both stores must be a folder");
  }
  if (!isPostgres(source) && !isPostgres(target)) {
    const { syncStores } = await import("../../lab/store/sqlite_store.ts");
    return await syncStores(storeLocation(io, source), storeLocation(io, target));
  }
  const { syncFromHub, syncToHub } = await import("../../lab/store/postgres/replica.ts");
  using fleet = await openFleet(io, isPostgres(source) ? source : target);
  return isPostgres(source)
    ? await syncFromHub(fleet.mirror, storeLocation(io, target))
    : await syncToHub(storeLocation(io, source), fleet.hub, fleet.mirror);
}
