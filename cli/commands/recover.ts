/** `recover`: rebuilds a lost or older database. @module */
import { object } from "@optique/core/constructs";
import { defineCommand, storeOption } from "../command.ts";
import { plural } from "../terminal/format.ts";
import { commandLine, storeLocation } from "../stores.ts";

/** The command `recover`. */
export const recover = defineCommand({
  name: "recover",
  usage: "[OPTIONS]",
  brief: "Rebuilds a lost, damaged or older database of runs",
  description: "Rebuilds lab.db from the journals that lie beside the checkpoints: every run as " +
    "of its newest checkpoint, with its series, events and pictures. Runs that the database has " +
    "as new stay as they are; their journals are written anew where these are damaged. A damaged " +
    "database is set aside, and nothing is deleted.",
  examples: [
    ["recover", "the default store"],
    ["recover --store /mnt/disk/runs", "another one"],
  ],
  parser: () => object({ store: storeOption({ isFolder: true }) }),
  async run({ store: location }, io) {
    const { recoverStore } = await import("../../lab/store/sqlite_store.ts");
    const { recovered, incomplete, cut, known, lost, mended, skipped, waiting, setAside } =
      recoverStore(
        storeLocation(io, location),
      );
    const lines = [
      `Recovered ${plural(recovered.length, "run")}${listed(recovered)}`,
      ...(known.length === 0 ? [] : [`Already there: ${plural(known.length, "run")}`]),
      ...(incomplete.length === 0
        ? []
        : [`Without their series, as their journals are damaged${listed(incomplete)}`]),
      ...(cut.length === 0
        ? []
        : [`As of an earlier moment, as the end of their journals is lost${listed(cut)}`]),
      ...(lost.length === 0 ? [] : [
        `Without a journal of theirs that can be read, their files left as they are${listed(lost)}`,
      ]),
      ...(mended.length === 0
        ? []
        : [`Journals that were damaged, written anew from the database${listed(mended)}`]),
      ...(skipped.length === 0
        ? []
        : [`What stood in lines that cannot be read is lost${listed(skipped)}`]),
      ...(setAside === null ? [] : [`The damaged database is kept as ${setAside}`]),
      ...(recovered.length + incomplete.length === 0 ? [] : [
        `Those that had not finished go on by: ${commandLine("resume RUN", location)}`,
      ]),
      ...(waiting === 0 ? [] : [
        `${plural(waiting, "run")} of batches have not begun; they begin by: ` +
        commandLine("resume --batch", location),
      ]),
    ];
    io.out(lines.join("\n"));
    return [incomplete, cut, lost, skipped].some((each) => each.length > 0) ? 1 : 0;
  },
});

function listed(ids: readonly string[]): string {
  return ids.length === 0 ? "" : `: ${ids.join(", ")}`;
}
