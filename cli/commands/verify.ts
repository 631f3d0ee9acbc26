/** `verify [RUN…]`: whether all that is stored is whole. @module */
import { object } from "@optique/core/constructs";
import { defineCommand, jsonOption, runArguments, storeOption } from "../command.ts";
import { styled } from "../terminal/io.ts";
import { plural } from "../terminal/format.ts";
import { commandLine, openStoreOf } from "../stores.ts";

/** The command `verify`. */
export const verify = defineCommand({
  name: "verify",
  usage: "[RUN…] [OPTIONS]",
  brief: "Reads all that is stored and says which runs are damaged",
  description:
    "Reads the database, its sweeps and batches, the journals beside it, every point, checkpoint and picture of the runs named, or of " +
    "all with those in the trash, checks sums and hashes, and computes the digests of finished " +
    "runs anew. Exit code 1 if anything is damaged. Writes nothing.",
  examples: [
    ["verify", "the whole store"],
    ["verify latest 3f2a", "two runs, and the database"],
  ],
  parser: (known) =>
    object({ runs: runArguments(known), store: storeOption(), json: jsonOption() }),
  async run({ runs: references, store: location, json }, io) {
    const checking = await import("../../lab/experiment/verify.ts");
    using opened = await openStoreOf(io, location, { readOnly: true });
    const { store } = opened;
    const ids = references.map((reference) => store.idOf(reference));
    const all = references.length === 0 ? {} : { ids };
    const { database, runs, damaged } = await checking.verify(store, all);
    const sound = database.length === 0 && damaged.length === 0;
    if (json) {
      io.out(JSON.stringify({ sound, runs, database, damaged }, null, 2));
      return sound ? 0 : 1;
    }
    const said = [
      ...database.map((line) => `database: ${line}`),
      ...damaged.flatMap(({ id, name, lines }) => lines.map((line) => `${id} (${name}): ${line}`)),
    ];
    const verdict = sound
      ? `${styled(io.color.out, "green", "whole")}  ${plural(runs, "run")}, nothing is damaged`
      : `${styled(io.color.out, "red", "damaged")}  ${damaged.length} of ${plural(runs, "run")}` +
        `${database.length === 0 ? "" : ", and the database"}`;
    io.out([...said, verdict].join("\n"));
    if (!sound) io.notice(remedies(database.length > 0, location));
    return sound ? 0 : 1;
  },
});

/** What can be done. */
function remedies(database: boolean, store: string | undefined): string {
  return database
    ? `To bring the database and the journals beside it in line: ${commandLine("recover", store)}\n`
    : "A run that had not finished goes on from what is whole: " +
      `${commandLine("resume RUN", store)}. To train another one anew: ` +
      `${commandLine("run NAME --seed N", store)}\n`;
}
