/** `backup TARGET`: a copy of the store that is a store. @module */
import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { defineCommand, plain, storeOption } from "../command.ts";
import { bytes, plural } from "../terminal/format.ts";
import { callersPath } from "../terminal/io.ts";
import { commandLine, openStoreOf } from "../stores.ts";

/** The command `backup`. */
export const backup = defineCommand({
  name: "backup",
  usage: "TARGET [OPTIONS]",
  brief: "Copies the store to a new folder, also while runs train",
  description: "Copies all runs to a new or empty folder, as of one moment, also while runs " +
    "train. The copy is a store itself: every command takes it by --store, and to put it back is " +
    "to back it up to where the store was.",
  examples: [
    ["backup /mnt/disk/runs-2026-11-20", "the default store"],
    ["verify --store /mnt/disk/runs-2026-11-20", "look whether the copy is whole"],
    ["backup runs --store /mnt/disk/runs-2026-11-20", "put it back"],
  ],
  parser: () =>
    object({
      target: argument(string({ metavar: "TARGET" }), {
        description: plain("A folder that is not there, or empty."),
      }),
      store: storeOption(),
    }),
  async run({ target: given, store: location }, io) {
    const target = callersPath(io, given);
    using opened = await openStoreOf(io, location, { readOnly: true });
    const { runs, bytes: size, missing, damaged } = await opened.store.backUp(target);
    for (const path of missing) io.error(`missing in the store: ${path}\n`);
    for (const path of damaged) io.error(`damaged in the store: ${path}\n`);
    const lacking = opened.store.orphans().filter(({ path }) => path.startsWith("checkpoints/"));
    if (lacking.length > 0) {
      io.notice(
        `Left out ${plural(lacking.length, "run")} that the database lacks: ` +
          `${commandLine("recover", location)} takes them back, ` +
          `${commandLine("delete --orphans --purge", location)} deletes them\n`,
      );
    }
    io.out(
      `Backed up ${plural(runs, "run")}, ${bytes(size)}, to ${target}\n` +
        `To look whether it is whole: ${commandLine("verify", target)}`,
    );
    return missing.length + damaged.length > 0 ? 1 : 0;
  },
});
